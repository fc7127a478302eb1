"""`/api/v1/settings` and `/api/v1/channels/{index}/settings`: read, and changed in part; docs/programs/api.md.

A setting that clients may change has one line in `RECORDER`, or in `ENCODING` where a channel may have its own, and a
field in `settings_views`. All places of a setting are listed in `config.schema`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.commands import Meant, check_place
from seacorder.api.v1.settings_views import channel_answer, settings_answer
from seacorder.api.v1.view import answered
from seacorder.base.errors import BadRequest
from seacorder.model.encoding import BITRATE_MBITS_MAX, FRAME_RATE_MAX, RESOLUTION_MAX
from seacorder.model.settings import ChannelChange, SettingsChange

Index = Annotated[int, Path(ge=0, le=100_000, description="Position in the settings file, from 0")]

@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that clients may change, as the wire has it."""

    field: str
    """Of SettingsChange, or for one channel's own of ChannelChange."""
    read: wire.Reader
    schema: dict[str, Any]
    """JSON Schema, for the OpenAPI document."""


_SWITCH = {"type": "boolean"}
_SIDE = {"type": "integer", "minimum": 0, "maximum": RESOLUTION_MAX}
_MBITS = {"type": "number", "minimum": 0, "maximum": BITRATE_MBITS_MAX, "description": "0: chosen"}
_RATE = {"type": "number", "minimum": 0, "maximum": FRAME_RATE_MAX, "description": "0: the source's"}
_SIZE = {
    "type": "array", "items": _SIDE, "minItems": 2, "maxItems": 2,
    "description": "Width and height; 0, 0: the source's",
}
_MINUTES = {"type": "number", "description": "0 = never, or 0.05 to 1440"}
_ENCODER = {"type": "string", "description": "copy, a short name such as x264, or FFmpeg's own"}

ENCODING: Mapping[str, Setting] = {
    "smart_encoding": Setting("is_smart", wire.boolean, _SWITCH),
    "encoder": Setting("encoder", wire.text, _ENCODER),
    "bitrate_mbits": Setting("bitrate_mbits", wire.number, _MBITS),
    "resolution": Setting("resolution", wire.size, _SIZE),
    "frame_rate": Setting("frame_rate", wire.number, _RATE),
    "burn_in": Setting("burn_in", wire.boolean, _SWITCH),
    "keep_clean": Setting("keep_clean", wire.boolean, _SWITCH),
    "deinterlace": Setting("deinterlace", wire.boolean, _SWITCH),
}
"""Of one channel; null takes the channel's own value back."""

RECORDER: Mapping[str, Setting] = {
    **ENCODING,
    "smart_encoding": Setting("is_smart_encoding", wire.boolean, _SWITCH),
    "split_time_minutes": Setting("split_time_minutes", wire.number, _MINUTES),
    "reevaluate_tags_on_split": Setting("reevaluate_tags_on_split", wire.boolean, _SWITCH),
    "restart_on_failure": Setting("restart_on_failure", wire.boolean, _SWITCH),
}
"""Of all channels."""


def _body(settings: Mapping[str, Setting], example: dict[str, Any]) -> dict[str, Any]:
    return documented.body(documented.nullable({name: one.schema for name, one in settings.items()}), example)


RECORDER_BODY = _body(RECORDER, {"smart_encoding": False, "encoder": "x264", "bitrate_mbits": 4})
CHANNEL_BODY = _body(ENCODING, {"burn_in": True, "keep_clean": True, "encoder": None})


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
        return answered(settings_answer(recorder.settings, recorder.channel_settings(), recorder.overrides))

    async def change_settings(self, request: Request) -> Response:
        """Changes what is sent, for all channels that have nothing of their own; the rest, and nulls, stay."""
        readers = {name: setting.read for name, setting in RECORDER.items()}
        sent = wire.read_fields(await wire.read_object(request), readers)
        await self._change(SettingsChange(**{RECORDER[name].field: value for name, value in sent.items()}))
        return await self.settings()

    async def reset_settings(self, asked: Annotated[Keys, Query()]) -> Response:
        """Takes back what clients have set, for some keys or for all: the settings file's values hold again."""
        await self._recorder.reset_settings(asked.key)
        return await self.settings()

    async def channel_settings(self, index: Index) -> Response:
        """The settings of one channel, and what was decided for it."""
        channels = self._recorder.channel_settings()
        check_place([one.channel for one in channels], index)
        return answered(channel_answer(index, channels[index]))

    async def change_channel_settings(self, request: Request, index: Index, channel: Meant = None) -> Response:
        """Changes what is sent, for this channel alone; null takes its own value back."""
        names = [one.channel for one in self._recorder.channel_settings()]
        check_place(names, index, channel)
        readers = {name: _or_null(setting.read) for name, setting in ENCODING.items()}
        sent = wire.read_fields(await wire.read_object(request), readers, null_is_value=True)
        values = {ENCODING[name].field: value for name, value in sent.items()}
        await self._change(SettingsChange(channel=ChannelChange(names[index], **values)))
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
    """Raises the error again, with the field's name in front of it."""
    fact = f"{error.field}: {error.fact}" if error.field in RECORDER else error.fact
    raise BadRequest(fact, error.action, field=error.field) from error
