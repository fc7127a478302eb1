"""The integration service, port 8088: other programs ask it about the recording and set the text over the pictures.

See docs/programs/inspector.md.
"""

import json
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from seacorder.api.assembly import assemble
from seacorder.api.http import documented, wire
from seacorder.api.recorder_protocol import Recorder
from seacorder.base.errors import BadRequest
from seacorder.config.schema import ServerSettings
from seacorder.model.overlay import OVERLAY_CHARACTERS_MAX

_IS_RECORDING = {"type": "object", "properties": {"IsRecording": {"type": "boolean"}}}
_STATUS = {
    "type": "object",
    "properties": {
        "IsRecording": {"type": "boolean"},
        "DriveSpace": {"type": "integer", "description": "Percent of the recording disk that is free"},
    },
}
_OVERLAY_BODY = documented.body(
    {
        "Text": {"type": "string", "maxLength": OVERLAY_CHARACTERS_MAX, "description": "Lines end with \\n"},
        "Type": {"type": ["string", "null"], "enum": ["text", None], "description": "May be omitted"},
    },
    {"Text": "Depth 123.4 m\nHeading 271"},
    required=("Text",),
)


def create_integration_app(recorder: Recorder, server: ServerSettings, *, bare_false: bool = False) -> FastAPI:
    """The whole application of port 8088. With `bare_false` an idle recorder answers isrecording with `false`."""
    app = FastAPI(title="Seacorder integration service", openapi_url=None, docs_url=None, redoc_url=None)
    IntegrationCommands(recorder, bare_false=bare_false).add_to(app)
    return assemble(app, server)


class IntegrationCommands:
    """The commands, in the order of the public text. The methods' docstrings are shown in the OpenAPI document."""

    def __init__(self, recorder: Recorder, *, bare_false: bool) -> None:
        self._recorder = recorder
        self._idle = b"false" if bare_false else b'{"IsRecording": false}'

    def add_to(self, app: FastAPI) -> None:
        """Declares every command."""
        ping = documented.replies({"type": "object", "properties": {"Ping": {"type": "boolean"}}}, {"Ping": True})
        answer = documented.replies(_IS_RECORDING, {"IsRecording": True})
        status = documented.replies(_STATUS, {"IsRecording": False, "DriveSpace": 100})
        _get(app, "/api/stats/ping", self.ping, ping)
        _get(app, "/api/recording/isrecording", self.is_recording, answer)
        _get(app, "/api/recording/encoderrunning", self.encoder_running, answer)
        _get(app, "/api/recording/status", self.status, status)
        _post(app, "/api/overlay/update", self.update_overlay, _OVERLAY_BODY)
        _get(app, "/api/overlay/clear", self.clear_overlay, documented.EMPTY)

    async def ping(self) -> Response:
        """The recorder takes commands."""
        return documented.json_bytes(documented.PING)

    async def is_recording(self) -> Response:
        """True only while frames are really reaching a file."""
        return documented.json_bytes(b'{"IsRecording": true}' if self._recorder.is_recording() else self._idle)

    async def encoder_running(self) -> Response:
        """The same as isrecording."""
        return await self.is_recording()

    async def status(self) -> Response:
        """Whether it records, and the free share of the recording disk."""
        status = self._recorder.status()
        content = {"IsRecording": status.is_recording, "DriveSpace": status.volume.free_percent}
        return documented.json_bytes(json.dumps(content).encode())

    async def update_overlay(self, request: Request) -> Response:
        """A text over the pictures of all channels, from one instant on."""
        sent = wire.read_fields(await wire.read_object(request), {"Text": wire.text, "Type": _type_text})
        if "Text" not in sent:  # also for null: a client without a new text must not be told that it is shown
            raise BadRequest("The field Text is missing.", 'Send {"Text": "…"}.', field="Text")
        try:
            self._recorder.set_overlay_text(sent["Text"])
        except BadRequest as refused:
            raise BadRequest(refused.fact, refused.action, field="Text") from refused
        return documented.empty()

    async def clear_overlay(self) -> Response:
        """Removes the text; fine when there is none."""
        self._recorder.set_overlay_text("")
        return documented.empty()


def _type_text(name: str, value: Any) -> str:
    """`text` is the only kind of overlay that a client can send."""
    if not isinstance(value, str) or value.lower() != "text":
        wire.refuse(name, value, '"text"')
    return "text"


def _post(app: FastAPI, path: str, handler: Any, extra: dict[str, Any]) -> None:
    app.add_api_route(
        path, handler, methods=["POST"], responses=documented.EMPTY, tags=["Integration"], response_class=Response,
        openapi_extra=extra,
    )


def _get(app: FastAPI, path: str, handler: Any, responses: Any) -> None:
    app.add_api_route(
        path, handler, methods=["GET"], responses=responses, tags=["Integration"], response_class=Response
    )
