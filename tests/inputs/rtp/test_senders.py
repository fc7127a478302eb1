"""Whose packets are taken where several senders use one channel, and how a track goes on with another one."""

import struct
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_SECOND
from seacorder.inputs.rtp.interleaved import take_one
from seacorder.inputs.rtp.receiver import RtpReceiver

OURS, OTHER = 0x0B0A7001, 0x0FF5403E
TURN_NS = NS_PER_SECOND // 25


class Taken:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.continuation = b""
        self.payloads: list[bytes] = []
        self.lost = 0
        self.begun: list[bool] = []

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        self.payloads.append(bytes(view[begin:end]))
        self.lost += lost

    def take_run(self, payloads: object) -> None:
        raise AssertionError("nothing carries on here")

    def settle(self) -> None:
        pass

    def has_just_taken(self, block: bytes) -> bool:
        return self.payloads[-1:] == [block]

    def begin_anew(self, *, is_other_sender: bool) -> None:
        self.begun.append(is_other_sender)


class Track:
    """A receiver that is given packets, one read after the other."""

    def __init__(self, payload_type: int | None = 96, *, is_only_type: bool = True) -> None:
        self.units = Taken()
        self.receiver = RtpReceiver(payload_type, self.units, is_only_type=is_only_type)
        self.now_ns = 0
        self._numbers: dict[int, int] = {}
        self.changes = 0

    def read(self, *senders: int, kind: int = 96, turn_ns: int = TURN_NS) -> None:
        for ssrc in senders:
            number = self._numbers[ssrc] = self._numbers.get(ssrc, ssrc & 0xFFF) + 1
            block = struct.pack(">BBHII", 0x80, kind, number & 0xFFFF, number * 3600, ssrc) + b"%x" % ssrc
            take_one(memoryview(block), 0, len(block), self.receiver, None)
        self.now_ns += turn_ns
        self.changes += self.receiver.turn(self.now_ns)

    def report(self, ssrc: int, ntp: int = 1 << 40) -> None:
        block = struct.pack(">BBHIQIII", 0x80, 200, 6, ssrc, ntp, self._numbers.get(OURS, 0) * 3600, 0, 0)
        self.receiver.take_rtcp(memoryview(block))

    def goodbye(self, ssrc: int) -> None:
        self.receiver.take_rtcp(memoryview(struct.pack(">BBHI", 0x81, 203, 1, ssrc)))

    def taken(self, ssrc: int) -> int:
        return self.units.payloads.count(b"%x" % ssrc)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=80))
def test_others_are_passed_over_as_long_as_ours_sends(counts: list[int]) -> None:
    track = Track()
    for _ in range(3):
        track.read(OURS)
    for count in counts:
        track.read(*([OTHER] * count), *([OTHER + 1] * (count // 2)), OURS)
    assert track.units.payloads == [b"%x" % OURS] * (3 + len(counts))
    assert (track.units.lost, track.changes, track.units.begun) == (0, 0, [])


def test_one_that_goes_on_within_one_read_loses_nothing() -> None:
    """A burst may hold the last packets of ours and the first ones of the sender that takes its place."""
    track = Track()
    for _ in range(3):
        track.read(OURS)
    track.read(OTHER, OURS, OTHER, OTHER)
    for _ in range(60):
        track.read(OTHER)
    assert track.changes == 1
    assert (track.taken(OURS), track.taken(OTHER)) == (4, 62)


def test_the_sender_that_the_camera_named_is_awaited() -> None:
    track = Track()
    track.receiver.expect(OURS)
    for _ in range(8):
        track.read(OTHER)
    for _ in range(4):
        track.read(OTHER, OURS)
    assert (track.taken(OURS), track.taken(OTHER)) == (4, 0)


def test_a_camera_that_named_another_sender_than_it_is_goes_on() -> None:
    track = Track()
    track.receiver.expect(0x123)
    for _ in range(20):
        track.read(OURS)
    assert track.taken(OURS) == 20


def test_who_sends_once_before_ours_is_not_taken_for_it() -> None:
    track = Track()
    track.read(OTHER)
    for number in range(60):
        track.read(OURS, *([OTHER] if number % 20 == 19 else []))
    assert track.taken(OURS) == 60
    assert track.taken(OTHER) == 1


@given(st.integers(1, 40), st.booleans())
def test_a_new_encoder_goes_on_after_a_short_time_and_nothing_of_it_is_lost(before: int, has_third: bool) -> None:
    track = Track()
    for _ in range(before + 3):
        track.read(OURS)
    for number in range(40):
        track.read(OTHER, *([77] if has_third and number % 9 == 8 else []))
    assert track.taken(OTHER) == 40
    assert track.units.lost == 0
    assert (track.changes, track.units.begun) == (1, [True])


def test_a_pause_of_a_slow_camera_is_no_silence() -> None:
    track = Track()
    track.receiver.expect(OURS)
    for _ in range(10):
        track.read(OURS)
        for _ in range(75):
            track.read(OTHER)
    assert track.taken(OURS) == 10
    assert track.changes == 0


def test_a_goodbye_of_another_ends_nothing() -> None:
    track = Track()
    for _ in range(4):
        track.read(OURS)
    track.goodbye(OTHER)
    assert not track.receiver.is_over
    track.goodbye(OURS)
    assert track.receiver.is_over


def test_reports_of_others_are_not_ours() -> None:
    track = Track()
    track.report(OURS, 5 << 32)
    track.read(OURS, OTHER)
    assert track.receiver.report is not None
    assert track.receiver.report.ntp == 5 << 32, "it came before the first packet"
    for ntp in (6, 7, 8):
        track.report(OTHER, ntp << 32)
    assert track.receiver.report.ntp == 5 << 32


def test_a_camera_that_reports_under_another_number_is_believed_the_second_time() -> None:
    track = Track()
    for _ in range(4):
        track.read(OURS)
    track.report(0)
    assert track.receiver.report is None
    track.report(0)
    assert track.receiver.report is not None


def test_another_type_is_taken_only_where_the_one_of_the_description_never_comes() -> None:
    for kinds, expected in (([50] * 30, 30), ([50] * 8 + [96] * 4 + [50] * 40, 4)):
        track = Track()
        for kind in kinds:
            track.read(OURS, kind=kind)
        assert len(track.units.payloads) == expected
    several = Track(is_only_type=False)
    for _ in range(30):
        several.read(OURS, kind=50)
    assert several.units.payloads == []


def test_numbers_stay_in_order_over_a_change() -> None:
    track = Track()
    for _ in range(5):
        track.read(OURS)
    highest = [track.receiver.sequence.received]
    for _ in range(20):
        track.read(OTHER)
        highest.append(track.receiver.sequence.received)
    assert all(before <= after for before, after in pairwise(highest))
    assert highest[-1] == 25


def numbered(receiver: RtpReceiver, number: int, payload: bytes) -> None:
    block = struct.pack(">BBHII", 0x80, 96, number, 0, OURS) + payload
    take_one(memoryview(block), 0, len(block), receiver, None)


def test_equal_packets_are_all_taken_from_a_camera_whose_number_stands_still() -> None:
    track = Track()
    for payload in (b"one", b"two", b"two", b"two", b"three", b"three"):
        numbered(track.receiver, 4, payload)
    assert track.units.payloads == [b"one", b"two", b"two", b"two", b"three", b"three"]


def test_a_copy_is_dropped_behind_a_number_that_stood_still_once() -> None:
    track = Track()
    for number, payload in ((4, b"one"), (4, b"two"), (5, b"three"), (5, b"three"), (6, b"four")):
        numbered(track.receiver, number, payload)
    assert track.units.payloads == [b"one", b"two", b"three", b"four"]
