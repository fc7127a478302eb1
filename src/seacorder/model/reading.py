"""Readings: what instruments say, one value of one field at one instant."""

from enum import StrEnum
from typing import NamedTuple

from seacorder.model.instant import Instant

Value = float | str
"""A number in the field's unit, or a text such as the name of a beacon."""


class ReadingState(StrEnum):
    """Whether a reading may be shown as the value of now."""

    FRESH = "fresh"
    STALE = "stale"
    """Too old: its source sends nothing more, or nothing that is understood. `value` is the last one."""
    NONE = "none"
    """The instrument says that it has no value: an altimeter without an echo, a receiver without a position."""


class Reading(NamedTuple):
    """One value of one field. A named tuple, because thousands are made in a second."""

    name: str
    """The field: one of `reading_fields`, or a name that a definition of the settings file gives."""
    value: Value | None
    """None if `state` is `none`, and only then."""
    unit: str
    """Empty for a text and for a plain number."""
    state: ReadingState
    received: Instant
    """When the bytes came in that hold it: one instant for all records of a datagram."""
    source: str
    """The name of the source in the settings file."""
    source_utc_ns: int | None = None
    """The time that the record itself gives, in nanoseconds since 1970; None if it gives none. It is often wrong."""


def written(value: Value) -> str:
    """A number with as many digits as say exactly which it is, without an exponent where that is short; or the text."""
    if isinstance(value, str):
        return value
    short = f"{value:.9f}".rstrip("0").rstrip(".")
    return short if float(short) == value else repr(value)
