"""The integration service, port 8088: other programs record, name files, take anomaly videos and framegrabs, and set
the text over the pictures.

See docs/programs/inspector.md.
"""

import json
import secrets
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from seacorder.api import failures
from seacorder.api.assembly import access_of, assemble
from seacorder.api.http import documented, wire
from seacorder.api.recorder_protocol import Recorder
from seacorder.base.errors import BadRequest
from seacorder.base.message import named
from seacorder.config.schema import ServerSettings
from seacorder.model.file_name import SEQUENCE_MAX
from seacorder.model.outcome import CommandOutcome
from seacorder.model.overlay import OVERLAY_CHARACTERS_MAX
from seacorder.model.recording import FileKind

_IS_RECORDING = {"type": "object", "properties": {"IsRecording": {"type": "boolean"}}}
_STATUS = {
    "type": "object",
    "properties": {
        "IsRecording": {"type": "boolean"},
        "DriveSpace": {"type": "integer", "description": "Percent of the recording disk that is free"},
    },
}
_FILENAME = {
    "type": "object",
    "properties": {"Filename": {"type": "string", "description": "Full path; empty while nothing is written"}},
}
_OVERLAY_BODY = documented.body(
    {
        "Text": {"type": "string", "maxLength": OVERLAY_CHARACTERS_MAX, "description": "Lines end with \\n"},
        "Type": {"type": ["string", "null"], "enum": ["text", None], "description": "May be omitted"},
    },
    {"Text": "Depth 123.4 m\nHeading 271"},
    required=("Text",),
)
_FILENAME_BODY = documented.body(
    {"Filename": {"type": ["string", "null"], "description": "With or without a folder; null: no change"}},
    {"Filename": "Dive 12"}, required=("Filename",),
)
_SEQUENCE_BODY = documented.body(
    {"SequenceNo": {"type": ["integer", "null"], "minimum": 0, "maximum": SEQUENCE_MAX}}, {"SequenceNo": 7}
)
_SEQUENCE_BODY["requestBody"]["required"] = False
_TAKE_BODY = documented.body(
    {
        "Filename": {"type": ["string", "null"], "description": "With or without a folder"},
        "Channel": {"type": ["string", "null"], "description": "One channel; else all"},
    },
    {"Filename": "Anode 3", "Channel": "Bow"},
)
_TAKE_BODY["requestBody"]["required"] = False


def create_integration_app(recorder: Recorder, server: ServerSettings, *, bare_false: bool = False) -> FastAPI:
    """The whole application of port 8088. With `bare_false` an idle recorder answers isrecording with `false`."""
    app = FastAPI(title="Seacorder integration service", openapi_url=None, docs_url=None, redoc_url=None)
    IntegrationCommands(recorder, bare_false=bare_false).add_to(app)
    # Nobody signs in here: programs send a token, and the page's cookie is not for this port.
    return assemble(app, server, access_of(server, secrets.token_bytes(32)))


class IntegrationCommands:
    """The commands, in the order of the public text. The methods' docstrings are shown in the OpenAPI document."""

    def __init__(self, recorder: Recorder, *, bare_false: bool) -> None:
        self._recorder = recorder
        self._idle = b"false" if bare_false else b'{"IsRecording": false}'

    def add_to(self, app: FastAPI) -> None:
        """Declares every command."""
        ping = documented.replies({"type": "object", "properties": {"Ping": {"type": "boolean"}}}, {"Ping": True})
        _get(app, "/api/stats/ping", self.ping, ping)
        for videos in (Videos(self._recorder, FileKind.RECORDING, self._idle), Anomalies(self._recorder, self._idle)):
            videos.add_to(app)
        extension = documented.replies({"type": "string"}, ".jpg")
        _get(app, "/api/framegrabs/fileextension", self.framegrab_extension, extension)
        _post(app, "/api/framegrabs/take", self.take_framegrab, _TAKE_BODY, documented.BOOL)
        _post(app, "/api/overlay/update", self.update_overlay, _OVERLAY_BODY)
        _get(app, "/api/overlay/clear", self.clear_overlay, documented.EMPTY)

    async def ping(self) -> Response:
        """The recorder takes commands."""
        return documented.json_bytes(documented.PING)

    async def framegrab_extension(self) -> Response:
        """Of framegrabs."""
        return documented.json_bytes(b'".jpg"')

    async def take_framegrab(self, request: Request) -> Response:
        """One framegrab of every live channel, or of one; false when no channel is live.

        500 with each channel's reason when one could not be taken; those that were taken stay.
        """
        sent: dict[str, Any] = {}
        if await wire.has_body(request):
            readers = {"Filename": wire.file_name, "Channel": wire.text}
            sent = wire.read_fields(await wire.read_object(request), readers)
        try:
            result = await self._recorder.take_framegrab(sent.get("Channel"), sent.get("Filename"))
        except BadRequest as refused:
            raise _under("Channel" if refused.field == "channel" else "Filename", refused) from refused
        if not result.is_complete:
            raise failures.failed(failures.NOT_EVERY_FRAMEGRAB, result)
        return documented.json_bool(result.ok)

    async def update_overlay(self, request: Request) -> Response:
        """A text over the pictures of all channels, from one instant on."""
        sent = wire.read_fields(await wire.read_object(request), {"Text": wire.text, "Type": _type_text})
        if "Text" not in sent:  # also for null: a client without a new text must not be told that it is shown
            raise BadRequest("The field Text is missing.", 'Send {"Text": "…"}.', field="Text")
        try:
            self._recorder.set_overlay_text(sent["Text"])
        except BadRequest as refused:
            raise _under("Text", refused) from refused
        return documented.empty()

    async def clear_overlay(self) -> Response:
        """Removes the text; fine when there is none."""
        self._recorder.set_overlay_text("")
        return documented.empty()


class Videos:
    """The commands of one kind of video: of recordings, or of anomalies."""

    folder = "recording"
    not_started, not_finished = failures.NOTHING_RECORDED, failures.NOT_FINISHED

    def __init__(self, recorder: Recorder, kind: FileKind, idle: bytes) -> None:
        """`idle`: what isrecording answers while nothing is recorded."""
        self._recorder = recorder
        self._kind = kind
        self._idle = idle

    def add_to(self, app: FastAPI) -> None:
        """Declares every command."""
        answer = documented.replies(_IS_RECORDING, {"IsRecording": True})
        status = documented.replies(_STATUS, {"IsRecording": False, "DriveSpace": 100})
        filename = documented.replies(_FILENAME, {"Filename": "/data/Dive 12.mp4"})
        path = f"/api/{self.folder}"
        _get(app, f"{path}/isrecording", self.is_recording, answer)
        _get(app, f"{path}/encoderrunning", self.encoder_running, answer)
        _get(app, f"{path}/status", self.status, status)
        _get(app, f"{path}/filename", self.filename, filename)
        _post(app, f"{path}/filename", self.set_filename, _FILENAME_BODY)
        _post(app, f"{path}/addsequenceno", self.add_sequence_number, _SEQUENCE_BODY)
        _get(app, f"{path}/fileextension", self.extension, documented.replies({"type": "string"}, ".mp4"))
        _get(app, f"{path}/start", self.start, documented.EMPTY)
        _get(app, f"{path}/stop", self.stop, documented.EMPTY)

    async def is_recording(self) -> Response:
        """True only while frames are really reaching a file."""
        return documented.json_bytes(b'{"IsRecording": true}' if self._is_on() else self._idle)

    async def encoder_running(self) -> Response:
        """The same as isrecording."""
        return await self.is_recording()

    async def status(self) -> Response:
        """Whether it records, and the free share of the recording disk."""
        content = {"IsRecording": self._is_on(), "DriveSpace": self._recorder.status().volume.free_percent}
        return documented.json_bytes(json.dumps(content).encode())

    async def filename(self) -> Response:
        """The full path of the first channel's file; empty while none is written."""
        content = {"Filename": self._recorder.current_file(self._kind)}
        return documented.json_bytes(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))

    async def set_filename(self, request: Request) -> Response:
        """How the next files are called; used once, and kept over restarts until then. A folder is allowed as for all
        commands; the extension is ignored.
        """
        sent = wire.read_fields(await wire.read_object(request), {"Filename": wire.file_name}, required=True)
        if "Filename" in sent:
            try:
                await self._recorder.name_next(self._kind, sent["Filename"])
            except BadRequest as refused:
                raise _under("Filename", refused) from refused
        return documented.empty()

    async def add_sequence_number(self, request: Request) -> Response:
        """Puts a number at the end of the next files' names: the one that is sent, or the next one that is free."""
        sent: dict[str, Any] = {}
        if await wire.has_body(request):
            sent = wire.read_fields(await wire.read_object(request), {"SequenceNo": _sequence})
        try:
            await self._recorder.number_next(self._kind, sent.get("SequenceNo"))
        except BadRequest as refused:
            raise _under("SequenceNo", refused) from refused
        return documented.empty()

    async def extension(self) -> Response:
        """Of videos."""
        return documented.json_bytes(b'".mp4"')

    async def start(self) -> Response:
        """Starts all channels at one instant; fine while it runs."""
        result = await self._start()
        if not result.ok:
            raise failures.failed(self.not_started, result)
        return documented.empty()

    async def stop(self) -> Response:
        """Answers when every file is complete and on disk, or with each channel's reason. Fine while idle."""
        result = await self._stop()
        if not result.is_complete:
            raise failures.failed(self.not_finished, result)
        return documented.empty()

    def _is_on(self) -> bool:
        return self._recorder.is_recording()

    async def _start(self) -> CommandOutcome:
        return await self._recorder.start_recording()

    async def _stop(self) -> CommandOutcome:
        return await self._recorder.stop_recording()


class Anomalies(Videos):
    """The same commands for the video of an anomaly, which is taken beside the recording and beside clips."""

    folder = "anomalies"
    not_started, not_finished = failures.NO_ANOMALY, failures.ANOMALY_NOT_FINISHED

    def __init__(self, recorder: Recorder, idle: bytes) -> None:
        super().__init__(recorder, FileKind.ANOMALY, idle)

    def _is_on(self) -> bool:
        return self._recorder.is_clip_recording(FileKind.ANOMALY)

    async def _start(self) -> CommandOutcome:
        return await self._recorder.start_anomaly()

    async def _stop(self) -> CommandOutcome:
        return await self._recorder.stop_anomaly()


def _under(field: str, refused: BadRequest) -> BadRequest:
    """What the recorder has refused, under the field's name on the wire."""
    return BadRequest(named(field, refused.fact), refused.action, field=field)


def _sequence(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= SEQUENCE_MAX:
        wire.refuse(name, value, f"a whole number from 0 to {SEQUENCE_MAX}")
    return value


def _type_text(name: str, value: Any) -> str:
    """`text` is the only kind of overlay that a client can send."""
    if not isinstance(value, str) or value.lower() != "text":
        wire.refuse(name, value, '"text"')
    return "text"


def _post(app: FastAPI, path: str, handler: Any, extra: dict[str, Any], responses: Any = None) -> None:
    app.add_api_route(
        path, handler, methods=["POST"], responses=responses or documented.EMPTY, tags=["Integration"],
        response_class=Response, openapi_extra=extra,
    )


def _get(app: FastAPI, path: str, handler: Any, responses: Any) -> None:
    app.add_api_route(
        path, handler, methods=["GET"], responses=responses, tags=["Integration"], response_class=Response
    )
