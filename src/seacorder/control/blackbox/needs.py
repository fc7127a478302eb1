"""The door for those who still need what the blackbox holds: nothing of that is removed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Need = Callable[[int, int], bool]
"""Given the beginning and end of files (UTC, ns): True when they must stay. Asked often; must not block."""


class Needs:
    """Whoever needs files of the blackbox adds a question here, once; for the event loop alone."""

    def __init__(self) -> None:
        self._asked: list[Need] = []
        self._held: list[tuple[int, int]] = []

    def add(self, need: Need) -> None:
        """Has `need` asked before anything is removed."""
        self._asked.append(need)

    @contextmanager
    def held(self, from_utc_ns: int, to_utc_ns: int) -> Iterator[None]:
        """What was recorded between two instants stays as long as this is entered."""
        stretch = (from_utc_ns, to_utc_ns)
        self._held.append(stretch)
        try:
            yield
        finally:
            self._held.remove(stretch)

    def are_there(self, begin_utc_ns: int, end_utc_ns: int) -> bool:
        """True when somebody needs something of files that begin and end at these instants."""
        if any(begin_utc_ns < to_ns and end_utc_ns > from_ns for from_ns, to_ns in self._held):
            return True
        return any(need(begin_utc_ns, end_utc_ns) for need in self._asked)
