"""What was valid at each instant at which a row is due. Pure; time is passed in.

A reading counts from the instant at which it was received. Readings come in order and before anybody looks at the
clock beyond them, so when one has come that is later than a due instant, that row is complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seacorder.model.instant import Instant
from seacorder.model.reading import Reading, ReadingState, Value

FRESH = ReadingState.FRESH


@dataclass(frozen=True, slots=True)
class Row:
    """The values that were valid at an instant, by field; a field without one is not there."""

    instant: Instant
    values: dict[str, Value]


@dataclass
class Current:
    """The values that are valid now, and the fields that were ever seen with their units."""

    values: dict[str, Value] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    """The units that columns which begin now have."""
    newest_units: dict[str, str] = field(default_factory=dict)
    """The units of the values; another definition may have changed them."""

    def take(self, reading: Reading) -> bool:
        """True when that changes a value."""
        name, value, unit, state, *_ = reading
        if self.newest_units.get(name) != unit:
            self.units.setdefault(name, unit)
            self.newest_units[name] = unit
        before = self.values.get(name)
        if state is FRESH and value is not None:
            self.values[name] = value
            return before != value
        self.values.pop(name, None)
        return before is not None

    def under(self, headings: Mapping[str, str], values: Mapping[str, Value]) -> dict[str, Value]:
        """The values for columns with these units. One in another unit than its column's gets a name of its own, such
        as `pressure (psi)`: it must not stand under the wrong unit.
        """
        if self.newest_units.items() <= headings.items():
            return dict(values)  # as it nearly always is
        found: dict[str, Value] = {}
        for name, value in values.items():
            unit = self.newest_units.get(name, headings.get(name, ""))
            found[name if headings.get(name, unit) == unit else f"{name} ({unit})"] = value
        return found


class Sampling:
    """The rows of one recording, at `origin` and then every `interval_ns`."""

    def __init__(self, origin: Instant, interval_ns: int, current: Current) -> None:
        self._interval_ns = interval_ns
        self._current = current
        self.next_ns = origin.monotonic_ns
        """When the next row is due, monotonic."""

    def due(self, now: Instant) -> list[Row]:
        """The rows due before `now`, with the values that are current; to be asked before a reading of `now` is taken.

        After a pause of more than ten intervals, in which nobody asked, the rows in between are left out.
        """
        rows: list[Row] = []
        if now.monotonic_ns - self.next_ns > 10 * self._interval_ns:
            late = (now.monotonic_ns - self.next_ns) // self._interval_ns
            self.next_ns += (late - 1) * self._interval_ns
        while self.next_ns < now.monotonic_ns:
            utc_ns = now.utc_ns - (now.monotonic_ns - self.next_ns)
            rows.append(Row(Instant(self.next_ns, utc_ns), dict(self._current.values)))
            self.next_ns += self._interval_ns
        return rows
