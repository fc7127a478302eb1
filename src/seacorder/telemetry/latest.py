"""The newest value of every field, and which source it is taken from. Pure; time is passed in.

Several sources, several definitions of one source, and several talkers of one sentence (`$SDDPT`, `$INDPT`) may give
the same field. They have an order of preference: the order in the settings file, but for fields that a source names
in `prefer`; of talkers, the one that spoke first. The first one of which the newest value is there and not stale is
the one that is shown. One that failed, and was left for that, must be well for `RETURN_NS`
before it is returned to, so that a bad contact does not change the source each second.

What comes out is a `Reading` for each value that becomes or renews the value of its field, one that says `none` where
the instrument has no value, and one that says `stale` when a value has become too old and nothing replaces it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.instant import Instant
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.model.telemetry import TelemetrySource, judged

RETURN_NS = 5 * NS_PER_SECOND
"""How long a source that was left must give values again before it is returned to."""
FRESH, NONE = ReadingState.FRESH, ReadingState.NONE
FIELDS_MAX = 500
"""Further names of fields are not taken up: definitions may make names out of what a record says."""
CANDIDATES_MAX = 32
"""Of one field. With more, the one that has been silent for longest is forgotten."""
_Key = tuple[int, str, str]
"""Source, definition, and the header of its records."""


class Said(Protocol):
    """What a record says; see `telemetry.definitions.outcome.Understood`."""

    @property
    def definition(self) -> str: ...

    @property
    def fields(self) -> Sequence[tuple[str, str]]: ...

    @property
    def values(self) -> Sequence[Value | None]: ...

    @property
    def source_utc_ns(self) -> int | None: ...

    @property
    def header(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ChangeOver:
    """A field is taken from another source than before."""

    field: str
    before: str
    after: str
    is_return: bool
    """True when the preferred one is well again."""
    had_none: bool
    """The one before says that it has no value; otherwise its value has become stale."""


@dataclass(slots=True)
class _Candidate:
    """What the records of one header, by one definition of one source, say of one field."""

    rank: tuple[int, int, int, int]
    """The lowest is preferred."""
    stale_ns: int
    reading: Reading
    good_since_ns: int
    was_left: bool = False

    def is_good(self, now_ns: int) -> bool:
        reading = self.reading
        return reading.value is not None and now_ns - reading.received.monotonic_ns <= self.stale_ns

    def may_lead(self, now_ns: int) -> bool:
        return not self.was_left or now_ns - self.good_since_ns >= RETURN_NS


@dataclass(slots=True)
class _Field:
    candidates: dict[_Key, _Candidate] = field(default_factory=dict)
    chosen: _Candidate | None = None
    chosen_key: _Key | None = None
    state: ReadingState | None = None
    """As it was given out last."""

    def is_settled(self, now_ns: int) -> bool:
        """What was given out last is of the candidate that is preferred to all others, and is good."""
        chosen = self.chosen
        if chosen is None or self.state is not FRESH or not chosen.is_good(now_ns):
            return False
        return all(chosen.rank <= one.rank for one in self.candidates.values())

    def says_none_again(self, key: _Key) -> bool:
        """No value from `key` is no news: it had none before, and nothing else gives this field."""
        return self.state is NONE and self.chosen_key == key and len(self.candidates) == 1

    def forget_if_many(self) -> None:
        """Makes room for one candidate more."""
        if len(self.candidates) >= CANDIDATES_MAX:
            others = (key for key in self.candidates if key != self.chosen_key)
            del self.candidates[min(others, key=lambda key: self.candidates[key].reading.received.monotonic_ns)]


class Latest:
    """Of all sources. For one thread."""

    def __init__(self, sources: Sequence[TelemetrySource], definitions: Sequence[Sequence[str]]) -> None:
        """`definitions`: for each source the names of those that it is read with, the preferred first."""
        self._sources = tuple(sources)
        self._places = [_places(names) for names in definitions]
        self._fields: dict[str, _Field] = {}
        self._changes: list[ChangeOver] = []
        self._came = 0
        """How many candidates there have been."""

    def take(self, source: int, said: Said, received: Instant) -> list[Reading]:
        """What a record of a source says. Returns what has become or renewed the value of its field."""
        given: list[Reading] = []
        source_name, utc_ns = self._sources[source].name, said.source_utc_ns
        key = (source, said.definition, said.header)
        for (name, unit), value in zip(said.fields, said.values, strict=True):
            state = NONE if value is None else FRESH
            reading = Reading(name, value, unit, state, received, source_name, utc_ns)
            known = self._fields.get(name)
            if known is not None and state is FRESH and known.state is FRESH and known.chosen_key == key:
                known.candidates[key].reading = reading  # most readings go this short way
                given.append(reading)
                continue
            if known is not None and state is NONE and known.says_none_again(key):
                known.candidates[key].reading = reading
                continue
            if known is None:
                if len(self._fields) >= FIELDS_MAX:
                    continue
                known = self._fields[name] = _Field()
            candidate = self._candidate(known, key, reading)
            if state is FRESH and candidate is known.chosen:
                known.state = FRESH
                given.append(reading)
            elif not known.is_settled(received.monotonic_ns):
                given += self._choose(name, known, received.monotonic_ns)
        return given

    def use(self, source: int, definitions: Sequence[str]) -> None:
        """The source is read with definitions of these names from now on. What others have said becomes stale."""
        self._places[source] = _places(definitions)
        for name, known in self._fields.items():
            for (of, definition, _), candidate in known.candidates.items():
                if of == source:
                    candidate.rank = self._rank(name, of, definition, candidate.rank[3])

    def look(self, now_ns: int) -> list[Reading]:
        """What has changed by time alone: values that are stale now, and those of other sources in their place."""
        given: list[Reading] = []
        for name, known in self._fields.items():
            if known.state is ReadingState.FRESH and known.chosen is not None and not known.chosen.is_good(now_ns):
                given += self._choose(name, known, now_ns)
        return given

    def all(self, now_ns: int) -> list[Reading]:
        """The value of every field as it counts now."""
        chosen = [known.chosen for known in self._fields.values()]
        return [judged(one.reading, now_ns, one.stale_ns) for one in chosen if one is not None]

    def changes(self) -> list[ChangeOver]:
        """What has been taken from another source since this was asked last."""
        changes, self._changes = self._changes, []
        return changes

    @property
    def has_fresh(self) -> bool:
        """Something may become stale."""
        return any(known.state is ReadingState.FRESH for known in self._fields.values())

    def _candidate(self, known: _Field, key: _Key, reading: Reading) -> _Candidate:
        source, definition, _ = key
        candidate = known.candidates.get(key)
        now_ns = reading.received.monotonic_ns
        if candidate is None:
            self._came += 1
            rank, stale_ns = self._rank(reading.name, source, definition, self._came), self._sources[source].stale_ns
            known.forget_if_many()
            candidate = known.candidates[key] = _Candidate(rank, stale_ns, reading, now_ns)
        elif not candidate.is_good(now_ns):
            candidate.good_since_ns = now_ns
        candidate.reading = reading
        return candidate

    def _rank(self, name: str, source: int, definition: str, came: int) -> tuple[int, int, int, int]:
        is_preferred = name in self._sources[source].prefer
        return (not is_preferred, source, self._places[source].get(definition, 1_000), came)

    def _choose(self, name: str, known: _Field, now_ns: int) -> list[Reading]:
        """Decides again which candidate the field is taken from; its reading, if there is news in it."""
        before = known.chosen
        good = [one for one in known.candidates.values() if one.is_good(now_ns)]
        leading = [one for one in good if one is before or one.may_lead(now_ns)] or good
        if leading:
            chosen = min(leading, key=lambda one: one.rank)
        else:
            chosen = max(known.candidates.values(), key=lambda one: one.reading.received.monotonic_ns)
        reading = judged(chosen.reading, now_ns, chosen.stale_ns)
        has_news = chosen is not before or reading.state is not known.state
        if chosen is not before and before is not None:
            self._note_change(name, before, chosen, is_good=bool(good))
        known.chosen, known.state = chosen, reading.state
        known.chosen_key = next(key for key, one in known.candidates.items() if one is chosen)
        return [reading] if has_news else []

    def _note_change(self, name: str, before: _Candidate, after: _Candidate, *, is_good: bool) -> None:
        is_return = after.rank < before.rank
        before.was_left, after.was_left = not is_return, False
        if is_good and before.reading.source != after.reading.source:
            had_none = before.reading.value is None
            sources = (before.reading.source, after.reading.source)
            self._changes.append(ChangeOver(name, *sources, is_return, had_none))


def _places(definitions: Sequence[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(definitions)}
