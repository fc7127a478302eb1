"""What a client sends and gets, with the wire's PascalCase kept in here."""

from dataclasses import dataclass, fields
from typing import Any, Self

from seacorder.model.settings import UNSET, Unset


def wire_name(field: str) -> str:
    """`filename_template` as `FilenameTemplate`."""
    return "".join(word.capitalize() for word in field.split("_"))


class _Body:
    """A JSON object whose fields are left out unless they were set."""

    def body(self) -> dict[str, Any]:
        """The object as it is sent."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return {wire_name(name): _wire_value(value) for name, value in pairs if value is not UNSET}


@dataclass(frozen=True, slots=True)
class RecorderSettings(_Body):
    """Recorder settings of all channels; what is not given stays as it is."""

    bitrate: float | Unset = UNSET
    """Mbit/s; used when smart encoding is off; 0 = choose."""
    directory: str | Unset | None = UNSET
    """Base folder of recordings; None = leave."""
    directory_template: str | Unset | None = UNSET
    encoder: str | Unset = UNSET
    """`copy`, `x264`, `x265`, `n264` …, see docs/reference."""
    filename: str | Unset | None = UNSET
    """The file name's template."""
    frame_rate: float | Unset = UNSET
    """Frames a second; 0 = the source's."""
    is_smart_encoding: bool | Unset = UNSET
    reevaluate_tags_on_split: bool | Unset = UNSET
    resolution: tuple[int, int] | Unset = UNSET
    """Width and height in pixels; 0, 0 = the source's."""
    restart_on_failure: bool | Unset = UNSET
    split_time_minutes: float | Unset = UNSET
    """0 = never."""


@dataclass(frozen=True, slots=True)
class PathTemplates(_Body):
    """Path templates; sent, what is not given stays as it is; got, every field is there."""

    filename_template: str | Unset = UNSET
    directory_template: str | Unset = UNSET
    framegrab_template: str | Unset = UNSET
    data_log_template: str | Unset = UNSET
    event_template: str | Unset = UNSET
    anomaly_template: str | Unset = UNSET
    directory: str | Unset | None = UNSET
    """Base folder of framegrabs and clips."""
    clip_template: str | Unset | None = UNSET
    """None: clips follow the anomaly template."""

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Self:
        """From the wire; keys of a later version are passed over."""
        known = {wire_name(field.name): field.name for field in fields(cls)}
        return cls(**{known[key]: value for key, value in answer.items() if key in known})


class _Patch:
    """A JSON object whose fields are left out unless they were set, under the names of `/api/v1`."""

    def body(self) -> dict[str, Any]:
        """The object as it is sent."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in pairs if value is not UNSET}


@dataclass(frozen=True, slots=True)
class SettingsPatch(_Patch):
    """Settings of the recorder; what is not given stays as it is. The names are those of the settings file."""

    smart_encoding: bool | Unset = UNSET
    encoder: str | Unset = UNSET
    bitrate_mbits: float | Unset = UNSET
    """0 = choose."""
    resolution: tuple[int, int] | Unset = UNSET
    """Width and height in pixels; 0, 0 = the source's."""
    frame_rate: float | Unset = UNSET
    """0 = the source's."""
    burn_in: bool | Unset = UNSET
    keep_clean: bool | Unset = UNSET
    deinterlace: bool | Unset = UNSET
    split_time_minutes: float | Unset = UNSET
    reevaluate_tags_on_split: bool | Unset = UNSET
    restart_on_failure: bool | Unset = UNSET


@dataclass(frozen=True, slots=True)
class ChannelPatch(_Patch):
    """Settings of one channel; None takes its own value back, what is not given stays as it is."""

    smart_encoding: bool | Unset | None = UNSET
    encoder: str | Unset | None = UNSET
    bitrate_mbits: float | Unset | None = UNSET
    resolution: tuple[int, int] | Unset | None = UNSET
    frame_rate: float | Unset | None = UNSET
    burn_in: bool | Unset | None = UNSET
    keep_clean: bool | Unset | None = UNSET
    deinterlace: bool | Unset | None = UNSET


def _wire_value(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value
