"""Recordings and what they are made of: parts, clips and framegrabs. What they lack is in `model.loss`."""

from dataclasses import dataclass
from enum import StrEnum

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
    """The program ended without stopping it; what was on disk has been finished at the next start."""


class FileState(StrEnum):
    """How a video file stands."""

    OPEN = "open"
    """Being written; it opens in any player all the same."""
    WHOLE = "whole"
    """Closed in order: an ordinary indexed MP4."""
    INTERRUPTED = "interrupted"
    """Not closed in order; readable as it stands."""
    REPAIRED = "repaired"
    """Was interrupted; the repair made an ordinary indexed MP4 of it."""


class FaultKind(StrEnum):
    """Why a file cannot be written just now."""

    FULL = "full"
    """No room on its volume; goes on by itself once there is."""
    FAILED = "failed"
    """The disk refuses: gone, read-only, hardware."""
    EXCHANGED = "exchanged"
    """Its folder is on another volume than when the program began."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One start to stop, over all channels."""

    id: str
    """Sorts by start: UTC start as `YYYYMMDDTHHMMSS.mmmZ`, made unique by a suffix."""
    start_utc_ns: int
    end_utc_ns: int | None
    state: RecordingState
    continues: str | None = None
    """The interrupted recording that this one carries on."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of one channel's recording. `end_utc_ns`, `frames`, `bytes` are as of now while it is open."""

    recording_id: str
    channel: str
    number: int
    """From 1, counted per channel."""
    path: str
    start_utc_ns: int
    """Capture time of the first frame."""
    end_utc_ns: int | None
    first_frame: int
    """The channel's frame number of the first frame; the rest follow without a gap unless a loss says so."""
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
    """A file that is being written. All that says `stored` has been taken by the operating system."""

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
    """Bytes of this file that the disk has taken."""
    last_stored_ns: int
    """Monotonic time at which the disk last took video bytes; 0 before the first."""
    newest_stored_utc_ns: int = 0
    """Capture time of the newest frame that the disk has taken, by the wall clock as it was at the file's begin."""
    start_ns: int = 0
    """`start_utc_ns` on the monotonic clock."""
    newest_stored_ns: int = 0
    """`newest_stored_utc_ns` on the monotonic clock; 0 before the first."""
    fault: str | None = None
    """One sentence when the file cannot be written just now."""
    fault_kind: FaultKind | None = None
    """Set together with `fault`."""
    anchors: Anchors | None = None
    """How this file's times lie on the clocks, as well as it is known by now; of a recording alone."""
