"""`check-config`: what a settings file means."""

from pathlib import Path

from seacorder.config.load import find, load
from seacorder.config.schema import Settings
from seacorder.control.settings import encoding_of
from seacorder.model.address import parse_address
from seacorder.model.encoding import COPY, EncodingSettings
from seacorder.model.settings import ChannelEncoding


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
    first, own = settings.first_recorder_settings(), settings.own_encodings()
    lines.append(f"  encoding   {encoding_text(encoding_of(None, first, own))}")
    for number, channel in enumerate(settings.channels, start=1):
        address = parse_address(channel.input).redacted
        lines.append(f"  channel {number:<2} {channel.name}: {address}, clips reach back {channel.preroll_seconds:g} s")
        if own[channel.name] != ChannelEncoding():
            asked = encoding_of(channel.name, first, own)
            lines.append(f"             {encoding_text(asked)}{_unused(own[channel.name], asked)}")
    return lines + _missing(settings)


def encoding_text(asked: EncodingSettings) -> str:
    """What is asked of encoding, as one reads it aloud."""
    width, height = asked.resolution
    if asked.is_smart:
        what = "smart encoding"
    elif asked.encoder == COPY:
        changes = asked.burn_in or asked.deinterlace
        what = "encoded although encoder is copy" if changes else "stored as it comes"
    else:
        what = ", ".join(filter(None, [
            f"encoded with {asked.encoder}",
            f"{asked.bitrate_mbits:g} Mbit/s" if asked.bitrate_mbits else "",
            f"{width}x{height}" if width else "",
            f"{asked.frame_rate:g} frames a second" if asked.frame_rate else "",
        ]))
    burned = "overlay burned in" + (", untouched pictures beside it" if asked.keep_clean else "")
    return ", ".join(filter(None, [what, burned if asked.burn_in else "", "deinterlaced" if asked.deinterlace else ""]))


def _unused(own: ChannelEncoding, asked: EncodingSettings) -> str:
    """What the channel sets and nothing comes of."""
    by_hand = ("encoder", "bitrate_mbits", "resolution", "frame_rate") if asked.is_smart else ()
    names = [name for name in by_hand if getattr(own, name) is not None]
    passed_over = f"; not used while smart_encoding is on: {', '.join(names)}" if names else ""
    return passed_over + ("; not used without burn_in: keep_clean" if own.keep_clean and not asked.burn_in else "")


def _missing(settings: Settings) -> list[str]:
    """Files of the overlay that are not there; they may be by the time that they are needed, so it is no fault."""
    return [
        f"  overlay    layer {number}: {path} is not there; without it {instead}"
        for number, layer in enumerate(settings.overlay.layers, start=1)
        for path, instead in ((layer.file, "the layer is not shown"), (layer.font, "DejaVu Sans is used"))
        if path is not None and not path.is_file()
    ]
