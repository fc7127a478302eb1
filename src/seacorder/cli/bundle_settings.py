"""What `support-bundle` knows of the settings, also where they cannot be used, and the secrets that are in them."""

import copy
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from seacorder.base.errors import SettingsError
from seacorder.base.message import Message
from seacorder.base.redaction import MASK, hidden_pieces, redact, redact_address
from seacorder.config.copies_table import SECRET_KEYS, keys_of_copies
from seacorder.config.load import check, demo_tables, find, read_file
from seacorder.config.load import demo as demo_settings
from seacorder.config.origins import SetValue, set_values
from seacorder.config.page_file import over, page_path, read_page
from seacorder.config.reserved import PREFIX
from seacorder.config.schema import LogSettings, ServerSettings, Settings, StorageSettings
from seacorder.config.values import SettingsTable
from seacorder.config.variables import overlay

FILE_BYTES_MAX = 1_000_000
"""So much of the settings file's own text is searched for secrets; if it is TOML, its values are searched whole."""
Table = TypeVar("Table", bound=SettingsTable)


@dataclass(frozen=True)
class KnownSettings:
    """The settings as far as they could be read."""

    place: str = ""
    """The settings file; empty where there is none."""
    settings: Settings | None = None
    faults: tuple[Message, ...] = ()
    """Why there are none."""
    values: tuple[SetValue, ...] = ()
    storage: StorageSettings = field(default_factory=StorageSettings)
    """`storage`, `log` and `server` are each as the file has it, or the default if that table itself is at fault."""
    log: LogSettings = field(default_factory=LogSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    unread: Message | None = None
    """Why the settings file was not read. Then these three tables are only the defaults, and nothing says where the
    recorder's files are."""
    secrets: frozenset[str] = frozenset()
    """Everything that redaction hides in the file and in the variables, in each form that it may have elsewhere."""

    @property
    def url(self) -> str:
        """Where a recorder with these settings answers on this computer."""
        host = self.server.host if self.server.host not in {"0.0.0.0", "::", ""} else "127.0.0.1"  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server.inspector_port}"


def known_settings(
    config: Path | None, environment: Mapping[str, str] = os.environ, *, demo: bool = False
) -> KnownSettings:
    """Reads the settings. Never raises SettingsError: what is wrong is part of the answer. Blocks."""
    secrets = secrets_of_variables(environment)
    if demo:
        return _demo(environment, secrets)
    try:
        path = find(config, environment)
    except SettingsError as error:
        return KnownSettings(faults=error.faults, secrets=secrets)
    secrets |= hidden_pieces(_text_of(path)) | hidden_pieces(_text_of(page_path(path)))
    try:
        in_file = over(read_file(path), _page_of(path))
    except SettingsError as error:
        return KnownSettings(str(path), faults=error.faults, unread=_why_unread(error), secrets=secrets)
    return _known(path, in_file, environment, secrets)


def _why_unread(error: SettingsError) -> Message:
    if isinstance(error.__cause__, PermissionError):
        return Message("This user is not allowed to read the settings file: see settings-faults.txt.")
    return Message("The settings cannot be used: see settings-faults.txt.")


def _known(
    path: Path, in_file: dict[str, Any], environment: Mapping[str, str], secrets: frozenset[str]
) -> KnownSettings:
    merged, folder = copy.deepcopy(in_file), path.absolute().parent
    variables, _ = overlay(merged, environment)
    secrets |= _secrets_of(_texts_in(merged)) | keys_of_copies(merged)
    try:
        settings = check(copy.deepcopy(in_file), place=str(path), folder=folder, environment=environment)
    except SettingsError as error:
        storage = _table(StorageSettings, merged.get("storage"), folder)
        log = _table(LogSettings, merged.get("log"), folder)
        server = _table(ServerSettings, merged.get("server"), folder)
        return KnownSettings(str(path), None, error.faults, (), storage, log, server, secrets=secrets)
    return _usable(str(path), settings, set_values(settings, in_file, variables), secrets)


def _page_of(path: Path) -> dict[str, Any]:
    """What was set on the page; nothing where that cannot be read: the recorder starts without it too."""
    try:
        return read_page(page_path(path))
    except SettingsError:
        return {}


def _demo(environment: Mapping[str, str], secrets: frozenset[str]) -> KnownSettings:
    variables, _ = overlay(demo_tables(), environment)
    try:
        settings = demo_settings(environment)
    except SettingsError as error:
        return KnownSettings(faults=error.faults, secrets=secrets)
    return _usable("", settings, set_values(settings, {}, variables), secrets)


def _usable(place: str, settings: Settings, values: Iterable[SetValue], secrets: frozenset[str]) -> KnownSettings:
    tables = (settings.storage, settings.log, settings.server)
    return KnownSettings(place, settings, (), tuple(values), *tables, secrets=secrets)


def secrets_of_variables(environment: Mapping[str, str]) -> frozenset[str]:
    """What is hidden in our own variables. Others are not looked at."""
    return _secrets_of(text for name, text in environment.items() if name.startswith(PREFIX))


def _secrets_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(hidden_pieces, texts))


def _table(kind: type[Table], raw: object, folder: Path) -> Table:
    """One table alone; its defaults if it is at fault itself."""
    try:
        return kind.model_validate(raw or {}, context={"folder": folder})
    except ValidationError:
        return kind()


def _text_of(path: Path) -> str:
    """The file's own text, in which only secrets are looked for: also in comments, and where it is no TOML."""
    try:
        with path.open("rb") as file:
            return file.read(FILE_BYTES_MAX).decode("utf-8", "replace")
    except OSError:
        return ""


def _texts_in(value: object) -> Iterator[str]:
    """Every text of a parsed settings file, the names of its keys too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner)
    elif isinstance(value, str):
        yield value


def shown_settings(known: KnownSettings) -> dict[str, Any]:
    """Every value as a support bundle shows it, by key, with where it comes from."""
    return {one.key: {"value": _shown(one), "from": one.origin} for one in known.values}


def _shown(one: SetValue) -> Any:
    if one.location[-1] in SECRET_KEYS | {"password", "token"} and one.value:
        return MASK
    hide = redact_address if one.location[-1] == "input" else redact
    if isinstance(one.value, list):
        return [hide(text) if isinstance(text, str) else text for text in one.value]
    return hide(one.value) if isinstance(one.value, str) else one.value


@dataclass(frozen=True, slots=True)
class Sieved:
    text: str
    found: int
    """How often a secret was in the text although nothing should have let it in."""


def sieve(text: str, secrets: frozenset[str]) -> Sieved:
    """The text without addresses' secrets: everything is redacted, then each known secret that is left is taken out."""
    text = "".join(map(redact, text.splitlines(keepends=True)))
    found = 0
    for piece in sorted({form for one in secrets for form in _written(one)}, key=len, reverse=True):
        if piece in text:
            # A secret of digits alone is no part of a longer number, such as a size.
            wanted = rf"(?<!\d){piece}(?!\d)" if piece.isdecimal() else re.escape(piece)
            text, count = re.subn(wanted, MASK, text)
            found += count
    return Sieved(text, found)


def _written(secret: str) -> set[str]:
    """The secret as it stands, and as JSON and Python write it between quotation marks."""
    quoted = (json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret))
    return {secret, *(one[1:-1] for one in quoted)}
