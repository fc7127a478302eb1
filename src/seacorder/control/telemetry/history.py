"""What the fields' values were: each reading of the last minute, and one value a second of the last day. In memory.

A value a second takes 8 bytes a field: with 20 fields some 14 MB a day. What must last longer is in the log beside the
recordings.
"""

import math
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, MutableSequence
from dataclasses import dataclass
from typing import Any

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.model.telemetry import judged

RECENT_NS = 60 * NS_PER_SECOND
RECENT_READINGS = 3_000
"""Of one field: a minute of fifty a second."""
SECONDS_HELD = 86_400
_DROPPED_AT_ONCE = 3_600


class Recent:
    """Every reading of the last minute, so that the one that was valid at an instant can be told."""

    def __init__(self, stale_ns: Mapping[str, int]) -> None:
        """`stale_ns`: by source, after how long a reading is stale."""
        self._stale_ns = stale_ns
        self._of: dict[str, deque[Reading]] = {}

    def take(self, reading: Reading) -> None:
        held = self._of.setdefault(reading.name, deque(maxlen=RECENT_READINGS))
        held.append(reading)
        while held[0].received.monotonic_ns < reading.received.monotonic_ns - RECENT_NS and len(held) > 1:
            held.popleft()

    def at(self, monotonic_ns: int) -> tuple[Reading, ...]:
        """Of each field what was valid at an instant: the newest reading that had come by then, stale if it was too old
        then. A field of which nothing had come is left out.
        """
        found = (self._newest_by(held, monotonic_ns) for held in self._of.values())
        return tuple(
            judged(one, monotonic_ns, self._stale_ns.get(one.source, 0)) for one in found if one is not None
        )

    @staticmethod
    def _newest_by(held: deque[Reading], monotonic_ns: int) -> Reading | None:
        return next((one for one in reversed(held) if one.received.monotonic_ns <= monotonic_ns), None)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """The values of all fields at one instant; None for a field that had none, or a stale one."""

    utc_ns: int
    values: Mapping[str, Value | None]


class History:
    """A row a second, the oldest dropped after a day. Rows stand in the order in which they came."""

    def __init__(self) -> None:
        self._utc_ns = array("q")
        self._columns: dict[str, array[float]] = {}
        """Numbers by field; NaN for no value."""
        self._texts: dict[str, list[str | None]] = {}
        self.units: dict[str, str] = {}

    def add(self, utc_ns: int, readings: Iterable[Reading]) -> None:
        """What is valid at an instant. Rows of that instant and later ones, from before a clock step, are dropped."""
        if len(self._utc_ns) >= SECONDS_HELD + _DROPPED_AT_ONCE:
            self._drop(slice(_DROPPED_AT_ONCE))
        if self._utc_ns and utc_ns <= self._utc_ns[-1]:
            # The wall clock was set back. Rows must stay in order to be found.
            self._drop(slice(bisect_left(self._utc_ns, utc_ns), None))
        self._utc_ns.append(utc_ns)
        for reading in readings:
            self._put(reading)
        count = len(self._utc_ns)
        for column in self._columns.values():
            if len(column) < count:
                column.append(math.nan)
        for texts in self._texts.values():
            if len(texts) < count:
                texts.append(None)

    def rows(
        self, from_utc_ns: int, to_utc_ns: int, interval_ns: int, fields: tuple[str, ...]
    ) -> Iterator[HistoryEntry]:
        """Rows from one instant to before another, at least `interval_ns` apart. `fields` empty: all."""
        begin, end = bisect_left(self._utc_ns, from_utc_ns), bisect_left(self._utc_ns, to_utc_ns)
        names = [name for name in (*self._columns, *self._texts) if not fields or name in fields]
        next_ns = from_utc_ns
        for at in range(begin, end):
            utc_ns = self._utc_ns[at]
            if utc_ns < next_ns:
                continue
            next_ns = from_utc_ns + ((utc_ns - from_utc_ns) // interval_ns + 1) * interval_ns
            yield HistoryEntry(utc_ns, {name: self._value(name, at) for name in names})

    def _value(self, name: str, at: int) -> Value | None:
        column = self._columns.get(name)
        if column is None:
            return self._texts[name][at]
        return None if math.isnan(column[at]) else column[at]

    def _put(self, reading: Reading) -> None:
        value = reading.value if reading.state is ReadingState.FRESH else None
        if self.units.get(reading.name, reading.unit) != reading.unit:
            self._forget(reading.name)
        name, before = reading.name, len(self._utc_ns) - 1
        if isinstance(value, str):
            if name in self._columns:
                return  # it was a number before, and remains one
            self._texts.setdefault(name, [None] * before).append(value)
        elif name not in self._texts:
            if value is None and name not in self._columns:
                return
            self._columns.setdefault(name, array("d", [math.nan]) * before).append(math.nan if value is None else value)
        self.units[name] = reading.unit

    def _forget(self, name: str) -> None:
        """Drops what a field was: another definition gives it in another unit from now on."""
        self._columns.pop(name, None)
        self._texts.pop(name, None)

    def _drop(self, rows: slice) -> None:
        held: tuple[MutableSequence[Any], ...] = (self._utc_ns, *self._columns.values(), *self._texts.values())
        for one in held:
            del one[rows]
