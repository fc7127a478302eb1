"""What the catalogue knows of copies: which recordings have whole ones, and what is still to be copied.

Every call blocks for as long as the disk takes, and raises CatalogueFailed if the catalogue cannot be read.
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seacorder.catalogue.tables import COPIED_FILES, COPIED_FOLDERS
from seacorder.model.copies import CopiedFile, CopiedFolder, VerifiedCopy
from seacorder.model.recording import FileState, RecordingState

Ask = Callable[[str, tuple[object, ...]], list[tuple[Any, ...]]]
MOST_DUE = 500
"""So many files and folders are named at once, where nobody asks for more."""

_WHOLE = f"state IN ('{FileState.WHOLE.value}', '{FileState.REPAIRED.value}') AND path <> ''"
_NOT_THERE = "NOT EXISTS (SELECT 1 FROM copied_files c WHERE c.place = ? AND c.path = files.path)"
_DUE_FILES = " UNION ALL ".join(
    f"SELECT path, bytes, ifnull(end_utc_ns, start_utc_ns) AS since FROM {table} files WHERE {_WHOLE} AND {_NOT_THERE}"  # noqa: S608
    for table in ("parts", "clips")
)
_DUE_FOLDERS = (
    "SELECT f.folder, f.completed_utc_ns AS since FROM completed_folders f LEFT JOIN copied_folders c "
    "ON c.place = ? AND c.folder = f.folder WHERE ifnull(c.completed_utc_ns, 0) < f.completed_utc_ns"
)
_RECORDINGS_OF = " UNION ALL ".join(
    f"SELECT recording_id, path FROM {table} WHERE path >= ? AND path < ?"  # noqa: S608
    for table in ("parts", "clips", "framegrabs")
)
_FILES_OF = " UNION ALL ".join(
    f"SELECT path FROM {table} WHERE recording_id = ? AND path <> ''"  # noqa: S608
    for table in ("parts", "clips", "framegrabs")
)
_NEVER_CAME = f"state = '{FileState.INTERRUPTED.value}' AND frames = 0 AND bytes = 0"
"""As `never_came` in `model.recording` says."""
_KNOWN_MISSING = " UNION ALL ".join((
    "SELECT path FROM absences WHERE recording_id = ? AND seen_utc_ns IS NOT NULL AND back_utc_ns IS NULL",
    *(f"SELECT path FROM {table} WHERE recording_id = ? AND {_NEVER_CAME}" for table in ("parts", "clips")),  # noqa: S608
))
_HELD = " UNION ALL ".join(
    f"SELECT recording_id, bytes, {last} AS last FROM {table} WHERE recording_id IS NOT NULL"  # noqa: S608
    for table, last in (
        ("parts", "ifnull(end_utc_ns, start_utc_ns)"), ("clips", "ifnull(end_utc_ns, start_utc_ns)"),
        ("framegrabs", "frame_utc_ns"),
    )
)
_NOT_READY = (
    f"SELECT 1 FROM recordings WHERE id = ? AND state = '{RecordingState.RUNNING.value}' UNION ALL "  # noqa: S608
    + " UNION ALL ".join(
        f"SELECT 1 FROM {table} WHERE recording_id = ? AND state = '{FileState.OPEN.value}'"  # noqa: S608
        for table in ("parts", "clips")
    )
)


@dataclass(frozen=True, slots=True)
class DueFile:
    """A whole file that is not at a place yet."""

    path: str
    bytes: int
    since_utc_ns: int
    """Since when it is whole."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be copied to a place; of very many only the oldest are named."""

    files: tuple[DueFile, ...] = ()
    folders: tuple[tuple[str, int], ...] = ()
    """Complete folders of which the place does not have the newest state: each with when it was completed."""
    more_files: int = 0
    more_bytes: int = 0
    """Of files that are not named."""
    more_folders: int = 0


@dataclass(frozen=True, slots=True)
class CopiedTotals:
    """What lies at a place."""

    files: int = 0
    bytes: int = 0
    newest_utc_ns: int | None = None


def paths_below(folder: str) -> tuple[str, str]:
    """What lies in a folder or below it has a path from the first of these on, and before the second."""
    begin = os.path.join(folder, "")  # noqa: PTH118 - with the separator behind it
    return begin, begin[:-1] + chr(ord(begin[-1]) + 1)


class CopyQueries:
    """Any thread may call at any time."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def verified(self, recording_id: str) -> tuple[VerifiedCopy, ...]:
        """The whole copies of a recording, one for each place: every file of it, and the newest state of each of its
        folders with the manifest, was read back there. Empty while it runs, and for a recording without files.

        A file that never came, or of which somebody knows that it is missing, is in none, and is not asked for.
        """
        if self._ask(_NOT_READY, (recording_id,) * 3):
            return ()
        missing = self._ask(_KNOWN_MISSING, (recording_id,) * 3)
        paths = self.files_of(recording_id) - {str(path) for (path,) in missing}
        folders = {str(Path(path).parent) for path in paths}
        found = [self._of_place(place, paths, there) for place, there in self._places(folders).items()]
        return tuple(one for one in found if one is not None)

    def files_of(self, recording_id: str) -> frozenset[str]:
        """Paths of its videos, clips and framegrabs."""
        return frozenset(str(path) for (path,) in self._ask(_FILES_OF, (recording_id,) * 3))

    def held_files(self) -> dict[str, tuple[int, int]]:
        """By recording: how many bytes its videos, clips and framegrabs have, and when the last of them ended."""
        rows = self._ask(f"SELECT recording_id, sum(bytes), max(last) FROM ({_HELD}) GROUP BY recording_id", ())  # noqa: S608
        return {str(name): (int(size), int(last)) for name, size, last in rows}

    def due(self, place: str, most: int = MOST_DUE) -> Due:
        """What is to be copied to a place, the oldest first. Empty `place`: all there is. `most`: so many files and
        folders are named."""
        files = self._ask(f"{_DUE_FILES} ORDER BY since LIMIT {most}", (place, place))
        folders = self._ask(f"{_DUE_FOLDERS} ORDER BY since LIMIT {most}", (place,))
        more_files = more_bytes = more_folders = 0
        if len(files) == most:
            ((more_files, more_bytes),) = self._ask(f"SELECT count(*), sum(bytes) FROM ({_DUE_FILES})", (place, place))  # noqa: S608
            more_files, more_bytes = more_files - most, more_bytes - sum(size for _, size, _ in files)
        if len(folders) == most:
            more_folders = int(self._ask(f"SELECT count(*) FROM ({_DUE_FOLDERS})", (place,))[0][0]) - most  # noqa: S608
        named = tuple(DueFile(str(path), int(size), int(since)) for path, size, since in files)
        at = tuple((str(folder), int(since)) for folder, since in folders)
        return Due(named, at, more_files, more_bytes, more_folders)

    def of_folder(self, place: str, folder: str) -> tuple[CopiedFile, ...]:
        """The files of one folder that lie at a place, without those of folders below it."""
        columns = ", ".join(COPIED_FILES.columns)
        sql = f"SELECT {columns} FROM copied_files WHERE place = ? AND path >= ? AND path < ?"  # noqa: S608
        rows = map(COPIED_FILES.value, self._ask(sql, (place, *paths_below(folder))))
        return tuple(one for one in rows if str(Path(one.path).parent) == folder)

    def recordings_in(self, folder: str, names: Collection[str] = ()) -> frozenset[str]:
        """Ids of the recordings that have files in a folder; with `names`, of those that have one of these files."""
        rows = self._ask(_RECORDINGS_OF, paths_below(folder) * 3)
        found = ((identifier, Path(path)) for identifier, path in rows if identifier is not None)
        return frozenset(
            str(identifier) for identifier, path in found
            if str(path.parent) == folder and (not names or path.name in names)
        )

    def totals(self, place: str) -> CopiedTotals:
        """How much lies at a place."""
        sql = "SELECT count(*), ifnull(sum(bytes), 0), max(verified_utc_ns) FROM copied_files WHERE place = ?"
        ((files, size, newest),) = self._ask(sql, (place,))
        return CopiedTotals(int(files), int(size), newest)

    def _places(self, folders: Iterable[str]) -> Mapping[str, dict[str, CopiedFolder]]:
        """By place, then by folder: what lies there in its newest state."""
        columns = ", ".join(f"c.{name}" for name in COPIED_FOLDERS.columns)
        sql = (
            f"SELECT {columns} FROM copied_folders c LEFT JOIN completed_folders f ON f.folder = c.folder "  # noqa: S608
            "WHERE c.folder = ? AND c.completed_utc_ns >= ifnull(f.completed_utc_ns, 0)"
        )
        found: dict[str, dict[str, CopiedFolder]] = {}
        for folder in folders:
            for row in self._ask(sql, (folder,)):
                copied = COPIED_FOLDERS.value(row)
                found.setdefault(copied.place, {})[folder] = copied
        return found

    def _of_place(self, place: str, paths: frozenset[str], there: dict[str, CopiedFolder]) -> VerifiedCopy | None:
        if {str(Path(path).parent) for path in paths} - there.keys():
            return None
        files = [one for folder in there for one in self.of_folder(place, folder)]
        if paths - {one.path for one in files}:
            return None
        newest = max(there.values(), key=lambda one: one.verified_utc_ns)
        size = sum(one.bytes for one in there.values())
        count = sum(one.files for one in there.values())
        return VerifiedCopy(newest.target, place, newest.verified_utc_ns, count, size)
