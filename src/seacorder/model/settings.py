"""What a client may set. Field names here; the wire's PascalCase lives in `api`."""

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
    """What one channel has of its own; None: as the recorder. The fields mean what they mean in EncodingSettings."""

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
    """Settings of all channels, and what clients have set for single ones; kept across restarts in the catalogue."""

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
    """By channel: what clients have set for it alone. It goes before what the settings file says of the channel."""


SettingValue = bool | float | str | tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """The settings in force, and which of them clients have set. All others follow the settings file."""

    in_force: RecorderSettings = field(default_factory=RecorderSettings)
    set_by_clients: frozenset[str] = frozenset()
    """Fields of RecorderSettings; `templates.filename` for a field of its templates. What clients have set for single
    channels stands in `in_force.channels` alone."""


@dataclass(frozen=True, slots=True)
class Override:
    """A key of the settings file in whose place another value holds, because a client has set it."""

    key: str
    """As in the settings file: `recording.split_time_minutes`, `templates.filename`, `channels.Bow.encoder`."""
    in_force: SettingValue
    in_file: SettingValue


class Unset(Enum):
    """Says that a field was not sent, where None has a meaning of its own."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """Any subset of `ChannelEncoding`; None takes a value back: then the settings file's holds, or the recorder's."""

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
    """Any subset of `RecorderSettings`; the rest stays as it is."""

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
    """For one channel alone."""


class TakesEffect(StrEnum):
    """When the settings in force reach the files of a channel."""

    NOW = "now"
    """They have, or do with the next pictures."""
    NEXT_SPLIT = "next_split"
    """A running file keeps what it began with."""
    AFTER_RECORDING = "after_recording"
    """The running recording never splits."""


@dataclass(frozen=True, slots=True)
class ChannelSettingsView:
    """The encoding of one channel: what it has of its own, what holds, and what that comes to."""

    channel: str
    own: ChannelEncoding
    in_force: EncodingSettings
    plan: EncodingPlan | None
    """What becomes of the pictures that the source sends now; None when none have come yet."""
    takes_effect: TakesEffect = TakesEffect.NOW
    from_utc_ns: int | None = None
    """NEXT_SPLIT: when that is."""
