"""`/api/v1/settings` and `/api/v1/channels/{index}/settings`: read, and changed in part; docs/reference/api-v1.md."""

from collections.abc import Mapping
from typing import Annotated, Any, NoReturn

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.settings_views import channel_answer, settings_answer
from seacorder.api.v1.views import View
from seacorder.base.errors import BadRequest
from seacorder.model.encoding import BITRATE_MBITS_MAX, FRAME_RATE_MAX, RESOLUTION_MAX
from seacorder.model.settings import ChannelChange, SettingsChange

Index = Annotated[int, Path(ge=0, le=100_000, description="Position in the settings file, from 0")]

ENCODING: Mapping[str, tuple[str, wire.Reader]] = {
    "smart_encoding": ("is_smart", wire.boolean),
    "encoder": ("encoder", wire.text),
    "bitrate_mbits": ("bitrate_mbits", wire.number),
    "resolution": ("resolution", wire.size),
    "frame_rate": ("frame_rate", wire.number),
    "burn_in": ("burn_in", wire.boolean),
    "keep_clean": ("keep_clean", wire.boolean),
    "deinterlace": ("deinterlace", wire.boolean),
}
"""The field of ChannelChange, and how the value is read. A channel's may be null."""

RECORDER: Mapping[str, tuple[str, wire.Reader]] = {
    **ENCODING,
    "smart_encoding": ("is_smart_encoding", wire.boolean),
    "split_time_minutes": ("split_time_minutes", wire.number),
    "reevaluate_tags_on_split": ("reevaluate_tags_on_split", wire.boolean),
    "restart_on_failure": ("restart_on_failure", wire.boolean),
}
"""The field of SettingsChange, and how the value is read."""

_SWITCH = {"type": "boolean"}
_SIDE = {"type": "integer", "minimum": 0, "maximum": RESOLUTION_MAX}
_ENCODING_SCHEMA: dict[str, dict[str, Any]] = {
    "smart_encoding": _SWITCH,
    "encoder": {"type": "string", "description": "copy, a short name such as x264, or FFmpeg's own"},
    "bitrate_mbits": {"type": "number", "minimum": 0, "maximum": BITRATE_MBITS_MAX, "description": "0: chosen"},
    "resolution": {
        "type": "array", "items": _SIDE, "minItems": 2, "maxItems": 2,
        "description": "Width and height; 0, 0: the source's",
    },
    "frame_rate": {"type": "number", "minimum": 0, "maximum": FRAME_RATE_MAX, "description": "0: the source's"},
    "burn_in": _SWITCH,
    "keep_clean": _SWITCH,
    "deinterlace": _SWITCH,
}
_RECORDER_SCHEMA = _ENCODING_SCHEMA | {
    "split_time_minutes": {"type": "number", "description": "0 = never, or 0.05 to 1440"},
    "reevaluate_tags_on_split": _SWITCH,
    "restart_on_failure": _SWITCH,
}
_RECORDER_FIELDS = documented.nullable(_RECORDER_SCHEMA)
_CHANNEL_FIELDS = documented.nullable(_ENCODING_SCHEMA)
RECORDER_BODY = documented.body(_RECORDER_FIELDS, {"smart_encoding": False, "encoder": "x264", "bitrate_mbits": 4})
CHANNEL_BODY = documented.body(_CHANNEL_FIELDS, {"burn_in": True, "keep_clean": True, "encoder": None})


class Keys(BaseModel):
    """Which settings are taken back."""

    model_config = ConfigDict(extra="forbid")

    key: list[str] = Field(
        default_factory=list, description="As in the settings file: recording.encoder. May be repeated; none: all"
    )


class SettingsCommands:
    """Reading and changing settings."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def settings(self) -> Response:
        """The recorder's settings, each channel's, and what was decided for it."""
        recorder = self._recorder
        return _json(settings_answer(recorder.settings, recorder.channel_settings(), recorder.overrides))

    async def change_settings(self, request: Request) -> Response:
        """Changes what is sent, for all channels that have nothing of their own; the rest, and nulls, stay."""
        readers = {name: reader for name, (_, reader) in RECORDER.items()}
        sent = wire.read_fields(await wire.read_object(request), readers)
        await self._change(SettingsChange(**{RECORDER[name][0]: value for name, value in sent.items()}))
        return await self.settings()

    async def reset_settings(self, asked: Annotated[Keys, Query()]) -> Response:
        """Takes back what clients have set, for some keys or for all: the settings file holds again."""
        await self._recorder.reset_settings(asked.key)
        return await self.settings()

    async def channel_settings(self, index: Index) -> Response:
        """The settings of one channel, and what was decided for it."""
        channels = self._recorder.channel_settings()
        if index >= len(channels):
            raise NotThere(f"There is no channel {index}; see /api/v1/status for those there are.")
        return _json(channel_answer(index, channels[index]))

    async def change_channel_settings(self, request: Request, index: Index) -> Response:
        """Changes what is sent, for this channel alone; null takes its own value back."""
        channels = self._recorder.channel_settings()
        if index < len(channels):
            readers = {name: _or_null(reader) for name, (_, reader) in ENCODING.items()}
            sent = wire.read_fields(await wire.read_object(request), readers, null_is_value=True)
            values = {ENCODING[name][0]: value for name, value in sent.items()}
            await self._change(SettingsChange(channel=ChannelChange(channels[index].channel, **values)))
        return await self.channel_settings(index)

    async def _change(self, change: SettingsChange) -> None:
        try:
            await self._recorder.change_settings(change)
        except BadRequest as error:
            _refuse(error)


def _or_null(reader: wire.Reader) -> wire.Reader:
    def read(name: str, value: Any) -> Any:
        return None if value is None else reader(name, value)

    return read


def _refuse(error: BadRequest) -> NoReturn:
    """Says which field it is about."""
    named = f"{error.field}: {error.sentence}" if error.field in RECORDER else error.sentence
    raise BadRequest(named, field=error.field) from error


def _json(view: View) -> Response:
    return documented.json_bytes(view.model_dump_json().encode())
