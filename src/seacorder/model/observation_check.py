"""Whether an observation that was read from a file, which anybody can edit, is of the types that its classes say. Pure.

One wrong value would otherwise fail much later, in a sum or in the list of recordings.
"""

import math
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from seacorder.model.observation import Observation

_LIMIT = 2**63
"""Of whole numbers, as the list of recordings stores them; of a time in nanoseconds it is the year 2262."""


def is_sound(observation: Observation) -> bool:
    """It has a first revision, and every value is of its type."""
    return bool(observation.revisions) and _fits(observation, Observation)


def _fits(value: object, hint: Any) -> bool:
    if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, tuple)):  # of values with names
        return isinstance(value, hint) and all(_fits(getattr(value, name), of) for name, of in _types(hint).items())
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and _fits_tuple(value, get_args(hint))
    if parts := get_args(hint):  # one of several types
        return any(_fits(value, part) for part in parts)
    return _is_plain(value, hint)


def _fits_tuple(values: tuple[object, ...], hints: tuple[Any, ...]) -> bool:
    if hints[1:] == (Ellipsis,):
        return all(_fits(value, hints[0]) for value in values)
    return len(values) == len(hints) and all(map(_fits, values, hints))


def _is_plain(value: object, hint: type) -> bool:
    if hint is float and isinstance(value, float):
        return math.isfinite(value)
    if hint in {int, float}:
        return isinstance(value, int) and not isinstance(value, bool) and -_LIMIT <= value < _LIMIT
    if isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
        return False  # half of a character, which UTF-8 cannot encode
    return isinstance(value, hint)


@lru_cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
