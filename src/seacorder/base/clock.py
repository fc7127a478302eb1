"""Time as the program reads it: two clocks that are never mixed.

The monotonic clock orders and measures; on one machine every process reads the same one, so an instant that the
control process took means the same in every worker. The wall clock only names and reports: it may be stepped.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

NS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1_000_000


_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_NAMESPACE = Path("/proc/self/ns/time")
"""Linux: a container may have a monotonic clock that is moved against the machine's, time_namespaces(7)."""


@dataclass(frozen=True, slots=True)
class Timebase:
    """Where the monotonic clock counts from: what has to be the same for instants of two runs to be compared."""

    boot: str = ""
    """The machine's start; empty where the system does not tell it."""
    asleep_ns: int = 0
    """How long the machine has slept since, which the monotonic clock does not count; 0 where nobody tells it."""


class Clock(Protocol):
    """What a part that needs time is given. No call blocks."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since some start that all processes of this machine share; never steps."""
        ...

    def utc_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z, as the operating system has it; may step."""
        ...

    def timebase(self) -> Timebase:
        """Where the monotonic clock counts from."""
        ...


class SystemClock:
    """The operating system's clocks."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        return time.time_ns()

    def timebase(self) -> Timebase:
        return Timebase(_boot(), _asleep_ns())


def _boot() -> str:
    try:
        return f"{_BOOT_ID.read_text(encoding='ascii').strip()} {_TIME_NAMESPACE.readlink()}"
    except (OSError, ValueError):
        return ""


def _asleep_ns() -> int:
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0
    before_ns = time.monotonic_ns()
    # The second clock counts sleep as well; what lies between the two calls is no sleep.
    return max(0, time.clock_gettime_ns(time.CLOCK_BOOTTIME) - before_ns - NS_PER_MS)
