"""What was set on the page: a file of its own beside the settings file, which stays as its author wrote it.

`seacorder.page.toml` lies over `seacorder.toml` and its variables, and has the same tables and keys, so that a table
can be moved from one to the other by hand. Three keys are its own:

    [[channels]]                     in the place of the settings file's channel Stern, key by key
    was = "Stern"
    name = "Stern"
    input = "rtsp://10.0.0.19/1"
    unset = ["backlog_seconds"]      the settings file's key has no effect

    [[channels]]                     without `was`: one more
    name = "TMS"
    input = "rtsp://10.0.0.20/1"

    [removed]
    channels = ["Port"]              not used, although the settings file has it

    [audio]                          key by key too
    unset = ["input"]

    [[readings_out]]                 all of them, in the place of the settings file's

Pure, but for `read_page`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seacorder.base.errors import SettingsError
from seacorder.base.message import Message

Tables = Mapping[str, Any]
"""A parsed settings file, or what was set on the page in the same form."""

LISTS = ("channels", "telemetry")
"""Lists of tables of which the page adds, changes and removes one by its name."""
TABLES = ("storage", "overlay", "data_log", "audio", "server")
"""Tables of which the page sets single keys."""
SERVER_KEYS = ("host", "inspector_port", "integration_port", "secure_port")
"""Keys of `[server]` that are shown and set: who is let in stays in the settings file."""
WHOLE_LISTS = ("readings_out",)
"""Lists of tables that have no name: the page's are used in the place of the settings file's."""
HEAD = (
    "# Written by Seacorder: what was set on the page. It lies over the settings file beside it, which stays.\n"
    "# Remove this file, while Seacorder does not run, and the settings file alone holds again.\n"
)
_WAS, _UNSET, _REMOVED = "was", "unset", "removed"


def page_path(settings_file: Path) -> Path:
    """Where what was set on the page is kept: `seacorder.page.toml` for `seacorder.toml`."""
    return settings_file.with_name(f"{settings_file.stem}.page.toml")


def read_page(path: Path) -> dict[str, Any]:
    """What the page has set; nothing where there is no file. Blocks; raises SettingsError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        fact = f"{path}, in which the page keeps its settings, cannot be read ({why})."
        raise SettingsError([Message(fact, "Mend it, or move it away and set it on the page again.")]) from error


def over(tables: Tables, page: Tables) -> dict[str, Any]:
    """The settings file's tables, its variables included, with those of the page over them."""
    merged = dict(tables)
    for kind in LISTS:
        if kind in page or kind in _of(page, _REMOVED):
            merged[kind] = _list_over(_listed(tables.get(kind)), page, kind)
    for head in TABLES:
        if head in page:
            unset, entry = _names(_of(page, head).get(_UNSET)), _plain(_of(page, head))
            merged[head] = {**{key: value for key, value in _of(tables, head).items() if key not in unset}, **entry}
    for head in WHOLE_LISTS:
        if head in page:
            merged[head] = _listed(page[head])
    return merged


def with_one(tables: Tables, page: Tables, kind: str, name: str | None, wanted: Tables) -> dict[str, Any]:
    """What the page has set, after one table of a list is as `wanted`: the one that is called `name` now; None: a new
    one. `tables` are the settings file's."""
    entries = _listed(page.get(kind))
    at = next((place for place, one in enumerate(entries) if one.get("name") == name), None)
    was = name if at is None else entries[at].get(_WAS)
    base = next((one for one in _listed(tables.get(kind)) if one.get("name") == was), None) if was else None
    entry = dict(wanted) if base is None else _difference(base, wanted)
    if at is None:
        entries.append(entry)
    else:
        entries[at] = entry
    return _with_list(page, kind, [one for one in entries if one])


def without_one(tables: Tables, page: Tables, kind: str, name: str) -> dict[str, Any]:
    """What the page has set, after the table of a list that is called `name` now is no longer used."""
    entries = _listed(page.get(kind))
    mine = next((one for one in entries if one.get("name") == name), None)
    left = _with_list(page, kind, [one for one in entries if one is not mine])
    in_file = name if mine is None else mine.get(_WAS)
    if in_file is not None and any(one.get("name") == in_file for one in _listed(tables.get(kind))):
        removed = _of(left, _REMOVED)
        left[_REMOVED] = {**removed, kind: [*_names(removed.get(kind)), in_file]}
    return left


def with_keys(page: Tables, head: str, keys: Tables) -> dict[str, Any]:
    """What the page has set, with these keys of a table set; one that is None is taken back."""
    table = {name: value for name, value in {**_of(page, head), **keys}.items() if value is not None}
    rest = {name: value for name, value in page.items() if name != head}
    return {**rest, head: table} if table else rest


def with_table(tables: Tables, page: Tables, head: str, wanted: Tables) -> dict[str, Any]:
    """What the page has set, after a whole table is as `wanted`: a key that is not in it has its default."""
    base = _of(tables, head)
    entry = _changes(base, wanted)
    rest = {name: value for name, value in page.items() if name != head}
    return {**rest, head: entry} if entry else rest


def with_whole_list(page: Tables, head: str, wanted: Iterable[Tables] | None) -> dict[str, Any]:
    """What the page has set, after a list without names is as `wanted`; None: the settings file's holds again."""
    rest = {name: value for name, value in page.items() if name != head}
    return rest if wanted is None else {**rest, head: [dict(one) for one in wanted]}


def is_of_page(page: Tables, kind: str, name: str) -> bool:
    """Whether the page has set something of the table that is called `name` now."""
    return any(one.get("name") == name for one in _listed(page.get(kind)))


def written(page: Tables) -> str:
    """The page's file. `tomllib` reads the same tables from it."""
    lines = [HEAD, *(f"{head} = []" for head in WHOLE_LISTS if page.get(head) == [])]
    for head, value in page.items():
        lines += _table_lines(head, value) if isinstance(value, Mapping) else _list_lines(head, value)
    return "\n".join(lines)


def _list_over(file_tables: list[dict[str, Any]], page: Tables, kind: str) -> list[dict[str, Any]]:
    removed = _names(_of(page, _REMOVED).get(kind))
    entries = _listed(page.get(kind))
    changed = {str(one[_WAS]): one for one in entries if _WAS in one}
    used: list[dict[str, Any]] = []
    for one in file_tables:
        if one.get("name") in removed:
            continue
        entry = changed.pop(str(one.get("name")), {})
        unset = _names(entry.get(_UNSET))
        used.append({**{key: value for key, value in one.items() if key not in unset}, **_plain(entry)})
    # Where the settings file no longer has the channel, what the page says of it may still be whole.
    return used + [_plain(one) for one in entries if _WAS not in one or (str(one[_WAS]) in changed and "input" in one)]


def _difference(base: Tables, wanted: Tables) -> dict[str, Any]:
    """What has to be said so that a table of the settings file becomes the wanted one; empty: nothing."""
    changes = _changes(base, wanted)
    return {_WAS: base["name"], "name": wanted["name"], **changes} if changes else {}


def _changes(base: Tables, wanted: Tables) -> dict[str, Any]:
    changed = {key: value for key, value in wanted.items() if key not in base or base[key] != value}
    unset = [key for key in base if key not in wanted]
    return {**changed, _UNSET: unset} if unset else changed


def _with_list(page: Tables, kind: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    rest = {name: value for name, value in page.items() if name != kind}
    return {**rest, kind: entries} if entries else rest


def _plain(entry: Tables) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in {_WAS, _UNSET}}


def _of(tables: Tables, head: str) -> dict[str, Any]:
    value = tables.get(head)
    return dict(value) if isinstance(value, Mapping) else {}


def _names(value: object) -> list[str]:
    """A list of names, which somebody may have written by hand: one alone needs no brackets."""
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list) else []


def _listed(value: object) -> list[dict[str, Any]]:
    return [dict(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _table_lines(head: str, table: Tables) -> list[str]:
    inner = {key: value for key, value in table.items() if _is_tables(value)}
    lines = [f"[{head}]", *(f"{key} = {_text(value)}" for key, value in table.items() if key not in inner), ""]
    return lines + [line for key, value in inner.items() for line in _list_lines(f"{head}.{key}", value)]


def _list_lines(head: str, tables: Iterable[Tables]) -> list[str]:
    lines: list[str] = []
    for table in tables:
        lines += [f"[[{head}]]", *(f"{key} = {_text(one)}" for key, one in table.items()), ""]
    return lines


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(key)} = {_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string of TOML: with escapes for what it must not hold."""
    return '"' + "".join(_escaped(one) for one in text) + '"'


def _escaped(one: str) -> str:
    if one in '"\\':
        return f"\\{one}"
    return f"\\u{ord(one):04x}" if ord(one) < 0x20 or ord(one) == 0x7F else one
