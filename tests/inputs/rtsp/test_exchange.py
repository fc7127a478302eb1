"""What comes between a request and its answer."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.clock import FakeClock
from fakes.counted_buffer import Counted
from fakes.rtp_stream import TYPE, framed, units_of
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtsp import exchange as module
from seacorder.inputs.rtsp.dialogue import SessionState
from seacorder.inputs.rtsp.exchange import LOOKS_A_TURN, Exchange
from seacorder.model.address.address import RtspAddress


class FakeConnection:
    """Gives one piece for each read, each at the beginning of one buffer, as a `Connection` does."""

    is_alone = True

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.view = memoryview(bytearray(1 << 16))
        self.begin = self.end = 0
        self._pieces = pieces

    def is_ready(self, _timeout: float) -> bool:
        return True

    def send(self, block: bytes, timeout: float) -> None:
        pass

    def receive(self, *, pause: bool) -> None:
        assert not pause
        piece = bytes(self.view[self.begin : self.end]) + next(self._pieces)
        self.view[: len(piece)] = piece
        self.begin, self.end = 0, len(piece)


def test_a_picture_that_comes_in_pieces_before_the_answer_is_whole() -> None:
    payloads = [(b"\x7c\x85\x88" + b"a" * 899, 9, False)]
    payloads += [(b"\x7c\x05" + letter * 900, 9, False) for letter in (b"b", b"c", b"d", b"e")]
    payloads += [(b"\x7c\x45" + b"f" * 200, 9, True), (b"\x41\x9a", 18, True)]
    frames = framed(payloads, 65_500)
    answer = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 7\r\n\r\n"
    exchange = Exchange(RtspAddress("rtsp://camera/bow"), "Camera bow", FakeClock(), 5)
    exchange.dialogue.state = SessionState.READY
    exchange.connection = FakeConnection(iter([b"".join(frames[:3]), b"".join(frames[3:]), answer]))  # type: ignore[assignment]
    units = units_of("h264")
    exchange.channels.rtp[0] = RtpReceiver(TYPE, units)
    assert exchange.ask("PLAY", "rtsp://camera/bow").is_success
    content = b"\x65" + b"".join(payload[2:] for payload, _, _ in payloads[:-1])
    assert units.ready[0].content == len(content).to_bytes(4, "big") + content


class BurstConnection:
    """One read has brought everything."""

    def __init__(self, block: bytes) -> None:
        self.view = Counted(block)
        self.begin, self.end = 0, len(block)
        self.reads = 0
        self.sent = b""

    def read(self) -> None:
        self.reads += 1

    def send(self, block: bytes, _timeout: float) -> None:
        self.sent += block


def taken_apart(block: bytes) -> tuple[Exchange, BurstConnection, int]:
    """... and the number of turns."""
    exchange = Exchange(RtspAddress("rtsp://camera/bow"), "Camera bow", FakeClock(), 5)
    exchange.dialogue.receive(b"RTSP/1.0 200 OK\r\n\r\n")
    exchange.dialogue.state = SessionState.READY
    exchange.channels.rtp[0] = RtpReceiver(TYPE, units_of("h264"))
    exchange.connection = connection = BurstConnection(block)  # type: ignore[assignment]
    turns = 1
    exchange.take_what_has_come()
    while exchange.is_behind:
        exchange.take_what_has_come()
        turns += 1
    return exchange, connection, turns


ANSWER = b"RTSP/1.0 200 OK\r\n\r\n"
QUESTION = b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"


@pytest.mark.parametrize("piece", [ANSWER, QUESTION, bytes(50), b"x$", b"\r\nx" + ANSWER])
def test_what_is_no_picture_takes_work_that_grows_with_it_and_not_with_its_square(piece: bytes) -> None:
    block = piece * 4000 + ANSWER
    _, connection, _ = taken_apart(block)
    assert connection.begin == connection.end
    assert connection.view.looked_at < 300 * len(block)


def test_of_many_messages_so_many_are_looked_at_in_one_turn() -> None:
    """Other cameras of the loop have their turn in between, and nothing is read on top of them."""
    exchange, connection, turns = taken_apart(QUESTION * (3 * LOOKS_A_TURN + 1))
    assert turns == 4
    assert connection.reads == 1
    assert connection.sent.count(b"RTSP/1.0 200 OK\r\nCSeq: 9") == 3 * LOOKS_A_TURN + 1
    assert not exchange.is_behind


PIECES = (
    ANSWER, QUESTION, b"RTSP/1.0 nothing\r\n\r\n", b"RTSP/1.0 200 OK\r\nContent-Length: 30\r\n\r\n", b"OPTIONS no",
    b"\r\n", b"x", b"R", b"RTSP", b"$", b"$\x00", b"$\x07", bytes(30), *framed([(b"\x41\x9a" + bytes(40), 9, True)], 7),
)  # fmt: skip


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=12), st.integers(1, 40))
def test_what_is_looked_at_in_parts_means_the_same(
    monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], first_look: int
) -> None:
    found = []
    for size in (1 << 20, first_look):
        monkeypatch.setattr(module, "_FIRST_LOOK", size)
        exchange, connection, _ = taken_apart(b"".join(pieces))
        received = exchange.channels.rtp[0].sequence.received
        rest = exchange.dialogue.rest.translate(None, b"\r\n")  # with or without the empty lines in front of it
        found.append((connection.begin, connection.sent, received, rest))
    assert found[0] == found[1]
