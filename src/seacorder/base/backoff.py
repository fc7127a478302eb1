"""How long to wait between attempts. Pure."""


class Backoff:
    """Delays in seconds: the first one, then twice as long after each attempt, up to the longest. Not thread-safe."""

    def __init__(self, first_seconds: float, longest_seconds: float) -> None:
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._next_seconds = first_seconds

    def reset(self) -> None:
        """An attempt went well: the next delay is the first one again."""
        self._next_seconds = self._first_seconds

    def next_delay(self, longest_seconds: float | None = None) -> float:
        """Seconds to wait now. `longest_seconds` replaces the usual limit for this delay and the next."""
        longest = self._longest_seconds if longest_seconds is None else longest_seconds
        delay = min(self._next_seconds, longest)
        self._next_seconds = min(2 * delay, longest)
        return delay
