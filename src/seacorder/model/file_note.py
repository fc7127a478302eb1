"""The note that every video file has in its metadata. From these notes the catalogue can be rebuilt."""

import json
from dataclasses import asdict, dataclass

from seacorder.model.dive_context import CONTEXT_FIELDS, NO_CONTEXT, DiveContext
from seacorder.model.recording import Clip, FileKind, Part

VIDEO_SUFFIX, SOUND_SUFFIX = ".mp4", ".m4a"
FILE_SUFFIXES = (VIDEO_SUFFIX, SOUND_SUFFIX)
"""The suffixes of files that have a note."""
SUBTITLE_SUFFIXES = (".srt", ".vtt")
"""Of files beside a video, with its name; they have no note."""
NOTE_KEY = "seacorder"
"""The metadata key under which the note stands, as JSON (docs/programs/files.md)."""
NOTE_VERSION = 1


@dataclass(frozen=True, slots=True)
class FileNote:
    """What a video file is. Written together with the first frame; only a repair changes it later."""

    kind: FileKind
    channel: str
    id: str
    """The recording's or clip's id."""
    number: int
    """The part's number, from 1."""
    first_frame: int
    """The channel's frame number of the first frame."""
    first_frame_utc_ns: int
    """Its capture time."""
    recording_id: str | None = None
    """The recording during which it was made: for a part the same as `id`; None for a clip outside any recording."""
    recovery_frames: int = 0
    """How many of its first pictures are incomplete, because it begins at a recovery point; 0: it begins with a
    keyframe.
    """
    is_repaired: bool = False
    """True after a repair has made an indexed file of it."""
    context: DiveContext = NO_CONTEXT
    """Project, dive, task, component and operator when the file began."""

    def is_of_same_file(self, other: "FileNote") -> bool:
        """True if both are notes of the same file, even if it was moved or repaired in between."""
        return self.identity == other.identity

    @property
    def identity(self) -> tuple[object, ...]:
        """Different for any two files that are not copies of each other. A clip's id contains the number of its
        file.
        """
        return self.kind, self.channel, self.id, self.number if self.kind is FileKind.RECORDING else 0

    def to_json(self) -> str:
        """The note as one line of ASCII JSON, with no braces but the first and the last one.

        By that a note is found in a file that is damaged all around it (`evidence.opening`).
        """
        values = {key: value for key, value in asdict(self).items() if key != "context"}
        text = json.dumps({"version": NOTE_VERSION, **values, **self.context.said}, separators=(",", ":"))
        return "{" + text[1:-1].replace("{", "\\u007b").replace("}", "\\u007d") + "}"

    @classmethod
    def from_json(cls, text: str) -> "FileNote":
        """The note in `text`; unknown keys, of a later version, are ignored. Raises ValueError if it is not a note."""
        try:
            values = json.loads(text)
            fields = {key: values[key] for key in cls.__slots__ if key in values and key != "context"}
            context = DiveContext.of({key: values[key] for key in CONTEXT_FIELDS if key in values})
            return cls(**{**fields, "kind": FileKind(fields["kind"]), "context": context})
        except (TypeError, KeyError, ValueError) as fault:
            raise ValueError("not a note of this program") from fault


def note_of_row(row: Part | Clip) -> FileNote:
    """The note that the file of a row of the catalogue should have, as far as the row says it."""
    if isinstance(row, Part):
        kind, identifier, number = FileKind.RECORDING, row.recording_id, row.number
    else:
        kind, identifier, number = row.kind, row.id, 1
    return FileNote(kind, row.channel, identifier, number, row.first_frame, row.start_utc_ns, row.recording_id)
