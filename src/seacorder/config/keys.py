"""Every key of the settings file, read from the schema: for sentences on faults, and the test of the reference page."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from seacorder.config.schema import Settings
from seacorder.config.values import SettingsTable

_SEPARATED_FROM = 100_000
"""Numbers from this on are written with `_` between thousands; ports are not."""

Location = tuple[str | int, ...]
"""The path to a value, as pydantic gives it: `("channels", 0, "name")`."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its table as it is written in the file, its meaning and, in words, what it takes."""

    table: str
    name: str
    default: str
    """As the file would write it; empty if the key must be given, `unset` if without it there is no value."""
    accepted: str
    meaning: str


def inner_table(annotation: Any) -> type[SettingsTable] | None:
    """The class of the table that a field holds, alone or in a list; None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, SettingsTable):
        return annotation
    if get_origin(annotation) in {tuple, list, Union, types.UnionType}:
        return next(filter(None, map(inner_table, get_args(annotation))), None)
    return None


def every_key() -> Iterator[Key]:
    """All keys, in the order of the schema."""
    for name, field in Settings.model_fields.items():
        table = inner_table(field.annotation)
        if table is None:
            continue
        brackets = f"[[{name}]]" if get_origin(field.annotation) is tuple else f"[{name}]"
        yield from _keys_of(table, brackets, name)


def _keys_of(table: type[SettingsTable], brackets: str, path: str) -> Iterator[Key]:
    """A table's own keys, then those of the tables inside it."""
    inner = {name: inner_table(field.annotation) for name, field in table.model_fields.items()}
    for name, field in table.model_fields.items():
        if inner[name] is None:
            yield Key(brackets, name, _default_text(field), accepted(field), field.description or "")
    for name, deeper in inner.items():
        if deeper is not None:
            yield from _keys_of(deeper, f"[[{path}.{name}]]", f"{path}.{name}")


def accepted(field: FieldInfo) -> str:
    """What a field takes, in words, for people; empty if the schema does not say."""
    extra = field.json_schema_extra
    return str(extra.get("accepted", "")) if isinstance(extra, dict) else ""


def table_at(location: Location) -> type[SettingsTable] | None:
    """The class of the table at a location; None if there is a plain value, or no such key."""
    table: type[SettingsTable] | None = Settings
    for step in location:
        if isinstance(step, int):
            continue
        field = table.model_fields.get(step) if table else None
        table = inner_table(field.annotation) if field else None
    return table


def field_at(location: Location) -> FieldInfo | None:
    """The schema's field for a location: of the key itself, or of the list or mapping that the value is in; None if
    there is no such key.
    """
    for end in range(len(location), 0, -1):
        table, name = table_at(location[: end - 1]), location[end - 1]
        if table is not None and isinstance(name, str) and name in table.model_fields:
            return table.model_fields[name]
    return None


def _default_text(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    default = field.default
    if default is None:
        return "unset"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, int | float):
        return f"{default:_}" if default >= _SEPARATED_FROM else f"{default}"
    if isinstance(default, tuple):
        return str(list(default))
    return "{}" if isinstance(default, dict) else f'"{default}"'
