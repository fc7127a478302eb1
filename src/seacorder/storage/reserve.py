"""When a volume counts as full: the rule that keeps the reserve untouched. Pure.

A recorder that looks at a volume from time to time must stop before the reserve is reached, because what is on its way
is written after the look. So the rule stops with this much above the reserve:

    bytes that wait in memory + what goes onto the volume within two looks + the index of the files that are open

and goes on only when there is clearly more, so that it does not flicker. What goes onto the volume is measured by
its fall between looks, whoever writes there.
"""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from seacorder.base.clock import NS_PER_SECOND

LOOK_SECONDS = 0.5
"""Between two looks at a volume that is written to."""
MARGIN_BYTES = 4 * 1024 * 1024
REOPEN_BYTES = 8 * 1024 * 1024
"""So much more must be free before writing goes on."""
MOVE_SECONDS = 12.0
"""So long before the end a file is moved to another volume, where there is one: a long group of pictures fits."""
_FALL_WINDOW_NS = 5 * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """What a look came to. `is_full` implies `is_tight`."""

    free_bytes: int
    is_full: bool
    """Nothing more may be written."""
    is_tight: bool
    """It will be full soon; a new file is better begun elsewhere."""


class ReserveRule:
    """Of one volume, for one who writes there. Not thread-safe."""

    def __init__(self, reserve_bytes: int) -> None:
        self._reserve_bytes = reserve_bytes
        self._looks: deque[tuple[int, int]] = deque()
        """(when, free), oldest first."""
        self._room = FreeSpace(0, False, False)

    def look(self, free_bytes: int, now_ns: int, waiting_bytes: int) -> FreeSpace:
        """The room by a new look; `waiting_bytes` will be written whatever the rule says."""
        self._looks.append((now_ns, free_bytes))
        while now_ns - self._looks[0][0] > _FALL_WINDOW_NS:
            self._looks.popleft()
        fall = self._fall_bytes_per_second()
        usable = free_bytes - self._reserve_bytes
        needed = waiting_bytes + MARGIN_BYTES + round(2 * LOOK_SECONDS * fall)
        is_full = self._reserve_bytes > 0 and usable < needed + REOPEN_BYTES * self._room.is_full
        ahead = needed + REOPEN_BYTES + round(MOVE_SECONDS * fall)
        is_tight = is_full or usable < ahead + REOPEN_BYTES * self._room.is_tight
        self._room = FreeSpace(free_bytes, is_full, is_tight)
        return self._room

    def _fall_bytes_per_second(self) -> float:
        """The usual fall between two looks of the last seconds; that of one big file at once is not one."""
        falls = [
            (before - after) * NS_PER_SECOND / (after_ns - before_ns)
            for (before_ns, before), (after_ns, after) in pairwise(self._looks)
            if after_ns > before_ns
        ]
        return max(0.0, sorted(falls)[len(falls) // 2]) if falls else 0.0


def reserve_sentence(folder: str, free_bytes: int, reserve_bytes: int) -> str:
    """Why nothing is written to a volume that has only its reserve left."""
    return (
        f"The volume of {folder} has only its reserve left ({free_bytes / 1e9:.2f} GB free, {reserve_bytes / 1e9:.2f} "
        "GB are kept free); free some space there and recording goes on by itself."
    )
