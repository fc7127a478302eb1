"""Which columns a table of observations has, and what stands in each cell. Pure.

A first look at all observations finds the columns: those that every observation has, then context, fields, readings,
and three for each channel; where spans have ended, the readings and places of their ends too, under headings that begin
with `to`. A heading says the unit, and UTC where a time is meant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from seacorder.model.observation import NotedReading, Observation, ObservationState, Place, Shown
from seacorder.model.reading import ReadingState

Cell = str | int | float | datetime | None
"""A time is in UTC; None: nothing."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIXED = (
    "number", "code", "label", "class", "state", "from (UTC)", "to (UTC)", "text", "entered by", "author", "recording",
)
LAST = ("framegrabs", "clips", "revisions", "id")
CONTEXT = ("project", "dive", "task", "component", "operator")
CLOSED_BY_STOP = "closed by the stop"
"""The state of a span that was still open when the recording was stopped: nobody has seen its end."""
AT_END = "to "
"""In front of the headings of what is so at the end of a span."""


@dataclass(slots=True)
class ObservationColumns:
    """What the observations have, each in the order in which it was first seen."""

    context: dict[str, None] = field(default_factory=dict)
    fields: dict[str, None] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)
    """By name the unit."""
    channels: dict[str, None] = field(default_factory=dict)
    to_readings: dict[str, str] = field(default_factory=dict)
    """Of the ends of spans."""
    to_channels: dict[str, None] = field(default_factory=dict)

    def saw(self, one: Observation) -> None:
        """One of the observations that the table is to have."""
        self.context |= dict.fromkeys(name for name, _ in one.context)
        self.fields |= dict.fromkeys(name for name, _ in one.now.fields)
        for noted in one.readings:
            self.readings.setdefault(noted.reading.name, noted.reading.unit)
        for noted in one.now.end_readings:
            self.to_readings.setdefault(noted.reading.name, noted.reading.unit)
        self.channels |= dict.fromkeys(place.channel for place in one.followed.places)
        self.to_channels |= dict.fromkeys(place.channel for place in one.followed.to_places)

    @property
    def context_names(self) -> list[str]:
        """The usual names first."""
        return [*(name for name in CONTEXT if name in self.context), *(n for n in self.context if n not in CONTEXT)]

    @property
    def headings(self) -> list[str]:
        """One for each cell of a row."""
        fields = [f"field {name}" for name in self.fields]
        begin = [*_of_readings(self.readings), *_of_places(self.channels)]
        end = [f"{AT_END}{heading}" for heading in (*_of_readings(self.to_readings), *_of_places(self.to_channels))]
        return [*FIXED, *self.context_names, *fields, *begin, *end, *LAST]


def _of_readings(units: Mapping[str, str]) -> list[str]:
    return [f"{name} ({unit})" if unit else name for name, unit in units.items()]


def _of_places(channels: Iterable[str]) -> list[str]:
    return [f"{name} {what}" for name in channels for what in ("file", "offset (s)", "frame")]


def cells(one: Observation, columns: ObservationColumns) -> list[Cell]:
    """The row of an observation. A reading that was stale or had no value is an empty cell."""
    now, context, fields = one.now, dict(one.context), dict(one.now.fields)
    row: list[Cell] = [
        one.number, one.code, one.label, one.observation_class.value, _state(now), moment(one.start.utc_ns),
        None if now.end is None else moment(now.end.utc_ns), now.text, one.entered_by.value,
        one.revisions[0].author if one.revisions else "", one.recording_id,
    ]
    row += [context.get(name) for name in columns.context_names]
    row += [fields.get(name) for name in columns.fields]
    row += _values(one.readings, columns.readings)
    row += _places(one.followed.places, columns.channels)
    row += _values(now.end_readings, columns.to_readings)
    row += _places(one.followed.to_places, columns.to_channels)
    row += [_paths(file.path for file in one.followed.stills), _paths(file.path for file in one.followed.clips)]
    return [*row, len(one.revisions), one.id]


def _state(now: Shown) -> str:
    return CLOSED_BY_STOP if now.state is ObservationState.CLOSED and now.is_closed_by_stop else now.state.value


def _values(readings: Iterable[NotedReading], names: Iterable[str]) -> list[Cell]:
    values = {noted.reading.name: value_of(noted) for noted in readings}
    return [values.get(name) for name in names]


def _places(places: Iterable[Place], channels: Iterable[str]) -> list[Cell]:
    known = {place.channel: place for place in places}
    found = (known.get(channel) for channel in channels)
    return [
        cell for place in found
        for cell in ((None, None, None) if place is None else (place.path, place.offset_seconds, place.frame))
    ]


def value_of(noted: NotedReading) -> float | str | None:
    """A reading's value where it was valid at the instant."""
    return noted.reading.value if noted.reading.state is ReadingState.FRESH else None


def moment(utc_ns: int) -> datetime:
    """In UTC, to the microsecond."""
    return _EPOCH + timedelta(microseconds=utc_ns // 1000)


def iso_moment(moment_utc: datetime) -> str:
    """ISO 8601 in UTC, cut to milliseconds."""
    return moment_utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment_utc.microsecond // 1000:03}Z"


def _paths(paths: Iterable[str]) -> str:
    return "\n".join(paths)
