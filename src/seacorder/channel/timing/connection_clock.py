"""How the media time of one connection relates to the clocks: an estimate that later packets make better.

*Media time* is the time that the timeline gives the frames of a channel (`timeline`), here in nanoseconds. The first
frames of a connection tell little about it: they arrive while the camera, the network and the machine are busiest.
What later frames teach holds for the first ones too, because the distance between two frames in media time is the
camera's own. So a question about a frame of the past is answered with the newest knowledge (docs/design/time.md).

Not thread-safe: used under the channel's lock.
"""

from bisect import bisect_right
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.model.capture_time import Anchor, Anchors, Captured, Distance, distance
from seacorder.model.sample import Begun, Sample, TrackFormat

CONTRADICTION_NS = 10 * NS_PER_MS
"""Two reports of the camera's clock that differ by more than this contradict each other."""
SAME_REPORT_NS = 1_000
"""One report that is converted at two media times differs by less than this from itself, through rounding. Two separate
reports rarely differ by less, but with some cameras always: they tell exact multiples of the frame distance."""
ANOTHER_REPORT_NS = NS_PER_SECOND
"""A report is converted within less media time than this after it came; what is told later is another one."""
MOST_CONTRADICTIONS = 3
"""In one connection. The first report of some cameras is wrong, and a clock may be set; a clock that contradicts itself
more often is not used."""
MOST_CONNECTIONS = 1000
"""Of one worker that are remembered."""


def media_ns(sample: Sample, video: TrackFormat) -> int:
    """Media time of a picture in nanoseconds: its presentation time."""
    return sample.pts * NS_PER_SECOND * video.time_base.numerator // video.time_base.denominator


@dataclass(slots=True)
class ConnectionClock:
    """The offsets of one connection's media time to the monotonic clock and to the camera's clock."""

    offset_ns: int = 0
    """Monotonic time minus media time; the timeline updates it with every picture."""
    camera_offset_ns: int | None = None
    """The camera's clock minus media time; None while the camera has not told it, or when it cannot be trusted."""
    is_confirmed: bool = False
    """The camera has told its clock more than once."""
    _contradictions: int = 0
    _told_at_ns: int = 0
    """Media time at which the camera told its clock first."""

    def tell(self, media_ns: int, camera_ns: int) -> None:
        """The camera has said what its clock showed at a media time. The newest report replaces those before it."""
        offset_ns = camera_ns - media_ns
        if self.camera_offset_ns is not None:
            difference_ns = abs(offset_ns - self.camera_offset_ns)
            is_another = difference_ns > SAME_REPORT_NS or media_ns - self._told_at_ns >= ANOTHER_REPORT_NS
            self.is_confirmed = self.is_confirmed or is_another
            self._contradictions += difference_ns > CONTRADICTION_NS
        else:
            self._told_at_ns = media_ns
        self.camera_offset_ns = offset_ns if self._contradictions <= MOST_CONTRADICTIONS else None

    def captured(self, media_ns: int) -> Captured:
        """When the frame at that media time was captured, on both clocks."""
        camera_ns = None if self.camera_offset_ns is None else media_ns + self.camera_offset_ns
        return Captured(media_ns + self.offset_ns, camera_ns, self._is_unconfirmed)

    def anchor(self, media_ns: int, utc_ns: int) -> Anchor:
        """The anchor of a file in which the frame at that media time has the capture time `utc_ns`: the file's UTC
        minus the monotonic clock, and minus the camera's."""
        zero_ns = utc_ns - media_ns
        camera_ns = None if self.camera_offset_ns is None else zero_ns - self.camera_offset_ns
        return Anchor(zero_ns - self.offset_ns, camera_ns, self._is_unconfirmed)

    @property
    def camera_ahead_ns(self) -> int | None:
        """How far the camera's clock is ahead of the monotonic clock; None when that is not known."""
        return None if self.camera_offset_ns is None else self.camera_offset_ns - self.offset_ns

    @property
    def _is_unconfirmed(self) -> bool:
        """Only the first report has come, which may be wrong."""
        return self.camera_offset_ns is not None and not self.is_confirmed


@dataclass(frozen=True, slots=True)
class FramePlace:
    """One frame of a connection. When it was captured is worked out anew each time, with the newest knowledge."""

    connection_clock: ConnectionClock
    media_ns: int

    @property
    def captured(self) -> Captured:
        """When it was captured, on both clocks."""
        return self.connection_clock.captured(self.media_ns)

    def distance(self, after: "FramePlace") -> Distance:
        """The time from this frame to a later one, which may belong to another connection."""
        ahead_ns = self.connection_clock.camera_ahead_ns
        return distance(
            self.captured, after.captured, after.connection_clock.camera_ahead_ns if ahead_ns is None else ahead_ns
        )


class ConnectionClocks:
    """The clocks of all connections of a worker; a frame's number finds that of its connection."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        """The number of each connection's first frame, rising."""
        self._clocks: list[ConnectionClock] = []

    def begin(self, number: int, connection_clock: ConnectionClock) -> None:
        """A connection begins; its first frame gets that number."""
        self._numbers.append(number)
        self._clocks.append(connection_clock)
        del self._numbers[:-MOST_CONNECTIONS], self._clocks[:-MOST_CONNECTIONS]

    def of(self, number: int) -> ConnectionClock:
        """That of the connection over which a frame came; the oldest one that is remembered for older frames."""
        return self._clocks[max(0, bisect_right(self._numbers, number) - 1)]

    @property
    def newest(self) -> ConnectionClock:
        """That of the present connection, or of the last one."""
        return self._clocks[-1]

    def anchors(self, first: Begun | None, newest: Begun | None) -> Anchors | None:
        """The anchors of a recording's first and newest file, by the frames with which they began."""
        if first is None or newest is None:
            return None
        begun, now = self.of(first.frame.number), self.newest
        return Anchors(
            first=_anchor(begun, first),
            first_number=first.number,
            newest=_anchor(now, newest),
            is_confirmed=begun.is_confirmed or now is not begun,
        )


def _anchor(connection_clock: ConnectionClock, begun: Begun) -> Anchor:
    return connection_clock.anchor(media_ns(begun.frame, begun.source.video), begun.frame.utc_ns)
