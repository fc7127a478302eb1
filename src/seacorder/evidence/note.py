"""The note in a file's beginning, found without FFmpeg, whatever is damaged around it."""

import re
from pathlib import Path

from seacorder.model.file_note import FileNote

_NOTE_BYTES = 64 * 1024
_NOTE = re.compile(rb'\{"version":[^{}]*\}')


def note_in(path: Path) -> FileNote | None:
    """The note in a file's beginning, even if all around it is damaged; None when there is none of ours. Blocks."""
    try:
        with path.open("rb") as file:
            found = _NOTE.search(file.read(_NOTE_BYTES))
        return FileNote.from_json(found[0].decode("ascii", "replace") if found else "")
    except (OSError, ValueError):
        return None
