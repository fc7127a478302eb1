"""The note that every video file carries in its own metadata, so that the catalogue can be rebuilt from files."""

import json
from dataclasses import asdict, dataclass

from seacorder.model.recording import Clip, FileKind, Part

VIDEO_SUFFIX, SOUND_SUFFIX = ".mp4", ".m4a"
FILE_SUFFIXES = (VIDEO_SUFFIX, SOUND_SUFFIX)
"""Of the files that carry a note."""
NOTE_KEY = "seacorder"
"""The metadata key under which the note stands, as JSON (docs/reference/files.md)."""
NOTE_VERSION = 1


@dataclass(frozen=True, slots=True)
class FileNote:
    """What a video file is. Known when its first frame is, and never changed afterwards, except by a repair."""

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
    """The recording during which it was made; a part's own id again, None for a clip without one."""
    recovery_frames: int = 0
    """So many of its first pictures are incomplete, because it begins at a recovery point; 0: with a keyframe."""
    is_repaired: bool = False
    """True once a repair has made an indexed file of it."""

    def is_of_same_file(self, other: "FileNote") -> bool:
        """True for two notes of one file, before and after it was moved or repaired."""
        return self.identity == other.identity

    @property
    def identity(self) -> tuple[object, ...]:
        """No two files have the same, copies apart. A clip's id already has the number of its file."""
        return self.kind, self.channel, self.id, self.number if self.kind is FileKind.RECORDING else 0

    def to_json(self) -> str:
        """The note as one line of ASCII JSON."""
        return json.dumps({"version": NOTE_VERSION, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "FileNote":
        """The note in `text`, keys of later versions left aside; ValueError when it is none."""
        try:
            values = json.loads(text)
            fields = {key: values[key] for key in cls.__slots__ if key in values}
            return cls(**{**fields, "kind": FileKind(fields["kind"])})
        except (TypeError, KeyError, ValueError) as fault:
            raise ValueError("not a note of this program") from fault


def note_of_row(row: Part | Clip) -> FileNote:
    """What the file of a row says of itself, as far as the row knows."""
    if isinstance(row, Part):
        kind, identifier, number = FileKind.RECORDING, row.recording_id, row.number
    else:
        kind, identifier, number = row.kind, row.id, 1
    return FileNote(kind, row.channel, identifier, number, row.first_frame, row.start_utc_ns, row.recording_id)
