"""The offset of a source's media time to this machine's monotonic clock: a line below all arrivals. Pure.

A packet can arrive late but never early, so `arrival - media time` lies on or above `offset + drift * time`. The best
line is the one that touches these points from below; its slope is the drift of the camera's clock against ours
(Moon, Skelly, Towsley: "Estimation and removal of clock skew from network delay measurements", 1999). The points are
the minima of some seconds each (for a camera five). docs/design/time.md has the theory and the figures.

Example: pictures of 40 ms arrive 30, 5, 60 and 5 ms after they were captured. Their offsets are 25, 0, 55 and 0 ms
above the least; the line lies at the least, so every capture time is estimated 5 ms late, however slow the slow ones
are.
"""

import itertools
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND

DRIFT_PPB = 600_000
"""The steepest slope that is believed, in parts per thousand million. Cameras drift by about 50,000."""
SLEW_PPB = 2_000_000
"""How fast the estimate moves towards a new line, in parts per thousand million: 2 ms a second."""
_PPB = 1_000_000_000

Point = tuple[int, int]
"""(arrival, arrival - media time), nanoseconds."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back points are used, and what is too far from the line to belong to it. Nanoseconds."""

    bucket_ns: int
    """Of the packets of so much time, the least makes one point."""
    window_ns: int
    """Points are kept for so long; a crystal keeps its drift over that time."""
    short_ns: int
    """While the line is level, it lies at the least point of this time."""
    line_ns: int
    """Points that cover less time than this say more about delays than about drift, so the line stays level."""
    early_ns: int
    """A packet that is further below the line than this: media time has jumped ahead, and a new line begins."""
    late_ns: int
    """For `short_ns` no packet was nearer to the line than this: media time has fallen back, and a new line begins."""
    very_late_ns: int
    very_late_for_ns: int
    """The same, decided sooner, for a distance that no delay explains."""
    doubt_ns: int = 0
    """A packet that is further below the line than this may have a wrong stamp: it is not learned from until `doubtful`
    of them have come in a row."""
    doubtful: int = 0
    """0: none is doubted."""
    deep_within: int = 0
    """B-frames: a *deep* picture is shown later after its decoding than the pictures on the line, and lies below the
    line for that reason. It is believed if another deep one came at most so many pictures before it."""


NETWORK = Reach(
    bucket_ns=5 * NS_PER_SECOND,
    window_ns=1800 * NS_PER_SECOND,  # hardly any network is busy for so long without a break
    short_ns=60 * NS_PER_SECOND,
    line_ns=240 * NS_PER_SECOND,
    early_ns=200 * NS_PER_MS,
    late_ns=200 * NS_PER_MS,
    doubt_ns=20 * NS_PER_MS,
    doubtful=10,
    deep_within=50,
    very_late_ns=NS_PER_SECOND,
    very_late_for_ns=10 * NS_PER_SECOND,  # two whole buckets
)
"""The values for a camera."""


@dataclass(frozen=True, slots=True)
class OffsetLine:
    """The offset as a straight line over arrival times: it is `offset_ns` at `at_ns` (monotonic) and changes by
    `drift_ppb` parts per thousand million."""

    at_ns: int
    offset_ns: int
    drift_ppb: int = 0

    def offset(self, arrived_ns: int) -> int:
        """The offset at an arrival time."""
        return self.offset_ns + (arrived_ns - self.at_ns) * self.drift_ppb // _PPB


_NO_LINE = OffsetLine(0, 1 << 80)
"""Above every packet, so that the first one begins a line."""


class ClockOffset:
    """Estimates the offset from every picture of one connection, or from every chunk of a sound card. Not thread-safe.

    Never gives an offset that places a picture after its arrival.
    """

    def __init__(self, reach: Reach = NETWORK) -> None:
        self._reach = reach
        self._points: list[Point] = []
        """The least point of each bucket, oldest first; the last bucket is still being filled."""
        self._line = _NO_LINE
        self._given_ns = 0
        """The offset that was returned last."""
        self._arrived_ns = 0
        """The newest arrival that was learned from."""
        self._doubted = 0
        """How many packets in a row have been doubtful."""
        self._ahead_ns = 0
        """How much later than its decoding the newest picture on or below the line is shown. A picture that is shown
        later than that by more than `doubt_ns`, and lies below the line by more, is deep."""
        self._since_deep = self._reach.deep_within
        """How many pictures have come since the last deep one."""

    def learn(self, media_ns: int, arrived_ns: int, ahead_ns: int = 0) -> int:
        """Learns from one picture and returns the offset of media time to the monotonic clock, in nanoseconds.

        `media_ns`: its media time; `arrived_ns`: its arrival (monotonic); `ahead_ns`: how much later than its decoding
        it is shown, 0 without B-frames.
        """
        offset_ns = arrived_ns - media_ns
        line = self._line
        below_ns = line.offset(arrived_ns) - offset_ns
        if self._points and self._is_doubtful(below_ns, ahead_ns):
            return min(offset_ns, self._given_ns)
        if below_ns >= 0:
            self._ahead_ns = ahead_ns
        if below_ns > self._reach.early_ns:
            self._begin([(arrived_ns, offset_ns)])
        elif arrived_ns // self._reach.bucket_ns > self._points[-1][0] // self._reach.bucket_ns:
            self._next_bucket((arrived_ns, offset_ns))
        elif offset_ns < self._points[-1][1]:
            self._points[-1] = (arrived_ns, offset_ns)
        wanted_ns = below_ns + offset_ns if line is self._line else self._line.offset(arrived_ns)
        return self._slew(offset_ns, arrived_ns, wanted_ns)

    def _is_doubtful(self, below_ns: int, ahead_ns: int) -> bool:
        """Whether a picture may have a wrong stamp, so that nothing should be learned from it.

        With B-frames, a picture that is sent ahead of others has a late presentation time and lies below them for that
        reason alone, and never many in a row. Decoding times are evenly spaced, so they are compared instead. Where a
        picture lies below the line by its presentation time alone, that time may be the wrong one: the first such
        picture in a while is doubted.
        """
        deeper_ns, reach = ahead_ns - self._ahead_ns, self._reach
        if below_ns - deeper_ns <= reach.doubt_ns:
            self._doubted = 0
        elif self._doubted < reach.doubtful:
            self._doubted += 1
            return True
        self._since_deep += 1
        if below_ns <= reach.doubt_ns or deeper_ns <= reach.doubt_ns:
            return False
        is_first, self._since_deep = self._since_deep > reach.deep_within, 0
        return is_first

    def _begin(self, points: list[Point]) -> None:
        """A new line begins with these points, and the offset that is given goes over to it at once."""
        self._points = points
        self._line = line_below(points, self._reach)
        self._arrived_ns = points[-1][0]
        self._given_ns = self._line.offset(self._arrived_ns)

    def _next_bucket(self, point: Point) -> None:
        """A bucket is full, and `point` is the first of the next one: lays the line anew."""
        points, arrived_ns, reach = self._points, point[0], self._reach
        if self._is_late(arrived_ns, reach.short_ns, reach.late_ns):
            self._begin([*(one for one in points if one[0] > arrived_ns - reach.short_ns), point])
        elif self._is_late(arrived_ns, reach.very_late_for_ns, reach.very_late_ns):
            self._begin([points[-1], point])
        else:
            points.append(point)
            while points[0][0] <= arrived_ns - reach.window_ns:
                del points[0]
            self._line = line_below(points, reach)

    def _is_late(self, arrived_ns: int, for_ns: int, by_ns: int) -> bool:
        """True when no packet has come nearer to the line than `by_ns` for `for_ns`."""
        begin_ns, line = arrived_ns - for_ns - self._reach.bucket_ns, self._line
        if self._points[0][0] > begin_ns:
            return False
        return all(offset > line.offset(at) + by_ns for at, offset in self._points if at > begin_ns)

    def _slew(self, offset_ns: int, arrived_ns: int, wanted_ns: int) -> int:
        """The line's offset (`wanted_ns`), approached gradually, and never above this picture's own, which would place
        it after its arrival."""
        most = max(0, arrived_ns - self._arrived_ns) * SLEW_PPB // _PPB
        self._given_ns = min(offset_ns, max(self._given_ns - most, min(self._given_ns + most, wanted_ns)))
        if offset_ns < wanted_ns:
            self._line = OffsetLine(arrived_ns, offset_ns, self._line.drift_ppb)
        self._arrived_ns = max(self._arrived_ns, arrived_ns)
        return self._given_ns


def line_below(points: list[Point], reach: Reach = NETWORK) -> OffsetLine:
    """The line below all points that lies nearest to them. Until they cover enough time for a slope: a level line at
    the least point of `short_ns`."""
    newest_ns = points[-1][0]
    if newest_ns - points[0][0] < reach.line_ns:
        return OffsetLine(newest_ns, min(offset for at, offset in points if at > newest_ns - reach.short_ns))
    drift_ppb = _drift(_lower_hull(points), (points[0][0] + newest_ns) // 2)
    level = min(offset + (newest_ns - at) * drift_ppb // _PPB for at, offset in points)
    return OffsetLine(newest_ns, level, drift_ppb)


def _drift(hull: list[Point], middle_ns: int) -> int:
    """The slope of the hull's edge over the middle of the time: of all lines below the points, that edge has the least
    mean distance to them."""
    for (at, offset), (later, later_offset) in itertools.pairwise(hull):
        if later >= middle_ns:
            return max(-DRIFT_PPB, min(DRIFT_PPB, (later_offset - offset) * _PPB // (later - at)))
    return 0


def _lower_hull(points: list[Point]) -> list[Point]:
    """The lower convex hull, by Andrew's monotone chain; `points` are in order of time."""
    hull: list[Point] = []
    for point in points:
        while len(hull) > 1 and _turns_down(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return hull


def _turns_down(first: Point, second: Point, third: Point) -> bool:
    """True when the second point lies on the line from the first to the third or above it."""
    return (second[1] - first[1]) * (third[0] - first[0]) >= (third[1] - first[1]) * (second[0] - first[0])
