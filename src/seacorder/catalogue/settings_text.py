"""The settings that clients have set, as JSON text.

The text holds only the keys that clients have set, so editing the settings file still changes all others. Reading it
never fails, whatever an older or newer program wrote: a key that cannot be used keeps the settings file's value.

Version 0.1.0 wrote all settings as soon as a client changed one. In such a text (without `by_key`), a value
that equals the settings file's counts as not set by a client.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any, TypeVar, get_type_hints

from seacorder.model.settings import ChannelEncoding, RecorderSettings, StoredSettings

_log = logging.getLogger(__name__)
T = TypeVar("T")
_BEYOND_ANY_USE = 1e12
_BY_KEY = "by_key"
"""A key that marks texts which hold only what clients have set."""
_CHANNELS = "channels"


def write(stored: StoredSettings) -> str:
    settings = asdict(stored.in_force)
    kept = {name: settings[name] for name in stored.set_by_clients if name in settings}
    templates = {name: text for name, text in settings["templates"].items() if _template(name) in stored.set_by_clients}
    return json.dumps(
        kept | {"templates": templates, _CHANNELS: settings[_CHANNELS], _BY_KEY: True}, sort_keys=True
    )


def read(text: str, first: RecorderSettings) -> StoredSettings:
    """The settings in the text. Unknown keys are ignored; keys that are missing or cannot be used are as in `first`."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    settings = _read_into(first, found, "settings")
    if not isinstance(found, dict):
        return StoredSettings(settings)
    if found.get(_BY_KEY) is True:
        return StoredSettings(settings, frozenset(_usable(found, first)))
    return StoredSettings(settings, frozenset(_differing(settings, first)))


def _template(name: str) -> str:
    return f"templates.{name}"


def _usable(found: dict[str, Any], first: RecorderSettings) -> Iterator[str]:
    """The names of keys in the text whose values `_read_into` accepts."""
    hints = get_type_hints(RecorderSettings)
    templates = found.get("templates")
    for name, value in found.items():
        if name in hints and name not in {"templates", _CHANNELS} and _KINDS[hints[name]][0](value):
            yield name
    inner = get_type_hints(type(first.templates))
    for name, text in templates.items() if isinstance(templates, dict) else ():
        if name in inner and _KINDS[inner[name]][0](text):
            yield _template(name)


def _differing(settings: RecorderSettings, first: RecorderSettings) -> Iterator[str]:
    for field in fields(settings):
        if field.name not in {"templates", _CHANNELS} and getattr(settings, field.name) != getattr(first, field.name):
            yield field.name
    for field in fields(settings.templates):
        if getattr(settings.templates, field.name) != getattr(first.templates, field.name):
            yield _template(field.name)


def _read_into(defaults: T, found: object, where: str) -> T:
    if not isinstance(found, dict):
        _log.warning("The stored %s cannot be read; the values of the settings file are used", where)
        return defaults
    hints = get_type_hints(type(defaults))
    good: dict[str, Any] = {}
    for field in fields(defaults):  # type: ignore[arg-type]
        if field.name not in found:
            continue
        default, value = getattr(defaults, field.name), found[field.name]
        if is_dataclass(default):
            good[field.name] = _read_into(default, value, f"{where}, {field.name}")
            continue
        fits, convert = _KINDS[hints[field.name]]
        if fits(value):
            good[field.name] = convert(value)
        else:
            _log.warning("The stored %s, %s, cannot be used (%r); it is %r again", where, field.name, value, default)
    return replace(defaults, **good)  # type: ignore[type-var]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _BEYOND_ANY_USE


def _is_size(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(side) is int and side >= 0 for side in value)


def _channels(value: dict[str, object]) -> dict[str, ChannelEncoding]:
    return {name: _read_into(ChannelEncoding(), own, f"settings of channel {name}") for name, own in value.items()}


def _same(value: object) -> object:
    return value


_KINDS: dict[Any, tuple[Callable[[object], bool], Callable[[Any], object]]] = {
    str: (_is_text, _same),
    str | None: (lambda value: value is None or _is_text(value), _same),
    bool: (lambda value: isinstance(value, bool), _same),
    float: (_is_number, float),
    tuple[int, int]: (_is_size, tuple),
    bool | None: (lambda value: value is None or isinstance(value, bool), _same),
    float | None: (lambda value: value is None or _is_number(value), lambda value: value and float(value)),
    tuple[int, int] | None: (lambda value: value is None or _is_size(value), lambda value: value and tuple(value)),
    Mapping[str, ChannelEncoding]: (lambda value: isinstance(value, dict), _channels),
}
"""For each type of a setting: a test if a JSON value fits it, and the conversion into that type."""
