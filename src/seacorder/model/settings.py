"""The settings that clients may change while the recorder runs, and the changes that they send.

The wire's names (PascalCase for Inspector applications) are known to `api` alone. To add a setting, see the list in
`config.schema`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from seacorder.model.encoding import EncodingPlan, EncodingSettings

SPLIT_TIME_MINUTES_MIN = 0.05
SPLIT_TIME_MINUTES_MAX = 1440.0

_STAMP = "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}"


@dataclass(frozen=True, slots=True)
class PathTemplates:
    """Templates of every kind of file, with the public defaults."""

    filename: str = _STAMP + "@${channelname}"
    directory: str = "DATA_" + _STAMP
    framegrab: str = _STAMP + "@${channelname}"
    data_log: str = _STAMP + "@current"
    event: str = _STAMP
    anomaly: str = _STAMP + "@${channelname}_anomaly"
    clip: str | None = None
    """None: clips follow `anomaly`."""

    @property
    def clip_or_anomaly(self) -> str:
        return self.anomaly if self.clip is None else self.clip


@dataclass(frozen=True, slots=True)
class ChannelEncoding:
    """What one channel sets itself; None: the recorder's value holds. The fields are those of EncodingSettings."""

    is_smart: bool | None = None
    encoder: str | None = None
    bitrate_mbits: float | None = None
    resolution: tuple[int, int] | None = None
    frame_rate: float | None = None
    burn_in: bool | None = None
    keep_clean: bool | None = None
    deinterlace: bool | None = None


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """Settings of all channels, and what clients have set for single ones. The catalogue keeps them across restarts."""

    bitrate_mbits: float = 0.0
    """Mbit/s; 0 = choose."""
    encoder: str = "copy"
    frame_rate: float = 0.0
    """Frames a second; 0 = the source's."""
    is_smart_encoding: bool = True
    resolution: tuple[int, int] = (0, 0)
    """Width and height in pixels; 0, 0 = the source's."""
    restart_on_failure: bool = True
    split_time_minutes: float = 10.0
    """0 = never."""
    reevaluate_tags_on_split: bool = False
    recording_directory: str | None = None
    """As the client sent it; None = `[storage] root`."""
    inspection_directory: str | None = None
    """As the client sent it; None = `[storage] root`."""
    burn_in: bool = False
    keep_clean: bool = False
    deinterlace: bool = False
    templates: PathTemplates = PathTemplates()
    channels: Mapping[str, ChannelEncoding] = field(default_factory=dict)
    """By channel: what clients have set for it alone. It has priority over the channel's keys in the settings file."""


SettingValue = bool | float | str | tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """The settings in force, and which of them clients have set. All others follow the settings file."""

    in_force: RecorderSettings = field(default_factory=RecorderSettings)
    set_by_clients: frozenset[str] = frozenset()
    """Names of fields of RecorderSettings; `templates.filename` means a field of its templates. What clients have set
    for single channels is not listed here: it is in `in_force.channels`.
    """


@dataclass(frozen=True, slots=True)
class Override:
    """A key of the settings file that has no effect now, because a client has set another value."""

    key: str
    """As in the settings file: `recording.split_time_minutes`, `templates.filename`, `channels.Bow.encoder`."""
    in_force: SettingValue
    in_file: SettingValue


class Unset(Enum):
    """Stands for a field that was not sent. None cannot, because it has a meaning of its own."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """A change for one channel: any of the fields of `ChannelEncoding`.

    None takes a client's value back; then the settings file's holds, or else the recorder's.
    """

    channel: str
    is_smart: bool | Unset | None = UNSET
    encoder: str | Unset | None = UNSET
    bitrate_mbits: float | Unset | None = UNSET
    resolution: tuple[int, int] | Unset | None = UNSET
    frame_rate: float | Unset | None = UNSET
    burn_in: bool | Unset | None = UNSET
    keep_clean: bool | Unset | None = UNSET
    deinterlace: bool | Unset | None = UNSET


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """A change for all channels: any of these fields; the others stay as they are."""

    bitrate_mbits: float | Unset = UNSET
    encoder: str | Unset = UNSET
    frame_rate: float | Unset = UNSET
    is_smart_encoding: bool | Unset = UNSET
    resolution: tuple[int, int] | Unset = UNSET
    restart_on_failure: bool | Unset = UNSET
    split_time_minutes: float | Unset = UNSET
    reevaluate_tags_on_split: bool | Unset = UNSET
    recording_directory: str | Unset | None = UNSET
    """None: the storage root again."""
    inspection_directory: str | Unset | None = UNSET
    filename_template: str | Unset = UNSET
    directory_template: str | Unset = UNSET
    framegrab_template: str | Unset = UNSET
    data_log_template: str | Unset = UNSET
    event_template: str | Unset = UNSET
    anomaly_template: str | Unset = UNSET
    clip_template: str | None | Unset = UNSET
    burn_in: bool | Unset = UNSET
    keep_clean: bool | Unset = UNSET
    deinterlace: bool | Unset = UNSET
    channel: ChannelChange | Unset = UNSET
    """A change for one channel alone."""


class TakesEffect(StrEnum):
    """When changed settings take effect in a channel's files."""

    NOW = "now"
    """They already have, or will with the next pictures."""
    NEXT_SPLIT = "next_split"
    """At the next split: a file keeps the settings with which it began."""
    AFTER_RECORDING = "after_recording"
    """When the running recording has ended, because it never splits."""


@dataclass(frozen=True, slots=True)
class ChannelSettingsView:
    """The encoding of one channel: what it sets itself, what is in force, and what was decided."""

    channel: str
    own: ChannelEncoding
    in_force: EncodingSettings
    plan: EncodingPlan | None
    """How the pictures that the source sends now are stored; None while no picture has come."""
    takes_effect: TakesEffect = TakesEffect.NOW
    from_utc_ns: int | None = None
    """With NEXT_SPLIT: when the next split is; else None."""
