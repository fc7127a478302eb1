"""The settings file's schema: one frozen class for each table, one field for each key.

To add a setting:

1. Here (or in `encoding_keys`, `overlay_tables`): a field with its default, its meaning (`description`) and, in words,
   what it takes (`accepted`). What is wrong with a single value is found by a function of `values`; what is wrong with
   two values together by `clashes`.
2. Hand it on. To workers: `Settings.channel_settings`, at the end of this file, fills `model.channel.ChannelSettings`.
   To the control process: `compose` in `cli/serve.py` fills `control.options.RecorderOptions`. To the two services:
   they get `ServerSettings` whole, see `api/assembly.py`.
3. Describe it: docs/reference/settings.md and `config/sample.py`. Tests in `tests/config` compare both with this
   schema. `tests/cli/test_settings.py` has a sentence that lists the keys of `[server]`.

Clients may change it as well, while the recorder runs? Then also:

4. `model/settings.py`: a field in `RecorderSettings` and in `SettingsChange`; where one channel may have its own value,
   in `ChannelEncoding` and `ChannelChange` too. `Settings.first_recorder_settings`, at the end of this file, fills it.
5. `control/settings/rules.py`: what is accepted. The catalogue keeps it by its type, see `catalogue/settings_text.py`.
6. `api/v1/settings.py`: one line, `api/v1/settings_views.py`: one field; docs/programs/api.md. Only if Inspector
   applications are to set it: one line in `api/inspector.py` and docs/programs/inspector.md.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from seacorder.base.door import is_possible
from seacorder.base.log import LogOptions
from seacorder.config.access_table import ENTRIES_MAX, AccessTable
from seacorder.config.blackbox_table import BlackboxTable
from seacorder.config.copies_table import CopiesTable
from seacorder.config.data_log_table import DataLogTable
from seacorder.config.definition_tables import DefinitionTable
from seacorder.config.encoding_keys import EncodingKeys, OwnEncodingKeys
from seacorder.config.observation_tables import ObservationsTable
from seacorder.config.overlay_tables import OverlayTable
from seacorder.config.removal_table import RemovalTable
from seacorder.config.telemetry_tables import ReadingsOutTable, TelemetryTable
from seacorder.config.time_stamp_table import TimeStampTable
from seacorder.config.values import (
    AUTO,
    SettingsTable,
    Unaccepted,
    absolute_folder,
    channel_address,
    channel_name,
    drive_letter,
    host_name,
    is_loopback,
    listed,
    listening_address,
    per_process,
    sound_address,
    split_time,
    user_path,
    web_origin,
)
from seacorder.config.values import key as _key
from seacorder.model.blackbox import BlackboxSettings
from seacorder.model.channel import ChannelSettings
from seacorder.model.definition.definition import Definition
from seacorder.model.definition.in_force import InForce
from seacorder.model.definition.ready import by_name
from seacorder.model.narration import INTO_ALL, NarrationSettings
from seacorder.model.settings import ChannelEncoding, PathTemplates, RecorderSettings
from seacorder.model.telemetry import TelemetrySettings

_DEFAULT_TEMPLATES = PathTemplates()
Port = Annotated[int, Field(ge=1, le=65535)]
_PORT = "a whole number from 1 to 65535"
_FOLDER = "a folder; `~` is the home folder of Seacorder's user, a relative one is beside the settings file"
_FILE = "a file; a relative one is beside the settings file"
_TEMPLATE = "text with tags, see docs/programs/tags.md"
_SWITCH = "true or false"


class ServerSettings(SettingsTable):
    """Where the two services listen and whom they answer."""

    host: Annotated[str, AfterValidator(listening_address)] = _key(
        "127.0.0.1", "Address to listen on; `0.0.0.0` lets other computers in, `::` over IPv6 too.", "an address",
        min_length=1,
    )
    inspector_port: Port = _key(13000, "Port of the Inspector service, of `/api/v1` and of the page.", _PORT)
    integration_port: Port = _key(8088, "Port of the integration service.", _PORT)
    allowed_origins: Annotated[tuple[Annotated[str, AfterValidator(web_origin)], ...], BeforeValidator(listed)] = _key(
        (), "Web pages of other origins that may send commands from a browser.", 'a list such as ["http://10.0.0.7"]'
    )
    allowed_hosts: Annotated[tuple[Annotated[str, AfterValidator(host_name)], ...], BeforeValidator(listed)] = _key(
        (), "Further names under which this computer is called (its own name and addresses always work).",
        "a list of names"
    )
    secure_port: Port = _key(
        13443, "Port of the page, `/api/v1` and the Inspector service over HTTPS, if there is a certificate.", _PORT
    )
    certificate: Annotated[Path, AfterValidator(user_path)] | None = _key(
        None, "Certificate for HTTPS, with those that vouch for it, as PEM; unset: there is no HTTPS.", _FILE
    )
    certificate_key: Annotated[Path, AfterValidator(user_path)] | None = _key(
        None, "Its private key, without a password; unset: in the file of the certificate.", _FILE
    )
    commands_need_token: bool = _key(
        False, "The Inspector and integration commands need a password or token of an operator too.", _SWITCH
    )
    access: Annotated[tuple[AccessTable, ...], BeforeValidator(listed)] = _key(
        (), "Who is let in; with no such table everybody is.", "any number of [[server.access]] tables up to 16",
        max_length=ENTRIES_MAX
    )

    @model_validator(mode="after")
    def _somebody_is_let_in(self) -> "ServerSettings":
        names = [one.name for one in self.access]
        for name in names:
            if names.count(name) > 1:
                raise Unaccepted(f"two [[server.access]] tables have the name {name!r}.", "Give each its own.")
        has_operator = any(one.role == "operator" for one in self.access)
        if self.commands_need_token and not has_operator:
            raise Unaccepted(
                "commands_need_token is set, and no operator is let in.",
                "Add the [[server.access]] table that `seacorder password` or `seacorder token` prints.",
            )
        return self

    @property
    def is_open_to_network(self) -> bool:
        """True if other computers reach it, and nobody has to show who he is."""
        return not self.access and not is_loopback(self.host)


class IntegrationSettings(SettingsTable):
    """Details of the integration service."""

    bare_false: bool = _key(False, "`isrecording` answers a bare `false` instead of an object while idle.", _SWITCH)


class StorageSettings(SettingsTable):
    """Where files go."""

    root: Annotated[Path, AfterValidator(user_path)] = _key(
        Path("~/Seacorder"), "Where files go, unless a client has chosen another folder.", _FOLDER
    )
    allowed_directories: Annotated[
        tuple[Annotated[Path, AfterValidator(absolute_folder)], ...], BeforeValidator(listed)
    ] = _key((), "Folders outside `root` that clients may choose.", "a list of absolute folders")
    reserve_bytes: int = _key(
        2_000_000_000, "Bytes kept free on every disk that is recorded to.", "a whole number of bytes, 0 or more", ge=0
    )
    fallback_root: Annotated[Path, AfterValidator(absolute_folder)] | None = _key(
        None, "Folder on a second disk where recording goes on while the first has no room or fails.",
        "an absolute folder"
    )
    queue_bytes: int = _key(
        64 * 1024 * 1024, "Bytes a channel may hold back in memory for a slow disk before frames are dropped.",
        "a whole number of bytes, 1,000,000 or more", ge=1_000_000
    )
    catalogue: Annotated[Path, AfterValidator(user_path)] | None = _key(
        None, "File of the list of recordings (catalogue); unset: `seacorder.db` in `root`.",
        "a file; `~` is the home folder of Seacorder's user"
    )
    drives: dict[Annotated[str, AfterValidator(drive_letter)], Annotated[Path, AfterValidator(absolute_folder)]] = _key(
        {}, 'Which folder stands for a Windows drive letter that a client sends: `C = "/data/c"`.',
        "drive letters, each with an absolute folder"
    )

    @property
    def all_folders(self) -> tuple[Path, ...]:
        """Every folder below which recorded files may lie."""
        second = () if self.fallback_root is None else (self.fallback_root,)
        return (self.root, *self.allowed_directories, *self.drives.values(), *second)

    @property
    def catalogue_path(self) -> Path:
        return self.catalogue or self.root / "seacorder.db"


class RecordingTable(EncodingKeys):
    """What clients may set too. A client's value is kept in the catalogue and holds instead of the file's."""

    split_time_minutes: Annotated[float, AfterValidator(split_time)] = _key(
        10.0, "Length of a file in minutes; 0 never splits.", "0, or a number from 0.05 to 1440", allow_inf_nan=False
    )
    reevaluate_tags_on_split: bool = _key(False, "Each file of a recording is named from its own instant.", _SWITCH)
    restart_on_failure: bool = _key(
        True, "After a channel or Seacorder itself has failed, the recording goes on by itself.", _SWITCH
    )
    tag_time: Literal["local", "utc"] = _key("local", "Time zone of the time tags in names.", '"local" or "utc"')


class TemplatesTable(SettingsTable):
    """The path templates, which clients may set too."""

    filename: str = _key(_DEFAULT_TEMPLATES.filename, "Name of a recording's files.", _TEMPLATE)
    directory: str = _key(_DEFAULT_TEMPLATES.directory, "Folder of everything of one recording.", _TEMPLATE)
    framegrab: str = _key(_DEFAULT_TEMPLATES.framegrab, "Name of framegrabs.", _TEMPLATE)
    data_log: str = _key(_DEFAULT_TEMPLATES.data_log, "Name of data logs.", _TEMPLATE)
    event: str = _key(_DEFAULT_TEMPLATES.event, "Name of the files of observations.", _TEMPLATE)
    anomaly: str = _key(_DEFAULT_TEMPLATES.anomaly, "Name of anomaly videos.", _TEMPLATE)
    clip: str | None = _key(None, "Name of clips; unset: as `anomaly`.", _TEMPLATE)


class LogSettings(SettingsTable):
    """What is written to standard error, and to a file where one is named."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _key(
        "INFO", "The least important lines that are shown.", '"DEBUG", "INFO", "WARNING" or "ERROR"'
    )
    time: Literal["local", "utc"] = _key("local", "Time zone of the lines' times.", '"local" or "utc"')
    file: Annotated[Path, AfterValidator(user_path)] | None = _key(
        None, "The log is written into this file too; unset: to standard error alone.",
        "a file; `~` is the home folder of Seacorder's user, a relative one is beside the settings file"
    )
    file_bytes: int = _key(
        10_000_000, "A new file is begun before this one grows beyond this.",
        "a whole number of bytes, 100,000 or more", ge=100_000
    )
    files_kept: int = _key(
        5, "Earlier log files that are kept, as `file.1` (the newest) to `file.5`.", "a whole number from 0 to 1,000",
        ge=0, le=1_000
    )

    def options(self) -> LogOptions:
        """The settings in the form that `base.log` takes."""
        return LogOptions(
            level=self.level,
            use_utc=self.time == "utc",
            file=self.file,
            file_bytes=self.file_bytes,
            files_kept=self.files_kept,
        )


class WorkersTable(SettingsTable):
    """The recording processes."""

    channels_per_process: Annotated[int, BeforeValidator(per_process)] = _key(
        AUTO,
        "How many channels that are stored unchanged share a recording process. `auto`: up to 16 such channels have "
        "one each; of more, up to 8 share one.",
        '"auto", or a whole number from 1 to 64',
    )

    @property
    def per_process(self) -> int:
        """0: as many as is usual. Where a process cannot be shared, each channel has its own."""
        return self.channels_per_process if is_possible() else 1


class ChannelTable(OwnEncodingKeys):
    """One camera or other source."""

    name: Annotated[str, AfterValidator(channel_name)] = _key(..., "Name in files, answers and page.", "a unique name")
    input: Annotated[str, AfterValidator(channel_address)] = Field(
        ..., description="Where the picture comes from.", repr=False,
        json_schema_extra={"accepted": "an address such as `rtsp://…`, see [inputs](#inputs)"},
    )
    preroll_seconds: float = _key(
        10.0, "How far a clip reaches back before its command.", "a number of seconds from 0 to 300", ge=0, le=300
    )
    backlog_seconds: float | None = _key(
        None, "How many of the latest seconds stay in memory; unset: 10, or the pre-roll when that is longer.",
        "a number of seconds from 1 to 600, not less than preroll_seconds", ge=1, le=600
    )
    narration_offset_ms: int = _key(
        0, "How much later narration is placed in this channel, beside `[audio] offset_ms`: its camera's own delay.",
        "a whole number of milliseconds from -1000 to 1000", ge=-1000, le=1000
    )
    picture_watch: bool = _key(
        True, "Look at a keyframe every two seconds, and raise an alarm when the picture is frozen or black.", _SWITCH
    )

    @model_validator(mode="after")
    def _backlog_holds_preroll(self) -> "ChannelTable":
        if self.kept_seconds < self.preroll_seconds:
            raise Unaccepted(
                f"a backlog of {self.kept_seconds:g} s is too short for a pre-roll of {self.preroll_seconds:g} s.",
                "Raise backlog_seconds or lower preroll_seconds.",
            )
        return self

    @property
    def kept_seconds(self) -> float:
        """Seconds of backlog: as set; if not set, 10 or the pre-roll, whichever is longer."""
        return max(10.0, self.preroll_seconds) if self.backlog_seconds is None else self.backlog_seconds


class AudioTable(SettingsTable):
    """Narration: a microphone or line input."""

    input: Annotated[str, AfterValidator(sound_address)] | None = _key(
        None, "Where the narration comes from; unset: there is none.",
        "an address that begins with `alsa:`, `dshow:`, `avfoundation:`, `file:` or `tone:`"
    )
    into: str = _key(
        INTO_ALL, "Where it goes: into every channel's files, one channel's, or files of its own beside them.",
        '"all", a channel\'s name, or "file"', min_length=1
    )
    name: Annotated[str, AfterValidator(channel_name)] = _key(
        "Narration", "What it is called in status, alarms and the names of its own files.",
        "a name that no channel has"
    )
    channels: Literal[1, 2] = _key(1, "1 for mono, 2 for stereo.", "1 or 2")
    bitrate_kbits: int = _key(96, "Of its AAC, in kbit/s.", "a whole number from 32 to 320", ge=32, le=320)
    gain_db: float = _key(
        0.0, "Makes it louder or, below 0, quieter, in dB.", "a number from -40 to 40", ge=-40, le=40
    )
    offset_ms: int = _key(
        0, "How much later than captured it is placed, for cameras whose pictures come late.",
        "a whole number of milliseconds from -1000 to 1000", ge=-1000, le=1000
    )
    silent_db: float = _key(
        -70.0, "A level below this counts as silence, in dB; 0 is the loudest that can be recorded.",
        "a number from -120 to 0", ge=-120, le=0
    )
    silent_seconds: float = _key(
        60.0, "Silence for so long raises the alarm `audio_silent`; 0 never does.", "0 or more seconds", ge=0
    )


class Settings(SettingsTable):
    """The whole settings file."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    integration: IntegrationSettings = Field(default_factory=IntegrationSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    recording: RecordingTable = Field(default_factory=RecordingTable)
    templates: TemplatesTable = Field(default_factory=TemplatesTable)
    overlay: OverlayTable = Field(default_factory=OverlayTable)
    blackbox: BlackboxTable = Field(default_factory=BlackboxTable)
    removal: RemovalTable = Field(default_factory=RemovalTable)
    workers: WorkersTable = Field(default_factory=WorkersTable)
    observations: ObservationsTable = Field(default_factory=ObservationsTable)
    log: LogSettings = Field(default_factory=LogSettings)
    audio: AudioTable = Field(default_factory=AudioTable)
    data_log: DataLogTable = Field(default_factory=DataLogTable)
    time_stamp: TimeStampTable = Field(default_factory=TimeStampTable)
    telemetry: tuple[TelemetryTable, ...] = _key(
        (), "The sources of survey data.", "any number of [[telemetry]] tables, each with a name and an input"
    )
    readings_out: tuple[ReadingsOutTable, ...] = _key(
        (), "Readings that are sent to other systems.", "any number of [[readings_out]] tables, each with to and line"
    )
    definitions: tuple[DefinitionTable, ...] = _key(
        (), "What records of instruments mean.", "any number of [[definitions]] tables, each with a name"
    )
    copies: tuple[CopiesTable, ...] = _key(
        (), "Where recorded files are copied to.", "any number of [[copies]] tables, each with a name and to"
    )
    channels: tuple[ChannelTable, ...] = _key(
        ..., "The cameras.", "one or more [[channels]] tables, each with a name and an input", min_length=1
    )

    def channel_settings(self) -> tuple[ChannelSettings, ...]:
        """What each channel's worker is started with, in the file's order."""
        return tuple(
            ChannelSettings(
                index=index,
                name=channel.name,
                address=channel.input,
                preroll_seconds=channel.preroll_seconds,
                backlog_seconds=channel.kept_seconds,
                queue_bytes=self.storage.queue_bytes,
                reserve_bytes=self.storage.reserve_bytes,
                picture_watch=channel.picture_watch,
                overlay=self.overlay.settings_for(channel.name),
                narration_channels=self._narration_channels(channel.name),
                narration_offset_ms=channel.narration_offset_ms,
            )
            for index, channel in enumerate(self.channels)
        )

    def narrator_settings(self, token: str) -> ChannelSettings | None:
        """What the narrator is started with; None without narration. Channels' workers show it `token` to get the
        sound.
        """
        audio = self.audio
        if audio.input is None:
            return None
        narration = NarrationSettings(
            token=token,
            channels=audio.channels,
            bits_per_second=audio.bitrate_kbits * 1000,
            gain_db=audio.gain_db,
            offset_ms=audio.offset_ms,
            silent_db=audio.silent_db,
            silent_seconds=audio.silent_seconds,
            into=audio.into,
        )
        return ChannelSettings(
            index=len(self.channels),
            name=audio.name,
            address=audio.input,
            queue_bytes=self.storage.queue_bytes,
            reserve_bytes=self.storage.reserve_bytes,
            picture_watch=False,
            narrator=narration,
        )

    def telemetry_settings(self) -> TelemetrySettings | None:
        """What the worker that reads the instruments is started with; None if there are none."""
        in_force = InForce(by_name(self.own_definitions()))
        sources = tuple(table.source(in_force) for table in self.telemetry)
        lines = tuple(table.line_out() for table in self.readings_out)
        return TelemetrySettings(sources, lines, reserve_bytes=self.storage.reserve_bytes) if sources else None

    def blackbox_settings(self) -> BlackboxSettings | None:
        """None without a blackbox."""
        return self.blackbox.settings(tuple(channel.name for channel in self.channels))

    def _narration_channels(self, channel: str) -> int:
        """The number of sound channels of the narration in this channel; 0 if it has none."""
        audio = self.audio
        return audio.channels if audio.input is not None and audio.into in {INTO_ALL, channel} else 0

    def own_definitions(self) -> tuple[Definition, ...]:
        """The definitions of the file, in its order; without the ready ones."""
        return tuple(one for table in self.definitions for one in table.definitions())

    def own_encodings(self) -> dict[str, ChannelEncoding]:
        """By channel: the encoding keys that it sets itself."""
        return {channel.name: channel.own_encoding for channel in self.channels}

    def first_recorder_settings(self) -> RecorderSettings:
        """The recorder's settings as the file says them: in force as long as no client has set others."""
        return RecorderSettings(
            split_time_minutes=self.recording.split_time_minutes,
            reevaluate_tags_on_split=self.recording.reevaluate_tags_on_split,
            restart_on_failure=self.recording.restart_on_failure,
            is_smart_encoding=self.recording.smart_encoding,
            encoder=self.recording.encoder,
            bitrate_mbits=self.recording.bitrate_mbits,
            resolution=self.recording.resolution,
            frame_rate=self.recording.frame_rate,
            burn_in=self.recording.burn_in,
            keep_clean=self.recording.keep_clean,
            deinterlace=self.recording.deinterlace,
            templates=PathTemplates(**self.templates.model_dump()),
        )
