"""How many frames of a file lie in its first so many bytes. Pure."""

from array import array
from bisect import bisect_right

_PRUNED_AT = 64
_FIELDS = 3


class StoredFrames:
    """Where each fragment of a file ends, as far back as the disk may still lose bytes."""

    def __init__(self, first_utc_ns: int) -> None:
        # Flat, because a disk that hangs confirms nothing, and numbers in tuples take seven times the memory.
        self._ends = array("q", (0, 0, first_utc_ns))
        """Of each fragment: offset of its end, frames up to there, capture time of the last of them. Ascending."""

    def __len__(self) -> int:
        """How many ends are kept."""
        return len(self._ends) // _FIELDS

    def reached(self, offset: int, frames: int, utc_ns: int) -> None:
        """The bytes before `offset` hold so many frames."""
        self._ends.extend((offset, frames, utc_ns))

    def confirmed(self, offset: int) -> None:
        """The bytes before `offset` are safe: where fragments in them end is not asked any more."""
        if len(self) >= _PRUNED_AT and (before := self._newest_within(offset)) > 0:
            del self._ends[: before * _FIELDS]

    def within(self, offset: int) -> tuple[int, int]:
        """(frames in the first `offset` bytes, capture time of the last of them)."""
        begin = self._newest_within(offset) * _FIELDS
        return self._ends[begin + 1], self._ends[begin + 2]

    def _newest_within(self, offset: int) -> int:
        """The place of the last end at or before `offset`; 0 when there is none."""
        return max(0, bisect_right(range(len(self)), offset, key=lambda place: self._ends[place * _FIELDS]) - 1)
