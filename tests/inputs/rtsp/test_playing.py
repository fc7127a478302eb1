"""A session that plays, read in bursts: how long what comes may lie unread."""

from types import SimpleNamespace
from typing import Any

from fakes.clock import FakeClock
from fakes.rtp_stream import TYPE, units_of
from seacorder.base.clock import NS_PER_SECOND
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtsp.playing import PlayingSession
from seacorder.inputs.rtsp.unread import SLOT_NS


class FakeSession:
    """Each read brings 50,000 bytes. It is its own connection."""

    is_behind, is_emptied, came_utc_ns = False, True, None
    rtp_times: dict[str, int] = {}  # noqa: RUF012

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.connection = self
        self.received = 4_000_000
        """As much as has come with the answers, and since then until the first keyframe."""
        self.asked: list[int] = []
        self.is_closed = False

    def read_in_bursts(self) -> bool:
        return True

    def read(self) -> None:
        self._clock.advance(SLOT_NS / NS_PER_SECOND)
        self.received += 50_000

    def keep_alive(self, now_ns: int) -> None:
        pass

    def make_room_for(self, count: int) -> int:
        if self.is_closed:
            raise OSError(9, "Bad file descriptor")
        self.asked.append(count)
        return max(self.asked)


def playing(reads: int) -> tuple[FakeSession, PlayingSession]:
    clock = FakeClock()
    session: Any = FakeSession(clock)
    units = units_of("h264")
    video: Any = SimpleNamespace(source="Camera", units=units, report=None, origin=None, items=lambda *_: [])
    receivers = [RtpReceiver(TYPE, units)]
    made = PlayingSession(session, video, None, receivers, PictureTimeout(60 * NS_PER_SECOND), clock)
    assert made.begin_bursts()
    for _ in range(reads):
        made.read()
    return session, made


def test_what_came_before_the_bursts_does_not_count() -> None:
    session, made = playing(reads=6)
    assert made.may_wait_ns() == SLOT_NS
    assert session.asked == [100_000]


def test_the_system_is_asked_for_room_only_when_more_is_wanted() -> None:
    session, made = playing(reads=6)
    for _ in range(5):
        made.read()
        assert made.may_wait_ns() == SLOT_NS
    assert len(session.asked) == 1
    session.received += 50_000
    made.read()
    made.may_wait_ns()
    assert session.asked == [100_000, 200_000]


def test_one_that_has_been_closed_meanwhile_may_not_wait() -> None:
    """A stop closes it from another thread; that is no fault of the program."""
    session, made = playing(reads=6)
    session.is_closed = True
    assert made.may_wait_ns() == 0
