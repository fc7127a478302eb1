"""Where one connection's media time lies on the clocks, as well as that is known by now.

A connection's first pictures tell little: they come when the camera, the network and the machine are busiest. What is
learned from later ones holds for the first ones too, because their distance in media time is the camera's own. So
what is asked about a picture that has passed is answered by the newest knowledge (docs/design/time.md).
"""

from bisect import bisect_right
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS
from seacorder.model.capture_time import Anchor, Captured, Distance, distance

STRAY_NS = 10 * NS_PER_MS
"""Reports that differ by more contradict each other."""
SAME_NS = 1_000
"""One report, asked about at two media times, does not differ by as much; two reports hardly ever by less."""
MOST_CONTRADICTIONS = 3
"""In one connection: a first report is wrong with some cameras, and a clock may be set; more than that is no clock."""


@dataclass(slots=True)
class Mooring:
    """One connection. Media time as in `timeline`, nanoseconds."""

    offset_ns: int = 0
    """Monotonic time less media time."""
    camera_offset_ns: int | None = None
    """The camera's clock less media time; None while the camera has not told it."""
    is_confirmed: bool = False
    """The camera has told its clock more than once."""
    _contradictions: int = 0

    def tell(self, media_ns: int, camera_ns: int) -> None:
        """The camera has said what its clock showed at a media time; its newest word counts."""
        offset_ns = camera_ns - media_ns
        if self.camera_offset_ns is not None:
            difference_ns = abs(offset_ns - self.camera_offset_ns)
            self.is_confirmed = self.is_confirmed or difference_ns > SAME_NS
            self._contradictions += difference_ns > STRAY_NS
        self.camera_offset_ns = offset_ns if self._contradictions <= MOST_CONTRADICTIONS else None

    def captured(self, media_ns: int) -> Captured:
        """When the frame at that media time was captured."""
        camera_ns = None if self.camera_offset_ns is None else media_ns + self.camera_offset_ns
        return Captured(media_ns + self.offset_ns, camera_ns)

    def anchor(self, media_ns: int, utc_ns: int) -> Anchor:
        """Of a file in which the frame at that media time stands as `utc_ns`."""
        zero_ns = utc_ns - media_ns
        camera_ns = None if self.camera_offset_ns is None else zero_ns - self.camera_offset_ns
        return Anchor(zero_ns - self.offset_ns, camera_ns)

    @property
    def camera_ahead_ns(self) -> int | None:
        """What the camera's clock is ahead of the monotonic one."""
        return None if self.camera_offset_ns is None else self.camera_offset_ns - self.offset_ns


@dataclass(frozen=True, slots=True)
class Place:
    """One frame in its connection."""

    mooring: Mooring
    media_ns: int

    @property
    def captured(self) -> Captured:
        """As well as it is known now."""
        return self.mooring.captured(self.media_ns)

    def distance(self, after: "Place") -> Distance:
        """To a later frame, perhaps of another connection, as well as it is known now."""
        ahead_ns = self.mooring.camera_ahead_ns
        return distance(
            self.captured, after.captured, after.mooring.camera_ahead_ns if ahead_ns is None else ahead_ns
        )


MOST_CONNECTIONS = 1000
"""Of one worker that are remembered."""


class Moorings:
    """All connections of a worker, by frame number."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._moorings: list[Mooring] = []

    def begin(self, number: int, mooring: Mooring) -> None:
        """A connection begins; its first frame gets that number."""
        self._numbers.append(number)
        self._moorings.append(mooring)
        del self._numbers[:-MOST_CONNECTIONS], self._moorings[:-MOST_CONNECTIONS]

    def of(self, number: int) -> Mooring:
        """The connection of a frame; the oldest that is remembered for one before it."""
        return self._moorings[max(0, bisect_right(self._numbers, number) - 1)]

    @property
    def newest(self) -> Mooring:
        return self._moorings[-1]
