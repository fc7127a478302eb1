"""The Inspector service, port 13000: the seventeen commands of the public text, with `/api/v1` and the page beside
them.

This module knows the names on the wire; what they mean is decided in `control`. See docs/programs/inspector.md.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import FastAPI, Request
from starlette.responses import Response

from seacorder.api import failures
from seacorder.api.assembly import access_of, assemble
from seacorder.api.docs_page import add_docs
from seacorder.api.http import documented, wire
from seacorder.api.operator_page import add_operator_page
from seacorder.api.recorder_protocol import Recorder, SetupSource
from seacorder.api.v1.routes import add_session, add_v1
from seacorder.api.v1.session import Sessions
from seacorder.base.errors import BadRequest
from seacorder.base.message import named
from seacorder.config.schema import ServerSettings
from seacorder.model.settings import RecorderSettings, SettingsChange

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
"""Null, here and below: leave the setting as it is."""
_NUMBER = {"type": "number"}
_NUMBER_OR_NULL = {"type": ["number", "null"]}
_BOOLEAN = {"type": "boolean"}
_BOOLEAN_OR_NULL = {"type": ["boolean", "null"]}


@dataclass(frozen=True, slots=True)
class BodyKey:
    """A key of a command's body."""

    field: str
    """Of SettingsChange."""
    read: wire.Reader
    """How a value that is not null is read."""
    schema: dict[str, Any]
    """JSON Schema, for the OpenAPI document."""


def _text_key(field: str, description: str = "") -> BodyKey:
    return BodyKey(field, wire.text, _described(_TEXT_OR_NULL, description))


def _number_key(field: str, description: str) -> BodyKey:
    return BodyKey(field, wire.number, _described(_NUMBER_OR_NULL, description))


def _described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return schema | {"description": description} if description else schema


RECORDER_SETTINGS: Mapping[str, BodyKey] = {
    "Bitrate": _number_key("bitrate_mbits", "Mbit/s, used when smart encoding is off; 0 = Seacorder chooses"),
    "Directory": BodyKey(
        "recording_directory", wire.directory, _described(_TEXT_OR_NULL, "Base folder of recordings; null = no change")
    ),
    "DirectoryTemplate": _text_key("directory_template"),
    "Encoder": _text_key("encoder", "copy, x264, x265, n264, n265, q264, q265, a264, a265 or FFmpeg's own name"),
    "Filename": _text_key("filename_template", "FilenameTemplate; null = no change"),
    "FrameRate": _number_key("frame_rate", "Frames a second; 0 = the source's"),
    "IsSmartEncoding": BodyKey("is_smart_encoding", wire.boolean, _BOOLEAN_OR_NULL),
    "ReevaluateTagsOnSplit": BodyKey("reevaluate_tags_on_split", wire.boolean, _BOOLEAN_OR_NULL),
    "Resolution": BodyKey(
        "resolution", wire.resolution, _described(_TEXT_OR_NULL, '"width, height"; "0, 0" = the source\'s')
    ),
    "RestartOnFailure": BodyKey("restart_on_failure", wire.boolean, _BOOLEAN_OR_NULL),
    "SplitTimeMinutes": _number_key("split_time_minutes", "0 = never, or 0.05 to 1440"),
}
"""Keys of `recordersettings/apply`."""

PATH_TEMPLATES: Mapping[str, BodyKey] = {
    "FilenameTemplate": _text_key("filename_template"),
    "DirectoryTemplate": _text_key("directory_template"),
    "FramegrabTemplate": _text_key("framegrab_template"),
    "DataLogTemplate": _text_key("data_log_template"),
    "EventTemplate": _text_key("event_template"),
    "AnomalyTemplate": _text_key("anomaly_template"),
    "Directory": BodyKey("inspection_directory", wire.directory, _TEXT_OR_NULL),
    "ClipTemplate": BodyKey(
        "clip_template", wire.text_or_nothing, _described(_TEXT_OR_NULL, '"" = clips follow AnomalyTemplate again')
    ),
}
"""Keys of `pathtemplate`."""

_DIRECTORY: Mapping[str, wire.Reader] = {"Directory": wire.directory}
_SETTINGS_SCHEMA = {name: key.schema for name, key in RECORDER_SETTINGS.items()}
_TEMPLATES_SCHEMA = {name: key.schema for name, key in PATH_TEMPLATES.items()}
_SETTINGS_BODY = documented.body(_SETTINGS_SCHEMA, {"SplitTimeMinutes": 10, "IsSmartEncoding": True})
_TEMPLATES_BODY = documented.body(_TEMPLATES_SCHEMA, {"FilenameTemplate": "${yyyy}${MM}${dd}@${channelname}"})
_MADE_BODY = documented.body({"Directory": _TEXT}, {"Directory": "Dive 12"}, required=("Directory",))
_DIRECTORY_BODY = documented.body({"Directory": _TEXT_OR_NULL}, {"Directory": "Dive 12"}, required=("Directory",))
_SPLIT_TIME = documented.value_in_path("SplitTimeMinutes", _NUMBER, "Minutes: 0 = never, or 0.05 to 1440")
_REEVALUATE = documented.value_in_path("ReevaluateTags", _BOOLEAN, "true or false")


def create_inspector_app(
    recorder: Recorder, server: ServerSettings, setup: SetupSource | None = None, *, session_key: bytes | None = None
) -> FastAPI:
    """The whole application of port 13000. Without `setup` nothing that needs a restart can be changed; without a
    `session_key` sessions of pages end with the program."""
    access = access_of(server, session_key or secrets.token_bytes(32))
    app = FastAPI(
        title="Seacorder",
        summary="The Inspector service, and the recorder's own API.",
        version=recorder.status().version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    InspectorCommands(recorder).add_to(app)
    add_v1(app, recorder, setup)
    add_session(app, Sessions(access, is_open_to_network=server.is_open_to_network))
    add_docs(app)
    add_operator_page(app)
    return assemble(app, server, access)


class InspectorCommands:
    """The seventeen commands, in the order of the public text. The methods' docstrings are shown in the OpenAPI
    document.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def add_to(self, app: FastAPI) -> None:
        """Declares every command."""
        self._add_settings(app)
        self._add_recording(app)

    def _add_settings(self, app: FastAPI) -> None:
        ping = documented.replies({"type": "object", "properties": {"Ping": _BOOLEAN}}, {"Ping": True})
        _get(app, "/api/stats/ping", self.ping, ping)
        _post(app, "/api/recordersettings/apply", self.apply_settings, _SETTINGS_BODY)
        _post(app, "/api/inspector/createdirectory", self.create_directory, _MADE_BODY)
        _post(app, "/api/inspector/recordingdirectory", self.set_recording_directory, _DIRECTORY_BODY)
        _post(app, "/api/inspector/inspectiondirectory", self.set_inspection_directory, _DIRECTORY_BODY)
        _get(app, "/api/inspector/splittime/{SplitTimeMinutes}", self.set_split_time, extra=_SPLIT_TIME)
        _get(app, "/api/inspector/reevaluatetags/{ReevaluateTags}", self.set_reevaluate_tags, extra=_REEVALUATE)
        _post(app, "/api/inspector/pathtemplate", self.set_path_templates, _TEMPLATES_BODY)
        templates = documented.replies({"type": "object", "properties": _TEMPLATES_SCHEMA}, {"Directory": None})
        _get(app, "/api/inspector/pathtemplate", self.path_templates, templates)

    def _add_recording(self, app: FastAPI) -> None:
        _get(app, "/api/inspector/startrecording", self.start_recording)
        _get(app, "/api/inspector/stoprecording", self.stop_recording)
        _get(app, "/api/inspector/isrecording", self.is_recording, documented.BOOL)
        _get(app, "/api/inspector/encoderrunning", self.encoder_running, documented.BOOL)
        _get(app, "/api/inspector/takeframegrab", self.take_framegrab, documented.BOOL)
        _get(app, "/api/inspector/startclip", self.start_clip)
        _get(app, "/api/inspector/stopclip", self.stop_clip)
        _get(app, "/api/inspector/iscliprecording", self.is_clip_recording, documented.BOOL)

    async def ping(self) -> Response:
        """The recorder takes commands."""
        return documented.json_bytes(documented.PING)

    async def apply_settings(self, request: Request) -> Response:
        """Recorder settings of all channels; any subset of the keys."""
        await self._change(RECORDER_SETTINGS, await wire.read_object(request))
        return documented.empty()

    async def create_directory(self, request: Request) -> Response:
        """Makes a folder, with its parents. Does not select it."""
        sent = wire.read_fields(await wire.read_object(request), _DIRECTORY, required=True)
        if "Directory" not in sent:
            wire.refuse("Directory", None, "the name of the folder that is to be made")
        try:
            await self._recorder.create_directory(sent["Directory"])
        except BadRequest as error:
            _refuse_under_wire_name(error, {"directory": "Directory"})
        return documented.empty()

    async def set_recording_directory(self, request: Request) -> Response:
        """Base folder of all recordings; made when a recording starts."""
        return await self._set_directory(request, "recording_directory")

    async def set_inspection_directory(self, request: Request) -> Response:
        """Base folder of framegrabs and clips."""
        return await self._set_directory(request, "inspection_directory")

    async def set_split_time(self, request: Request) -> Response:
        """How long a file of a recording lasts; 0 never splits."""
        name = "SplitTimeMinutes"
        minutes = wire.decimal_in_path(name, request.path_params[name])
        await self._change({name: RECORDER_SETTINGS[name]}, {name: minutes})
        return documented.empty()

    async def set_reevaluate_tags(self, request: Request) -> Response:
        """Whether each file after a split is named from its own instant, by FilenameTemplate."""
        name = "ReevaluateTags"
        value = wire.boolean_in_path(name, request.path_params[name])
        await self._change({name: RECORDER_SETTINGS["ReevaluateTagsOnSplit"]}, {name: value})
        return documented.empty()

    async def set_path_templates(self, request: Request) -> Response:
        """Sets the templates that are sent, leaves the rest."""
        await self._change(PATH_TEMPLATES, await wire.read_object(request))
        return documented.empty()

    async def path_templates(self) -> Response:
        """The current templates."""
        content = json.dumps(path_template_values(self._recorder.settings), ensure_ascii=False)
        return documented.json_bytes(content.encode())

    async def start_recording(self) -> Response:
        """Master start of all channels at one instant; fine while a recording runs."""
        result = await self._recorder.start_recording()
        if not result.ok:
            raise failures.failed(failures.NOTHING_RECORDED, result)
        return documented.empty()

    async def stop_recording(self) -> Response:
        """Master stop; answers when every file is complete and on disk, or with each channel's reason.

        Fine while idle.
        """
        result = await self._recorder.stop_recording()
        if not result.is_complete:
            raise failures.failed(failures.NOT_FINISHED, result)
        return documented.empty()

    async def is_recording(self) -> Response:
        """True only while frames are really reaching a file."""
        return documented.json_bool(self._recorder.is_recording())

    async def encoder_running(self) -> Response:
        """The same as isrecording."""
        return documented.json_bool(self._recorder.is_recording())

    async def take_framegrab(self) -> Response:
        """One framegrab of every live channel, all of one instant; false when no channel is live.

        500 with each channel's reason when one could not be taken; those that were taken stay.
        """
        result = await self._recorder.take_framegrab()
        if not result.is_complete:
            raise failures.failed(failures.NOT_EVERY_FRAMEGRAB, result)
        return documented.json_bool(result.ok)

    async def start_clip(self) -> Response:
        """A file per live channel beside the recording, from the pre-roll before now."""
        result = await self._recorder.start_clip()
        if not result.ok:
            raise failures.failed(failures.NO_CLIP, result)
        return documented.empty()

    async def stop_clip(self) -> Response:
        """Ends the clip; fine while none runs."""
        result = await self._recorder.stop_clip()
        if not result.is_complete:
            raise failures.failed(failures.CLIP_NOT_FINISHED, result)
        return documented.empty()

    async def is_clip_recording(self) -> Response:
        """True only while frames are really reaching a clip's file."""
        return documented.json_bool(self._recorder.is_clip_recording())

    async def _set_directory(self, request: Request, name: str) -> Response:
        sent = wire.read_fields(await wire.read_object(request), _DIRECTORY, required=True)
        await self._change({"Directory": BodyKey(name, wire.directory, _TEXT_OR_NULL)}, sent)
        return documented.empty()

    async def _change(self, keys: Mapping[str, BodyKey], sent: Mapping[str, Any]) -> None:
        values = wire.read_fields(sent, {name: key.read for name, key in keys.items()})
        names = {key.field: name for name, key in keys.items()}
        try:
            change = SettingsChange(**{keys[name].field: value for name, value in values.items()})
            await self._recorder.change_settings(change)
        except BadRequest as error:
            _refuse_under_wire_name(error, names)


def path_template_values(settings: RecorderSettings) -> dict[str, str | None]:
    """The reply of GET pathtemplate."""
    templates = settings.templates
    return {
        "FilenameTemplate": templates.filename,
        "DirectoryTemplate": templates.directory,
        "FramegrabTemplate": templates.framegrab,
        "DataLogTemplate": templates.data_log,
        "EventTemplate": templates.event,
        "AnomalyTemplate": templates.anomaly,
        "Directory": settings.inspection_directory,
        "ClipTemplate": templates.clip,
    }


def _refuse_under_wire_name(error: BadRequest, names: Mapping[str, str]) -> NoReturn:
    """Raises what `control` has refused, with the field's name as the client wrote it."""
    asked = (error.field or "").lower()
    key = names.get(asked) or next((one for one in names.values() if one.lower() == asked), None)
    if key is None and len(names) == 1:
        key = next(iter(names.values()))
    raise BadRequest(named(key, error.fact), error.action, field=key or error.field) from error


def _get(app: FastAPI, path: str, handler: Any, responses: Any = None, *, extra: dict[str, Any] | None = None) -> None:
    app.add_api_route(
        path, handler, methods=["GET"], responses=responses or documented.EMPTY, openapi_extra=extra,
        tags=["Inspector"], response_class=Response,
    )


def _post(app: FastAPI, path: str, handler: Any, extra: dict[str, Any]) -> None:
    app.add_api_route(
        path, handler, methods=["POST"], responses=documented.EMPTY, openapi_extra=extra, tags=["Inspector"],
        response_class=Response,
    )
