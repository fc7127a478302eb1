"""Which text is valid at which instant."""

import threading
from bisect import bisect_right

KEPT = 8192
"""Changes that are remembered: at ten a second more than the longest pre-roll of a clip."""


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


class ShownTexts:
    """One channel's; safe from any thread."""

    def __init__(self) -> None:
        self._texts = Texts()
        self._lock = threading.Lock()
        self.is_burned_in = False
        """The pictures carry the text themselves."""
        self.is_unused = True
        """No text has ever been set, as on most channels."""

    def set(self, instant_ns: int, text: str) -> None:
        """As `Texts.set`."""
        with self._lock:
            self.is_unused = False
            self._texts.set(instant_ns, text)

    def at(self, instant_ns: int) -> str:
        """The text valid at an instant."""
        with self._lock:
            return self._texts.at(instant_ns)

    @property
    def newest(self) -> str:
        """The one that was set last."""
        return self._texts.newest
