"""Narration: the sound of a microphone or line input, recorded with the pictures."""

from dataclasses import dataclass, field
from enum import StrEnum

from seacorder.base.message import Message

SAMPLE_RATE = 48_000
"""Samples a second of all narration; what a device sends is resampled to it."""
FRAME_SAMPLES = 1024
"""Samples in one packet of AAC."""

INTO_ALL, INTO_FILE = "all", "file"
"""`[audio] into`: into every channel's files, or into files of its own. Any other value is the name of a channel."""


class SoundState(StrEnum):
    """What the narrator's device is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    FAILED = "failed"
    """Cannot be read, or sends nothing. It is tried again without end; until then the narration is silence."""


@dataclass(frozen=True, slots=True)
class NarrationSettings:
    """What the narrator (the worker that reads the sound device) needs besides a channel's settings."""

    token: str = field(repr=False)
    """A secret that a channel's worker must send before it gets the narration."""
    channels: int = 1
    """1: mono, 2: stereo."""
    bits_per_second: int = 96_000
    gain_db: float = 0.0
    offset_ms: int = 0
    """How much later the sound is placed than it was captured; negative: earlier."""
    silent_db: float = -70.0
    """A level below this counts as silence; in dB relative to full scale."""
    silent_seconds: float = 60.0
    """Silence for this long raises an alarm; 0: never."""
    into: str = INTO_ALL

    @property
    def has_own_file(self) -> bool:
        """True if it is recorded into files of its own instead of the channels' files."""
        return self.into == INTO_FILE


@dataclass(frozen=True, slots=True)
class NarratorStatus:
    """How the narrator is doing; part of its heartbeat."""

    state: SoundState
    why: Message | None
    """Why the device is not live; None when it is."""
    port: int
    """The port on 127.0.0.1 from which channels' workers get the narration."""
    level_db: float
    """Root mean square of the last half second, in dB relative to full scale; -120 for digital silence."""
    peak_db: float
    silent_since_utc_ns: int | None = None
    """Since when a live device has given nothing but silence; None while it gives sound."""
    missing_seconds: float = 0.0
    """Seconds of silence inserted for sound that never came, since the worker began."""
    listeners: int = 0
    stalled_seconds: float = 0.0
    """How long an open device has sent nothing at all; 0 while it sends, or is not open."""


@dataclass(frozen=True, slots=True)
class HeardStatus:
    """How the narration arrives in a channel; part of the channel's heartbeat."""

    is_heard: bool
    """Narration came within the last seconds."""
    missing_seconds: float
    """Seconds of silence inserted for narration that did not come, since the worker began."""
    late_packets: int
    """Packets that came too late to be stored."""


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
