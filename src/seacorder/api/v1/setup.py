"""`/api/v1/setup`: channels, in force at once where nothing of them is recorded, and what else takes effect when the
program is started again; a camera is tried before.

An answer shows an address without what it holds in secret. Sent back as it was shown, it keeps its secrets.
"""

import asyncio
import base64
import time
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Recorder, SetupSource
from seacorder.api.v1.view import MessageView, View, answered, shown
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import NotPossible
from seacorder.config.data_log_table import DataLogTable
from seacorder.config.keys import accepted
from seacorder.config.overlay_tables import OverlayTable
from seacorder.config.page_file import SERVER_KEYS
from seacorder.config.schema import AudioTable, ChannelTable, ServerSettings, StorageSettings
from seacorder.config.telemetry_tables import ReadingsOutTable, TelemetryTable
from seacorder.config.values import SettingsTable
from seacorder.model.command import PreviewOverlay
from seacorder.model.dive_context import CONTEXT_FIELDS
from seacorder.model.reading import ReadingState
from seacorder.model.report import InputTried
from seacorder.model.setup import Difference, SetupItem, SetupNow

PICTURE_WIDTH = 640
PREVIEW_WIDTH = 1280
CHANNELS, SOURCES = "channels", "telemetry"
_TEXT = {"type": "string"}


def _schema(field: FieldInfo) -> dict[str, Any]:
    return {"description": f"{field.description} Accepted: {accepted(field)}."}


CHANNEL_TABLE_BODY = documented.body(
    {name: _schema(field) for name, field in ChannelTable.model_fields.items()},
    {"name": "Stern", "input": "rtsp://inspector:secret@10.0.0.19/1"},
    required=("name", "input"),
)
SOURCE_TABLE_BODY = documented.body(
    {name: _schema(field) for name, field in TelemetryTable.model_fields.items()},
    {"name": "GNSS", "input": "udp://:5005"},
    required=("name", "input"),
)
STORAGE_KEYS = ("root", "fallback_root", "allowed_directories", "reserve_bytes")
STORAGE_BODY = documented.body(
    {name: _schema(StorageSettings.model_fields[name]) for name in STORAGE_KEYS}, {"root": "/data/inspections"}
)
OVERLAY_TABLE_BODY = documented.body(
    {name: _schema(field) for name, field in OverlayTable.model_fields.items()},
    {"time": "utc", "layers": [{"kind": "text", "text": "Depth {depth:.1f} m", "anchor": "top_left"}]},
)
DATA_LOG_BODY = documented.body(
    {name: _schema(field) for name, field in DataLogTable.model_fields.items()}, {"rows": "change"}
)
NARRATION_BODY = documented.body(
    {name: _schema(field) for name, field in AudioTable.model_fields.items()}, {"input": "alsa:hw:1", "gain_db": 6}
)
LINES_BODY = documented.body(
    {
        "lines": {
            "type": ["array", "null"],
            "description": "Each with " + ", ".join(
                f"`{name}` ({field.description} Accepted: {accepted(field)})"
                for name, field in ReadingsOutTable.model_fields.items()
            ),
        },
    },
    {"lines": [{"to": "udp://10.0.0.9:6000", "line": "$PXDEP,{depth:.1f},M", "checksum": True}]},
    required=("lines",),
)
SERVER_BODY = documented.body(
    {name: _schema(ServerSettings.model_fields[name]) for name in SERVER_KEYS},
    {"host": "10.0.0.7", "inspector_port": 13001},
)
TRY_BODY = documented.body(
    {
        "input": {**_TEXT, "description": "The address"},
        "name": {
            "type": ["string", "null"],
            "description": "The channel whose address it is, if it is sent as it was shown: its secrets are used",
        },
    },
    {"input": "rtsp://10.0.0.19/1", "name": None},
    required=("input",),
)


class Called(BaseModel):
    """Which one is meant. In the query, because a name may have any character."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, description="As it is called now")


class SetupItemView(View):
    """One channel."""

    table: dict[str, Any]
    """Its keys as the settings file has them; `***` in an address stands for what is not shown."""
    is_of_page: bool
    """Something of it was set on the page."""
    difference: Difference
    """What is not in force yet; what is `removed` runs until then."""
    waits: bool
    """The difference takes effect by itself once nothing of the channel is recorded any more; else at the next start.
    """


class ListensView(View):
    """Where the page and the services answer."""

    host: str
    inspector_port: int
    """Of the page, too."""
    integration_port: int
    secure_port: int | None = Field(description="Of HTTPS; null without a certificate")


class SetupView(View):
    """What is set, as the next start takes it."""

    settings_file: str
    """Empty for the demo, which has none."""
    page_file: str
    """Where what is set here is kept; the settings file stays as it is."""
    needs_restart: bool
    """Something is different from what runs now and takes effect at the next start alone."""
    channels: list[SetupItemView]
    sources: list[SetupItemView]
    """Of survey data."""
    storage: dict[str, Any]
    """`[storage]`, as far as it is not left at its defaults."""
    overlay: dict[str, Any]
    """`[overlay]` in the same way."""
    data_log: dict[str, Any]
    narration: dict[str, Any]
    """`[audio]`, without what its address holds in secret."""
    readings_out: list[dict[str, Any]]
    server: dict[str, Any]
    """`[server]`, only what can be set here."""
    listens_now: ListensView
    listens_next: ListensView
    """After the next start."""


class TriedPicture(View):
    """What the source sends."""

    codec: str
    width: int
    height: int
    frame_rate: float
    """0: it does not say."""


class TriedView(View):
    """What became of a camera that was tried."""

    works: bool
    is_running: bool
    """A channel reads this address now; the picture is that channel's, and no second connection was made."""
    seconds: float
    """How long it took."""
    picture: TriedPicture | None = Field(description="Null while the source could not be opened")
    why: MessageView | None = Field(description="Why there is no picture; null when there is one")
    jpeg: str = Field(description="Its picture in base64; empty when there is none")


class SetupCommands:
    """Reading, changing, trying, starting again."""

    def __init__(self, recorder: Recorder, setup: SetupSource | None) -> None:
        self._recorder = recorder
        self._known = setup

    @property
    def _setup(self) -> SetupSource:
        if self._known is None:
            raise NotPossible("The settings of this recorder cannot be changed here.", "Edit its settings file.")
        return self._known

    async def now(self) -> Response:
        """Channels and what else is set, and what of it is not in force yet."""
        return _answer(await self._setup.now())

    async def add_channel(self, request: Request) -> Response:
        """One more channel, at once; a running recording has it from its first picture on. Others are not touched."""
        answer = _answer(await self._setup.put(CHANNELS, None, await wire.read_table(request)))
        answer.status_code = 201
        return answer

    async def put_channel(self, request: Request, asked: Annotated[Called, Query()]) -> Response:
        """The whole channel as sent, also under another name: at once, or after a recording or clip that has it. Keys
        that are not sent, or are null, have their defaults."""
        return _answer(await self._setup.put(CHANNELS, asked.name, await wire.read_table(request)))

    async def remove_channel(self, asked: Annotated[Called, Query()]) -> Response:
        """Ends this channel: at once, or after a recording or clip that has it. What it has recorded stays."""
        return _answer(await self._setup.remove(CHANNELS, asked.name))

    async def add_source(self, request: Request) -> Response:
        """One more source of survey data, from the next start on."""
        answer = _answer(await self._setup.put(SOURCES, None, await wire.read_table(request)))
        answer.status_code = 201
        return answer

    async def put_source(self, request: Request, asked: Annotated[Called, Query()]) -> Response:
        """The whole source as sent, also under another name, from the next start on."""
        return _answer(await self._setup.put(SOURCES, asked.name, await wire.read_table(request)))

    async def remove_source(self, asked: Annotated[Called, Query()]) -> Response:
        """The next start does without this source."""
        return _answer(await self._setup.remove(SOURCES, asked.name))

    async def change_storage(self, request: Request) -> Response:
        """Where files go, from the next start on; null takes back what was set here."""
        readers = dict.fromkeys(STORAGE_KEYS, wire.anything)
        sent = wire.read_fields(await wire.read_object(request), readers, null_is_value=True)
        return _answer(await self._setup.set_keys("storage", sent))

    async def put_overlay(self, request: Request) -> Response:
        """The layers over the pictures, from the next start on; null takes back what was set here."""
        sent = await _overlay_table(request)
        self._setup.overlay_of(sent, "")
        return _answer(await self._setup.set_keys("overlay", {**dict.fromkeys(OverlayTable.model_fields), **sent}))

    async def preview_overlay(self, request: Request, asked: Annotated[Called, Query()]) -> Response:
        """The newest picture of a channel, as it would be with these layers; drawn by what burns them in."""
        sent, recorder = await _overlay_table(request), self._recorder
        names = [one.status.channel for one in recorder.status().channels]
        picture = await recorder.picture(names.index(asked.name), PREVIEW_WIDTH) if asked.name in names else None
        if picture is None or not picture.jpeg:
            raise NotThere(f"The channel {asked.name!r} has no picture now.", "Choose another channel.")
        fresh = {one.name: one.value for one in recorder.telemetry.readings() if one.state is ReadingState.FRESH}
        context = {name: getattr(recorder.dive_context, name) or None for name in CONTEXT_FIELDS}
        order = PreviewOverlay(
            jpeg=picture.jpeg,
            overlay=self._setup.overlay_of(sent, asked.name),
            channel=asked.name,
            text=recorder.overlay_text().text,
            fields={**fresh, **context},
            utc_ns=picture.frame_utc_ns or recorder.status().utc_ns,
        )
        return Response((await self._setup.preview(order)).jpeg, media_type="image/jpeg")

    async def put_data_log(self, request: Request) -> Response:
        """The table of readings beside a recording, from the next start on. Keys that are not sent have their
        defaults."""
        return _answer(await self._setup.put_table("data_log", await _table(request, DataLogTable)))

    async def put_narration(self, request: Request) -> Response:
        """The microphone, from the next start on; without `input` there is none. Keys that are not sent have their
        defaults."""
        return _answer(await self._setup.put_table("audio", await _table(request, AudioTable)))

    async def put_readings_out(self, request: Request) -> Response:
        """All lines that are sent to other systems, from the next start on; null takes back what was set here."""
        sent = wire.read_fields(
            await wire.read_object(request), {"lines": _lines}, required=True, null_is_value=True
        )
        return _answer(await self._setup.put_list("readings_out", sent["lines"]))

    async def change_server(self, request: Request) -> Response:
        """Where the page and the services answer, from the next start on; null takes back what was set here. An
        address that this computer does not have, and a port that is taken, are refused."""
        readers = dict.fromkeys(SERVER_KEYS, wire.anything)
        sent = wire.read_fields(await wire.read_object(request), readers, null_is_value=True)
        return _answer(await self._setup.set_keys("server", sent))

    async def take_back(self) -> Response:
        """Drops everything that was set here: the settings file alone holds."""
        return _answer(await self._setup.take_back())

    async def restart(self) -> Response:
        """Starts the program again, so that what was set takes effect; refused while a recording or a clip is on, and
        where the next start would fail."""
        await self._setup.restart()
        return Response(status_code=204)

    async def try_channel(self, request: Request) -> Response:
        """Opens an address and shows its picture, or says why there is none; takes 20 s at most. Done by a process of
        its own, so that nothing else is disturbed. Of an address that a channel reads now, that channel's picture is
        shown."""
        readers = {"input": wire.text, "name": wire.text}
        sent = wire.read_fields(await wire.read_object(request), readers)
        if "input" not in sent:
            wire.refuse("input", None, "the address of a camera")
        began_ns = time.monotonic_ns()
        address = await self._setup.whole_address(sent["input"], sent.get("name"))
        tried, is_running = await self._of_running(address), True
        if tried is None:
            tried, is_running = await self._setup.try_input(address, sent.get("name")), False
        seconds = (time.monotonic_ns() - began_ns) / NS_PER_SECOND
        picture = None if tried.picture is None else shown(TriedPicture, tried.picture)
        return answered(TriedView(
            works=bool(tried.jpeg),
            is_running=is_running,
            seconds=round(seconds, 1),
            picture=picture,
            why=None if tried.why is None else shown(MessageView, tried.why),
            jpeg=(await asyncio.to_thread(base64.b64encode, tried.jpeg)).decode(),
        ))

    async def _of_running(self, address: str) -> InputTried | None:
        """The picture of the channel that reads this address and is live; None where there is none."""
        index = self._setup.running_at(address)
        if index is None or (picture := await self._recorder.picture(index, PICTURE_WIDTH)) is None:
            return None
        view = self._recorder.status().channels[index]
        return InputTried(view.status.picture, picture.jpeg) if picture.jpeg else None


async def _overlay_table(request: Request) -> dict[str, Any]:
    return await _table(request, OverlayTable)


def _lines(name: str, value: Any) -> list[dict[str, Any]] | None:
    if value is not None and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
        wire.refuse(name, value, "a list of tables, each with to and line, or null")
    lines: list[dict[str, Any]] | None = without_nulls(wire.anything(name, value))
    return lines


async def _table(request: Request, table_class: type[SettingsTable]) -> dict[str, Any]:
    readers = dict.fromkeys(table_class.model_fields, wire.anything)
    table: dict[str, Any] = without_nulls(wire.read_fields(await wire.read_object(request), readers))
    return table


def without_nulls(value: Any) -> Any:
    """TOML has no null: a key that is null is not set."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def _answer(now: SetupNow) -> Response:
    return answered(SetupView(
        settings_file=now.settings_file,
        page_file=now.page_file,
        needs_restart=now.needs_restart,
        channels=_items(now.lists.get(CHANNELS, ())),
        sources=_items(now.lists.get(SOURCES, ())),
        storage=dict(now.tables.get("storage", {})),
        overlay=dict(now.tables.get("overlay", {})),
        data_log=dict(now.tables.get("data_log", {})),
        narration=dict(now.tables.get("audio", {})),
        readings_out=[dict(one) for one in now.whole_lists.get("readings_out", ())],
        server=dict(now.tables.get("server", {})),
        listens_now=shown(ListensView, now.listens_now),
        listens_next=shown(ListensView, now.listens_next),
    ))


def _items(items: tuple[SetupItem, ...]) -> list[SetupItemView]:
    return [shown(SetupItemView, one, table=dict(one.table)) for one in items]
