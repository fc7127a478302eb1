"""What a client may set over the Inspector API. Field names here; the wire's PascalCase lives in `api`."""

from dataclasses import dataclass
from enum import Enum

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
class RecorderSettings:
    """Settings of all channels; kept across restarts in the catalogue."""

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
    templates: PathTemplates = PathTemplates()


class Unset(Enum):
    """Says that a field was not sent, where None has a meaning of its own."""

    UNSET = "unset"


UNSET = Unset.UNSET


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
    recording_directory: str | Unset = UNSET
    inspection_directory: str | Unset = UNSET
    filename_template: str | Unset = UNSET
    directory_template: str | Unset = UNSET
    framegrab_template: str | Unset = UNSET
    data_log_template: str | Unset = UNSET
    event_template: str | Unset = UNSET
    anomaly_template: str | Unset = UNSET
    clip_template: str | None | Unset = UNSET
