"""Reads the settings file and the environment's variables: into `Settings`, or one SettingsError with every fault."""

import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seacorder.base.errors import SettingsError
from seacorder.base.message import Message
from seacorder.config.access import who_may_read
from seacorder.config.clashes import clashes, storage_clashes
from seacorder.config.faults import control_characters, explain
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


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads the settings file, puts the variables over it, and checks the result. Blocks.

    Raises SettingsError with every fault.
    """
    found = find(path, environment)
    return check(read_file(found), place=str(found), folder=found.absolute().parent, environment=environment)


def demo(environment: Mapping[str, str] = os.environ) -> Settings:
    """Four test-pattern channels, a simulated dive, and the defaults for all else. Variables can still raise
    SettingsError."""
    return check(demo_tables(), place="demo", folder=Path.cwd(), environment=environment)


def demo_tables() -> dict[str, Any]:
    """What a settings file for the demo would hold, before variables are put over it."""
    channels = [{"name": name, "input": "test:?size=1280x720&rate=25"} for name in _DEMO_CHANNELS]
    return {"channels": channels, "telemetry": [{"name": "Survey", "input": "sim:"}]}


def check(raw: dict[str, Any], *, place: str, folder: Path, environment: Mapping[str, str]) -> Settings:
    """Settings from a parsed file; `raw` is changed: variables are put into it.

    `place` names the file in sentences; relative paths are relative to `folder`. Raises SettingsError with every fault.
    """
    origins, faults = overlay(raw, environment)
    unprintable = dict(control_characters(raw, place, origins))
    faults += [*unprintable.values(), *clashes(raw, place)]
    try:
        settings = Settings.model_validate(raw, context={"folder": folder})
    except ValidationError as error:
        raise SettingsError(explain(error, place, origins, told=unprintable) + faults) from error
    faults += [Message(f"{place}: {fault.fact}", fault.action) for fault in storage_clashes(settings.storage)]
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
