"""A fixed frame rate for an encoded channel: which picture is stored at which point of an exact grid. Pure.

Grid point k lies at `origin + k / rate` in media time and gets the picture that was captured nearest to it. A picture
that is nearest to no point is passed over, and one that is nearest to several is repeated; neither is a loss.

A point is decided as soon as the next picture cannot be nearer to it. When the next one can come at the earliest is
foreseen by the least distance between the latest pictures: with a steady source, no point waits longer than half a
frame.

Example: pictures at 0, 40, 80, 120 ms and a grid of 50 a second. The points 0, 20, 40, 60 ms get the pictures 0, 0, 40,
40: each picture is stored twice. With 12.5 a second the points 0, 80 ms get the pictures 0, 80: each second one is left
out.
"""

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction

HOLE_SECONDS = 2
"""A pause of the source that is longer stays a hole: no picture is repeated over it."""

FORESIGHT = 16
"""The least distance between so many of the latest pictures says how soon the next one can come."""


@dataclass(slots=True)
class PictureCounts:
    """How often pictures were not simply encoded once."""

    dropped: int = 0
    """Pictures lost because the machine was too slow. Counted by the pipeline, with a grid and without."""
    passed_over: int = 0
    """Pictures that were nearest to no point."""
    repeated: int = 0
    """Frames stored beyond the first one of their picture."""


@dataclass(slots=True)
class Grid:
    """Decides which picture is stored at which point. Times are media times in seconds, as exact fractions."""

    rate: Fraction
    counts: PictureCounts
    _origin: Fraction | None = None
    _next: int = 0
    """The next point."""
    _previous: Fraction | None = None
    """Media time of the picture before."""
    _used: int = 0
    """How many points the previous picture has got so far."""
    _distances: deque[Fraction] = field(default_factory=lambda: deque(maxlen=FORESIGHT))
    _has_hole: bool = False
    """Pictures have been lost since the picture before."""

    def take(self, media: Fraction) -> tuple[list[int], list[int]]:
        """A picture has come at a media time: the points that the picture before it still gets, and those that it
        gets."""
        before: list[int] = []
        if self._origin is None:
            self._origin = media
        elif self._previous is not None:
            distance = media - self._previous
            if self._has_hole or distance > HOLE_SECONDS:
                self._skip(media)
            else:
                self._distances.append(distance)
                before = self._points_before(self._previous, media)
            self._count(self._used + len(before))
        self._has_hole = False
        reach = media + self._least_distance / 2
        now: list[int] = []
        while self._at(self._next) <= max(reach, media):
            now.append(self._next)
            self._next += 1
        self._previous, self._used = media, len(now)
        return before, now

    def leave_hole(self) -> None:
        """Pictures have been lost: no other picture is repeated in their place."""
        self._has_hole = True

    def time_of(self, point: int) -> Fraction:
        """Media time of a point."""
        return self._at(point)

    @property
    def _least_distance(self) -> Fraction:
        """The next picture is expected to come no sooner than this after the last."""
        return min(self._distances, default=Fraction(0))

    def _at(self, point: int) -> Fraction:
        return (self._origin or Fraction(0)) + point / self.rate

    def _points_before(self, previous: Fraction, media: Fraction) -> list[int]:
        points = []
        while self._at(self._next) - previous <= media - self._at(self._next):
            points.append(self._next)
            self._next += 1
        return points

    def _skip(self, media: Fraction) -> None:
        """Goes on, after a hole, with the first point that this picture can be nearest to."""
        since = (media - self._least_distance / 2 - (self._origin or Fraction(0))) * self.rate
        self._next = max(self._next, -int(-since // 1))

    def _count(self, used: int) -> None:
        if used == 0:
            self.counts.passed_over += 1
        else:
            self.counts.repeated += used - 1


def time_base_of(rate: Fraction) -> Fraction:
    """A time base in which every point of the grid is a whole number: at least 10,000 ticks a second."""
    return Fraction(1, rate.numerator * max(1, -(-10_000 // rate.numerator)))
