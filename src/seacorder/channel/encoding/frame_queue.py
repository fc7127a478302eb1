"""Between the ingest thread and the encode thread: what has come and is not encoded yet, bounded."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from seacorder.model.encoding import EncodingPlan
from seacorder.model.sample import Sample, SourceFormat, Track

FRAMES_MAX = 120
BYTES_MAX = 96 * 1024 * 1024
FRAMES_MIN = 4
"""So many pictures may wait however large they are."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet of the source, with its place on the clocks."""

    sample: Sample
    arrived_ns: int


@dataclass(frozen=True, slots=True)
class RefusedPictures:
    """Pictures for which there was no room, in the place where they would have been."""

    pictures: list[tuple[int, int]] = field(default_factory=list)
    """(capture instant, number) of each; their packets are gone."""


@dataclass(frozen=True, slots=True)
class Primer:
    """What a decoder must have seen before the packets that follow, where they do not begin with a keyframe."""

    samples: tuple[Sample, ...] = ()
    """From a keyframe on; they are stored already."""
    next_number: int | None = None
    """The number of the frame that follows."""


NO_PRIMER = Primer()


@dataclass(frozen=True, slots=True)
class NewSource:
    """What follows is of this format, and is encoded by this plan."""

    source: SourceFormat
    plan: EncodingPlan
    primer: Primer = NO_PRIMER


@dataclass(frozen=True, slots=True)
class NewPlan:
    """The first picture captured at or after an instant, and all that follow, are encoded by this plan."""

    from_ns: int
    plan: EncodingPlan


@dataclass(frozen=True, slots=True)
class Drained:
    """The pictures before it are done with; `said` is told so."""

    said: Callable[[], None]


Item = Arrival | RefusedPictures | NewSource | NewPlan | Drained


class FrameQueue:
    """Takes pictures until it is full; then none up to the next keyframe that finds room."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._something = threading.Condition()
        self._frames = 0
        self._bytes = 0
        self._is_open = True

    def put(self, item: Item) -> None:
        """Never blocks; a picture that finds no room stays behind as one that was refused."""
        with self._something:
            if isinstance(item, Arrival) and not self._admits(item.sample):
                if item.sample.track is Track.VIDEO:
                    self._refuse(item.sample)
                return
            self._items.append(item)
            self._something.notify()

    def get(self, seconds: float) -> Item | None:
        """The next one; None when nothing comes for so long."""
        with self._something:
            if not self._something.wait_for(lambda: self._items, seconds):
                return None
            item = self._items.popleft()
            if isinstance(item, Arrival) and item.sample.track is Track.VIDEO:
                self._frames -= 1
                self._bytes -= item.sample.size
            return item

    @property
    def frames(self) -> int:
        """Pictures that wait."""
        return self._frames

    def _refuse(self, sample: Sample) -> None:
        newest = self._items[-1] if self._items else None
        if not isinstance(newest, RefusedPictures):
            newest = RefusedPictures()
            self._items.append(newest)
            self._something.notify()
        newest.pictures.append((sample.instant_ns, sample.number))

    def _admits(self, sample: Sample) -> bool:
        if sample.track is not Track.VIDEO:
            return len(self._items) < 50 * FRAMES_MAX
        share = 1 if self._is_open else 2  # once closed it stays so until it is half empty: few holes, not many
        is_full = self._frames >= FRAMES_MAX // share or (
            self._frames >= FRAMES_MIN // share and self._bytes + sample.size > BYTES_MAX // share
        )
        if is_full:
            self._is_open = False
        elif sample.is_keyframe:
            self._is_open = True
        if self._is_open:
            self._frames += 1
            self._bytes += sample.size
        return self._is_open
