"""`check-config`: what a settings file means."""

from pathlib import Path

from seacorder.config.load import find, load
from seacorder.config.schema import Settings
from seacorder.model.address import parse_address


def check_settings(path: Path | None) -> None:
    """Prints what the settings mean. Raises SettingsError with every fault."""
    found = find(path)
    settings = load(found)
    print(f"{found}: fine.")
    for line in explain(settings):
        print(line)


def explain(settings: Settings) -> list[str]:
    """The settings as one reads them aloud, a line each, without credentials."""
    server, storage, recording = settings.server, settings.storage, settings.recording
    minutes = recording.split_time_minutes
    parts = f"parts of {minutes:g} minutes" if minutes else "one part, never split"
    lines = [
        f"  listens    {server.host}, Inspector {server.inspector_port}, integration {server.integration_port}",
        f"  files      in {storage.root}, {storage.reserve_bytes:,} bytes kept free",
        f"  catalogue  {storage.catalogue_path}",
        f"  recording  {parts}, tags in {recording.tag_time} time",
    ]
    for number, channel in enumerate(settings.channels, start=1):
        address = parse_address(channel.input).redacted
        lines.append(f"  channel {number:<2} {channel.name}: {address}, clips reach back {channel.preroll_seconds:g} s")
    return lines
