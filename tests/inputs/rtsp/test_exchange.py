"""What comes between a request and its answer."""

from collections.abc import Iterator

from fakes.clock import FakeClock
from fakes.rtp_stream import TYPE, framed, units_of
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtsp.dialogue import SessionState
from seacorder.inputs.rtsp.exchange import Exchange
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
