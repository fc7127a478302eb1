"""Recorder settings: what is accepted, as functions of values. Nothing here reads or writes anything."""

import math
from dataclasses import fields, replace
from typing import Any

from seacorder.base.errors import BadRequest
from seacorder.model.settings import (
    SPLIT_TIME_MINUTES_MAX,
    SPLIT_TIME_MINUTES_MIN,
    UNSET,
    PathTemplates,
    RecorderSettings,
    SettingsChange,
)

COPY = "copy"
ENCODERS = {
    "n264": "h264_nvenc",
    "n265": "hevc_nvenc",
    "q264": "h264_qsv",
    "q265": "hevc_qsv",
    "a264": "h264_amf",
    "a265": "hevc_amf",
    "x264": "libx264",
    "x265": "libx265",
}
"""The Inspector API's encoder names and FFmpeg's. `copy` stands beside them."""

BITRATE_MBITS_MAX = 10_000.0
FRAME_RATE_MAX = 1_000.0
RESOLUTION_MAX = 16_384
TEMPLATE_CHARACTERS_MAX = 1_000

_TEMPLATES = {
    "filename_template": "filename",
    "directory_template": "directory",
    "framegrab_template": "framegrab",
    "data_log_template": "data_log",
    "event_template": "event",
    "anomaly_template": "anomaly",
    "clip_template": "clip",
}
_PLAIN = frozenset(field.name for field in fields(RecorderSettings)) - {"templates"}


def apply_change(settings: RecorderSettings, change: SettingsChange) -> RecorderSettings:
    """The settings after `change`. Raises BadRequest, naming the first field that is not accepted."""
    sent = {field.name: getattr(change, field.name) for field in fields(change)}
    sent = {name: value for name, value in sent.items() if value is not UNSET}
    templates: dict[str, Any] = {
        _TEMPLATES[name]: _template(name, value) for name, value in sent.items() if name in _TEMPLATES
    }
    plain = {name: value for name, value in sent.items() if name in _PLAIN}
    changed = replace(settings, **plain, templates=replace(settings.templates, **templates))
    _check_numbers(changed)
    return replace(changed, encoder=encoder_name(changed.encoder))


def encoder_name(text: str) -> str:
    """The encoder as it is stored: the short name or FFmpeg's, in lower case. Raises BadRequest when unknown."""
    name = text.strip().lower()
    if name == COPY or name in ENCODERS or name in ENCODERS.values():
        return name
    known = ", ".join([COPY, *ENCODERS, *ENCODERS.values()])
    raise BadRequest(f"Encoder {text!r} is not known; choose one of {known}.", field="encoder")


def needs_encoder_check(settings: RecorderSettings, changed: RecorderSettings) -> bool:
    """True when `changed` would use another encoder than `settings` does, and this machine may lack it."""
    if changed.is_smart_encoding or changed.encoder == COPY:
        return False
    return settings.is_smart_encoding or settings.encoder != changed.encoder


def check_encoder(settings: RecorderSettings, available: frozenset[str]) -> None:
    """Raises BadRequest when smart encoding is off and the encoder is not among `available` (FFmpeg's names)."""
    if settings.is_smart_encoding or settings.encoder == COPY:
        return
    if ENCODERS.get(settings.encoder, settings.encoder) not in available:
        usable = ", ".join([COPY, *(short for short, name in ENCODERS.items() if name in available)])
        raise BadRequest(
            f"This machine has no encoder {settings.encoder!r}; choose one of {usable}, or turn smart encoding on.",
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


def changed_names(settings: RecorderSettings, changed: RecorderSettings) -> list[str]:
    """The fields that differ."""
    return [
        field.name for field in fields(settings) if getattr(settings, field.name) != getattr(changed, field.name)
    ]


def wants_encoding(settings: RecorderSettings) -> bool:
    """True when the client asks for pictures to be encoded, which this release does not do."""
    return not settings.is_smart_encoding and settings.encoder != COPY


def _template(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    if len(value) > TEMPLATE_CHARACTERS_MAX:
        raise BadRequest(
            f"The template has {len(value)} characters; at most {TEMPLATE_CHARACTERS_MAX} are accepted.", field=name
        )
    if name != "directory_template" and not value.strip(" ./\\"):
        raise BadRequest(f"The template {value!r} would leave files without a name; give it some text.", field=name)
    return value


def _check_numbers(settings: RecorderSettings) -> None:
    _check_range("bitrate_mbits", settings.bitrate_mbits, BITRATE_MBITS_MAX, "Mbit/s, 0 = choose")
    _check_range("frame_rate", settings.frame_rate, FRAME_RATE_MAX, "frames a second, 0 = the source's")
    split = settings.split_time_minutes
    if split != 0 and not (math.isfinite(split) and SPLIT_TIME_MINUTES_MIN <= split <= SPLIT_TIME_MINUTES_MAX):
        raise BadRequest(
            f"A split time of {split:g} minutes is not accepted; give 0 (never split) or "
            f"{SPLIT_TIME_MINUTES_MIN:g} to {SPLIT_TIME_MINUTES_MAX:g} minutes.",
            field="split_time_minutes",
        )
    width, height = settings.resolution
    whole = 0 < width <= RESOLUTION_MAX and 0 < height <= RESOLUTION_MAX
    if not whole and (width, height) != (0, 0):
        raise BadRequest(
            f"A resolution of {width} by {height} is not accepted; give 0, 0 (the source's) or "
            f"1 to {RESOLUTION_MAX} pixels each way.",
            field="resolution",
        )


def _check_range(name: str, value: float, highest: float, unit: str) -> None:
    if not (math.isfinite(value) and 0 <= value <= highest):
        raise BadRequest(f"{value:g} is not accepted; give 0 to {highest:g} ({unit}).", field=name)
