"""The rate at which an encoded channel stores pictures: each one that comes, or an exact grid. Pure.

Grid point k lies at `origin + k / rate` in media time and shows the picture that was captured nearest to it. A point
is decided as soon as the next picture can lie no nearer, by the least distance of the latest ones: with a steady source
at the latest half a frame after its picture came. A picture that is nearest to no point is passed over, one that is
nearest to several is repeated; neither is a loss, and a repeated one is not received twice.
"""

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction

HOLE_SECONDS = 2
"""A source that pauses for longer leaves a hole: no picture is repeated over it."""

FORESIGHT = 16
"""The least distance of so many pictures says how soon the next one can come."""


@dataclass(slots=True)
class PictureCounts:
    """What became of pictures other than being encoded once."""

    dropped: int = 0
    passed_over: int = 0
    repeated: int = 0


@dataclass(slots=True)
class Grid:
    """Decides which picture stands at which point. Times are media times in seconds, exact."""

    rate: Fraction
    counts: PictureCounts
    _origin: Fraction | None = None
    _next: int = 0
    """The next point."""
    _previous: Fraction | None = None
    _used: int = 0
    """At how many points the previous picture stands."""
    _distances: deque[Fraction] = field(default_factory=lambda: deque(maxlen=FORESIGHT))
    _has_hole: bool = False

    def take(self, media: Fraction) -> tuple[list[int], list[int]]:
        """The points that the picture before this one gets, and those that this one gets."""
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
        """Pictures were lost before the next one: no other is repeated in their place."""
        self._has_hole = True

    def time_of(self, point: int) -> Fraction:
        """Media time of a point."""
        return self._at(point)

    @property
    def _least_distance(self) -> Fraction:
        """The next picture comes no sooner, as far as one can foresee."""
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
        """To the first point that a picture after a hole is nearest to."""
        since = (media - self._least_distance / 2 - (self._origin or Fraction(0))) * self.rate
        self._next = max(self._next, -int(-since // 1))

    def _count(self, used: int) -> None:
        if used == 0:
            self.counts.passed_over += 1
        else:
            self.counts.repeated += used - 1


def time_base_of(rate: Fraction) -> Fraction:
    """A time base in which every point of the grid is a whole number, fine enough for any player."""
    return Fraction(1, rate.numerator * max(1, -(-10_000 // rate.numerator)))
