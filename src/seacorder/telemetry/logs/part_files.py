"""The four files of one part: raw log, table of readings, GPX and GeoJSON track."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message, all_of
from seacorder.model.dive_context import DiveContext
from seacorder.model.reading import Value
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.logs import csv_form, raw_form
from seacorder.telemetry.logs.csv_form import Columns
from seacorder.telemetry.logs.data_file import AppendedFile, DataFile, DataHome, LogStorage, TrackFile
from seacorder.telemetry.logs.geojson_form import GeoJsonTrack
from seacorder.telemetry.logs.gpx_form import GpxTrack
from seacorder.telemetry.logs.track import TrackForm, position_in

RAW_SUFFIX, TABLE_SUFFIX = ".raw", ".csv"
TRACKS: tuple[tuple[str, Callable[[str], TrackForm]], ...] = ((".gpx", GpxTrack), (".geojson", GeoJsonTrack))
_POSITION_BYTES = 500
"""About as much as a position takes in a track."""


class PartFiles:
    """For the worker's main thread; `wait_ended` from any. What waits for the disk, and how long: see `DataFile`."""

    def __init__(self, data: DataHome, tracks: DataHome, columns: Columns, name: str, storage: LogStorage) -> None:
        """`data` and `tracks`: homes without their suffixes. `name`: what the tracks are called in their files."""
        self.columns = columns
        self._faults: list[Message] = []
        self._budget = storage.budget
        # The heads are written however much waits: a file without its own could not be read.
        self._raw = AppendedFile(raw_form.HEAD, data.with_suffix(RAW_SUFFIX), storage)
        self._table = AppendedFile(csv_form.heading(columns), data.with_suffix(TABLE_SUFFIX), storage)
        self._tracks = [
            TrackFile(partial(form, name), tracks.with_suffix(suffix), storage) for suffix, form in TRACKS
        ]
        self._files: list[DataFile] = [self._raw, self._table, *self._tracks]

    def bytes_came(self, source: str, chunks: Sequence[Chunk]) -> None:
        """Into the raw log: at once, or as many as there is room for."""
        pieces = [raw_form.piece(source, one.data, one.received) for one in chunks]
        whole = b"".join(pieces)
        for one in [whole] if whole and self._budget.has_room(len(whole)) else pieces:
            self._append(self._raw, one)

    def row(self, utc_ns: int, values: Mapping[str, Value], context: DiveContext) -> None:
        """Into the table."""
        self._append(self._table, csv_form.row(utc_ns, self.columns, values, context))

    def position(self, utc_ns: int, values: Mapping[str, Value]) -> None:
        """Into the tracks, if the values hold one; else a gap."""
        position = position_in(utc_ns, values)
        for file in self._tracks:
            # A track counts on all of it being written: what there is no room for is a gap.
            if position is not None and not self._has_room(file, _POSITION_BYTES):
                position = None
            with self._noting():
                file.add(position)

    def faults(self) -> list[Message]:
        """Why something cannot be written just now, or could not since this was asked last."""
        faults, self._faults = self._faults, []
        return faults + self.why

    @property
    def why(self) -> list[Message]:
        """Why files cannot be written just now."""
        return [why for file in self._files if not file.has_ended and (why := file.why) is not None]

    def must_leave(self, now_ns: int) -> bool:
        """True when another part should be begun because of the disk."""
        leaves = [file.must_leave(now_ns) for file in self._files]  # each is asked: it shuns the folder that it leaves
        return any(leaves)

    @property
    def folder(self) -> Path:
        """Where the raw log and the table are."""
        return self._raw.path.parent

    @property
    def is_written(self) -> bool:
        """The disk has taken all that came."""
        return not any(file.queued_bytes for file in self._files)

    def close(self) -> None:
        """Queues the end of each file and returns; see `DataFile`, as for the next four."""
        for file in self._files:
            file.close()

    def limit(self, until_ns: int) -> None:
        for file in self._files:
            file.limit(until_ns)

    def look(self, now_ns: int) -> list[Path]:
        return [moved for file in self._files if (moved := file.look(now_ns)) is not None]

    @property
    def has_ended(self) -> bool:
        return all(file.has_ended for file in self._files)

    def wait_ended(self, timeout_seconds: float) -> bool:
        """Blocks until every file has ended; False when one took longer than this."""
        return all(file.wait_ended(timeout_seconds) for file in self._files)

    @property
    def failure(self) -> Message | None:
        """Which files were given up, and why; None if none was."""
        return all_of(file.failure for file in self._files if file.failure is not None)

    def _append(self, file: AppendedFile, data: bytes) -> None:
        if self._has_room(file, len(data)):
            with self._noting():
                file.append(data)

    def _has_room(self, file: DataFile, count: int) -> bool:
        """If not, that is noted."""
        if self._budget.has_room(count):
            return True
        fact = f"{file.path}: the disk takes too long, and what came meanwhile is missing in this file."
        self._faults.append(file.why or Message(fact, "Check the disk."))
        return False

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except StorageFailed as fault:
            self._faults.append(fault.message)
