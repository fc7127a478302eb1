"""The client's settings as JSON text, read back tolerantly: an older or newer program's text never stops a start."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any, TypeVar, get_type_hints

from seacorder.model.settings import ChannelEncoding, RecorderSettings

_log = logging.getLogger(__name__)
T = TypeVar("T")
_BEYOND_ANY_USE = 1e12


def write(settings: RecorderSettings) -> str:
    return json.dumps(asdict(settings), sort_keys=True)


def read(text: str, first: RecorderSettings) -> RecorderSettings:
    """The settings in the text. What is not known is ignored; what is missing or cannot be used is as in `first`."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return _read_into(first, found, "settings")


def _read_into(defaults: T, found: object, where: str) -> T:
    if not isinstance(found, dict):
        _log.warning("The kept %s cannot be read; the first values are used", where)
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
            _log.warning("The kept %s, %s cannot be used (%r); it is %r again", where, field.name, value, default)
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
"""For each type of a setting: whether a JSON value fits it, and how it becomes one."""
