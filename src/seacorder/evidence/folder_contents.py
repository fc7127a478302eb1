"""What lies in a folder of recorded files: which files, what each is, and the rows of its account."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from seacorder.evidence.note import note_in
from seacorder.evidence.original import ORIGINAL_SUFFIX
from seacorder.model.account import ACCOUNT_NAME, AccountRow, key_of
from seacorder.model.blackbox import is_of_blackbox
from seacorder.model.completion import STATEMENT_NAMES, TIME_NAME, UNLISTED_NAMES
from seacorder.model.file_note import FILE_SUFFIXES, SOUND_SUFFIX
from seacorder.model.observation import Observation
from seacorder.model.observation_text import OBSERVATION_SUFFIX
from seacorder.model.recording import Clip, FileState, Part, Recording
from seacorder.model.removal import Removal
from seacorder.storage import account_file
from seacorder.storage.observation_file import read_file

_BY_SUFFIX = {
    ".mp4": "video",
    SOUND_SUFFIX: "sound",
    ".srt": "subtitles",
    ".vtt": "subtitles",
    ".csv": "survey data",
    ".raw": "survey data",
    ".gpx": "survey data",
    ".geojson": "survey data",
    ".jpg": "framegrab",
}
MOST_OBSERVATIONS = 20_000
_RECORDED = frozenset(_BY_SUFFIX.values()) | {"observation", "account"}


@dataclass(frozen=True, slots=True)
class FolderContents:
    """Of one folder, not of those below it: each has its own statements."""

    folder: Path
    files: tuple[str, ...]
    """The names of all files but the statements and the manifest, ordered."""
    rows: Mapping[tuple[object, ...], AccountRow]
    observations: tuple[tuple[str, Observation], ...]
    """By file, in the order of their time."""
    contexts: Mapping[str, Mapping[str, str]]
    """By id of a recording or clip: project, dive, task, component, operator, as the first of its files here says."""

    def kind_of(self, name: str) -> str:
        """What a file is, in one or two words."""
        if name in {one for one, _ in self.observations}:
            return "observation"
        return kind_by_name(name)

    @property
    def has_recorded_files(self) -> bool:
        """False for a folder in which nothing was recorded, or from which all of it was taken away."""
        return any(self.kind_of(name) in _RECORDED for name in self.files)

    def of_kind(self, kind: type) -> list[AccountRow]:
        return [row for row in self.rows.values() if isinstance(row, kind)]


def kind_by_name(name: str) -> str:
    """What a file is, as far as its name tells."""
    if name == ACCOUNT_NAME:
        return "account"
    if name == TIME_NAME:
        return "time statement"
    if name.endswith(ORIGINAL_SUFFIX):
        return "original of a repaired file"
    return _BY_SUFFIX.get(Path(name).suffix.lower(), "other")


def is_recorded(name: str) -> bool:
    """True if the name is that of a recorded file."""
    return kind_by_name(name) in _RECORDED


def file_names(folder: Path, left_out: Sequence[str] = ()) -> list[str]:
    """The files in a folder that belong into its manifest, ordered. Blocks; OSError.

    Hidden files are none of ours, and neither are links, which may lead anywhere. `left_out`: beginnings of names.
    """
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if entry.is_file(follow_symlinks=False)
            and entry.name not in UNLISTED_NAMES
            and not entry.name.startswith((".", *left_out))
        )


def read_contents(folder: Path, rows: Iterable[AccountRow], left_out: Sequence[str] = ()) -> FolderContents:
    """Reads names, account, notes and observations. `rows` replace those of the account. Blocks; OSError."""
    names = [name for name in file_names(folder, left_out) if name not in STATEMENT_NAMES]
    known = account_file.read(folder)
    for row in rows:
        known[key_of(row)] = row
    removed = {row.recording_id for row in known.values() if isinstance(row, Removal)}
    for key, row in known.items():
        if isinstance(row, Part | Clip) and row.recording_id in removed:
            known[key] = replace(row, state=FileState.REMOVED)
    return FolderContents(folder, tuple(names), known, _observations(folder, names), _contexts(folder, names, known))


def _observations(folder: Path, names: Iterable[str]) -> tuple[tuple[str, Observation], ...]:
    found: list[tuple[str, Observation]] = []
    for name in names:
        if name.endswith(OBSERVATION_SUFFIX) and len(found) < MOST_OBSERVATIONS:
            one = read_file(folder / name)
            if one is not None:
                found.append((name, one))
    return tuple(sorted(found, key=lambda pair: (pair[1].start.utc_ns, pair[1].id)))


def _contexts(
    folder: Path, names: Iterable[str], rows: Mapping[tuple[object, ...], AccountRow]
) -> dict[str, dict[str, str]]:
    # A file that was kept of the blackbox says in its note that it is of the blackbox; its row says of which recording.
    kept = {Path(row.path).name: row.recording_id for row in rows.values() if isinstance(row, Part)}
    found: dict[str, dict[str, str]] = {}
    for name in names:
        if name.lower().endswith(FILE_SUFFIXES) and (note := note_in(folder / name)) is not None:
            identifier = kept.get(name, note.id) if is_of_blackbox(note.id) else note.id
            found.setdefault(identifier, dict(note.context.said))
    return found


def belongs_to(row: AccountRow) -> str | None:
    """The id of the recording of a row; None for what was made outside any recording."""
    return row.id if isinstance(row, Recording) else row.recording_id
