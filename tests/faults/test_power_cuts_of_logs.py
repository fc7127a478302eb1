"""The power is cut at any instant of a log of survey data: what a disk may legally have kept is put together and read.

The recorder's own log, with splits, goes to a disk that notes the order of all writes and syncs (`faults.replay`).
"""

import contextlib
import itertools
import json
import random
from dataclasses import dataclass
from pathlib import Path

import gpxpy
import pytest

from fakes.clock import FakeClock
from fakes.disk import RecordingDisk, left_by_power_cut
from faults.replay import WAYS, files_of, survivors
from faults.results import is_long, note
from rig.program import wait_for
from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.data_log import DataLogPlan, DataLogSettings, LogRows, StartDataLog
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.recording import FileKind
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.logs.data_file import LogStorage
from seacorder.telemetry.logs.data_log import DataLog
from seacorder.telemetry.logs.raw_form import pieces

pytestmark = pytest.mark.slow

RATE = 10
SECONDS, SPLIT_SECONDS = 7, 3
LOSS_LIMIT_SECONDS = 1.0
TRACKS = {".gpx", ".geojson"}
UNITS = {"latitude": "°", "longitude": "°", "depth": "m", "count": ""}


class Log:
    """What was asked of the disk, and how many records had come after how many operations."""

    def __init__(self) -> None:
        self._disk, self._clock = RecordingDisk(), FakeClock()
        self._log = DataLog(UNITS, LogStorage(MemoryBudget(1 << 20), self._clock, self._disk), self._clock, print)
        now = Instant.now(self._clock)
        naming = Naming("/data", "DATA", now.utc_ns, "dive", now.utc_ns, FileKind.DATA, use_utc=True)
        schedule = SplitSchedule(now.monotonic_ns, SPLIT_SECONDS * NS_PER_SECOND)
        plan = DataLogPlan(now.monotonic_ns, naming, "/video", schedule, False)
        self._log.carry_out(StartDataLog("R1", now, plan, DataLogSettings(LogRows.INTERVAL)))
        self.came: list[tuple[int, int]] = []
        for number in range(SECONDS * RATE):
            self._take(number)
            wait_for(self._is_on_disk, "the disk to take what waits")
            self.came.append((len(self._disk.operations), number + 1))
        self._log.stop()
        self.operations = list(self._disk.operations)

    def records_at(self, operations: int) -> int:
        """That may have come when so many operations had been done, and the next one had not."""
        return next((number for count, number in self.came if count > operations), self.came[-1][1])

    def _take(self, number: int) -> None:
        self._clock.advance(1 / RATE)
        self._log.look(self._clock.monotonic_ns())
        now = Instant.now(self._clock)
        self._log.on_chunks("Survey", (Chunk(record(number), now),))
        values = {"latitude": 58.0 + number / 1e6, "longitude": 1.5, "depth": number / 10, "count": float(number)}
        self._log.on_readings(
            [Reading(name, value, UNITS[name], ReadingState.FRESH, now, "Survey") for name, value in values.items()]
        )

    def _is_on_disk(self) -> bool:
        self._log.look(self._clock.monotonic_ns())
        return self._log.is_written


def record(number: int) -> bytes:
    return b"$PCNT,%08d\r\n" % number


def records_in(raw: bytes) -> list[bytes]:
    """All that a reader gets, up to where it finds no line of a raw log any more: there may be zeros."""
    found: list[bytes] = []
    with contextlib.suppress(ValueError):
        found.extend(piece.data for piece in pieces(raw))  # it keeps what came before the error
    return found


def rows_in(table: bytes) -> list[bytes]:
    """Whole lines of the table behind its heading, up to the first that is none."""
    lines = table.split(b"\r\n")[:-1]
    return list(itertools.takewhile(lambda line: b"\0" not in line, lines))[1:]


def is_read(path: Path, content: bytes) -> bool:
    """A strict reader takes the track."""
    try:
        if path.suffix == ".gpx":
            gpxpy.parse(content.decode())
        else:
            json.loads(content)
    except (gpxpy.gpx.GPXException, ValueError):
        return False
    return True


def left_at(log: Log, cut: int, way: str, chance: random.Random) -> dict[Path, bytes]:
    """The files that there are after a power cut, in the order of their parts."""
    left = {
        path: left_by_power_cut(mine, survivors(way, mine, chance))
        for path, mine, is_safe in files_of(log.operations[:cut])
        if is_safe or way not in {"none", "torn"}
    }
    return dict(sorted(left.items()))


@dataclass
class Worst:
    """Of all cuts."""

    replays: int = 0
    lost: int = 0
    """Records, from the first lost one to the newest that had come."""
    rows: int = 0
    """That had been written to the table, and are lost."""
    tracks: int = 0
    """Whose newest write was left whole or not at all."""
    unread: int = 0
    """Of these, refused by a strict reader."""

    def add(self, log: Log, cut: int, way: str, chance: random.Random) -> None:
        left = left_at(log, cut, way, chance)
        records = [one for path, content in left.items() if path.suffix == ".raw" for one in records_in(content)]
        whole = next((at for at, one in enumerate(records) if one != record(at)), len(records))
        self.replays += 1
        self.lost = max(self.lost, log.records_at(cut) - whole)
        written = _rows(left_at(log, cut, "all", chance))
        self.rows = max(self.rows, len(written) - len(_rows(left)))
        if way != "torn":
            tracks = [(path, content) for path, content in left.items() if path.suffix in TRACKS and content]
            self.tracks += len(tracks)
            self.unread += sum(not is_read(path, content) for path, content in tracks)


def _rows(left: dict[Path, bytes]) -> list[bytes]:
    return [row for path, content in left.items() if path.suffix == ".csv" for row in rows_in(content)]


def test_a_power_cut_costs_at_most_a_second_of_the_log() -> None:
    log, worst = Log(), Worst()
    rounds = 12 if is_long() else 1
    for cut in range(1, len(log.operations) + 1):
        for way in WAYS:
            for turn in range(rounds if way in {"some", "torn"} else 1):
                worst.add(log, cut, way, random.Random(f"{cut} {way} {turn}"))
    seconds = max(worst.lost - 1, 0) / RATE
    note("power cut after each write, sync and name of a log of survey data, over splits: raw log; table",
         times=worst.replays, worst=f"{seconds:.1f} s; {worst.rows} rows ({len(log.operations)} operations)",
         limit=f"{LOSS_LIMIT_SECONDS} s; 1 row", kept=seconds <= LOSS_LIMIT_SECONDS and worst.rows <= 1)  # fmt: skip
    note("… tracks that a strict reader refuses, where no position was cut in the middle", times=worst.tracks,
         worst=str(worst.unread), limit="0", kept=not worst.unread)  # fmt: skip
    assert len(files_of(log.operations)) == 4 * 3
    assert seconds <= LOSS_LIMIT_SECONDS
    assert worst.rows <= 1
    assert worst.tracks > 0
    assert worst.unread == 0
