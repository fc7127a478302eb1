"""The two clocks of the program, which are never mixed. Both count nanoseconds.

The monotonic clock orders events and measures durations. All processes of a machine read the same one, so an instant
that the control process took means the same in every worker. The wall clock (UTC) is for names and reports only,
because somebody may set it.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

NS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1_000_000


_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_NAMESPACE = Path("/proc/self/ns/time")
"""Linux: a container's monotonic clock may have an offset against the machine's, see time_namespaces(7)."""

_NO_WAIT_NS = 100_000
_READINGS = 8


@dataclass(frozen=True, slots=True)
class Timebase:
    """Which monotonic clock this is: instants of two runs of the program can be compared if `boot` is the same."""

    boot: str = ""
    """Identifies the machine's start and the clock's offset; empty where the system does not tell it."""
    asleep_ns: int = 0
    """How long the machine has slept since its start, which the monotonic clock does not count; 0 where unknown."""


class Clock(Protocol):
    """The clocks as they are passed to every part that needs time; tests pass a fake. No call blocks."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since a start that all processes of this machine share, mostly the boot; never steps."""
        ...

    def utc_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z by the operating system; may step either way."""
        ...

    def timebase(self) -> Timebase:
        """Which monotonic clock this is. Reads small files of the kernel."""
        ...


def both_ns(clock: Clock) -> tuple[int, int]:
    """Monotonic time and UTC of one moment. Does not block.

    Clocks are read one after the other, and the process may have to wait in between: then they are read again. If it
    waits each time, the reading with the shortest wait counts.
    """
    shortest_ns, both = -1, (0, 0)
    for _ in range(_READINGS):
        before_ns, utc_ns, after_ns = clock.monotonic_ns(), clock.utc_ns(), clock.monotonic_ns()
        if not 0 <= shortest_ns <= after_ns - before_ns:
            shortest_ns, both = after_ns - before_ns, (before_ns, utc_ns)
        if shortest_ns <= _NO_WAIT_NS:
            break
    return both


def utc_ahead_ns(clock: Clock) -> int:
    """What UTC is ahead of monotonic time: the same until somebody sets the clock. See `both_ns`."""
    monotonic_ns, utc_ns = both_ns(clock)
    return utc_ns - monotonic_ns


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
    # CLOCK_BOOTTIME counts sleep too. The difference also holds the time between the two calls, so a millisecond is
    # taken off: a machine that has never slept then gives 0.
    return max(0, time.clock_gettime_ns(time.CLOCK_BOOTTIME) - before_ns - NS_PER_MS)
