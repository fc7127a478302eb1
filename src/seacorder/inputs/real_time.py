"""Real time for sources that could be read faster: files, images, the test pattern, the tone."""

import threading
from collections.abc import Callable

from seacorder.base.clock import NS_PER_SECOND, Clock

Waiter = Callable[[int], None]
"""Blocks until the monotonic clock reads that many nanoseconds."""


class RealTime:
    """Waits for times of the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stopped = threading.Event()

    def wait_until(self, due_ns: int) -> None:
        """Blocks until the clock reads `due_ns`; returns at once when that is past, or after `stop`."""
        remaining_ns = due_ns - self._clock.monotonic_ns()
        if remaining_ns > 0:
            self._stopped.wait(remaining_ns / NS_PER_SECOND)

    def stop(self) -> None:
        """Ends every wait, now and later. From any thread: the narrator stops its sound from another one."""
        self._stopped.set()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()
