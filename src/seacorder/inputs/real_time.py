"""Real time for sources that could be read faster than that."""

import threading
from collections.abc import Callable

from seacorder.base.clock import NS_PER_SECOND, Clock

Waiter = Callable[[int], None]
"""Blocks until the monotonic clock reads that many nanoseconds, or until the source is closed."""


class RealTime:
    """Waits on the machine's clock; `stop` from any thread ends every wait at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def wait_until(self, due_ns: int) -> None:
        remaining_ns = due_ns - self._clock.monotonic_ns()
        if remaining_ns > 0:
            self._stopped.wait(remaining_ns / NS_PER_SECOND)
