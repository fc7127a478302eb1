"""Recordings and what they are made of: parts, clips and framegrabs. What they lack is in `model.loss`."""

from dataclasses import dataclass
from enum import StrEnum

from seacorder.base.message import Message
from seacorder.model.capture_time import Anchors


class FileKind(StrEnum):
    """What a file is; the value of the `${type}` tag."""

    RECORDING = "Recording"
    CLIP = "Clip"
    FRAMEGRAB = "Framegrab"
    DATA = "Data"
    EVENT = "Event"
    ANOMALY = "Anomaly"


class RecordingState(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    """The program ended without stopping it. At the next start, its files were finished as far as they are on disk."""
    REMOVED = "removed"
    """Somebody had its files removed. `model.removal` says who, when, and where copies are."""


class FileState(StrEnum):
    """How a video file stands."""

    OPEN = "open"
    """Being written. Any player opens it meanwhile."""
    WHOLE = "whole"
    """Closed in order: an ordinary indexed MP4."""
    INTERRUPTED = "interrupted"
    """Not closed in order; readable as it stands."""
    REPAIRED = "repaired"
    """It was interrupted; a repair has made an ordinary indexed MP4 of it."""
    REMOVED = "removed"
    """It was removed with its recording."""


class FaultKind(StrEnum):
    """Why a file cannot be written just now."""

    FULL = "full"
    """Its volume is full. Writing goes on by itself when there is room again."""
    FAILED = "failed"
    """The disk refuses to write: it is gone, read-only or broken."""
    EXCHANGED = "exchanged"
    """Its folder is on another volume now than when the program began."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One start to stop, over all channels."""

    id: str
    """Sorts by start: UTC start as `YYYYMMDDTHHMMSS.mmmZ`, made unique by a suffix."""
    start_utc_ns: int
    end_utc_ns: int | None
    state: RecordingState
    continues: str | None = None
    """The id of the interrupted recording that this one continues; None if it continues none."""


@dataclass(frozen=True, slots=True)
class RecordingContent:
    """What a recording is made of, as far as the catalogue knows it now."""

    channels: tuple[str, ...] = ()
    """Those of which there is a file, by name."""
    parts: int = 0
    bytes: int = 0
    """Of its parts together."""
    clips: int = 0
    framegrabs: int = 0
    observations: int = 0
    losses: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One file of one channel's recording. While it is open, `end_utc_ns`, `frames` and `bytes` are those so far."""

    recording_id: str
    channel: str
    number: int
    """From 1, counted per channel."""
    path: str
    start_utc_ns: int
    """Capture time of the first frame."""
    end_utc_ns: int | None
    first_frame: int
    """The channel's frame number of the first frame. The others follow without a gap, except where a loss is listed."""
    frames: int
    bytes: int
    state: FileState


@dataclass(frozen=True, slots=True)
class Clip:
    """One extra file of one channel, with pre-roll. One `startclip` makes one per live channel, of the same id."""

    id: str
    channel: str
    kind: FileKind
    """CLIP or ANOMALY."""
    path: str
    start_utc_ns: int
    end_utc_ns: int | None
    first_frame: int
    frames: int
    bytes: int
    state: FileState
    recording_id: str | None = None


def never_came(video: Part | Clip) -> bool:
    """It was announced, and the program or its disk ended before its first byte: there is no file, and none is missing.
    """
    return video.state is FileState.INTERRUPTED and video.frames == video.bytes == 0


@dataclass(frozen=True, slots=True)
class Framegrab:
    """One still of one channel. One `takeframegrab` makes one per live channel, of the same id."""

    id: str
    channel: str
    path: str
    instant_utc_ns: int
    """The instant of the command."""
    frame_utc_ns: int
    """Capture time of the frame, at or before that instant."""
    frame: int
    """The channel's frame number."""
    width: int
    height: int
    bytes: int
    recording_id: str | None = None


@dataclass(frozen=True, slots=True)
class FileStatus:
    """A file that is being written. 'Stored' means: the operating system has taken it from us."""

    id: str
    """The recording's or clip's id."""
    path: str
    number: int
    """The part's number; 1 for a clip."""
    start_utc_ns: int
    """Capture time of the whole recording's or clip's first frame on this channel."""
    frames: int
    """Frames of this file so far."""
    bytes_stored: int
    """Bytes of this file that are stored."""
    last_stored_ns: int
    """Monotonic time at which video bytes were last stored; 0 before the first."""
    newest_stored_utc_ns: int = 0
    """Capture time of the newest stored frame, on the wall clock as it was when the file began; 0 before the first."""
    start_ns: int = 0
    """`start_utc_ns` on the monotonic clock."""
    newest_stored_ns: int = 0
    """`newest_stored_utc_ns` on the monotonic clock; 0 before the first."""
    why: Message | None = None
    """Why the file cannot be written just now; None while it can."""
    fault_kind: FaultKind | None = None
    """Set together with `why`."""
    anchors: Anchors | None = None
    """The offsets between this file's times and the clocks, as known so far; only for recordings, None for clips."""
