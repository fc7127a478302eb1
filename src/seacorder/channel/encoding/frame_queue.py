"""The bounded queue between the ingest thread and the encode thread."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from seacorder.model.encoding import EncodingPlan
from seacorder.model.sample import Sample, SourceFormat, Track

FRAMES_MAX = 120
BYTES_MAX = 96 * 1024 * 1024
FRAMES_MIN = 4
"""So many pictures may wait, however large they are."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet of the source with its times, and when it arrived (monotonic)."""

    sample: Sample
    arrived_ns: int


@dataclass(frozen=True, slots=True)
class RefusedPictures:
    """Stands in the queue in place of pictures for which there was no room."""

    pictures: list[tuple[int, int]] = field(default_factory=list)
    """(capture instant, number) of each; their packets are gone."""


@dataclass(frozen=True, slots=True)
class Primer:
    """What a decoder must have seen before the packets that follow, if these do not begin with a keyframe."""

    samples: tuple[Sample, ...] = ()
    """From a keyframe on. They are only decoded: they have been stored already."""
    next_number: int | None = None
    """The number of the frame that follows."""


NO_PRIMER = Primer()


@dataclass(frozen=True, slots=True)
class NewSource:
    """The packets that follow have this format and are encoded by this plan."""

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
    """Everything before it has been encoded; `said` is called then."""

    said: Callable[[], None]


Item = Arrival | RefusedPictures | NewSource | NewPlan | Drained


class FrameQueue:
    """Takes pictures until it is full, then none until a keyframe comes for which there is room: pictures in between
    could not be decoded. `put` and `get` may be called on any thread."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._something = threading.Condition()
        self._frames = 0
        self._bytes = 0
        self._is_open = True

    def put(self, item: Item) -> None:
        """Never blocks. A picture for which there is no room is noted as refused."""
        with self._something:
            if isinstance(item, Arrival) and not self._admits(item.sample):
                if item.sample.track is Track.VIDEO:
                    self._refuse(item.sample)
                return
            self._items.append(item)
            self._something.notify()

    def get(self, seconds: float) -> Item | None:
        """The next item. Blocks; None when nothing comes for so many seconds."""
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
        """How many pictures wait."""
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
        share = 1 if self._is_open else 2  # once full, it takes none until it is half empty: one long hole, not many
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
