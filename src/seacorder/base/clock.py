"""Time as the program reads it: two clocks that are never mixed.

The monotonic clock orders and measures; on one machine every process reads the same one, so an instant that the
control process took means the same in every worker. The wall clock only names and reports: it may be stepped.
"""

import time
from typing import Protocol

NS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1_000_000


class Clock(Protocol):
    """What a part that needs time is given. Neither call blocks."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since some start that all processes of this machine share; never steps."""
        ...

    def utc_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z, as the operating system has it; may step."""
        ...


class SystemClock:
    """The operating system's clocks."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        return time.time_ns()
