"""Which values of the recorder settings are accepted, and what a change of them results in. Pure."""

import math
from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from seacorder.base.errors import BadRequest
from seacorder.model.encoders import BY_NAME, SHORT_NAMES, known_encoder, stored_name
from seacorder.model.encoding import BITRATE_MBITS_MAX, COPY, FRAME_RATE_MAX, RESOLUTION_MAX, EncodingSettings
from seacorder.model.settings import (
    SPLIT_TIME_MINUTES_MAX,
    SPLIT_TIME_MINUTES_MIN,
    UNSET,
    ChannelChange,
    ChannelEncoding,
    PathTemplates,
    RecorderSettings,
    SettingsChange,
)

TEMPLATE_CHARACTERS_MAX = 1_000

TEMPLATES: Mapping[str, str] = {
    "filename_template": "filename",
    "directory_template": "directory",
    "framegrab_template": "framegrab",
    "data_log_template": "data_log",
    "event_template": "event",
    "anomaly_template": "anomaly",
    "clip_template": "clip",
}
"""For each template field of SettingsChange its name in PathTemplates."""
PLAIN = frozenset(field.name for field in fields(RecorderSettings)) - {"templates", "channels"}
"""Fields that SettingsChange and RecorderSettings both have."""
ENCODING_FIELDS = tuple(field.name for field in fields(EncodingSettings))
_RECORDER_NAMES = {name: name for name in ENCODING_FIELDS} | {"is_smart": "is_smart_encoding"}
"""For each field of EncodingSettings its name in RecorderSettings."""

Changed = TypeVar("Changed", RecorderSettings, ChannelEncoding)
Own = Mapping[str, ChannelEncoding]
"""By channel: the encoding settings that the settings file gives to it alone."""


def apply_change(settings: RecorderSettings, change: SettingsChange) -> RecorderSettings:
    """The settings after `change`. Raises BadRequest, naming the first field that is not accepted."""
    sent = sent_fields(change)
    templates: dict[str, Any] = {
        TEMPLATES[name]: _template(name, value) for name, value in sent.items() if name in TEMPLATES
    }
    plain = {name: value for name, value in sent.items() if name in PLAIN}
    changed = replace(settings, **plain, templates=replace(settings.templates, **templates))
    _check_split_time(changed.split_time_minutes)
    changed = _checked(changed)
    if isinstance(change.channel, ChannelChange):
        changed = replace(changed, channels=_with_channel(settings.channels, change.channel))
    return changed


def _with_channel(channels: Own, change: ChannelChange) -> dict[str, ChannelEncoding]:
    """The channels' own settings after a change. A channel without any own value has no entry."""
    sent = {name: value for name, value in sent_fields(change).items() if name in ENCODING_FIELDS}
    others = {name: own for name, own in channels.items() if name != change.channel}
    own = _checked(replace(channels.get(change.channel, ChannelEncoding()), **sent))
    return others if own == ChannelEncoding() else {**others, change.channel: own}


def sent_fields(change: SettingsChange | ChannelChange) -> dict[str, Any]:
    """The values that a change sets, by the change's field names."""
    values = {field.name: getattr(change, field.name) for field in fields(change)}
    return {name: value for name, value in values.items() if value is not UNSET}


def own_of(channel: str, settings: RecorderSettings, own: Own) -> ChannelEncoding:
    """The channel's own encoding settings: what a client has set, else what the settings file says; None for the
    rest."""
    set_by_client, in_file = settings.channels.get(channel, ChannelEncoding()), own.get(channel, ChannelEncoding())
    values = {name: _first(getattr(set_by_client, name), getattr(in_file, name)) for name in ENCODING_FIELDS}
    return ChannelEncoding(**values)


def encoding_of(channel: str | None, settings: RecorderSettings, own: Own) -> EncodingSettings:
    """The encoding settings in force for a channel: its own values, else the recorder's. None: the recorder's alone."""
    mine = ChannelEncoding() if channel is None else own_of(channel, settings, own)
    return EncodingSettings(**{
        name: _first(getattr(mine, name), getattr(settings, _RECORDER_NAMES[name])) for name in ENCODING_FIELDS
    })


def _first(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def encoder_name(text: str) -> str:
    """The encoder as it is stored: its short name or FFmpeg's, in lower case. Raises BadRequest when unknown."""
    name = stored_name(text)
    if name is None:
        known = ", ".join([COPY, *SHORT_NAMES, *BY_NAME])
        raise BadRequest(f"Encoder {text!r} is not known.", f"Choose one of {known}.", field="encoder")
    return name


def encoders_asked(settings: RecorderSettings, own: Own) -> dict[str | None, str]:
    """By channel: the encoder that the settings name, unless smart encoding chooses it or pictures pass through.

    The key None stands for the recorder's settings.
    """
    asked = {channel: encoding_of(channel, settings, own) for channel in (None, *own)}
    return {channel: one.encoder for channel, one in asked.items() if not one.is_smart and one.encoder != COPY}


def check_encoders(asked: Mapping[str | None, str], available: Collection[str]) -> None:
    """Raises BadRequest when a named encoder is not among `available` (FFmpeg's names)."""
    for channel, name in asked.items():
        encoder = known_encoder(name)
        if encoder is None or encoder.name not in available:
            found = (BY_NAME[one] for one in BY_NAME if one in available)
            usable = ", ".join([COPY, *(one.short_name or one.name for one in found)])
            whose = f", which channel {channel} would use" if channel is not None else ""
            raise BadRequest(
                f"This computer has no encoder {name!r}{whose}.",
                f"Choose one of {usable}, or turn smart encoding on.",
                field="encoder",
            )


def concerns_files(settings: RecorderSettings, changed: RecorderSettings) -> bool:
    """True when the change alters how the files of a running recording are named or split."""

    def essence(one: RecorderSettings) -> tuple[object, ...]:
        templates: PathTemplates = one.templates
        return (
            one.split_time_minutes,
            one.reevaluate_tags_on_split,
            one.recording_directory,
            templates.filename,
            templates.directory,
        )

    return essence(settings) != essence(changed)


def _template(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    if len(value) > TEMPLATE_CHARACTERS_MAX:
        raise BadRequest(
            f"The template has {len(value)} characters.", f"At most {TEMPLATE_CHARACTERS_MAX} are accepted.", field=name
        )
    if name != "directory_template" and not value.strip(" ./\\"):
        raise BadRequest(f"The template {value!r} would leave files without a name.", "Give it some text.", field=name)
    return value


def _check_split_time(split: float) -> None:
    if split != 0 and not (math.isfinite(split) and SPLIT_TIME_MINUTES_MIN <= split <= SPLIT_TIME_MINUTES_MAX):
        raise BadRequest(
            f"A split time of {split:g} minutes is not accepted.",
            f"Give 0 (never split) or {SPLIT_TIME_MINUTES_MIN:g} to {SPLIT_TIME_MINUTES_MAX:g} minutes.",
            field="split_time_minutes",
        )


def _checked(settings: Changed) -> Changed:
    """With the encoder's name as it is stored. Raises BadRequest for a number out of range."""
    if settings.bitrate_mbits is not None:
        _check_range("bitrate_mbits", settings.bitrate_mbits, BITRATE_MBITS_MAX, "Mbit/s, 0 = choose")
    if settings.frame_rate is not None:
        _check_range("frame_rate", settings.frame_rate, FRAME_RATE_MAX, "frames per second, 0 = the source's")
    if settings.resolution is not None:
        _check_resolution(*settings.resolution)
    return settings if settings.encoder is None else replace(settings, encoder=encoder_name(settings.encoder))


def _check_resolution(width: int, height: int) -> None:
    whole = 0 < width <= RESOLUTION_MAX and 0 < height <= RESOLUTION_MAX
    if not whole and (width, height) != (0, 0):
        raise BadRequest(
            f"A resolution of {width} by {height} is not accepted.",
            f"Give 0, 0 (the source's) or 1 to {RESOLUTION_MAX} pixels each way.",
            field="resolution",
        )


def _check_range(name: str, value: float, highest: float, unit: str) -> None:
    if not (math.isfinite(value) and 0 <= value <= highest):
        raise BadRequest(f"{value:g} is not accepted.", f"Give 0 to {highest:g} ({unit}).", field=name)
