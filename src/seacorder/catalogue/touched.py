"""Which folders of recorded files have changed, by the rows that are recorded. Pure, for any thread.

Whoever makes folders complete asks for it now and then (`control.files.completion`). A folder in which a file is being
written is not ready.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from seacorder.model.absence import Absence
from seacorder.model.account import key_of
from seacorder.model.capture_time import PartAnchor
from seacorder.model.observation_text import ObservationRow
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingState


@dataclass(frozen=True, slots=True)
class Touches:
    """What has changed since the last time it was asked for."""

    folders: dict[str, frozenset[str]] = field(default_factory=dict)
    """By folder: the ids of the recordings whose files there have changed; none for files outside any recording."""
    recordings: frozenset[str] = frozenset()
    """Ids of recordings of which something else has changed: an end, a loss."""
    busy: frozenset[str] = frozenset()
    """Folders in which files are being written now."""
    running: frozenset[str] = frozenset()
    """Ids of recordings that run now."""
    begun: tuple[tuple[str, int], ...] = ()
    """Id and number of parts that no channel had begun before."""
    ended: tuple[str, ...] = ()
    """Ids of recordings that have ended since."""


class Touched:
    """Takes rows, gives what they touch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folders: dict[str, set[str]] = {}
        self._recordings: set[str] = set()
        self._open: dict[tuple[object, ...], str] = {}
        self._running: set[str] = set()
        self._newest_part: dict[str, int] = {}
        self._begun: list[tuple[str, int]] = []
        self._ended: list[str] = []

    def saw(self, row: object) -> None:
        """A row is recorded."""
        with self._lock:
            match row:
                case Part() | Clip():
                    self._file(row)
                case Framegrab() | ObservationRow():
                    self._touch(row.path, row.recording_id)
                case Recording():
                    self._recording(row)
                case Absence():
                    return  # its manifest still lists the file, so that a check finds it
                case PartAnchor():
                    return  # for the next start alone: one every five seconds of each open part, and in no folder
                case _:
                    if (identifier := getattr(row, "recording_id", None)) is not None:
                        self._recordings.add(identifier)

    def touch(self, folder: Path, recording_id: str) -> None:
        """Files of which the catalogue has no rows are made in this folder: logs of survey data."""
        with self._lock:
            self._folders.setdefault(str(folder), set()).add(recording_id)

    def take(self) -> Touches:
        """What has changed since the last call."""
        with self._lock:
            taken = Touches(
                {folder: frozenset(ids) for folder, ids in self._folders.items()},
                frozenset(self._recordings),
                frozenset(self._open.values()),
                frozenset(self._running),
                tuple(self._begun),
                tuple(self._ended),
            )
            self._folders, self._recordings, self._begun, self._ended = {}, set(), [], []
            return taken

    def _file(self, row: Part | Clip) -> None:
        self._touch(row.path, row.recording_id)
        if row.state is FileState.OPEN and row.path:
            self._open[key_of(row)] = str(Path(row.path).parent)
            if isinstance(row, Part) and row.number > self._newest_part.get(row.recording_id, 0):
                self._newest_part[row.recording_id] = row.number
                self._begun.append((row.recording_id, row.number))
        else:
            self._open.pop(key_of(row), None)

    def _recording(self, row: Recording) -> None:
        self._recordings.add(row.id)
        if row.state is RecordingState.RUNNING:
            self._running.add(row.id)
        elif row.id in self._running:
            self._running.discard(row.id)
            self._newest_part.pop(row.id, None)
            self._ended.append(row.id)

    def _touch(self, path: str, recording_id: str | None) -> None:
        if path:
            self._folders.setdefault(str(Path(path).parent), set()).update({recording_id} if recording_id else ())
