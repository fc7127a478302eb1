"""Finds a file that somebody has renamed or moved, by the note in its own metadata."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from seacorder.evidence.opening import note_in
from seacorder.model.file_note import FILE_SUFFIXES, FileNote

_MOST_FILES = 20_000
_LEVELS_UP = 2
"""So far above the folder in which a file was, it is looked for: other folders of recordings are beside that one."""


def find_moved(path: Path, note: FileNote) -> Path | None:
    """The file that says the same of itself as the one that was at `path`; None when it is not found. Blocks."""
    seen: set[Path] = set()
    for folder in [path.parent, *path.parents[1 : 1 + _LEVELS_UP]]:
        if folder.is_dir() and folder != Path(folder.anchor):
            for candidate in islice(_files_under(folder, seen), _MOST_FILES):
                told = note_in(candidate)
                if told is not None and told.is_of_same_file(note):
                    return candidate
    return None


def _files_under(folder: Path, seen: set[Path]) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(name for name in folders if here / name not in seen)
        seen.add(here)
        yield from (here / name for name in sorted(names) if name.lower().endswith(FILE_SUFFIXES))
