"""Which text is valid at which instant. Pure."""

from bisect import bisect_right

KEPT = 1024
"""Changes that are remembered: at ten a second more than a frame ever waits for its encoder."""


class Texts:
    """The changes of a text by their instants; what was valid before the oldest of them is remembered too.

    Not thread-safe.
    """

    def __init__(self, first: str = "") -> None:
        self._instants: list[int] = []
        self._texts: list[str] = [first]
        """One more than there are instants: each is valid from the instant before it up to the next."""

    def set(self, instant_ns: int, text: str) -> None:
        """`text` is valid from `instant_ns` (monotonic) until the next; of two at one instant the later call counts."""
        place = bisect_right(self._instants, instant_ns)
        self._instants.insert(place, instant_ns)
        self._texts.insert(place + 1, text)
        if len(self._instants) > KEPT:
            del self._instants[0], self._texts[0]

    def at(self, instant_ns: int) -> str:
        """The text valid at an instant."""
        return self._texts[bisect_right(self._instants, instant_ns)]

    @property
    def newest(self) -> str:
        return self._texts[-1]
