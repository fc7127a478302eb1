"""Alarms: what is wrong now and needs somebody to act. When each holds is decided in `control.alarms.rules`."""

from dataclasses import dataclass
from enum import StrEnum

from seacorder.model.event import Severity


class AlarmKind(StrEnum):
    """Stable words; docs/sea/alarms.md says for each when it is raised and what to do."""

    CAMERA_FAILED = "camera_failed"
    CAMERA_STALLED = "camera_stalled"
    CAMERA_FROZEN = "camera_frozen"
    CAMERA_BLACK = "camera_black"
    CAMERA_CLOCK_WRONG = "camera_clock_wrong"
    ENCODING_OVERLOAD = "encoding_overload"
    ENCODER_FAILED = "encoder_failed"
    DISK_LOW = "disk_low"
    DISK_FULL = "disk_full"
    DISK_SLOW = "disk_slow"
    DISK_FAILED = "disk_failed"
    DISK_EXCHANGED = "disk_exchanged"
    WORKER_LOST = "worker_lost"
    CATALOGUE_FAILED = "catalogue_failed"
    RECORDING_NOT_WRITTEN = "recording_not_written"
    ON_FALLBACK = "on_fallback"
    BLACKBOX_NOT_RECORDING = "blackbox_not_recording"
    AUDIO_FAILED = "audio_failed"
    AUDIO_SILENT = "audio_silent"
    TELEMETRY_FAILED = "telemetry_failed"
    TELEMETRY_CLOCK_WRONG = "telemetry_clock_wrong"
    DEFINITION_REFUSED = "definition_refused"
    COPY_FAILED = "copy_failed"
    COPY_BEHIND = "copy_behind"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Stands from `since_utc_ns` until its reason is gone. For each kind and channel there is at most one at a time."""

    kind: AlarmKind
    channel: str | None
    """None: it concerns the recorder as a whole."""
    severity: Severity
    """ALARM: pictures are not being recorded, or are about to be lost. WARNING: less than that."""
    since_utc_ns: int
    fact: str
    """What is wrong now, and what it costs."""
    action: str
    """What Seacorder does about it by itself, then what to do."""
    over_utc_ns: int | None = None
    """When its reason was gone; None while it stands."""
    seen_utc_ns: int | None = None
    """When somebody said that he has seen it; None while nobody has. An alarm that becomes worse is unseen again."""
    seen_by: str = ""
    """Who; empty where he did not say."""
