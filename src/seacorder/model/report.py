"""Reports: what a worker tells the control process. `control.worker_reports` takes them."""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS
from seacorder.base.message import Message
from seacorder.model.account import Row
from seacorder.model.channel import ChannelStatus, PictureFormat
from seacorder.model.event import Event
from seacorder.model.file_note import FileNote
from seacorder.model.live import LiveReport
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.reading import Value
from seacorder.model.recording import Clip, FileState, Framegrab, Part

START_TOLERANCE_NS = NS_PER_MS
"""The times in a file are whole ticks, and its start time has units of 100 ns."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one command: what it came to on the worker's channel."""

    request: int
    outcome: ChannelOutcome


@dataclass(frozen=True, slots=True)
class JpegPicture:
    """Answer to `TakePicture`; `jpeg` is empty when there is no picture."""

    request: int
    jpeg: bytes
    frame_utc_ns: int = 0


@dataclass(frozen=True, slots=True)
class FrameRead:
    """Answer to `ReadFrame`: the newest frame at or before the wanted time."""

    jpeg: bytes = b""
    frame_utc_ns: int = 0
    offset_ns: int = 0
    """Its time, from the file's first frame on."""
    why: Message | None = None
    """Why there is none."""


MOVES_OUT = 64
"""The exit code of a worker that leaves a shared process to go on in one of its own."""


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A worker ends in order, and the process that it shares goes on. Its last report."""

    code: int
    why: str = ""
    """Why recording was interrupted by that, in words that stand in a bracket; empty if no file was being written."""


@dataclass(frozen=True, slots=True)
class FrameLocated:
    """Answer to `LocateFrame`."""

    request: int
    frame: int | None = None
    """The channel's number of the newest frame at or before the instant; None when that frame is not known any more."""
    part: int = 0
    """The number of the recording's part that it is in; 0 when that is not the part that is being written."""
    offset_ns: int = 0
    """Its time in the part's file."""
    first_shown_ns: int = 0
    """At which time a file of this source shows its first picture: 0 unless there are B-frames."""


@dataclass(frozen=True, slots=True)
class PartOpened:
    part: Part


@dataclass(frozen=True, slots=True)
class PartClosed:
    """The file is whole and on disk, or has been given up (state INTERRUPTED)."""

    part: Part


@dataclass(frozen=True, slots=True)
class ClipOpened:
    clip: Clip


@dataclass(frozen=True, slots=True)
class ClipClosed:
    clip: Clip


@dataclass(frozen=True, slots=True)
class FramegrabStored:
    framegrab: Framegrab


@dataclass(frozen=True, slots=True)
class EventNoted:
    event: Event


@dataclass(frozen=True, slots=True)
class EncoderTried:
    """The result of trying one encoder by encoding with it."""

    name: str
    """FFmpeg's."""
    is_usable: bool
    sentence: str = ""
    """Why it cannot be used; empty if it can."""


@dataclass(frozen=True, slots=True)
class InputTried:
    """What a trial of a camera's address has come to so far. The last one counts."""

    picture: PictureFormat | None = None
    """What the source sends; None while it is not open."""
    jpeg: bytes = b""
    """Its first picture, made small; empty while there is none."""
    why: Message | None = None
    """Why there is no picture."""
    is_refusal: bool = False
    """The source answers, and does not let this user in."""


@dataclass(frozen=True, slots=True)
class LineTried:
    """What a definition makes of a line."""

    fields: tuple[tuple[str, str], ...] = ()
    """Name and unit of each."""
    values: tuple[Value | None, ...] = ()
    """In the same order; None: the line says that there is no value."""
    source_utc_ns: int | None = None
    """The time that the line gives."""
    notes: tuple[str, ...] = ()
    refusal: str = ""
    """One sentence: why it is not understood; empty where it is."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One stretch of a file that cannot be read, between two good frames."""

    from_byte: int
    to_byte: int
    from_utc_ns: int
    """Capture time of the last good frame before it; if there is none, of the file's first frame."""
    to_utc_ns: int | None
    """Capture time of the first good frame after it; None if there is none."""
    frames: int | None
    """How many frames are damaged, where that is known."""
    frames_kept: int = 0
    """How many of them are kept in the file, because players can show a part of them."""

    @property
    def sentence(self) -> str:
        """Where the damage is and how many frames it costs, for people."""
        count = "an unknown number of frames" if self.frames is None else f"{self.frames:,} frames"
        kept = f", {self.frames_kept:,} of them shown in part" if self.frames_kept else ""
        return f"Bytes {self.from_byte:,} to {self.to_byte:,} of the file are damaged: {count}{kept}."


@dataclass(frozen=True, slots=True)
class FileExamined:
    """The state of a video file, as `evidence` has found it."""

    path: str
    state: FileState | None
    """WHOLE, INTERRUPTED or REPAIRED; None when nothing in it can be read."""
    sentence: str = ""
    """Why it cannot be read or repaired; empty when all is well."""
    note: FileNote | None = None
    """None when the file is not one of ours."""
    frames: int = 0
    """Video frames of which every byte is in the file."""
    bytes: int = 0
    newest_frame_utc_ns: int | None = None
    """Capture time of the last frame, computed from the note and the times in the file."""
    start_utc_ns: int | None = None
    """Capture time of the first frame, computed from the box with the start time; None where there is none."""
    was_repaired: bool = False
    """True if it has just been replaced by its repaired version."""
    damage: tuple[Damage, ...] = ()
    """What cannot be read, of a file that was not closed or has lost its index. For a file that was just repaired: what
    the repaired version lacks.
    """
    moved_to: str = ""
    """Where the file was found by its note, if it is no longer at `path`; else empty."""
    original: str = ""
    """Where the original is kept, if the repaired version lacks something; else empty."""
    sibling: str = ""
    """The file from which the description of the tracks was taken, if this file's own is destroyed; else empty."""

    def begins_at_another_time(self, start_utc_ns: int, listed: FileState) -> bool:
        """True if its start time is not the one that is listed. A repaired file may begin later: what was lost of its
        beginning is a loss."""
        if self.start_utc_ns is None:
            return False
        late_ns = self.start_utc_ns - start_utc_ns
        return late_ns < -START_TOLERANCE_NS or (late_ns > START_TOLERANCE_NS and listed is FileState.WHOLE)


@dataclass(frozen=True, slots=True)
class RowsRead:
    """Some of what `ReadFolders` found."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class FoldersRead:
    """All of it has been sent."""


Report = (
    ChannelStatus
    | Answer
    | JpegPicture
    | FrameLocated
    | PartOpened
    | PartClosed
    | ClipOpened
    | ClipClosed
    | FramegrabStored
    | EventNoted
    | RunEnded
    | LiveReport
    | Row
)
"""A row that is said by itself is a `Loss`."""
