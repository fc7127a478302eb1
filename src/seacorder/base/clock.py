"""The two clocks of the program, which are never mixed. Both count nanoseconds.

The monotonic clock orders events and measures durations. All processes of a machine read the same one, so an instant
that the control process took means the same in every worker. The wall clock (UTC) is for names and reports only,
because somebody may set it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

NS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1_000_000


_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_NAMESPACE = Path("/proc/self/ns/time")
"""Linux: a container's monotonic clock may have an offset against the machine's, see time_namespaces(7)."""

_NO_WAIT_NS = 100_000
"""Two readings that are not further apart than this had no wait in between."""
_READINGS_MAX = 8


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
    """Monotonic time and UTC of one moment. Does not block."""
    return _at_one_moment(clock.monotonic_ns, clock.utc_ns)


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


def _at_one_moment(monotonic_ns: Callable[[], int], other_ns: Callable[[], int]) -> tuple[int, int]:
    """Reads two clocks one after the other. Where the process had to wait in between, they are read again; if it waits
    each time, the readings with the shortest wait count.
    """
    readings = []
    for _ in range(_READINGS_MAX):
        before_ns, other, after_ns = monotonic_ns(), other_ns(), monotonic_ns()
        readings.append((after_ns - before_ns, before_ns, other))
        if after_ns - before_ns <= _NO_WAIT_NS:
            break
    _, before_ns, other = min(readings)
    return before_ns, other


def _boot() -> str:
    try:
        return f"{_BOOT_ID.read_text(encoding='ascii').strip()} {_TIME_NAMESPACE.readlink()}"
    except (OSError, ValueError):
        return ""


def _asleep_ns() -> int:
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0
    monotonic_ns, boot_ns = _at_one_moment(time.monotonic_ns, lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME))
    # CLOCK_BOOTTIME counts sleep too. The difference also holds the time between the two calls, so a millisecond is
    # taken off: a machine that has never slept then gives 0.
    return max(0, boot_ns - monotonic_ns - NS_PER_MS)
