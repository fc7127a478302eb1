"""The bodies that a client sends to the Inspector service and gets from it. Only this module knows their PascalCase."""

from dataclasses import dataclass, fields
from typing import Any, Self

from seacorder.model.settings import UNSET, Unset


def wire_name(field: str) -> str:
    """`filename_template` as `FilenameTemplate`."""
    return "".join(word.capitalize() for word in field.split("_"))


class _Body:
    """A JSON object of which only the fields that were set are sent."""

    def body(self) -> dict[str, Any]:
        """The object as it is sent, under the wire's names."""
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
    """Path templates. When sent, what is not given stays as it is; when received, every field has a value."""

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
        """From an answer; unknown keys, of a later version, are ignored."""
        known = {wire_name(field.name): field.name for field in fields(cls)}
        return cls(**{known[key]: value for key, value in answer.items() if key in known})


def _wire_value(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value
