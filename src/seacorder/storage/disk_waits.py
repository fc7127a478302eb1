"""How long those who take pictures in may wait for a disk.

Where a file begins, a quick answer of the disk is worth a short wait: the start can be refused with the disk's reason,
and the file's name is known. A channel by itself can afford it. Where one thread reads several cameras, all of them
wait meanwhile, so they have one allowance together.
"""

import threading
from collections.abc import Callable

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock

DiskWaits = Callable[[float], float]
"""Gives the seconds that a thread may wait now which would like to wait so long. Any thread; never blocks."""
TOGETHER_NS = 150 * NS_PER_MS
"""With the 0.2 s between two reads that is less than the 0.4 s for which the kernel has room."""
AGAIN_NS = 2 * NS_PER_SECOND


def as_long_as_wanted(seconds: float) -> float:
    """A channel by itself."""
    return seconds


def never(_seconds: float) -> float:
    """For files that nobody may wait for: the blackbox's, beside which others are recorded."""
    return 0.0


class SharedWaits:
    """A `DiskWaits` for several channels: all waits within `AGAIN_NS` end `TOGETHER_NS` after the first one began."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begun_ns = clock.monotonic_ns() - AGAIN_NS

    def __call__(self, seconds: float) -> float:
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            if now_ns - self._begun_ns >= AGAIN_NS:
                self._begun_ns = now_ns
            left_ns = self._begun_ns + TOGETHER_NS - now_ns
        return max(0.0, min(seconds, left_ns / NS_PER_SECOND))
