"""Settings with what the command line says over them."""

from dataclasses import dataclass
from pathlib import Path

from seacorder.base.errors import SettingsError
from seacorder.config.load import demo as demo_settings
from seacorder.config.load import load
from seacorder.config.schema import Settings


@dataclass(frozen=True, slots=True)
class Overrides:
    """What was given on the command line; None where nothing was."""

    host: str | None = None
    inspector_port: int | None = None
    integration_port: int | None = None
    root: Path | None = None


def settings_for(config: Path | None, overrides: Overrides, *, demo: bool) -> Settings:
    """Reads the settings and puts the overrides over them. Raises SettingsError."""
    settings = demo_settings() if demo else load(config)
    server = settings.server.model_copy(update=_given(
        host=overrides.host, inspector_port=overrides.inspector_port, integration_port=overrides.integration_port
    ))
    if server.inspector_port == server.integration_port:
        raise SettingsError([f"Both services would listen on port {server.inspector_port}; give each its own."])
    root = overrides.root.expanduser().absolute() if overrides.root else None
    storage = settings.storage.model_copy(update=_given(root=root))
    return settings.model_copy(update={"server": server, "storage": storage})


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
