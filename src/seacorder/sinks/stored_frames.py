"""How many frames of a file lie in its first so many bytes. Pure."""

from collections import deque

_PRUNED_AT = 64


class StoredFrames:
    """Where each fragment of a file ends, as far back as the disk may still lose bytes."""

    def __init__(self, first_utc_ns: int) -> None:
        self._ends: deque[tuple[int, int, int]] = deque([(0, 0, first_utc_ns)])
        """(offset, frames up to there, capture time of the last of them), ascending."""

    def reached(self, offset: int, frames: int, utc_ns: int) -> None:
        """The bytes before `offset` hold so many frames."""
        self._ends.append((offset, frames, utc_ns))

    def confirmed(self, offset: int) -> None:
        """The bytes before `offset` are safe: where fragments in them end is not asked any more."""
        if len(self._ends) < _PRUNED_AT:
            return
        while len(self._ends) > 1 and self._ends[1][0] <= offset:
            self._ends.popleft()

    def within(self, offset: int) -> tuple[int, int]:
        """(frames in the first `offset` bytes, capture time of the last of them)."""
        _, frames, utc_ns = max(end for end in self._ends if end[0] <= offset or end is self._ends[0])
        return frames, utc_ns
