"""How far the time in a source's records is from this machine's clock, whether that is too far, and how often that time
goes back. Pure.

A time without a date (GGA, GLL) fits any day, so it always seems to be near. While a source gives dates too (RMC, ZDA),
only its times with a date are compared: a receiver that is 1024 weeks behind is not right in between.
"""

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.instant import Instant

HOLD_NS = 10 * NS_PER_SECOND
"""The difference counts as wrong, or as right again, when it has been so for this long: a receiver that has just been
switched on, or one record with a bit error, is no alarm."""
DATED_NS = 60 * NS_PER_SECOND
"""For so long after a time with a date, times without one are passed over."""
STEP_NS = 2 * NS_PER_SECOND
"""Records of one instant may come in any order. A time that is earlier by more than this is a step back."""


class ClockDifference:
    """Of one source. `bound_ns` 0: no difference is wrong."""

    def __init__(self, bound_ns: int) -> None:
        self._bound_ns = bound_ns
        self._other_since_ns: int | None = None
        """Since when (monotonic) the difference has been on the other side of the bound than `is_wrong` says."""
        self._dated_ns: int | None = None
        """When (monotonic) a time with a date came last."""
        self._latest_ns: dict[str, int] = {}
        """By definition: the latest time of its records, since the last step back."""
        self.newest_ns: int | None = None
        """Source minus machine, of the newest record that was compared."""
        self.is_wrong = False
        self.steps_back = 0
        """How often a record's time was earlier than that of one of its kind before it."""

    def take(self, said_ns: int, received: Instant, definition: str, *, has_date: bool) -> None:
        """A record of this definition came then and gives this time, in nanoseconds since 1970."""
        now_ns = received.monotonic_ns
        if has_date:
            self._dated_ns = now_ns
        elif self._dated_ns is not None and now_ns - self._dated_ns < DATED_NS:
            return
        latest_ns = self._latest_ns.get(definition, said_ns)
        if said_ns < latest_ns - STEP_NS:
            self.steps_back += 1
            latest_ns = said_ns
        self._latest_ns[definition] = max(latest_ns, said_ns)
        self._compare(said_ns - received.utc_ns, now_ns)

    def _compare(self, difference_ns: int, now_ns: int) -> None:
        self.newest_ns = difference_ns
        is_beyond = bool(self._bound_ns) and abs(difference_ns) > self._bound_ns
        if is_beyond is self.is_wrong:
            self._other_since_ns = None
        elif self._other_since_ns is None:
            self._other_since_ns = now_ns
        elif now_ns - self._other_since_ns >= HOLD_NS:
            self.is_wrong, self._other_since_ns = is_beyond, None
