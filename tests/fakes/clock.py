"""A clock that moves only when a test says so."""

from seacorder.base.clock import Timebase


class FakeClock:
    def __init__(self, monotonic_ns: int = 1_000_000_000, utc_ns: int = 1_700_000_000_000_000_000) -> None:
        self._monotonic_ns = monotonic_ns
        self._utc_ns = utc_ns
        self.base = Timebase("one start of the machine")

    def monotonic_ns(self) -> int:
        return self._monotonic_ns

    def utc_ns(self) -> int:
        return self._utc_ns

    def timebase(self) -> Timebase:
        return self.base

    def start_machine(self, boot: str, monotonic_ns: int = 20_000_000_000) -> None:
        """Restarts the machine: its monotonic clock begins again."""
        self.base = Timebase(boot)
        self._monotonic_ns = monotonic_ns

    def advance(self, seconds: float) -> None:
        """Moves both clocks on."""
        self._monotonic_ns += round(seconds * 1e9)
        self._utc_ns += round(seconds * 1e9)

    def wait_until(self, due_ns: int) -> None:
        """Waiting takes no time: both clocks move on to `due_ns` (monotonic), never back."""
        self.advance(max(0, due_ns - self._monotonic_ns) / 1e9)

    def step_wall(self, seconds: float) -> None:
        """Steps the wall clock alone, as NTP or an operator may."""
        self._utc_ns += round(seconds * 1e9)

    def set_wall(self, utc_ns: int) -> None:
        """Sets the wall clock alone."""
        self._utc_ns = utc_ns
