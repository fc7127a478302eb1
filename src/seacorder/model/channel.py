"""A channel: one camera or other source, what it is set to and how it is doing."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from seacorder.model.encoding import EncodingSettings, EncodingStatus, Machine
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


class ChannelState(StrEnum):
    """What a channel's input is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    """Connected, but no frame for 2.5 s."""
    FAILED = "failed"
    """Cannot be read; it is tried again for ever, with back-off."""


class PictureFault(StrEnum):
    """What is wrong with a picture that comes."""

    FROZEN = "frozen"
    """The same picture for ten seconds."""
    BLACK = "black"


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What a channel's worker needs to begin. `address` may carry a password and is never shown whole."""

    index: int
    """Position in the settings file, from 0."""
    name: str
    address: str = field(repr=False)
    """`rtsp://…`, `v4l2:…`, `screen:…` and others, as in docs/reference/settings.md."""
    preroll_seconds: float = 10.0
    backlog_seconds: float = 10.0
    queue_bytes: int = 64 * 1024 * 1024
    """How much may wait for the disk before whole groups of pictures are dropped."""
    picture_watch: bool = True
    """Whether keyframes are looked at for a frozen or black picture."""
    reserve_bytes: int = 0
    """What stays free on every volume; 0: files are written until nothing more fits."""
    volumes: tuple[MarkedFolder, ...] = ()
    """The volumes that files go to."""
    encoding: EncodingSettings = field(default_factory=EncodingSettings)
    """What is in force when the worker begins."""
    machine: Machine = field(default_factory=Machine)
    overlay: OverlaySettings = field(default_factory=OverlaySettings)
    narration_channels: int = 0
    """Of the narration that takes the place of the source's own sound: 1 mono, 2 stereo; 0 without narration."""
    narration_offset_ms: int = 0
    """How much later narration is placed in this channel than elsewhere; negative: earlier."""
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
    """Bits a sample, as far as the source tells."""
    read_by: str = ""
    """`ffmpeg` where FFmpeg's client reads a camera that ours cannot."""
    begins_at_recovery_points: bool = False
    """It sends intra refresh instead of keyframes; the first pictures of each file are incomplete."""


@dataclass(frozen=True, slots=True)
class ClockFault:
    """The stamps of a source's pictures do not say when these come; the arrivals count instead."""

    rate_ppm: int | None
    """So many microseconds really pass in one second of the stamps; None where they say nothing at all."""


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A worker's heartbeat: the whole truth about its channel, sent at least twice a second."""

    channel: str
    state: ChannelState
    since_utc_ns: int
    reason: str | None
    """One sentence on why the channel is not live; None when it is."""
    picture: PictureFormat | None = None
    bits_per_second: int = 0
    """Measured over the last seconds."""
    frames_received: int = 0
    """Video frames since the worker began."""
    losses: int = 0
    """Loss intervals since the worker began."""
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
    picture_fault: PictureFault | None = None
    """What the newest keyframes show."""
    picture_fault_since_utc_ns: int | None = None
    """When it was noticed."""
    patience_ns: int = 0
    """How long the next frame may take before the channel is stalled: on a slow source longer than on others."""
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
    """What a heartbeat says of the untouched pictures, as if they were a channel of their own."""
    return replace(status, channel=clean_name(status.channel), recording=status.clean, clean=None)
