"""Reads the settings file and the environment's variables: into `Settings`, or one SettingsError with every fault."""

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seacorder.base.errors import SettingsError
from seacorder.base.message import Message
from seacorder.config.access import who_may_read
from seacorder.config.clashes import blackbox_clashes, clashes, storage_clashes
from seacorder.config.faults import control_characters, explain
from seacorder.config.page_file import Tables, over, page_path, read_page
from seacorder.config.reserved import CONFIG_VARIABLE
from seacorder.config.schema import Settings
from seacorder.config.variables import overlay

FILE_NAME = "seacorder.toml"
_DEMO_CHANNELS = ("Bow", "Stern", "Port", "Starboard")


def default_places(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Where the settings file is looked for if neither `--config` nor SEACORDER_CONFIG names it. The first one counts.
    """
    if sys.platform == "win32":
        folders = [environment.get("APPDATA"), environment.get("PROGRAMDATA")]
    else:
        home = Path(environment.get("HOME", "~")) / ".config"
        folders = [environment.get("XDG_CONFIG_HOME") or str(home), "/etc"]
    return [Path(FILE_NAME)] + [Path(folder) / "seacorder" / FILE_NAME for folder in folders if folder]


def is_named(path: Path | None, environment: Mapping[str, str] = os.environ) -> bool:
    """True if `--config` or SEACORDER_CONFIG names the settings file."""
    return path is not None or bool(environment.get(CONFIG_VARIABLE))


def is_there(path: Path | None, environment: Mapping[str, str] = os.environ) -> bool:
    """True if a settings file is named, or is found in one of the default places."""
    return is_named(path, environment) or _first(default_places(environment)) is not None


def _first(places: list[Path]) -> Path | None:
    """The first place that has a settings file. If none is seen: the first one in a folder into which this user may
    not look. Reading that one fails with a message that says which user may. The current folder does not count here:
    it may be anybody's.
    """
    denied: list[Path] = []
    for place in places:
        try:
            if place.is_file():
                return place
        except PermissionError:
            denied += [place] if place.is_absolute() else []
    return next(iter(denied), None)


def find(path: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The settings file to use: the one that is named, else the first one found in the default places.

    Raises SettingsError if there is none. A named file is not looked for here.
    """
    named = path or (Path(environment[CONFIG_VARIABLE]) if environment.get(CONFIG_VARIABLE) else None)
    if named is not None:
        return named.expanduser()
    places = default_places(environment)
    found = _first(places)
    if found is None:
        looked = ", ".join(str(place) for place in places)
        raise SettingsError([Message(
            f"There is no settings file (looked for {looked}).",
            f"Name one with --config FILE, write one to start from with `seacorder config-sample > {FILE_NAME}`, or "
            "try `seacorder serve --demo`.",
        )])
    return found


@dataclass(frozen=True, slots=True)
class SettingsSource:
    """Where the settings come from: a file, variables over it, and what was set on the page over both."""

    file: Path | None
    """None for the demo, which has none."""
    page_file: Path
    environment: Mapping[str, str]

    @property
    def place(self) -> str:
        """What sentences call it."""
        return "demo" if self.file is None else str(self.file)

    @property
    def folder(self) -> Path:
        """What relative paths are relative to."""
        return Path.cwd() if self.file is None else self.file.absolute().parent

    def tables(self) -> dict[str, Any]:
        """The settings file's tables as they are now, with the variables over them. Blocks; raises SettingsError."""
        tables = demo_tables() if self.file is None else read_file(self.file)
        overlay(tables, self.environment)
        return tables

    def page(self) -> dict[str, Any]:
        """What was set on the page. Blocks; raises SettingsError."""
        return read_page(self.page_file)

    def settings(self, page: Tables) -> Settings:
        """What all of it comes to. Blocks; raises SettingsError with every fault."""
        tables = demo_tables() if self.file is None else read_file(self.file)
        return check(tables, place=self.place, folder=self.folder, environment=self.environment, page=page)

    def in_use(self) -> "InUse":
        """The settings to run with. What the page has set is left out where it cannot be used: an edit of the settings
        file must not keep the recorder from starting. Blocks; raises SettingsError for the file's own faults.
        """
        try:
            page = self.page()
            return InUse(self.settings(page), page)
        except SettingsError as error:
            alone = self.settings({})
            fact = f"The settings file alone is used, without what was set on the page ({self.page_file}): {error.fact}"
            return InUse(alone, {}, Message(fact, error.action))


@dataclass(frozen=True, slots=True)
class InUse:
    """The settings that a program runs with."""

    settings: Settings
    page: Tables
    """What of them was set on the page."""
    complaint: Message | None = None
    """Why what was set on the page is not used."""


def source_of(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> SettingsSource:
    """The settings file to use, and what lies over it. Raises SettingsError if there is none."""
    found = find(path, environment)
    return SettingsSource(found, page_path(found), environment)


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads the settings file, puts the variables and what was set on the page over it, and checks the result. Blocks.

    Raises SettingsError with every fault.
    """
    return source_of(path, environment).in_use().settings


def demo(environment: Mapping[str, str] = os.environ) -> Settings:
    """Four test-pattern channels, a simulated dive, and the defaults for all else. Variables can still raise
    SettingsError."""
    return check(demo_tables(), place="demo", folder=Path.cwd(), environment=environment)


def demo_tables() -> dict[str, Any]:
    """What a settings file for the demo would hold, before variables are put over it."""
    channels = [{"name": name, "input": "test:?size=1280x720&rate=25"} for name in _DEMO_CHANNELS]
    return {"channels": channels, "telemetry": [{"name": "Survey", "input": "sim:"}]}


def check(
    raw: dict[str, Any], *, place: str, folder: Path, environment: Mapping[str, str], page: Tables | None = None
) -> Settings:
    """Settings from a parsed file; `raw` is changed: variables are put into it, and then what `page` has set.

    `place` names the file in sentences; relative paths are relative to `folder`. Raises SettingsError with every fault.
    """
    origins, faults = overlay(raw, environment)
    if page:
        raw.update(over(raw, page))
        origins = {location: name for location, name in origins.items() if location[0] not in page}
    unprintable = dict(control_characters(raw, place, origins))
    faults += [*unprintable.values(), *clashes(raw, place)]
    try:
        settings = Settings.model_validate(raw, context={"folder": folder})
    except ValidationError as error:
        raise SettingsError(explain(error, place, origins, told=unprintable) + faults) from error
    found = (*storage_clashes(settings.storage), *blackbox_clashes(settings.blackbox.root, settings.storage))
    faults += [Message(f"{place}: {fault.fact}", fault.action) for fault in found]
    if faults:
        raise SettingsError(faults)
    return settings


def read_file(path: Path) -> dict[str, Any]:
    """The settings file's tables as they stand, unchecked. Blocks; raises SettingsError if it is no TOML file."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise _unreadable(f"{path}: there is no such file.", "Check the name given with --config.") from error
    except PermissionError as error:
        raise _unreadable(f"{path}: this user may not read it ({error.strerror}).", who_may_read(path)) from error
    except OSError as error:
        raise _unreadable(f"{path}: cannot be read ({error.strerror}).", "Look at the disk that it is on.") from error
    except UnicodeDecodeError as error:
        raise _unreadable(f"{path}: is not UTF-8 text.", "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(
            f"{path}: is not valid TOML: {error}.", "Texts are written in quotes; see `seacorder config-sample`."
        ) from error


def _unreadable(fact: str, action: str) -> SettingsError:
    return SettingsError([Message(fact, action)])
