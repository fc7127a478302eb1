"""What `/api/v1` answers about observations and their kinds. Pure."""

from pydantic import ConfigDict, Field

from seacorder.api.v1.view import Utc, View, shown, utc_text
from seacorder.base.redaction import redact
from seacorder.model.observation import (
    EnteredBy,
    NotedReading,
    Observation,
    ObservationClass,
    ObservationState,
    Pairs,
    Place,
    Revision,
    RevisionKind,
)
from seacorder.model.observation_kind import KindFieldType, ObservationKind
from seacorder.model.observation_text import ObservationOutline
from seacorder.model.reading import ReadingState


class _Classed(View):
    """`class` is a word of Python, so that the field has another name inside."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)


class NotedReadingView(View):
    """A reading as it was at an instant."""

    name: str
    value: float | str | None
    unit: str
    state: ReadingState
    age_seconds: float
    utc: Utc
    """When it was received."""
    source: str


class PlaceView(View):
    """Where an instant is in one channel's files."""

    channel: str
    recording_id: str
    part: int
    path: str
    offset_seconds: float
    """From the beginning of the file."""
    frame: int
    """The channel's number of the newest frame at or before the instant, as `first_frame` of the part counts."""
    is_exact: bool
    """The recording process has said so; else both were computed, which can be a frame wrong, with B-frames a few."""


class MadeFileView(View):
    """A framegrab, or a file of a clip."""

    id: str
    channel: str
    path: str


class RevisionView(View):
    """One entry of an observation's history."""

    sequence: int
    kind: RevisionKind
    utc: Utc
    author: str
    reason: str
    text: str | None
    """What it set; null: nothing."""
    fields: dict[str, float | str]


class ObservationView(_Classed):
    """An observation as it is now, and its history."""

    id: str
    number: int
    code: str
    label: str
    observation_class: ObservationClass = Field(alias="class")
    is_span: bool
    state: ObservationState
    utc: Utc
    to_utc: Utc | None
    """Of a span that has ended; else null."""
    is_closed_by_stop: bool
    entered_by: EnteredBy
    text: str
    fields: dict[str, float | str]
    context: dict[str, str]
    readings: list[NotedReadingView]
    to_readings: list[NotedReadingView]
    recording_id: str | None
    places: list[PlaceView]
    to_places: list[PlaceView]
    stills: list[MadeFileView]
    clips: list[MadeFileView]
    revisions: list[RevisionView]


class ObservationPage(View):
    """Observations in the order of their instant; `next_cursor` is null on the last page."""

    items: list[ObservationView]
    next_cursor: str | None


class ObservationOutlineView(_Classed):
    """What a long list shows of an observation."""

    id: str
    number: int
    code: str
    label: str
    observation_class: ObservationClass = Field(alias="class")
    is_span: bool
    state: ObservationState
    utc: Utc
    to_utc: Utc | None
    """Of a span that has ended; else null."""
    text: str


class OutlinePage(View):
    """Outlines in the order of their instant; `next_cursor` is null on the last page."""

    items: list[ObservationOutlineView]
    next_cursor: str | None


class KindFieldView(View):
    """A field that can be filled in."""

    name: str
    type: KindFieldType
    unit: str
    choices: tuple[str, ...]


class KindView(_Classed):
    """A kind of observation."""

    code: str
    label: str
    observation_class: ObservationClass = Field(alias="class")
    is_span: bool
    colour: str
    key: str
    fields: list[KindFieldView]
    takes_still: bool
    clip_seconds: float
    takes_span_clip: bool
    open: str | None
    """The id of its span that is open; null: none is."""


class KindsView(View):
    """All kinds."""

    items: list[KindView]


def observation_view(one: Observation) -> ObservationView:
    """As it is now."""
    now, followed = one.now, one.followed
    return ObservationView(
        id=one.id,
        number=one.number,
        code=one.code,
        label=one.label,
        **{"class": one.observation_class},
        is_span=one.is_span,
        state=now.state,
        utc=utc_text(one.start.utc_ns),
        to_utc=None if now.end is None else utc_text(now.end.utc_ns),
        is_closed_by_stop=now.is_closed_by_stop,
        entered_by=one.entered_by,
        text=now.text,
        fields=_fields(now.fields),
        context=dict(one.context),
        readings=[_reading(noted) for noted in one.readings],
        to_readings=[_reading(noted) for noted in now.end_readings],
        recording_id=one.recording_id,
        places=[_place(place) for place in followed.places],
        to_places=[_place(place) for place in followed.to_places],
        stills=[shown(MadeFileView, file) for file in followed.stills],
        clips=[shown(MadeFileView, file) for file in followed.clips],
        revisions=[_revision(revision) for revision in one.revisions],
    )


def outline_view(one: ObservationOutline) -> ObservationOutlineView:
    """As it is now."""
    row = one.row
    end_utc_ns = row.end_utc_ns if one.is_span else None
    return ObservationOutlineView(
        id=row.id,
        number=row.number,
        code=row.code,
        label=one.label,
        **{"class": row.observation_class},
        is_span=one.is_span,
        state=row.state,
        utc=utc_text(row.start_utc_ns),
        to_utc=None if end_utc_ns is None else utc_text(end_utc_ns),
        text=one.text,
    )


def kind_view(kind: ObservationKind, open_spans: tuple[Observation, ...]) -> KindView:
    """With its open span."""
    is_open = next((one.id for one in open_spans if one.code == kind.code), None)
    fields = [shown(KindFieldView, one) for one in kind.fields]
    return shown(KindView, kind, observation_class=kind.observation_class, fields=fields, open=is_open)


def _fields(fields: Pairs) -> dict[str, float | str]:
    return dict(fields)


def _reading(noted: NotedReading) -> NotedReadingView:
    reading, utc = noted.reading, utc_text(noted.reading.received.utc_ns)
    return NotedReadingView(
        name=reading.name,
        value=reading.value,
        unit=reading.unit,
        state=reading.state,
        age_seconds=noted.age_seconds,
        utc=utc,
        source=redact(reading.source),
    )


def _place(place: Place) -> PlaceView:
    return PlaceView(
        channel=place.channel,
        recording_id=place.recording_id,
        part=place.part,
        path=redact(place.path),
        offset_seconds=place.offset_seconds,
        frame=place.frame,
        is_exact=place.is_exact,
    )


def _revision(one: Revision) -> RevisionView:
    return RevisionView(
        sequence=one.sequence,
        kind=one.kind,
        utc=utc_text(one.utc_ns),
        author=one.author,
        reason=one.reason,
        text=one.changes.text,
        fields=_fields(one.changes.fields),
    )
