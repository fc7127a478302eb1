"""From a settings file and the environment to `Settings`, or to one error with every fault in it."""

import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seacorder.base.errors import SettingsError
from seacorder.config.clashes import clashes, storage_clashes
from seacorder.config.faults import control_characters, explain
from seacorder.config.reserved import CONFIG_VARIABLE
from seacorder.config.schema import Settings
from seacorder.config.variables import overlay

FILE_NAME = "seacorder.toml"
_DEMO_CHANNELS = ("Bow", "Stern", "Port", "Starboard")


def default_places(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Where the settings file is looked for when nobody names one, in this order."""
    if sys.platform == "win32":
        folders = [environment.get("APPDATA"), environment.get("PROGRAMDATA")]
    else:
        home = Path(environment.get("HOME", "~")) / ".config"
        folders = [environment.get("XDG_CONFIG_HOME") or str(home), "/etc"]
    return [Path(FILE_NAME)] + [Path(folder) / "seacorder" / FILE_NAME for folder in folders if folder]


def is_named(path: Path | None, environment: Mapping[str, str] = os.environ) -> bool:
    """True when somebody says which settings file to use."""
    return path is not None or bool(environment.get(CONFIG_VARIABLE))


def is_there(path: Path | None, environment: Mapping[str, str] = os.environ) -> bool:
    """True when a settings file is named, or stands in one of the default places."""
    return is_named(path, environment) or any(place.is_file() for place in default_places(environment))


def find(path: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The settings file to use: the one that is named, else the first of the default places that stands.

    Raises SettingsError when there is none.
    """
    named = path or (Path(environment[CONFIG_VARIABLE]) if environment.get(CONFIG_VARIABLE) else None)
    if named is not None:
        return named.expanduser()
    places = default_places(environment)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        looked = ", ".join(str(place) for place in places)
        raise SettingsError([
            (f"There is no settings file (looked for {looked}); name one with --config FILE, write one to start from "
            f"with `seacorder config-sample > {FILE_NAME}`, or try `seacorder serve --demo`.")
        ])
    return found


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads and checks the settings file, variables over it. Raises SettingsError with every fault."""
    found = find(path, environment)
    return check(_read(found), place=str(found), folder=found.absolute().parent, environment=environment)


def demo(environment: Mapping[str, str] = os.environ) -> Settings:
    """Four test-pattern channels and otherwise what is set when nothing is. Raises SettingsError (variables)."""
    channels = [{"name": name, "input": "test:?size=1280x720&rate=25"} for name in _DEMO_CHANNELS]
    return check({"channels": channels}, place="demo", folder=Path.cwd(), environment=environment)


def check(raw: dict[str, Any], *, place: str, folder: Path, environment: Mapping[str, str]) -> Settings:
    """Settings from a parsed file; `place` names it in faults, relative folders lie in `folder`."""
    origins, faults = overlay(raw, environment)
    unprintable = dict(control_characters(raw, place, origins))
    faults += [*unprintable.values(), *clashes(raw, place)]
    try:
        settings = Settings.model_validate(raw, context={"folder": folder})
    except ValidationError as error:
        raise SettingsError(explain(error, place, origins, told=unprintable) + faults) from error
    faults += [f"{place}: {fault}" for fault in storage_clashes(settings.storage)]
    if faults:
        raise SettingsError(faults)
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError([f"{path}: there is no such file; check the name given with --config."]) from error
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read ({error.strerror}); check its permissions."]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([f"{path}: is not UTF-8 text; save it as UTF-8."]) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path}: is not valid TOML: {error}. Texts stand in quotes; see the sample file."]) \
            from error
