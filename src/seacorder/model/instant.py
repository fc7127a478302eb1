"""An instant, on both clocks at once, as text, and the split schedule that hangs on one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from seacorder.base.clock import NS_PER_SECOND, Clock, both_ns

NS_PER_MINUTE = 60 * NS_PER_SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on both clocks: workers act on `monotonic_ns`; names and people get `utc_ns`."""

    monotonic_ns: int
    utc_ns: int

    @classmethod
    def now(cls, clock: Clock) -> "Instant":
        return cls(*both_ns(clock))


def iso_utc(utc_ns: int, *, digits: int) -> str:
    """ISO 8601 with `digits` (1 to 9) digits of the second's fraction: `2026-01-31T12:00:00.123456Z`.

    The fraction is cut, not rounded, so the text is never later than the instant.
    """
    seconds, rest = divmod(utc_ns, NS_PER_SECOND)
    return f"{_whole_second(seconds)}.{f'{rest:09}'[:digits]}Z"


@lru_cache(maxsize=16)
def _whole_second(seconds: int) -> str:
    """The text up to the seconds; a log asks for the same one a thousand times."""
    moment = _EPOCH + timedelta(seconds=seconds)  # fromtimestamp() refuses years before 1970 on Windows
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class SplitSchedule:
    """When files split: `origin_ns + k * period_ns` on the monotonic clock, the same for every channel.

    `period_ns` 0 means never.
    """

    origin_ns: int
    period_ns: int

    def next_after(self, monotonic_ns: int) -> int | None:
        """The first split instant later than `monotonic_ns`; None when files never split."""
        if self.period_ns <= 0:
            return None
        if monotonic_ns < self.origin_ns:
            return self.origin_ns + self.period_ns
        return self.origin_ns + ((monotonic_ns - self.origin_ns) // self.period_ns + 1) * self.period_ns
