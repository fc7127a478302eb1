"""Which settings come from the settings file and which from a client, and how a client's value is dropped. Pure.

Only the keys that clients have set are stored, so a later edit of the settings file takes effect for all other keys.
Where both have a value, the client's is in force; `overrides` lists these, so that operators are shown them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from seacorder.base.errors import BadRequest
from seacorder.base.message import Message
from seacorder.control.settings.rules import ENCODING_FIELDS, PLAIN, TEMPLATES, Own, encoding_of, sent_fields
from seacorder.model.settings import (
    ChannelChange,
    Override,
    RecorderSettings,
    SettingsChange,
    SettingValue,
    StoredSettings,
)

_IN_FILE = {"is_smart_encoding": "smart_encoding", "is_smart": "smart_encoding"}
"""Fields that have another name in the settings file."""
_NOT_IN_FILE = ("inspection_directory", "recording_directory")
"""Fields that only clients can set."""
KEYS = {
    **{name: f"recording.{_IN_FILE.get(name, name)}" for name in sorted(PLAIN.difference(_NOT_IN_FILE))},
    **{f"templates.{name}": f"templates.{name}" for name in TEMPLATES.values()},
    **{name: name for name in _NOT_IN_FILE},
}
"""For each name in StoredSettings its key: as in the settings file, or the name itself for `_NOT_IN_FILE`."""


def names_set(change: SettingsChange) -> frozenset[str]:
    """The names, as in StoredSettings, of what a change sets for all channels."""
    names = (f"templates.{TEMPLATES[name]}" if name in TEMPLATES else name for name in sent_fields(change))
    return frozenset(names) & frozenset(KEYS)


def overrides(stored: StoredSettings, first: RecorderSettings, own: Own) -> tuple[Override, ...]:
    """The keys for which a client's value is in force and differs from the settings file's: the recorder's in the
    order of `KEYS`, then those of its present channels."""
    recorder = (
        Override(key, _value(stored.in_force, name), _value(first, name))
        for name, key in KEYS.items()
        if name in stored.set_by_clients and name not in _NOT_IN_FILE
    )
    channels = (
        Override(_channel_key(channel, name), in_force, getattr(encoding_of(channel, first, own), name))
        for channel, name, in_force in _set_for_channels(stored.in_force)
        if channel in own
    )
    return tuple(one for one in (*recorder, *channels) if one.in_force != one.in_file)


def keys_set(stored: StoredSettings, own: Own) -> list[str]:
    """Every key that clients have set, of the recorder and of its present channels."""
    channels = _set_for_channels(stored.in_force)
    return [
        *(key for name, key in KEYS.items() if name in stored.set_by_clients),
        *(_channel_key(channel, name) for channel, name, _ in channels if channel in own),
    ]


def taken_back(keys: Iterable[str], first: RecorderSettings) -> Iterator[SettingsChange]:
    """Changes that put the settings file's values, which are `first`, into force again for `keys`.

    Raises BadRequest for an unknown key, before the first change.
    """
    wanted = list(keys)
    names = {key: name for name, key in KEYS.items()}
    fields = {f"templates.{name}": field for field, name in TEMPLATES.items()}
    of_channels = [_channel_taken_back(key) for key in wanted if key not in names]
    of_recorder = [names[key] for key in wanted if key in names]
    if of_recorder:
        values: dict[str, Any] = {fields.get(name, name): _value(first, name) for name in of_recorder}
        yield SettingsChange(**values)
    for change in of_channels:
        yield SettingsChange(channel=change)


def override_message(one: Override) -> Message:
    """Which value is in force, why, and how to drop it."""
    return Message(
        f"{one.key} is {written(one.in_force)}, set by a client. The settings file says {written(one.in_file)}, which "
        "has no effect now.",
        f"To use the settings file's value, run `seacorder settings reset {one.key}`.",
    )


def written(value: SettingValue) -> str:
    """A value as it is written in the settings file."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else "unset" if value is None else f'"{value}"'


def _set_for_channels(settings: RecorderSettings) -> Iterator[tuple[str, str, SettingValue]]:
    for channel, one in settings.channels.items():
        for name in ENCODING_FIELDS:
            if getattr(one, name) is not None:
                yield channel, name, getattr(one, name)


def _channel_key(channel: str, name: str) -> str:
    return f"channels.{channel}.{_IN_FILE.get(name, name)}"


def _channel_taken_back(key: str) -> ChannelChange:
    head, _, rest = key.partition(".")
    channel, _, written = rest.rpartition(".")
    name = next((name for name in ENCODING_FIELDS if _IN_FILE.get(name, name) == written), None)
    if head != "channels" or not channel or name is None:
        raise BadRequest(
            f"{key!r} is not a setting that clients can change.",
            f"Use one of {', '.join(KEYS.values())}; for one channel channels.NAME.KEY, such as channels.Bow.encoder.",
            field="key",
        )
    return ChannelChange(channel, **{name: None})


def _value(settings: RecorderSettings, name: str) -> SettingValue:
    head, _, inner = name.partition(".")
    value: SettingValue = getattr(settings.templates, inner) if inner else getattr(settings, head)
    return value
