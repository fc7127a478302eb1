"""Environment variables that override the settings file: `SEACORDER_SERVER_HOST=0.0.0.0`.

The name is the table and the key, in capitals. A channel is meant by its number in the file, from 1:
`SEACORDER_CHANNELS_1_INPUT` keeps a camera's password out of the file. A drive is meant by its letter:
`SEACORDER_STORAGE_DRIVES_C`. A source of survey data and a target of copies are meant by their numbers too:
`SEACORDER_TELEMETRY_1_INPUT`, `SEACORDER_COPIES_1_SECRET_KEY`. A list is words separated by commas, or JSON.
"""

from collections.abc import Mapping
from typing import Any

from seacorder.base.message import Message
from seacorder.config.copies_table import CopiesTable
from seacorder.config.faults import nearest
from seacorder.config.keys import Location, table_at
from seacorder.config.reserved import CONFIG_VARIABLE, HEARTBEAT_VARIABLE, PREFIX, TOKEN_VARIABLE, URL_VARIABLE
from seacorder.config.schema import ChannelTable, Settings
from seacorder.config.telemetry_tables import ReadingsOutTable, TelemetryTable
from seacorder.config.values import SettingsTable

_NOT_SETTINGS = {CONFIG_VARIABLE, HEARTBEAT_VARIABLE, TOKEN_VARIABLE, URL_VARIABLE}
_NUMBERED: Mapping[str, type[SettingsTable]] = {
    "channels": ChannelTable, "telemetry": TelemetryTable, "readings_out": ReadingsOutTable, "copies": CopiesTable,
}
"""Lists of tables; one is meant by its number."""
_FILE_ALONE = {"definitions"}
"""Tables that no variable reaches: they are long, and hold no secret."""


def overlay(raw: dict[str, Any], environment: Mapping[str, str]) -> tuple[dict[Location, str], list[Message]]:
    """Puts every variable's value into `raw`, the parsed file.

    Returns, by location, which variable set what, and a message for each variable that names no setting.
    """
    origins: dict[Location, str] = {}
    faults: list[Message] = []
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in _NOT_SETTINGS:
            continue
        location = _location(name)
        if location is None or not _put(raw, location, environment[name]):
            faults.append(Message(f"variable {name}: no setting of that name.", nearest(name, _names())))
        else:
            origins[location] = name
    return origins, faults


def _location(name: str) -> Location | None:
    """The location of the setting that a variable names; None if there is none."""
    words = name.removeprefix(PREFIX).lower()
    for table in Settings.model_fields:
        if not words.startswith(table + "_"):
            continue
        rest = words.removeprefix(table + "_")
        if table in _NUMBERED:
            return _numbered_location(table, rest)
        if rest.startswith("drives_") and table == "storage":
            return ("storage", "drives", rest.removeprefix("drives_").upper())
        if table in _FILE_ALONE:
            return None
        known = table_at((table,))
        return (table, rest) if known and rest in known.model_fields else None
    return None


def _numbered_location(table: str, rest: str) -> Location | None:
    number, _, key = rest.partition("_")
    if not number.isdecimal() or int(number) < 1 or key not in _NUMBERED[table].model_fields:
        return None
    return (table, int(number) - 1, key)


def _put(raw: dict[str, Any], location: Location, text: str) -> bool:
    """Sets one value. False if the file leaves no place for it: a value stands where a table should be, or a table with
    a lower number is missing.
    """
    head, *rest = location
    if head in _NUMBERED:
        tables = raw.setdefault(str(head), [])
        index, key = rest
        if not isinstance(tables, list) or not isinstance(index, int) or index > len(tables):
            return False
        if index == len(tables):
            tables.append({})
        return _set(tables[index], str(key), text)
    table = raw.setdefault(str(head), {})
    for step in rest[:-1]:
        if not isinstance(table, dict):
            return False
        table = table.setdefault(str(step), {})
    return _set(table, str(rest[-1]), text)


def _set(table: object, key: str, text: str) -> bool:
    if not isinstance(table, dict):
        return False
    table[key] = text
    return True


def _names() -> list[str]:
    return [
        f"{PREFIX}{head}_{key}".upper()
        for head in Settings.model_fields
        if head not in _NUMBERED and head not in _FILE_ALONE
        for key in getattr(table_at((head,)), "model_fields", {})
    ]
