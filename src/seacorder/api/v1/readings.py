"""`/api/v1/readings`, their history, and `/api/v1/telemetry`: what instruments say, and how their sources are doing.

`/api/v1/readings` is a WebSocket too: it sends all readings, then those that change or are renewed, as they come. A
listener that is slow gets the newest of each field.
"""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.websockets import WebSocket

from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.listeners import WebSocketListeners
from seacorder.api.v1.view import MessageView, Utc, View, answered, read_utc, shown, utc_text
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.redaction import redact
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.telemetry import SourceState, SourceStatus

ROWS_MAX = 10_000


class ReadingView(View):
    """One field."""

    name: str
    value: float | str | None
    """Null where the instrument says that it has none. Of a stale reading the last one."""
    unit: str
    state: ReadingState
    age_seconds: float
    """How long ago the record came that holds it."""
    utc: Utc
    """When that record came."""
    source: str
    source_utc: Utc | None
    """The time that the record itself gives."""


class ReadingsView(View):
    items: list[ReadingView]


class SourceView(View):
    """One source of survey data."""

    name: str
    address: str
    state: SourceState
    since_utc: Utc
    why: MessageView | None
    """Why it is not live; null while it is."""
    newest_utc: Utc | None
    """When the newest record came that was understood."""
    bytes: int
    records: int
    """Records found in what came, whether they were understood or not."""
    noise_bytes: int
    bad_checksums: int
    wrong_fields: int
    wrong_types: int
    out_of_range: int
    unknown_records: int
    dropped_datagrams: int
    """Datagrams that came faster than they were read, so that this computer has thrown them away."""
    time_steps_back: int
    """How often the time in its records went back."""
    refusal: str
    """What was wrong with the newest record that was refused."""
    clock_difference_seconds: float | None
    """The time in its records less this computer's; while it gives dates, of those with a date."""
    clock_is_wrong: bool
    definitions_refused: list[str]
    """Definitions that are not used any more, because they took too long over a record."""


class SourcesView(View):
    items: list[SourceView]
    restarts: int
    """How often the process that reads the instruments was started again."""


class HistoryRowView(View):
    utc: Utc
    values: dict[str, float | str | None]
    """By field; null where it had no value then, or a stale one."""


class HistoryView(View):
    items: list[HistoryRowView]
    units: dict[str, str]
    """By field."""
    next_from: Utc | None
    """Ask again from here: there is more. Null when this is all."""


class Span(BaseModel):
    """Which part of the history."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: str | None = Field(
        None, alias="from", description="From this instant on (RFC 3339); without it, from the oldest"
    )
    to: str | None = Field(None, description="Before this instant (RFC 3339)")
    interval_seconds: float = Field(
        1.0, ge=1, le=86_400, description="Time between two rows; values are held once a second"
    )
    name: list[str] = Field([], description="Only these fields")
    limit: int = Field(1_000, ge=1, le=ROWS_MAX, description="Rows at most")


class Readings:
    """Answers of all three."""

    def __init__(self, recorder: Recorder) -> None:
        self._telemetry = recorder.telemetry
        self._listeners = WebSocketListeners("readings")

    async def readings(self) -> Response:
        """The newest reading of each field, with its age and state."""
        return answered(self._view(self._telemetry.readings()))

    async def sources(self) -> Response:
        """The sources of survey data: their state, and what was counted."""
        telemetry = self._telemetry
        addresses = zip(telemetry.sources(), telemetry.addresses, strict=True)
        items = [_source_view(one, address) for one, address in addresses]
        return answered(SourcesView(items=items, restarts=telemetry.restarts))

    async def history(self, asked: Annotated[Span, Query()]) -> Response:
        """What the fields' values were, at most a row a second, of the last day."""
        begin = 0 if asked.from_ is None else read_utc("from", asked.from_)
        end = 2**63 - 1 if asked.to is None else read_utc("to", asked.to)
        interval_ns = int(asked.interval_seconds * NS_PER_SECOND)
        history = self._telemetry.history
        items: list[HistoryRowView] = []
        following: str | None = None
        for row in history.rows(begin, end, interval_ns, tuple(asked.name)):
            if len(items) == asked.limit:
                following = utc_text(row.utc_ns)
                break
            items.append(HistoryRowView(utc=utc_text(row.utc_ns), values=dict(row.values)))
        names = items[0].values if items else {}  # every row has the same
        units = {name: unit for name, unit in history.units.items() if name in names}
        return answered(HistoryView(items=items, units=units, next_from=following))

    async def follow(self, socket: WebSocket) -> None:
        """Serves one listener until it disconnects."""
        await self._listeners.serve(socket, self._texts())

    async def _texts(self) -> AsyncIterator[str]:
        async for readings in self._telemetry.follow():
            yield self._view(readings).model_dump_json()

    def _view(self, readings: tuple[Reading, ...]) -> ReadingsView:
        now_ns = self._telemetry.now_ns
        return ReadingsView(items=[_reading_view(one, now_ns) for one in readings])


def _reading_view(reading: Reading, now_ns: int) -> ReadingView:
    age_ns = max(0, now_ns - reading.received.monotonic_ns)
    utc_ns = reading.source_utc_ns
    return ReadingView(
        name=reading.name,
        value=reading.value,
        unit=reading.unit,
        state=reading.state,
        age_seconds=round(age_ns / NS_PER_SECOND, 3),
        utc=utc_text(reading.received.utc_ns),
        source=reading.source,
        source_utc=None if utc_ns is None else utc_text(utc_ns),
    )


def _source_view(source: SourceStatus, address: str) -> SourceView:
    difference = source.clock_difference_ns
    return SourceView(
        name=source.name,
        address=redact(address),
        state=source.state,
        since_utc=utc_text(source.since_utc_ns),
        why=None if source.why is None else shown(MessageView, source.why),
        newest_utc=None if source.newest_utc_ns is None else utc_text(source.newest_utc_ns),
        **asdict(source.counters),
        refusal=source.refusal,
        clock_difference_seconds=None if difference is None else round(difference / NS_PER_SECOND, 3),
        clock_is_wrong=source.clock_is_wrong,
        definitions_refused=list(source.definitions_refused),
    )
