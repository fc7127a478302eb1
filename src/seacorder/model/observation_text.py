"""An observation as the text of a JSON file, and as rows of the catalogue. Pure.

The file is complete in itself: every revision is in it, so the catalogue can be made again from such files. Times are
there twice, for people (`utc`) and exactly (`utc_ns`).
"""

import json
from dataclasses import dataclass
from typing import Any

from seacorder.model.instant import Instant, iso_utc
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Followed,
    MadeFile,
    NotedReading,
    Observation,
    ObservationClass,
    ObservationState,
    Place,
    Revision,
    RevisionKind,
)
from seacorder.model.reading import Reading, ReadingState

OBSERVATION_SUFFIX = ".json"
VERSION = 1
_WORD = "seacorder_observation"


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """The row of the catalogue: what is filtered and ordered by."""

    id: str
    code: str
    observation_class: ObservationClass
    number: int
    dive: str
    start_utc_ns: int
    end_utc_ns: int | None
    """Of a span that has ended and of a point; None of an open span."""
    state: ObservationState
    recording_id: str | None
    words: str
    """What a search by text looks in."""
    path: str
    """Its file; empty while there is none."""


@dataclass(frozen=True, slots=True)
class ObservationDocument:
    """The whole of it, as its file has it."""

    id: str
    document: str

    @property
    def observation(self) -> Observation:
        """Raises ValueError if the document is of a later version."""
        return read(self.document)


@dataclass(frozen=True, slots=True)
class ObservationOutline:
    """What a long list shows of it."""

    row: ObservationRow
    label: str
    is_span: bool
    text: str


def document_of(observation: Observation) -> ObservationDocument:
    return ObservationDocument(observation.id, write(observation))


def row_of(observation: Observation, path: str) -> ObservationRow:
    """The row as the observation says it now."""
    now = observation.now
    ends = observation.start if not observation.is_span else now.end
    said = (value for _, value in now.fields if isinstance(value, str))
    words = (f"{observation.code}{observation.number}", observation.code, observation.label, now.text, *said)
    return ObservationRow(
        id=observation.id,
        code=observation.code,
        observation_class=observation.observation_class,
        number=observation.number,
        dive=observation.dive,
        start_utc_ns=observation.start.utc_ns,
        end_utc_ns=None if ends is None else ends.utc_ns,
        state=now.state,
        recording_id=observation.recording_id,
        words=" ".join((*words, *(value for _, value in observation.context))),
        path=path,
    )


def write(observation: Observation, *, indent: int | None = None) -> str:
    """The whole observation as JSON, in ASCII."""
    return json.dumps(_written(observation), indent=indent)


def read(text: str) -> Observation:
    """Raises ValueError for a text that is no observation, or one of a later version."""
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or values.get(_WORD) != VERSION:
            raise ValueError("not an observation of this version")
        return _read(values)
    except (KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError(f"not an observation ({fault})") from fault


def _written(one: Observation) -> dict[str, Any]:
    now = one.now
    return {
        _WORD: VERSION,
        "id": one.id,
        "number": one.number,
        "code": one.code,
        "label": one.label,
        "class": one.observation_class.value,
        "is_span": one.is_span,
        "state": now.state.value,
        "start": _instant(one.start),
        "end": None if now.end is None else _instant(now.end),
        "entered_by": one.entered_by.value,
        "text": now.text,
        "fields": dict(now.fields),
        "context": dict(one.context),
        "recording_id": one.recording_id,
        "readings": [_reading(reading) for reading in one.readings],
        "places": [_place(place) for place in one.followed.places],
        "to_places": [_place(place) for place in one.followed.to_places],
        "stills": [_file(file) for file in one.followed.stills],
        "clips": [_file(file) for file in one.followed.clips],
        "revisions": [_revision(revision) for revision in one.revisions],
    }


def _instant(instant: Instant) -> dict[str, Any]:
    utc = iso_utc(instant.utc_ns, digits=6)
    return {"utc": utc, "utc_ns": instant.utc_ns, "monotonic_ns": instant.monotonic_ns}


def _reading(one: NotedReading) -> dict[str, Any]:
    reading = one.reading
    return {
        "name": reading.name,
        "value": reading.value,
        "unit": reading.unit,
        "state": reading.state.value,
        "age_seconds": one.age_seconds,
        "received": _instant(reading.received),
        "source": reading.source,
        "source_utc_ns": reading.source_utc_ns,
    }


def _place(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in Place.__slots__}


def _file(file: MadeFile) -> dict[str, Any]:
    return {name: getattr(file, name) for name in MadeFile.__slots__}


def _revision(one: Revision) -> dict[str, Any]:
    changes = one.changes
    return {
        "sequence": one.sequence,
        "kind": one.kind.value,
        "utc": iso_utc(one.utc_ns, digits=6),
        "utc_ns": one.utc_ns,
        "author": one.author,
        "reason": one.reason,
        "text": changes.text,
        "fields": dict(changes.fields),
        "end": None if changes.end is None else _instant(changes.end),
        "end_readings": [_reading(reading) for reading in changes.end_readings],
    }


def _read(values: dict[str, Any]) -> Observation:
    return Observation(
        id=values["id"],
        number=values["number"],
        code=values["code"],
        label=values["label"],
        observation_class=ObservationClass(values["class"]),
        is_span=values["is_span"],
        start=_instant_in(values["start"]),
        entered_by=EnteredBy(values["entered_by"]),
        context=tuple(values["context"].items()),
        readings=tuple(map(_reading_in, values["readings"])),
        recording_id=values["recording_id"],
        revisions=tuple(map(_revision_in, values["revisions"])),
        followed=Followed(
            places=tuple(Place(**place) for place in values["places"]),
            to_places=tuple(Place(**place) for place in values["to_places"]),
            stills=tuple(MadeFile(**file) for file in values["stills"]),
            clips=tuple(MadeFile(**file) for file in values["clips"]),
        ),
    )


def _instant_in(values: dict[str, Any]) -> Instant:
    return Instant(values["monotonic_ns"], values["utc_ns"])


def _reading_in(values: dict[str, Any]) -> NotedReading:
    reading = Reading(
        name=values["name"],
        value=values["value"],
        unit=values["unit"],
        state=ReadingState(values["state"]),
        received=_instant_in(values["received"]),
        source=values["source"],
        source_utc_ns=values["source_utc_ns"],
    )
    return NotedReading(reading, values["age_seconds"])


def _revision_in(values: dict[str, Any]) -> Revision:
    end = values["end"]
    changes = Changes(
        text=values["text"],
        fields=tuple(values["fields"].items()),
        end=None if end is None else _instant_in(end),
        end_readings=tuple(map(_reading_in, values["end_readings"])),
    )
    return Revision(
        sequence=values["sequence"],
        kind=RevisionKind(values["kind"]),
        utc_ns=values["utc_ns"],
        author=values["author"],
        reason=values["reason"],
        changes=changes,
    )
