"""Which value each field had at which instant: readings of instruments, and the context."""

import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from seacorder.base.clock import NS_PER_MS
from seacorder.model.dive_context import CONTEXT_FIELDS, DiveContext
from seacorder.model.overlay import ShownField
from seacorder.model.overlay_line import Lookup
from seacorder.model.reading import Value

LEAD_NS = 100 * NS_PER_MS
"""How long after it came a value is shown over pictures. By then it has reached every channel, so all of them show it
from the same instant on, and a picture that is burned early has the same value as one that is burned late."""
KEPT = 2048
"""Values of one field that are remembered: at ten a second more than three minutes, for clips that begin in the past.
"""
FIELDS_MAX = 500
_FOR_EVER = 2**63 - 1


@dataclass(slots=True)
class _Values:
    """Of one field, by the instants from which on they hold."""

    unit: str
    from_ns: "array[int]" = field(default_factory=lambda: array("q"))
    until_ns: "array[int]" = field(default_factory=lambda: array("q"))
    values: list[Value | None] = field(default_factory=list)

    def put(self, shown: ShownField) -> None:
        """The value counts before all that were put earlier, though it may have come before them: when one source has
        no value any more, the newest of another one takes its place, and that may be some seconds old.
        """
        from_ns = max(shown.from_ns, self.from_ns[-1]) if self.values else shown.from_ns
        until_ns = _FOR_EVER if shown.until_ns is None else shown.until_ns
        if self.values and self.values[-1] == shown.value and from_ns <= self.until_ns[-1]:
            self.until_ns[-1] = max(until_ns, self.until_ns[-1])
            return
        self.from_ns.append(from_ns)
        self.until_ns.append(until_ns)
        self.values.append(shown.value)
        if len(self.values) > KEPT:
            del self.from_ns[0], self.until_ns[0], self.values[0]

    def at(self, instant_ns: int) -> Value | None:
        place = bisect_right(self.from_ns, instant_ns) - 1
        return None if place < 0 or instant_ns >= self.until_ns[place] else self.values[place]


class Fields:
    """One channel's; safe from any thread."""

    def __init__(self) -> None:
        self._of: dict[str, _Values] = {}
        self._lock = threading.Lock()

    def take(self, shown: Iterable[ShownField]) -> None:
        """Values, each from its instant on."""
        with self._lock:
            for one in shown:
                if one.name not in self._of:
                    if len(self._of) >= FIELDS_MAX:
                        continue
                    self._of[one.name] = _Values(one.unit)
                self._of[one.name].put(one)

    def take_context(self, context: DiveContext, from_ns: int) -> None:
        """The context from an instant on, which overlay lines show as fields."""
        self.take(ShownField(name, getattr(context, name), "", from_ns) for name in CONTEXT_FIELDS)

    def over_picture(self, instant_ns: int) -> Lookup:
        """What a picture of that instant (monotonic) shows, by the field's name."""

        def lookup(name: str) -> Value | None:
            with self._lock:
                values = self._of.get(name)
                return None if values is None else values.at(instant_ns - LEAD_NS)

        return lookup

    def at(self, instant_ns: int) -> Mapping[str, tuple[Value, str]]:
        """All readings, with their units, that were valid at an instant (monotonic)."""
        with self._lock:
            found = {name: (values.at(instant_ns), values.unit) for name, values in self._of.items()}
        return {
            name: (value, unit) for name, (value, unit) in found.items() if value is not None
            and name not in CONTEXT_FIELDS
        }
