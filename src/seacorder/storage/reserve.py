"""When a volume counts as full: the rule that keeps the reserve untouched. Pure.

The recorder looks at a volume twice a second when it may soon be full, else every two seconds. Bytes that are on their
way are written after a look. So writing must stop before the reserve is reached, with this much left above it:

    bytes in memory + indexes of the open files + what is written to the volume in two intervals between looks + 4 MiB

Writing goes on when 8 MiB more than that are free (hysteresis), so that it does not stop and go on all the time. How
much is written to the volume is measured by how free space shrinks from look to look, whoever writes there.

A volume is looked at seldom while no disk could fill it before the next look but one.

An example: 1 GB reserve, 20 MB in memory, free space shrinks by 100 MB/s. Writing stops at 1 GB + 20 + 100 + 4 MB free.
"""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.message import Message

LOOK_SECONDS = 0.5
"""The interval between two looks at a volume that is written to and may soon be full."""
SELDOM_SECONDS = 2.0
"""The interval while it is far from full. Also how late a recording learns at most that its folder is on another volume
now, so that the alarm comes within three seconds."""
FAR_BYTES = 8_000_000_000
"""What a very fast disk (2 GB/s) takes in two such intervals."""
MARGIN_BYTES = 4 * 1024 * 1024
REOPEN_BYTES = 8 * 1024 * 1024
"""How much more must be free before writing goes on."""
MOVE_SECONDS = 12.0
"""How long before the volume is full the next file is begun on another one; a long group of pictures fits into it."""
_FALL_LOOKS = 11
_FALLS_AT_LEAST = 5
"""In the first seconds of watching a volume, intervals that have not been yet count as intervals without a fall."""
_FALL_WINDOW_NS = 30 * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """The result of a look. `is_full` implies `is_tight`."""

    free_bytes: int
    is_full: bool
    """Nothing more may be written."""
    is_tight: bool
    """It is full or will be soon: a new file is better begun on another volume."""
    is_far: bool = False
    """It will not be full for many seconds, whoever writes there."""

    @property
    def look_again_seconds(self) -> float:
        """When to look the next time."""
        return SELDOM_SECONDS if self.is_far else LOOK_SECONDS


class ReserveRule:
    """The rule for one volume, with its state. Not thread-safe."""

    def __init__(self, reserve_bytes: int) -> None:
        self._reserve_bytes = reserve_bytes
        self._looks: deque[tuple[int, int]] = deque(maxlen=_FALL_LOOKS)
        """(when, free), oldest first."""
        self._room = FreeSpace(0, False, False)

    def look(self, free_bytes: int, now_ns: int, waiting_bytes: int) -> FreeSpace:
        """Judges a new look: `free_bytes` at `now_ns` (monotonic); `waiting_bytes` will be written in any case."""
        self._looks.append((now_ns, free_bytes))
        while now_ns - self._looks[0][0] > _FALL_WINDOW_NS:
            self._looks.popleft()
        fall = self._fall_bytes_per_second()
        usable = free_bytes - self._reserve_bytes
        needed = waiting_bytes + MARGIN_BYTES + round(2 * LOOK_SECONDS * fall)
        is_full = self._reserve_bytes > 0 and usable < needed + REOPEN_BYTES * self._room.is_full
        ahead = needed + REOPEN_BYTES + round(MOVE_SECONDS * fall)
        is_tight = is_full or usable < ahead + REOPEN_BYTES * self._room.is_tight
        self._room = FreeSpace(free_bytes, is_full, is_tight, usable >= ahead + FAR_BYTES)
        return self._room

    def _fall_bytes_per_second(self) -> float:
        """How fast free space shrinks: the median over the last ten intervals, so that one file copied at once does
        not count, in the first second of a recording neither."""
        falls = [
            (before - after) * NS_PER_SECOND / (after_ns - before_ns)
            for (before_ns, before), (after_ns, after) in pairwise(self._looks)
            if after_ns > before_ns
        ]
        falls += [0.0] * (_FALLS_AT_LEAST - len(falls))
        return max(0.0, sorted(falls)[len(falls) // 2])


def why_full(folder: str, free_bytes: int, reserve_bytes: int) -> Message:
    """Why nothing is written to a volume that has only its reserve left."""
    return Message(
        f"{folder} is full: of the {free_bytes / 1e9:.2f} GB left there, {reserve_bytes / 1e9:.2f} GB are kept free.",
        "Recording goes on by itself once there is room. Delete or move files there.",
    )
