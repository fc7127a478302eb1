"""The four files of one part: raw log, table of readings, GPX and GeoJSON track."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.clock import Clock
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.model.dive_context import DiveContext
from seacorder.model.instant import Instant
from seacorder.model.reading import Value
from seacorder.storage.disk import Disk
from seacorder.storage.durable import DurableFile, Opening
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.telemetry.logs import csv_form, raw_form
from seacorder.telemetry.logs.csv_form import Columns
from seacorder.telemetry.logs.geojson_form import GeoJsonTrack
from seacorder.telemetry.logs.gpx_form import GpxTrack
from seacorder.telemetry.logs.track import TrackForm, Written, position_in

RAW_SUFFIX, TABLE_SUFFIX = ".raw", ".csv"
TRACKS: tuple[tuple[str, Callable[[str], TrackForm]], ...] = ((".gpx", GpxTrack), (".geojson", GeoJsonTrack))
END_SECONDS = 10.0
"""How long the disk may take for the end of a file; then it is left as it stands, which any reader can read."""


@dataclass(frozen=True, slots=True)
class LogStorage:
    """With what files are written."""

    budget: MemoryBudget
    clock: Clock
    disk: Disk | None = None


class PartFiles:
    """For one thread. Nothing waits for the disk but the opening of a file, 0.25 s at most."""

    def __init__(self, data: Path, tracks: Path, columns: Columns, name: str, storage: LogStorage) -> None:
        """`data` and `tracks`: the paths without their suffixes. `name`: what the tracks are called in their files."""
        self.columns = columns
        self.faults: list[Message] = []
        """Why something could not be written, for whoever asks next."""
        self._storage = storage
        self._raw, self._table = self._file(data, RAW_SUFFIX), self._file(data, TABLE_SUFFIX)
        self._tracks = [(self._file(tracks, suffix), form(name)) for suffix, form in TRACKS]
        self._write(self._raw, raw_form.HEAD)
        self._write(self._table, csv_form.heading(columns))
        for file, form in self._tracks:
            self._put(file, form.begin())

    def bytes_came(self, source: str, data: bytes, received: Instant) -> None:
        """Into the raw log."""
        self._write(self._raw, raw_form.piece(source, data, received))

    def row(self, utc_ns: int, values: Mapping[str, Value], context: DiveContext) -> None:
        """Into the table."""
        self._write(self._table, csv_form.row(utc_ns, self.columns, values, context))

    def position(self, utc_ns: int, values: Mapping[str, Value]) -> None:
        """Into the tracks, if the values hold one; else a gap."""
        position = position_in(utc_ns, values)
        for file, form in self._tracks:
            if position is None:
                form.gap()
            else:
                self._put(file, form.add(position))

    @property
    def files(self) -> list[DurableFile]:
        """All four."""
        return [self._raw, self._table, *(file for file, _ in self._tracks)]

    def close(self) -> None:
        """Queues the end of each file and returns."""
        for file in self.files:
            file.close()
            file.end_within(END_SECONDS)

    def wait_ended(self) -> bool:
        """After `close`: blocks until every file is on disk, or was left as it stands; then it is False."""
        ended = [file.wait_ended(END_SECONDS + 2) for file in self.files]
        return all(ended) and not any(file.why for file in self.files)

    @property
    def has_ended(self) -> bool:
        """After `close`: every file has ended, one way or the other."""
        return all(file.wait_ended(0) for file in self.files)

    def _file(self, path: Path, suffix: str) -> DurableFile:
        storage = self._storage
        return DurableFile.create(
            path.with_name(path.name + suffix), budget=storage.budget, clock=storage.clock, disk=storage.disk,
            opening=Opening(is_patient=True),
        )

    def _put(self, file: DurableFile, written: Written) -> None:
        file.seek(written.offset)
        self._write(file, written.data)

    def _write(self, file: DurableFile, data: bytes) -> None:
        try:
            if self._storage.budget.has_room(len(data)):
                file.write(data)
                return
            fact = f"{file.path}: the disk takes too long, and what came meanwhile is missing in this file."
            self.faults.append(file.why or Message(fact, "Check the disk."))
        except StorageFailed as fault:
            self.faults.append(fault.message)
