"""A channel: one camera or other source; its settings, and its state as its worker reports it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from seacorder.base.message import Message
from seacorder.model.encoding import EncodingSettings, EncodingStatus, Machine
from seacorder.model.loss import MissingCounts
from seacorder.model.narration import HeardStatus, NarrationSettings, NarratorStatus
from seacorder.model.overlay import OverlaySettings
from seacorder.model.recording import FileStatus
from seacorder.model.volume import MarkedFolder

_CLEAN = "_clean"


def clean_name(channel: str) -> str:
    """The name under which a channel's untouched pictures are recorded beside the burned ones."""
    return channel + _CLEAN


def burned_name(name: str) -> str:
    """The channel whose untouched pictures are recorded under `name`."""
    return name.removesuffix(_CLEAN)


TRIES_AGAIN = "Seacorder tries again every few seconds."
"""First in what a failed channel's `why` says is to do, while its source is tried again. A film that has ended is not.
"""


class ChannelState(StrEnum):
    """What a channel's input is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    """Connected, but no frame for 2.5 s."""
    FAILED = "failed"
    """Cannot be read. It is tried again without end, with back-off."""


class PictureFault(StrEnum):
    """What is wrong with the picture of a camera that sends frames."""

    FROZEN = "frozen"
    """The same picture again and again; `channel/picture_check/judge.py` says from when on."""
    BLACK = "black"


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What a channel's worker is started with. `address` may contain a password and is never shown whole."""

    index: int
    """Position in the settings file, from 0."""
    name: str
    address: str = field(repr=False)
    """`rtsp://…`, `v4l2:…`, `screen:…` and others, as in docs/reference/settings.md."""
    preroll_seconds: float = 10.0
    backlog_seconds: float = 10.0
    queue_bytes: int = 64 * 1024 * 1024
    """How many bytes may wait for a slow disk. Beyond that, whole groups of pictures are dropped."""
    picture_watch: bool = True
    """Whether keyframes are decoded now and then, to notice a frozen or black picture."""
    reserve_bytes: int = 0
    """Bytes that are kept free on every volume; 0: files are written until the volume is full."""
    volumes: tuple[MarkedFolder, ...] = ()
    """The volumes that files go to."""
    encoding: EncodingSettings = field(default_factory=EncodingSettings)
    """What is in force when the worker starts; `ChangeEncoding` changes it."""
    machine: Machine = field(default_factory=Machine)
    overlay: OverlaySettings = field(default_factory=OverlaySettings)
    narration_channels: int = 0
    """Sound channels of the narration, which replaces the source's own sound: 1 mono, 2 stereo; 0: no narration."""
    narration_offset_ms: int = 0
    """How much later narration is placed in this channel than in others; negative: earlier."""
    narrator: NarrationSettings | None = None
    """Set for the narrator alone: a channel without a picture, whose address is a sound device."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What the source sends."""

    codec: str
    """FFmpeg's codec name: `h264`, `hevc`, …"""
    width: int
    height: int
    frame_rate: float
    """Frames a second as the source declares or as measured; 0 when unknown."""
    audio_codec: str | None = None
    bit_depth: int = 8
    """Bits of one colour value of a pixel; 8 if the source does not say."""
    read_by: str = ""
    """`ffmpeg` if FFmpeg's RTSP client reads a camera that ours cannot; else empty."""
    begins_at_recovery_points: bool = False
    """The source sends intra refresh instead of keyframes, so the first pictures of each file are incomplete."""


@dataclass(frozen=True, slots=True)
class ClockFault:
    """The timestamps of a source are wrong, so its pictures are dated by when they arrive."""

    rate_ppm: int | None
    """Microseconds that really pass in one second of the timestamps (1,000,000 is right); None if they mean nothing."""


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A worker's heartbeat: everything about its channel, sent at least once a second, and twice while a file is
    written."""

    channel: str
    state: ChannelState
    since_utc_ns: int
    why: Message | None
    """Why the channel is not live; None when it is."""
    picture: PictureFormat | None = None
    bits_per_second: int = 0
    """Measured over the last seconds."""
    frames_received: int = 0
    """Video frames since the worker began."""
    missing: MissingCounts = field(default_factory=MissingCounts)
    backlog_seconds: float = 0.0
    backlog_bytes: int = 0
    queued_bytes: int = 0
    """Bytes that wait for the disk."""
    newest_frame_utc_ns: int | None = None
    recording: FileStatus | None = None
    """The file being recorded, None while none is open."""
    clean: FileStatus | None = None
    """The file of the untouched pictures, beside that of the burned ones."""
    keeps_clean: bool = False
    """The untouched pictures are to be recorded beside the burned ones, and can be."""
    clip: FileStatus | None = None
    anomaly: FileStatus | None = None
    blackbox: FileStatus | None = None
    """The file of the blackbox, beside all others."""
    picture_fault: PictureFault | None = None
    """What is wrong with the newest keyframes; None if nothing is."""
    picture_fault_since_utc_ns: int | None = None
    """When it was noticed."""
    patience_ns: int = 0
    """How long no frame may come before the channel counts as stalled; longer for a slow source."""
    clock_fault: ClockFault | None = None
    """None while the source's clock is right."""
    encoding: EncodingStatus | None = None
    """None before the source's format is known."""
    overlay_text: str = ""
    """What a client has set to be shown over the picture."""
    narration: HeardStatus | None = None
    """None on a channel without narration."""
    narrator: NarratorStatus | None = None
    """Of the narrator alone."""


def as_clean(status: ChannelStatus) -> ChannelStatus:
    """The part of a heartbeat that is about the untouched pictures, in the form of a channel of its own."""
    return replace(status, channel=clean_name(status.channel), recording=status.clean, clean=None)
