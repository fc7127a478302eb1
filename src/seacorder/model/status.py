"""The recorder's state as anybody may see it."""

from dataclasses import dataclass

from seacorder.model.alarm import Alarm
from seacorder.model.channel import ChannelStatus
from seacorder.model.narration import NarrationView
from seacorder.model.settings import Override
from seacorder.model.volume import Volume


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel as status shows it: its worker's last heartbeat, and what control knows beyond it."""

    status: ChannelStatus
    address: str
    """Without credentials."""
    is_recording: bool
    """Video bytes have really reached a file within the last moments."""
    recording_seconds: float
    restarts: int
    """How often its worker was started anew."""
    losses: int
    """Loss rows of the running recording, or of the last."""


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    utc_ns: int
    is_recording: bool
    is_clip_recording: bool
    recording_id: str | None
    recording_seconds: float
    channels: tuple[ChannelView, ...]
    volume: Volume
    version: str
    alarms: tuple[Alarm, ...] = ()
    """What is wrong just now: the worst first, then the oldest."""
    narration: NarrationView | None = None
    """None where no `[audio] input` is set."""
    overrides: tuple[Override, ...] = ()
    """Keys of the settings file in whose place a client's value holds."""
