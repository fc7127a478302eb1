"""How far the time in a source's records is from this machine's clock, and whether that is too far. Pure."""

from seacorder.base.clock import NS_PER_SECOND

HOLD_NS = 10 * NS_PER_SECOND
"""The difference counts as wrong, or as right again, when it has been so for this long: a receiver that has just been
switched on, or one record with a bit error, is no alarm."""


class ClockDifference:
    """Of one source. `bound_ns` 0: no difference is wrong."""

    def __init__(self, bound_ns: int) -> None:
        self._bound_ns = bound_ns
        self._other_since_ns: int | None = None
        """Since when (monotonic) the difference has been on the other side of the bound than `is_wrong` says."""
        self.newest_ns: int | None = None
        """Source minus machine, of the newest record with a time."""
        self.is_wrong = False

    def take(self, difference_ns: int, monotonic_ns: int) -> None:
        """A record with a time came at `monotonic_ns`."""
        self.newest_ns = difference_ns
        is_beyond = bool(self._bound_ns) and abs(difference_ns) > self._bound_ns
        if is_beyond is self.is_wrong:
            self._other_since_ns = None
        elif self._other_since_ns is None:
            self._other_since_ns = monotonic_ns
        elif monotonic_ns - self._other_since_ns >= HOLD_NS:
            self.is_wrong, self._other_since_ns = is_beyond, None
