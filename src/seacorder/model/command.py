"""Commands: what the control process tells a worker. Each one with a `request` gets one `Answer`, unless it says else.

`channel.orders` carries them out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seacorder.model.blackbox import SplitBlackbox, StartBlackbox
from seacorder.model.definition.definition import Definition
from seacorder.model.dive_context import DiveContext
from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.file_name import Naming
from seacorder.model.file_note import FileNote
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.live import LiveStream
from seacorder.model.overlay import OverlaySettings, ShownField
from seacorder.model.reading import Value
from seacorder.model.recording import FileKind


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record from the newest keyframe at or before `instant`; answered when the first bytes are on disk.

    If there is no picture at that instant, the answer is negative, with the reason. The command stays in force all the
    same: the recording begins with the first keyframe that comes.
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
    at_once: int = 1
    """How many channels take one at the same time; their decoders share the cores."""


@dataclass(frozen=True, slots=True)
class LocateFrame:
    """Which is the newest frame at or before `instant`, and where is it in the recording? Answered by `FrameLocated`
    when that frame is here; a frame that is still on its way is waited for, but not long."""

    request: int
    instant: Instant


@dataclass(frozen=True, slots=True)
class TakePicture:
    """A small JPEG of the newest keyframe for a page; answered by `JpegPicture`."""

    request: int
    width: int
    """Pixels; the height follows from the picture."""


@dataclass(frozen=True, slots=True)
class WatchLive:
    """Somebody looks at the channel in these forms, from now on and until the next such command; not answered. A
    worker that has just started is looked at by nobody."""

    streams: tuple[LiveStream, ...]


@dataclass(frozen=True, slots=True)
class ChangeEncoding:
    """Another encoding, for the files that begin at or after `from_ns` (monotonic); not answered."""

    from_ns: int
    encoding: EncodingSettings
    machine: Machine


@dataclass(frozen=True, slots=True)
class SetOverlayText:
    """The text of the text layers, for frames captured at or after `instant`, until the next such command.

    An empty text shows nothing. Not answered.
    """

    instant: Instant
    text: str


@dataclass(frozen=True, slots=True)
class ShowFields:
    """Values of fields that have changed or were confirmed; not answered."""

    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class SetContext:
    """Project, dive, task, component and operator: for files that begin from now on, and for overlay lines of frames
    captured at or after `instant`. Not answered.
    """

    instant: Instant
    context: DiveContext


@dataclass(frozen=True, slots=True)
class HearNarration:
    """Where the worker gets the narration: from this port of 127.0.0.1, which asks for the token; not answered."""

    port: int
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndWorker:
    """Finish every file and end. A closed pipe means the same."""


@dataclass(frozen=True, slots=True)
class RepairFiles:
    """For the worker of `evidence`: examine each file and make an indexed MP4 of what was interrupted.

    Answered by one `FileExamined` per path, in this order.
    """

    paths: tuple[str, ...]
    examine_only: bool = False
    """True: change no file, only report its state."""
    notes: tuple[FileNote, ...] = ()
    """For each path, the note in the file's metadata, by which the file is found after it was renamed or moved."""
    siblings: tuple[tuple[str, ...], ...] = ()
    """For each path, other files of the same channel, the most similar first; see `evidence.siblings`."""


@dataclass(frozen=True, slots=True)
class ReadFolders:
    """For the worker of `evidence`: read the rows of a catalogue back from all files below these folders.

    Answered by any number of `RowsRead` and then one `FoldersRead`.
    """

    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """For the worker of `evidence`: one frame of a file, as a JPEG. Answered by one `FrameRead`."""

    path: str
    offset_ns: int | None
    """The wanted time, from the file's first frame on; None: it is given in UTC."""
    utc_ns: int = 0
    start_utc_ns: int = 0
    """Capture time of the first frame, for a file that does not say it itself."""


@dataclass(frozen=True, slots=True)
class TryEncoders:
    """For the encoder probe: try these encoders (FFmpeg's names), in this order."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryInput:
    """For the trial of a camera: open this address, and make a picture of what comes. Answered by `InputTried`s."""

    address: str = field(repr=False)
    """With its password."""
    name: str
    """Of the channel, for a test pattern that shows it."""


@dataclass(frozen=True, slots=True)
class PreviewOverlay:
    """For the preview of an overlay: this picture as it would be with these layers. Answered by `JpegPicture`."""

    jpeg: bytes
    overlay: OverlaySettings
    channel: str
    text: str
    """What a client has set to be shown."""
    fields: Mapping[str, Value | None]
    """Readings and the context."""
    utc_ns: int
    """When the picture was taken."""


@dataclass(frozen=True, slots=True)
class TryLine:
    """For the trial of a definition: what does it make of this line? Answered by `LineTried`."""

    definitions: tuple[Definition, ...]
    line: str


Command = (
    StartRecording
    | ChangeRecording
    | StopRecording
    | StartBlackbox
    | SplitBlackbox
    | StartClip
    | StopClip
    | TakeFramegrab
    | LocateFrame
    | TakePicture
    | WatchLive
    | ChangeEncoding
    | SetOverlayText
    | SetContext
    | ShowFields
    | HearNarration
    | EndWorker
)
