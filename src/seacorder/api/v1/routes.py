"""Our own API, `/api/v1`: ordinary status codes, achieved instants, a result for each channel.

See docs/reference/api-v1.md. Queries of the catalogue run in a thread; all else is quick and on the event loop.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from seacorder.api.http import documented, wire
from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1 import settings_views, views
from seacorder.api.v1.events import EventFeed
from seacorder.api.v1.settings import CHANNEL_BODY, RECORDER_BODY, SettingsCommands
from seacorder.api.v1.times import read_utc
from seacorder.catalogue.page import LIMIT_MAX, Page, Rows
from seacorder.model.outcome import CommandFailed, CommandOutcome
from seacorder.model.overlay import OVERLAY_CHARACTERS_MAX

Row = TypeVar("Row")

PICTURE_WIDTH_MIN = 64
PICTURE_WIDTH_MAX = 1920
_INDEX_MAX = 100_000

_OVERLAY_BODY = documented.body(
    {"text": {"type": "string", "maxLength": OVERLAY_CHARACTERS_MAX, "description": "Lines end with \\n; empty: none"}},
    {"text": "Depth 123.4 m"},
    required=("text",),
)
_FRAMEGRAB_BODY = {
    "requestBody": {
        "required": False,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"channel": {"type": ["string", "null"], "description": "One channel; else all"}},
                },
                "example": {"channel": "Bow"},
            }
        },
    }
}


class Jpeg(Response):
    """A picture."""

    media_type = "image/jpeg"


class Filter(BaseModel):
    """Which rows, and where to go on."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: str | None = Field(None, alias="from", description="Rows that end at or after this instant (RFC 3339)")
    to: str | None = Field(None, description="Rows that start before this instant (RFC 3339)")
    channel: str | None = Field(None, description="Rows of this channel")
    recording: str | None = Field(None, description="Rows of the recording of this id")
    limit: int = Field(100, ge=1, le=LIMIT_MAX, description="Rows at most")
    cursor: str | None = Field(None, description="`next_cursor` of the page before")
    newest_first: bool = Field(False, description="Newest first instead of oldest first")

    def page(self) -> Page:
        """The catalogue's filter. Raises BadRequest."""
        return Page(
            from_utc_ns=None if self.from_ is None else read_utc("from", self.from_),
            to_utc_ns=None if self.to is None else read_utc("to", self.to),
            channel=self.channel,
            recording_id=self.recording,
            limit=self.limit,
            cursor=self.cursor,
            newest_first=self.newest_first,
        )


def add_v1(app: FastAPI, recorder: Recorder) -> None:
    """Declares every route of `/api/v1`."""
    commands = Commands(recorder)
    _route(app, "GET", "/status", commands.status, model=views.StatusView)
    _route(app, "POST", "/recording/start", commands.start_recording, model=views.Outcome, fails=(409, 503))
    _route(app, "POST", "/recording/stop", commands.stop_recording, model=views.Outcome, fails=(409, 503))
    _route(app, "POST", "/clip/start", commands.start_clip, model=views.Outcome, fails=(409, 503))
    _route(app, "POST", "/clip/stop", commands.stop_clip, model=views.Outcome, fails=(409, 503))
    _route(
        app, "POST", "/framegrab", commands.take_framegrab, model=views.Outcome, fails=(400, 404, 409),
        extra=_FRAMEGRAB_BODY,
    )
    _route(app, "GET", "/channels/{index}/picture.jpg", commands.picture, fails=(400, 404), answer=Jpeg)
    _route(app, "GET", "/overlay", commands.overlay, model=views.OverlayView)
    _route(app, "PUT", "/overlay", commands.set_overlay, model=views.OverlayView, fails=(400,), extra=_OVERLAY_BODY)
    _route(app, "DELETE", "/overlay", commands.clear_overlay, model=views.OverlayView)
    settings, no_such = SettingsCommands(recorder), (400, 404, 409, 503)
    all_of_it, one = settings_views.SettingsAnswer, settings_views.ChannelSettingsAnswer
    _route(app, "GET", "/settings", settings.settings, model=all_of_it)
    _route(
        app, "PATCH", "/settings", settings.change_settings, model=all_of_it, fails=(400, 409, 503),
        extra=RECORDER_BODY,
    )
    _route(app, "DELETE", "/settings", settings.reset_settings, model=all_of_it, fails=(400, 409, 503))
    _route(app, "GET", "/channels/{index}/settings", settings.channel_settings, model=one, fails=(400, 404))
    _route(
        app, "PATCH", "/channels/{index}/settings", settings.change_channel_settings, model=one, fails=no_such,
        extra=CHANNEL_BODY,
    )
    rows = CatalogueRows(recorder)
    _route(app, "GET", "/recordings", rows.recordings, model=views.PageOf[views.RecordingRow], fails=(400, 503))
    _route(app, "GET", "/parts", rows.parts, model=views.PageOf[views.PartRow], fails=(400, 503))
    _route(app, "GET", "/clips", rows.clips, model=views.PageOf[views.ClipRow], fails=(400, 503))
    _route(app, "GET", "/framegrabs", rows.framegrabs, model=views.PageOf[views.FramegrabRow], fails=(400, 503))
    _route(app, "GET", "/losses", rows.losses, model=views.PageOf[views.LossRow], fails=(400, 503))
    app.add_api_websocket_route("/api/v1/events", EventFeed(recorder).serve)


class Commands:
    """What the recorder is doing, and making it do something."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def status(self) -> Response:
        """The recorder and every channel, now."""
        return _json(views.status_view(self._recorder.status(), self._recorder.events.newest_cursor))

    async def start_recording(self) -> Response:
        """Master start of all channels at one instant; fine while a recording runs."""
        return _outcome("No channel records.", await self._recorder.start_recording(), may_be_idle=False)

    async def stop_recording(self) -> Response:
        """Master stop; answers when every file is whole and on disk; fine while idle."""
        return _outcome("No channel could finish its file in order.", await self._recorder.stop_recording())

    async def start_clip(self) -> Response:
        """A file per live channel beside the recording, from the pre-roll before now."""
        return _outcome("No channel records a clip.", await self._recorder.start_clip(), may_be_idle=False)

    async def stop_clip(self) -> Response:
        """Ends the clip; fine while none runs."""
        return _outcome("No channel could finish its clip in order.", await self._recorder.stop_clip())

    async def take_framegrab(self, request: Request) -> Response:
        """One still of every live channel, or of one, all of the instant of the command."""
        channel = await self._channel_asked(request)
        return _outcome("No still was taken.", await self._recorder.take_framegrab(channel), may_be_idle=False)

    async def overlay(self) -> Response:
        """The text over the pictures of all channels."""
        return _json(views.overlay_view(self._recorder.overlay_text()))

    async def set_overlay(self, request: Request) -> Response:
        """Shows a text over the pictures of all channels, from one instant on."""
        sent = wire.read_fields(await wire.read_object(request), {"text": wire.text}, required=True)
        if "text" not in sent:
            wire.refuse("text", None, "text; an empty one takes it away")
        return _json(views.overlay_view(self._recorder.set_overlay_text(sent["text"])))

    async def clear_overlay(self) -> Response:
        """Takes the text away; fine when there is none."""
        return _json(views.overlay_view(self._recorder.set_overlay_text("")))

    async def picture(
        self,
        index: Annotated[int, Path(ge=0, le=_INDEX_MAX, description="Position in the settings file, from 0")],
        width: Annotated[int, Query(ge=PICTURE_WIDTH_MIN, le=PICTURE_WIDTH_MAX, description="Pixels")] = 480,
    ) -> Response:
        """A small JPEG of the channel's newest keyframe, for a page."""
        if index >= len(self._recorder.status().channels):
            raise NotThere(f"There is no channel {index}; see /api/v1/status for those there are.")
        picture = await self._recorder.picture(index, width)
        if picture is None or not picture.jpeg:
            raise NotThere("This channel has no picture now; its state and reason are in /api/v1/status.")
        return Jpeg(picture.jpeg)

    async def _channel_asked(self, request: Request) -> str | None:
        if not await wire.has_body(request):
            return None
        sent = wire.read_fields(await wire.read_object(request), {"channel": wire.text})
        channel: str | None = sent.get("channel")
        names = [one.status.channel for one in self._recorder.status().channels]
        if channel is not None and channel not in names:
            raise NotThere(f"There is no channel {wire.shown(channel)}; there are {', '.join(names)}.")
        return channel


class CatalogueRows:
    """What was recorded, page by page."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def recordings(self, asked: Annotated[Filter, Query()]) -> Response:
        """One start to stop over all channels, each."""
        return await self._rows(self._recorder.catalogue.recordings, asked, views.RecordingRow)

    async def parts(self, asked: Annotated[Filter, Query()]) -> Response:
        """Files of recordings."""
        return await self._rows(self._recorder.catalogue.parts, asked, views.PartRow)

    async def clips(self, asked: Annotated[Filter, Query()]) -> Response:
        """Files of clips and anomalies."""
        return await self._rows(self._recorder.catalogue.clips, asked, views.ClipRow)

    async def framegrabs(self, asked: Annotated[Filter, Query()]) -> Response:
        """Stills."""
        return await self._rows(self._recorder.catalogue.framegrabs, asked, views.FramegrabRow)

    async def losses(self, asked: Annotated[Filter, Query()]) -> Response:
        """Frames that are known to be missing, with their cause."""
        return await self._rows(self._recorder.catalogue.losses, asked, views.LossRow)

    async def _rows(self, query: Callable[[Page], Rows[Row]], asked: Filter, view: type[views.View]) -> Response:
        """Answers with what is known now: who has just stopped a recording reads that it is whole."""
        page = asked.page()
        found = await self._recorder.catalogue.ask(lambda: query(page))
        items = [views.shown(view, row) for row in found.items]
        return _json(views.PageOf[Any](items=items, next_cursor=found.next_cursor))


def _outcome(failure: str, result: CommandOutcome, *, may_be_idle: bool = True) -> Response:
    if not result.ok and (result.channels or not may_be_idle):
        raise CommandFailed(failure, result)
    return _json(views.outcome(result))


def _json(view: BaseModel) -> Response:
    return documented.json_bytes(view.model_dump_json().encode())


def _route(  # noqa: PLR0913 - one table of routes, a column each
    app: FastAPI,
    method: str,
    path: str,
    handler: Callable[..., Any],
    *,
    model: Any = None,
    fails: tuple[int, ...] = (),
    extra: dict[str, Any] | None = None,
    answer: type[Response] = JSONResponse,
) -> None:
    app.add_api_route(
        f"/api/v1{path}", handler, methods=[method], response_model=model,
        responses=documented.failures("4XX", "5XX", *fails), openapi_extra=extra, tags=["v1"], response_class=answer,
    )
