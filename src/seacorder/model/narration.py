"""Narration: the sound of a microphone or line input, recorded with the pictures."""

from dataclasses import dataclass, field
from enum import StrEnum

SAMPLE_RATE = 48_000
"""Of all narration, samples a second, whatever the device has."""
FRAME_SAMPLES = 1024
"""In one packet of AAC."""


INTO_ALL, INTO_FILE = "all", "file"
"""Into every channel's files; into files of its own. Anything else is a channel's name."""


class SoundState(StrEnum):
    """What the narrator's device is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    FAILED = "failed"
    """Cannot be read, or sends nothing; it is tried again for ever, and meanwhile narration is silence."""


@dataclass(frozen=True, slots=True)
class NarrationSettings:
    """What the narrator, the worker that reads the sound device, needs beyond a channel's settings."""

    token: str = field(repr=False)
    """Whoever wants to hear the narration shows this first."""
    channels: int = 1
    """1: mono, 2: stereo."""
    bits_per_second: int = 96_000
    gain_db: float = 0.0
    offset_ms: int = 0
    """How much later the sound is placed than it was captured; negative: earlier."""
    silent_db: float = -70.0
    """A level that stays below this, dB of full scale, is silence."""
    silent_seconds: float = 60.0
    """Silence for so long is an alarm; 0: never."""
    into: str = INTO_ALL

    @property
    def has_own_file(self) -> bool:
        """It is recorded into files of its own instead of those of the channels."""
        return self.into == INTO_FILE


@dataclass(frozen=True, slots=True)
class NarratorStatus:
    """How the narrator does; part of its heartbeat."""

    state: SoundState
    reason: str | None
    """Why the device is not live; None when it is."""
    port: int
    """On 127.0.0.1, where the narration can be heard."""
    level_db: float
    """Root of the mean square of the last half second, dB of full scale; -120 for nothing at all."""
    peak_db: float
    silent_since_utc_ns: int | None = None
    """Since when a live device has given no more than silence."""
    missing_seconds: float = 0.0
    """How much silence stands for sound that never came, since the worker began."""
    listeners: int = 0
    stalled_seconds: float = 0.0
    """How long a device that is open has given nothing; 0 while it gives, or is not open."""


@dataclass(frozen=True, slots=True)
class HeardStatus:
    """How the narration arrives in a channel; part of the channel's heartbeat."""

    is_heard: bool
    """It came within the last seconds."""
    missing_seconds: float
    """How much silence stands for narration that did not come, since the worker began."""
    late_packets: int
    """Packets that came too late to have a place."""


@dataclass(frozen=True, slots=True)
class NarrationView:
    """The narration as the recorder's status shows it."""

    name: str
    address: str
    """Without credentials."""
    into: str
    """`all`, `file`, or a channel's name."""
    narrator: NarratorStatus
    restarts: int
    path: str | None = None
    """Of its own file, while one is being written."""
