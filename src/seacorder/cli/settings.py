"""`check-config`: says what a settings file means. `settings`: shows what clients have set instead, and takes it back.
"""

import json
from pathlib import Path

from seacorder.base.errors import BadRequest, CatalogueFailed
from seacorder.catalogue.queries import Queries
from seacorder.client.recorder import RecorderClient
from seacorder.config.load import find, load
from seacorder.config.schema import Settings
from seacorder.control.settings.overrides import override_message, overrides, written
from seacorder.control.settings.rules import encoding_of
from seacorder.model.address.address import parse_address
from seacorder.model.encoding import COPY, EncodingSettings
from seacorder.model.settings import ChannelEncoding, Override, SettingValue, StoredSettings


def check_settings(path: Path | None) -> None:
    """Prints what the settings mean. Raises SettingsError with every fault."""
    found = find(path)
    settings = load(found)
    print(f"{found}: fine.")
    print("\n".join(explained(settings)))


def show_settings(url: str, *, as_json: bool) -> None:
    """Prints what is in force on a running recorder. Raises InspectorError."""
    with RecorderClient(url) as recorder:
        answer = recorder.settings_json()
    if as_json:
        print(json.dumps(answer, indent=2))
        return
    for name, value in answer["recorder"].items():
        print(f"{name:<25} {written(tuple(value) if isinstance(value, list) else value)}")
    for one in answer["overrides"]:
        print(override_message(Override(one["key"], _plain(one["in_force"]), _plain(one["in_file"]))).text)


def reset_settings(url: str, keys: list[str], *, everything: bool) -> None:
    """Takes values of clients back. Raises BadRequest when it is not said which, InspectorError."""
    if bool(keys) == everything:
        raise BadRequest(
            "Either keys or --all is needed.",
            "Name one or more keys such as recording.encoder, or write --all.",
            field="key",
        )
    with RecorderClient(url) as recorder:
        recorder.reset_settings(keys)
    print("The values of the settings file are in effect again.")


def explained(settings: Settings) -> list[str]:
    """As `explain`, with what the catalogue says that clients have set, or why it cannot be read. Blocks."""
    path = settings.storage.catalogue_path
    if not path.is_file():
        return explain(settings)
    try:
        return explain(settings, Queries(path).load_settings(settings.first_recorder_settings()))
    except CatalogueFailed as error:
        return [f"  client     What clients have set is not known: {error.sentence}", *explain(settings)]


def explain(settings: Settings, stored: StoredSettings | None = None) -> list[str]:
    """The settings in words, a line for each, without credentials; with what clients have set instead."""
    server, storage, recording = settings.server, settings.storage, settings.recording
    first, own = settings.first_recorder_settings(), settings.own_encodings()
    stored = stored or StoredSettings(first)
    minutes = stored.in_force.split_time_minutes
    parts = f"files of {minutes:g} minutes" if minutes else "one file, never split"
    lines = [
        f"  listens    {server.host}, Inspector {server.inspector_port}, integration {server.integration_port}",
        f"  files      in {storage.root}, {storage.reserve_bytes:,} bytes kept free",
        f"  catalogue  {storage.catalogue_path}",
        f"  recording  {parts}, tags in {recording.tag_time} time",
    ]
    lines += [*_blackbox_lines(settings), *_log_lines(settings)]
    lines.append(f"  encoding   {encoding_text(encoding_of(None, stored.in_force, own))}")
    for number, channel in enumerate(settings.channels, start=1):
        address = parse_address(channel.input).redacted
        lines.append(f"  channel {number:<2} {channel.name}: {address}, clips reach back {channel.preroll_seconds:g} s")
        if own[channel.name] != ChannelEncoding():
            asked = encoding_of(channel.name, stored.in_force, own)
            lines.append(f"             {encoding_text(asked)}{_unused(own[channel.name], asked)}")
    lines += _survey_lines(settings)
    lines += [f"  copies     {one.name}: {one.target().shown}" for one in settings.copies]
    lines += [f"  client     {override_message(one).text}" for one in overrides(stored, first, own)]
    return lines + _missing(settings)


def _survey_lines(settings: Settings) -> list[str]:
    """A line for each source of survey data."""
    return [
        f"  survey {number:<3} {one.name}: {one.input}, framing {one.framing}, "
        f"{', '.join(one.definitions) or 'every NMEA sentence that is known'}"
        for number, one in enumerate(settings.telemetry, start=1)
    ]


def _blackbox_lines(settings: Settings) -> list[str]:
    one = settings.blackbox_settings()
    if one is None:
        return []
    hours = f", {settings.blackbox.max_age_hours:g} hours" if settings.blackbox.max_age_hours else ""
    return [f"  blackbox   in {one.root}, {', '.join(one.channels)}, at most {one.max_bytes:,} bytes{hours}"]


def _log_lines(settings: Settings) -> list[str]:
    log = settings.log
    if log.file is None:
        return []
    return [f"  log        in {log.file} too, {log.file_bytes:,} bytes a file, {log.files_kept} earlier ones are kept"]


def _plain(value: object) -> SettingValue:
    """A JSON value in the form in which settings hold it."""
    if isinstance(value, list):
        return int(value[0]), int(value[1])
    return value if isinstance(value, bool | float | int | str) else None


def encoding_text(asked: EncodingSettings) -> str:
    """The encoding that is asked for, in words."""
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
    burned = "overlay burned in" + (", untouched frames beside it" if asked.keep_clean else "")
    return ", ".join(filter(None, [what, burned if asked.burn_in else "", "deinterlaced" if asked.deinterlace else ""]))


def _unused(own: ChannelEncoding, asked: EncodingSettings) -> str:
    """Which of the channel's keys have no effect, as the end of a line; empty if all have one."""
    by_hand = ("encoder", "bitrate_mbits", "resolution", "frame_rate") if asked.is_smart else ()
    names = [name for name in by_hand if getattr(own, name) is not None]
    passed_over = f"; not used while smart_encoding is on: {', '.join(names)}" if names else ""
    return passed_over + ("; not used without burn_in: keep_clean" if own.keep_clean and not asked.burn_in else "")


def _missing(settings: Settings) -> list[str]:
    """Files of the overlay that do not exist now. No fault: they may exist when they are needed."""
    return [
        f"  overlay    layer {number}: {path} is not there; without it {instead}"
        for number, layer in enumerate(settings.overlay.layers, start=1)
        for path, instead in ((layer.file, "the layer is not shown"), (layer.font, "DejaVu Sans is used"))
        if path is not None and not path.is_file()
    ]
