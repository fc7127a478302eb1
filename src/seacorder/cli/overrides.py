"""The settings, with options of the command line in place of the settings file's values."""

import os
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.errors import SettingsError
from seacorder.base.message import Message
from seacorder.config.clashes import blackbox_clashes, storage_clashes
from seacorder.config.load import InUse, SettingsSource, check, is_named, is_there, source_of
from seacorder.config.schema import ServerSettings, Settings, StorageSettings
from seacorder.config.values import Unaccepted, listening_address
from seacorder.storage.volume_memory import state_folder

DEMO_PAGE = "demo.page.toml"
"""In the state folder: what was set on the page of `serve --demo`."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """Options of `serve` that replace settings; None if an option was not given."""

    host: str | None = None
    inspector_port: int | None = None
    integration_port: int | None = None
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What the recorder is started with."""

    settings: Settings
    source: SettingsSource | None = None
    """None where variables alone say everything: then the page can change nothing."""
    used: InUse | None = None
    options: Overrides = Overrides()


def settings_for(config: Path | None, overrides: Overrides, *, demo: bool) -> Settings:
    """Reads the settings and replaces what the command line has given. Raises SettingsError.

    With a root and channels from environment variables, no settings file is needed.
    """
    return start_for(config, overrides, demo=demo).settings


def start_for(config: Path | None, overrides: Overrides, *, demo: bool) -> Start:
    """As `settings_for`, with where the settings are kept, so that the page can change them."""
    is_without_file = overrides.root is not None and "SEACORDER_CHANNELS_1_INPUT" in os.environ and not is_there(config)
    if is_without_file and not demo:
        settings = check({}, place="variables", folder=Path.cwd(), environment=os.environ)
        return Start(_replaced(settings, overrides), options=overrides)
    source = SettingsSource(None, state_folder() / DEMO_PAGE, os.environ) if demo else source_of(config)
    used = source.in_use()
    return Start(_replaced(used.settings, overrides), source, used, overrides)


def with_options(server: ServerSettings, options: Overrides) -> ServerSettings:
    """With what the command line has given. Raises SettingsError for a host that is none."""
    return server.model_copy(update=_given(
        host=_host(options.host), inspector_port=options.inspector_port, integration_port=options.integration_port
    ))


def _replaced(settings: Settings, overrides: Overrides) -> Settings:
    server = with_options(settings.server, overrides)
    if server.inspector_port == server.integration_port:
        raise SettingsError([
            Message(f"Both services would listen on port {server.inspector_port}.", "Give each its own.")
        ])
    root = overrides.root.expanduser().absolute() if overrides.root else None
    storage = settings.storage.model_copy(update=_given(root=root))
    if root is not None:
        faults = [*storage_clashes(storage), *blackbox_clashes(settings.blackbox.root, storage)]
        if faults:
            raise SettingsError(faults)
    return settings.model_copy(update={"server": server, "storage": storage})


def storage_for(config: Path | None, root: Path | None, *, demo: bool) -> StorageSettings:
    """Where the files are, for commands that need nothing else of the settings. Raises SettingsError.

    If only a root is given, no settings file is looked for: the root's files may come from another computer, and this
    computer's other folders and its catalogue have nothing to do with them.
    """
    if root is not None and not demo and not is_named(config):
        return StorageSettings(root=root.expanduser().absolute())
    return settings_for(config, Overrides(root=root), demo=demo).storage


def _host(given: str | None) -> str | None:
    try:
        return None if given is None else listening_address(given)
    except Unaccepted as error:
        raise SettingsError([Message(f"--host: {error.message.fact}", error.message.action)]) from error


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
