"""The account of frames that a file could not take: what is dropped, and when it becomes a loss. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from seacorder.model.loss import LossCause
from seacorder.model.sample import Sample


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames in a row that a file does not have."""

    from_utc_ns: int
    to_utc_ns: int
    frames: int
    cause: LossCause
    detail: str


class MissingFrames:
    """Joins missing frames that follow each other into one gap. Knows video frames only."""

    def __init__(self, from_utc_ns: int) -> None:
        self._newest_utc_ns = from_utc_ns
        self._missing: list[int] = []
        self._cause = LossCause.DAMAGED
        self._detail = ""

    def missed(self, sample: Sample, cause: LossCause, detail: str) -> None:
        """A frame that the file does not take; the first of a gap gives the gap's cause."""
        if not self._missing:
            self._missing = [0, sample.utc_ns]
            self._cause, self._detail = cause, detail
        self._missing[0] += 1
        self._missing[1] = sample.utc_ns

    def stored(self, sample: Sample) -> Gap | None:
        """A frame that it takes; gives the gap that ends with it."""
        gap = self.ended(sample.utc_ns)
        self._newest_utc_ns = max(self._newest_utc_ns, sample.utc_ns)
        return gap

    def ended(self, to_utc_ns: int | None = None) -> Gap | None:
        """The gap that is open, ending at `to_utc_ns` or at its last frame."""
        if not self._missing:
            return None
        frames, last_utc_ns = self._missing
        self._missing = []
        end = last_utc_ns if to_utc_ns is None else to_utc_ns
        return Gap(self._newest_utc_ns, end, frames, self._cause, self._detail)


class GroupGate:
    """Lets samples through while the disk keeps up, and otherwise drops up to a keyframe: never a frame in mid-group.

    It closes before the first packet that finds no room, and opens again with a keyframe that finds room for as much
    as the last whole group of pictures took.
    """

    def __init__(self) -> None:
        self._is_open = True
        self._group_bytes = 0
        self._last_group_bytes = 0

    def admits(self, sample: Sample, has_room: Callable[[int], bool]) -> bool:
        """True when `sample` may be written; `has_room` says whether so many bytes more may wait for the disk."""
        if sample.is_keyframe and sample.number >= 0:
            self._last_group_bytes, self._group_bytes = self._group_bytes, 0
            if not self._is_open:
                self._is_open = has_room(max(self._last_group_bytes, sample.size))
        self._group_bytes += sample.size
        if self._is_open and not has_room(sample.size):
            self._is_open = False
        return self._is_open
