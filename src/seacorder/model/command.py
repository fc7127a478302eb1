"""What the control process says to a channel's worker. Every command with a `request` is answered by one `Answer`."""

from dataclasses import dataclass, field

from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.file_name import Naming
from seacorder.model.file_note import FileNote
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.recording import FileKind


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record from the newest keyframe at or before `instant`; answered when the first bytes are on disk.

    Without a picture at that instant the recording waits and begins with the first keyframe that comes; then the
    answer is negative with the reason, and the order stands.
    """

    request: int
    recording_id: str
    instant: Instant
    naming: Naming
    schedule: SplitSchedule
    reevaluate_tags: bool
    first_part: int = 1
    """Number of the first part; above 1 when a restarted worker takes a recording up again."""
    first_clean_part: int = 1
    """The same for the untouched pictures, where they are recorded beside the burned ones."""


@dataclass(frozen=True, slots=True)
class ChangeRecording:
    """New settings for the files that begin at or after `from_ns` (monotonic); not answered."""

    from_ns: int
    naming: Naming
    schedule: SplitSchedule
    reevaluate_tags: bool


@dataclass(frozen=True, slots=True)
class StopRecording:
    """The last frame is the newest at or before `instant`; answered when every file is whole and on disk."""

    request: int
    instant: Instant
    is_withdrawn: bool = False
    """Its start was refused on all channels: a file that has no picture yet is given up at once."""


@dataclass(frozen=True, slots=True)
class StartClip:
    """An additional file from the newest keyframe at or before `instant` less the channel's pre-roll.

    Answered when its first bytes are on disk. `kind` is CLIP or ANOMALY; one of each can run at a time.
    """

    request: int
    clip_id: str
    kind: FileKind
    instant: Instant
    naming: Naming
    recording_id: str | None = None


@dataclass(frozen=True, slots=True)
class StopClip:
    """The last frame is the newest at or before `instant`; answered when the file is whole and on disk."""

    request: int
    kind: FileKind
    instant: Instant
    is_withdrawn: bool = False
    """Its start was refused on all channels: a file that has no picture yet is given up at once."""


@dataclass(frozen=True, slots=True)
class TakeFramegrab:
    """A full-size JPEG of the newest frame at or before `instant`; answered when it is on disk."""

    request: int
    framegrab_id: str
    instant: Instant
    naming: Naming
    recording_id: str | None = None


@dataclass(frozen=True, slots=True)
class TakePicture:
    """A small JPEG of the newest keyframe for a page; answered by `Picture`."""

    request: int
    width: int
    """Pixels; the height follows from the picture."""


@dataclass(frozen=True, slots=True)
class ChangeEncoding:
    """Other encoding for the files that begin at or after `from_ns` (monotonic); not answered."""

    from_ns: int
    encoding: EncodingSettings
    machine: Machine


@dataclass(frozen=True, slots=True)
class SetOverlayText:
    """The text of the text layers for frames captured at or after `instant`, until the next; empty: none.

    Not answered."""

    instant: Instant
    text: str


@dataclass(frozen=True, slots=True)
class HearNarration:
    """The narration can be heard on this port of 127.0.0.1, by whoever shows the token; not answered."""

    port: int
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndWorker:
    """Finish every file and end. A closed pipe says the same."""


@dataclass(frozen=True, slots=True)
class RepairFiles:
    """For the worker of `evidence`: examine each file and make an indexed MP4 of what was interrupted.

    Answered by one `FileExamined` per path, in this order.
    """

    paths: tuple[str, ...]
    examine_only: bool = False
    """True: leave every file as it is and only say how it stands."""
    notes: tuple[FileNote, ...] = ()
    """For each path what the file says of itself, by which it is found where it was renamed or moved."""
    siblings: tuple[tuple[str, ...], ...] = ()
    """For each path other files of its channel, the likeliest first; see `evidence.siblings`."""


@dataclass(frozen=True, slots=True)
class ReadFolders:
    """For the worker of `evidence`: read back what a catalogue is made of from all files below these folders.

    Answered by any number of `RowsRead` and then one `FoldersRead`.
    """

    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryEncoders:
    """To the encoder probe: try these, in this order."""

    names: tuple[str, ...]


Command = (
    StartRecording
    | ChangeRecording
    | StopRecording
    | StartClip
    | StopClip
    | TakeFramegrab
    | TakePicture
    | ChangeEncoding
    | SetOverlayText
    | HearNarration
    | EndWorker
)
