"""The recorder's state, as it is shown to everybody: no credentials in it."""

from dataclasses import dataclass

from seacorder.model.alarm import Alarm
from seacorder.model.blackbox import BlackboxView
from seacorder.model.channel import ChannelStatus
from seacorder.model.loss import MissingCounts
from seacorder.model.narration import NarrationView
from seacorder.model.removal_rules import RulesView
from seacorder.model.settings import Override
from seacorder.model.setup import Difference
from seacorder.model.volume import Volume


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel as the status shows it: its worker's last heartbeat, and what the control process knows besides."""

    status: ChannelStatus
    address: str
    """Without credentials."""
    is_recording: bool
    """True only if video bytes have really been written to a file within the last moments."""
    recording_seconds: float
    restarts: int
    """How often its worker was started again."""
    missing: MissingCounts
    change_waiting: Difference = Difference.NONE
    """What becomes of the channel once nothing of it is recorded any more."""


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
    """What is wrong now: the worst first; of equally bad ones the oldest first."""
    narration: NarrationView | None = None
    """None without `[audio] input`."""
    alarms_over: tuple[Alarm, ...] = ()
    """Alarms that are over and that nobody has seen, the newest first."""
    volumes: tuple[Volume, ...] = ()
    """Each disk that recordings go to by itself: the first, and the second where there is one."""
    overrides: tuple[Override, ...] = ()
    """Keys of the settings file that have no effect now, because clients have set other values."""
    blackbox: BlackboxView | None = None
    """None without `[blackbox] root`."""
    removal_rules: RulesView | None = None
    """None where nothing is removed by itself."""
