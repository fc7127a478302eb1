"""Whether a source's times can be used at all: seen by how many of them had to be mended lately. Pure."""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND

WINDOW_NS = 15 * NS_PER_SECOND
FEWEST = 5
"""Pictures in a window, below which it says nothing."""


@dataclass(slots=True)
class UsableTimes:
    """Looks at counts that only grow, once a window."""

    is_unusable: bool = False
    """In the window before this one half of all times were wrong, or a quarter of them still."""
    _from_ns: int | None = None
    _all: int = 0
    _wrong: int = 0

    def look(self, count: int, wrong: int, now_ns: int) -> None:
        """`wrong` of `count` pictures had times that stood still, went back or jumped, so far."""
        if self._from_ns is None:
            self._from_ns, self._all, self._wrong = now_ns, count, wrong
        if now_ns - self._from_ns < WINDOW_NS or count - self._all < FEWEST:
            return
        share = 4 if self.is_unusable else 2
        self.is_unusable = share * (wrong - self._wrong) >= count - self._all
        self._from_ns, self._all, self._wrong = now_ns, count, wrong
