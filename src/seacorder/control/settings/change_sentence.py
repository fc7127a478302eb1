"""A change of settings as one sentence with the new values, for the log and the events. Pure."""

import json
from collections.abc import Mapping
from dataclasses import fields

from seacorder.model.settings import ChannelEncoding, PathTemplates, RecorderSettings

_SWITCHES = {True: "on", False: "off", None: "not set (as for all channels)"}
_CALLED = {
    "is_smart": "smart encoding",
    "is_smart_encoding": "smart encoding",
    "split_time_minutes": "split time",
    "bitrate_mbits": "bitrate",
}
"""Fields that the sentence calls by other words than their names."""
_FOLDERS = ("recording_directory", "inspection_directory")


def change_sentence(before: RecorderSettings, after: RecorderSettings, folders: Mapping[str, str]) -> str:
    """One sentence with each changed setting and its new value; empty when nothing has changed.

    `folders`: by field, the absolute folders that the two directory settings result in.
    """
    changes: list[str] = []
    for field in fields(RecorderSettings):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if isinstance(old, PathTemplates):
            changes += _templates(old, new)
        elif field.name == "channels":
            changes += _channels(old, new)
        elif old != new:
            changes.append(f"{_words(field.name)} is now {_value(field.name, new, folders)}")
    return f"Settings changed: {'; '.join(changes)}." if changes else ""


def _templates(old: PathTemplates, new: PathTemplates) -> list[str]:
    return [
        f"{_words(field.name)} template is now {_template(getattr(new, field.name))}"
        for field in fields(PathTemplates)
        if getattr(old, field.name) != getattr(new, field.name)
    ]


def _channels(old: Mapping[str, ChannelEncoding], new: Mapping[str, ChannelEncoding]) -> list[str]:
    nothing = ChannelEncoding()
    return [
        f"{_words(field.name)} of {channel} is now {_value(field.name, getattr(new.get(channel, nothing), field.name))}"
        for channel in dict.fromkeys([*old, *new])
        for field in fields(ChannelEncoding)
        if getattr(old.get(channel, nothing), field.name) != getattr(new.get(channel, nothing), field.name)
    ]


def _value(name: str, value: object, folders: Mapping[str, str] | None = None) -> str:
    """A value in words."""
    if name in _FOLDERS:
        return _folder(value, (folders or {}).get(name, ""))
    if value is None or isinstance(value, bool):
        return _SWITCHES[value]
    if name == "split_time_minutes":
        return f"{value:g} minutes" if value else "0 (files are never split)"
    if name == "resolution" and isinstance(value, tuple):
        return "x".join(map(str, value)) if any(value) else "the source's"
    if name == "frame_rate":
        return f"{value:g} a second" if value else "the source's"
    if name == "bitrate_mbits":
        return f"{value:g} Mbit/s" if value else "chosen by Seacorder"
    return _quoted(value)


def _folder(value: object, leads_to: str) -> str:
    if value is None:
        return f"the storage root ({leads_to})" if leads_to else "the storage root"
    return f"{_quoted(value)} ({leads_to})" if leads_to and leads_to != value else _quoted(value)


def _template(value: str | None) -> str:
    return "unset (clips follow the anomaly template)" if value is None else _quoted(value)


def _quoted(value: object) -> str:
    """In quotes, with control characters escaped: a line break that a client sent must not begin a new line of the
    log."""
    return json.dumps(str(value), ensure_ascii=False)


def _words(name: str) -> str:
    return _CALLED.get(name, name.replace("_", " "))
