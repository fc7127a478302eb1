"""Reads all rows of a catalogue back from folders: recordings, parts, clips, framegrabs, losses and observations.

Each video file says in its note what it is, each still in its EXIF. The account files beside them (`model.account`) say
what these cannot: losses, a recording's start and end, and how each file was when it was closed. Where a file and its
account do not agree, the file is right.

What an unexpected end of the program left behind comes back as the catalogue had it, as a running recording with open
files; so the next start of the program repairs the files and ends the recording.
"""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seacorder.base.clock import NS_PER_SECOND
from seacorder.evidence.inspect import inspect_file
from seacorder.model.account import ACCOUNT_NAME, Row, key_of
from seacorder.model.blackbox import is_of_blackbox
from seacorder.model.file_note import FILE_SUFFIXES, FileNote
from seacorder.model.observation import Observation, joined
from seacorder.model.observation_text import (
    OBSERVATION_SUFFIX,
    ObservationDocument,
    ObservationRow,
    document_of,
    row_of,
)
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part, Recording, RecordingState
from seacorder.model.removal import Removal
from seacorder.model.report import FileExamined
from seacorder.storage import account_file as accounts
from seacorder.storage.observation_file import read_file

STILL_SUFFIX = ".jpg"
_EXIF_IFD, _USER_COMMENT, _ENCODING_BYTES = 0x8769, 0x9286, 8

Key = tuple[object, ...]
Progress = Callable[[float], None]
"""Called with the share of the files that have been read, from 0 to 1."""


@dataclass(slots=True)
class RecordedFiles:
    """The files in the folders that may be ours, by what they are."""

    videos: list[Path] = field(default_factory=list)
    stills: list[Path] = field(default_factory=list)
    observations: list[Path] = field(default_factory=list)
    accounts: list[Path] = field(default_factory=list)
    """The folders that have an account file."""

    @classmethod
    def under(cls, folders: Iterable[Path]) -> "RecordedFiles":
        """Everything in and below the folders, each file once, ordered by name. Blocks."""
        found = cls()
        for folder in sorted({Path(place) for root in folders for place, _, _ in os.walk(root)}):
            for name in sorted(entry.name for entry in os.scandir(folder) if entry.is_file()):
                if name == ACCOUNT_NAME:
                    found.accounts.append(folder)
                elif not name.startswith("."):
                    found.add(folder / name)
        return found

    def add(self, path: Path) -> None:
        """Sorts in a file by its suffix; others are left out."""
        suffix = path.suffix.lower()
        if suffix in FILE_SUFFIXES:
            self.videos.append(path)
        elif suffix == STILL_SUFFIX:
            self.stills.append(path)
        elif suffix == OBSERVATION_SUFFIX:
            self.observations.append(path)


def read_folders(folders: Iterable[Path], progress: Progress | None = None) -> list[Row]:
    """All rows, recordings first, each kind ordered by time. Blocks for as long as examining every file takes."""
    places = RecordedFiles.under(folders)
    account_rows = _read_accounts(places.accounts)
    videos: dict[Key, Part | Clip] = {}
    stills: list[Framegrab] = []
    paths = [*places.videos, *places.stills]
    for count, path in enumerate(paths, start=1):
        if count <= len(places.videos):
            _take_video(path, account_rows, videos)
        elif (still := read_still(path)) is not None:
            stills.append(still)
        if progress is not None:
            progress(count / len(paths))
    _take_back(account_rows, videos.values())
    recordings = _recordings(account_rows, videos.values())
    files = [_as_it_was_left(file, account_rows, recordings) for file in videos.values()]
    in_no_file = [row for row in account_rows.values() if not isinstance(row, Recording | Part | Clip | Removal)]
    return [
        *sorted(recordings.values(), key=lambda row: (row.start_utc_ns, row.id)),
        *sorted(files, key=lambda row: (row.start_utc_ns, row.path)),
        *sorted(stills, key=lambda row: (row.frame_utc_ns, row.path)),
        *sorted(in_no_file, key=lambda row: (row.from_utc_ns, row.channel)),
        *_observation_rows(places.observations),
        *(row for row in account_rows.values() if isinstance(row, Removal)),
    ]


def _observation_rows(paths: Iterable[Path]) -> list[ObservationRow | ObservationDocument]:
    """The rows of all observations, in the order of their time; copies of one file are joined. Blocks."""
    found: dict[str, tuple[Observation, Path]] = {}
    for path in paths:
        if (one := read_file(path)) is not None:
            before = found.get(one.id)
            found[one.id] = (one, path) if before is None else (joined(before[0], one), before[1])
    ordered = sorted(found.values(), key=lambda pair: (pair[0].start.utc_ns, pair[0].id))
    documents = [document_of(one) for one, _ in ordered]
    return [*documents, *(row_of(one, str(path)) for one, path in ordered)]


def read_still(path: Path) -> Framegrab | None:
    """The framegrab that a JPEG says in its EXIF that it is; None when it is not one of ours. Blocks."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            comment: Any = picture.getexif().get_ifd(_EXIF_IFD)[_USER_COMMENT]
            width, height = picture.size
        said = json.loads(bytes(comment)[_ENCODING_BYTES:])
        return Framegrab(
            id=said["id"],
            channel=said["channel"],
            path=str(path),
            instant_utc_ns=said["instant_utc_ns"],
            frame_utc_ns=said["frame_utc_ns"],
            frame=said["frame"],
            width=width,
            height=height,
            bytes=path.stat().st_size,
            recording_id=said["recording_id"],
        )
    except (OSError, ValueError, TypeError, KeyError, SyntaxError):
        return None


def _read_accounts(folders: Iterable[Path]) -> dict[Key, Any]:
    """The rows of all accounts. If a recording is in several, the row with the latest end counts."""
    account_rows: dict[Key, Any] = {}
    for folder in folders:
        for key, row in accounts.read(folder).items():
            before = account_rows.get(key)
            if isinstance(before, Recording) and isinstance(row, Recording) and _is_later(before, row):
                continue
            account_rows[key] = row
    return account_rows


def _take_back(account_rows: dict[Key, Any], files: Iterable[Part | Clip]) -> None:
    """A recording that was removed and of which files are there again is not removed any more."""
    for identifier in {file.recording_id for file in files if isinstance(file, Part)}:
        account_rows.pop(("removal", identifier), None)
        row = account_rows.get(("recording", identifier))
        if row is not None and row.state is RecordingState.REMOVED:
            account_rows["recording", identifier] = replace(row, state=RecordingState.FINISHED)


def _is_later(one: Recording, other: Recording) -> bool:
    """The first says more: that it was removed, or a later end."""
    return one.state is RecordingState.REMOVED or (one.end_utc_ns or 0) > (other.end_utc_ns or 0)


def _take_video(path: Path, account_rows: dict[Key, Any], videos: dict[Key, Part | Clip]) -> None:
    """Adds the row of a video file. Of several copies of a file the one that the account names counts."""
    examined = inspect_file(path)
    row = _video_row(path, examined) if examined.note else _row_in_account(path, account_rows)
    if isinstance(row, Part) and is_of_blackbox(row.recording_id):
        row = _kept_row(row, account_rows)
    if row is None:
        return
    key = key_of(row)
    known = account_rows.get(key)
    if isinstance(known, Part | Clip) and (known.frames, known.bytes) == (row.frames, row.bytes):
        row = replace(row, state=_state(row, known), end_utc_ns=known.end_utc_ns)
    if key not in videos or (known is not None and known.path == row.path):
        videos[key] = row


def _state(row: Part | Clip, known: Part | Clip) -> FileState:
    return row.state if row.state is FileState.REPAIRED or known.state is FileState.REMOVED else known.state


def _video_row(path: Path, examined: FileExamined) -> Part | Clip | None:
    note = examined.note
    if note is None or examined.state is None:
        return None
    if note.kind is FileKind.RECORDING:
        return Part(
            recording_id=note.id,
            channel=note.channel,
            number=note.number,
            path=str(path),
            start_utc_ns=note.first_frame_utc_ns,
            end_utc_ns=examined.newest_frame_utc_ns,
            first_frame=note.first_frame,
            frames=examined.frames,
            bytes=examined.bytes,
            state=examined.state,
        )
    return _clip_row(path, examined, note, examined.state)


def _kept_row(row: Part, account_rows: dict[Key, Any]) -> Part:
    """A file of the blackbox says in its note that it is one. Which recording it was kept for, the account beside it
    says.
    """
    known = _row_in_account(Path(row.path), account_rows)
    return row if not isinstance(known, Part) else replace(row, recording_id=known.recording_id, number=known.number)


def _clip_row(path: Path, examined: FileExamined, note: FileNote, state: FileState) -> Clip:
    return Clip(
        id=note.id,
        channel=note.channel,
        kind=note.kind,
        path=str(path),
        start_utc_ns=note.first_frame_utc_ns,
        end_utc_ns=examined.newest_frame_utc_ns,
        first_frame=note.first_frame,
        frames=examined.frames,
        bytes=examined.bytes,
        state=state,
        recording_id=note.recording_id,
    )


def _row_in_account(path: Path, account_rows: dict[Key, Any]) -> Part | Clip | None:
    """The account's row for a file without a note, for example one that was cut off before its first picture."""
    return next((row for row in account_rows.values() if isinstance(row, Part | Clip) and row.path == str(path)), None)


def _recordings(account_rows: dict[Key, Any], files: Iterable[Part | Clip]) -> dict[str, Recording]:
    """The recordings in the accounts; for parts without an account a recording made of them."""
    found = {row.id: row for row in account_rows.values() if isinstance(row, Recording)}
    alone: dict[str, list[Part]] = {}
    for part in files:
        if isinstance(part, Part) and part.recording_id not in found:
            alone.setdefault(part.recording_id, []).append(part)
    return found | {name: _recording_of(name, parts) for name, parts in alone.items()}


def _recording_of(identifier: str, parts: list[Part]) -> Recording:
    ends = max((part.end_utc_ns or part.start_utc_ns, part.state.value) for part in parts)
    was_cut = ends[1] in {FileState.INTERRUPTED.value, FileState.REPAIRED.value}
    return Recording(
        id=identifier,
        start_utc_ns=_instant_in(identifier) or min(part.start_utc_ns for part in parts),
        end_utc_ns=ends[0],
        state=RecordingState.INTERRUPTED if was_cut else RecordingState.FINISHED,
    )


def _instant_in(identifier: str) -> int | None:
    """The start instant, in whole milliseconds, with which a recording's id begins; None for another kind of id."""
    try:
        moment = datetime.strptime(identifier[:19], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) * NS_PER_SECOND + moment.microsecond * 1000


def _as_it_was_left(file: Part | Clip, account_rows: dict[Key, Any], recordings: dict[str, Recording]) -> Part | Clip:
    """The row of an interrupted file that no account lists as closed: it was open when the program ended."""
    if file.state is not FileState.INTERRUPTED or key_of(file) in account_rows:
        return file
    recording = recordings.get(file.recording_id or "")
    if recording is not None and recording.state is not RecordingState.RUNNING:
        return file
    return replace(file, state=FileState.OPEN)
