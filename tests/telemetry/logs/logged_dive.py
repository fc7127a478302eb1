"""A log whose clock the test moves; what comes and what becomes of it."""

import csv
import queue
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from fakes.clock import FakeClock
from fakes.volumes import Rooms
from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.data_log import DataLogPlan, DataLogSettings, LogRows, StartDataLog, StopDataLog
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.recording import FileKind
from seacorder.model.report import Answer, EventNoted
from seacorder.storage.disk import Disk
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.volume_room import VolumeRooms
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.logs.data_file import LogStorage
from seacorder.telemetry.logs.data_log import DataLog
from seacorder.telemetry.logs.raw_form import pieces

UNITS = {"latitude": "°", "longitude": "°", "depth": "m"}


class LoggedDive:
    """Sentences are bytes and readings of one instant."""

    def __init__(
        self, folder: Path, *, queue_bytes: int = 1 << 20, disk: Disk | None = None, rooms: Rooms | None = None
    ) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.events: list[str] = []
        """Their kinds."""
        self.facts: list[str] = []
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.budget = MemoryBudget(queue_bytes)
        storage = LogStorage(self.budget, self.clock, disk, cast(VolumeRooms | None, rooms))
        self.log = DataLog(UNITS, storage, self.clock, self._report)
        self.sent = b""

    def _report(self, report: object) -> None:
        match report:
            case EventNoted(event):
                self.events.append(event.kind)
                self.facts.append(event.fact)
            case Answer():
                self.answers.put(report)

    @property
    def now(self) -> Instant:
        return Instant.now(self.clock)

    def start(self, rows: LogRows = LogRows.INTERVAL, **plan: object) -> None:
        order = StartDataLog("R1", self.now, self.plan(**plan), DataLogSettings(rows))
        self.log.carry_out(order)

    def plan(
        self, name: str = "dive", split_seconds: int = 0, reevaluates: bool = False, second: Path | None = None
    ) -> DataLogPlan:
        """`second`: the fallback folder of all."""
        now, fallback = self.now, None if second is None else str(second)
        folders = str(self.folder / "data"), "DATA"
        kinds = FileKind.DATA, True, fallback
        naming = Naming(*folders, now.utc_ns, name, now.utc_ns, *kinds)
        schedule = SplitSchedule(now.monotonic_ns, split_seconds * NS_PER_SECOND)
        return DataLogPlan(now.monotonic_ns, naming, str(self.folder / "video"), schedule, reevaluates, fallback)

    def say(self, **values: float | str | None) -> None:
        data = f"${values}\r\n".encode()
        self.sent += data
        self.log.on_chunks("ROV", (Chunk(data, self.now),))
        states = {name: ReadingState.NONE if value is None else ReadingState.FRESH for name, value in values.items()}
        self.log.on_readings(
            [Reading(name, values[name], UNITS.get(name, ""), states[name], self.now, "ROV") for name in values]
        )

    def pass_ms(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds / 1000)
        self.log.look(self.clock.monotonic_ns())

    def is_written(self, step_ms: int = 0) -> bool:
        """Looks again, after so much time."""
        self.pass_ms(step_ms)
        return self.log.is_written

    def is_told(self, kind: str) -> bool:
        """Looks again, without any time gone by."""
        self.pass_ms(0)
        return kind in self.events

    def end(self) -> None:
        self.log.stop()

    def table(self, name: str = "dive") -> list[dict[str, str]]:
        with (self.folder / "data/DATA" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def raw(self, name: str = "dive") -> bytes:
        log = (self.folder / "data/DATA" / f"{name}.raw").read_bytes()
        return b"".join(piece.data for piece in pieces(log))

    def stop(self) -> None:
        """The control process ends the log; the answer comes into `answers`."""
        self.log.carry_out(StopDataLog(7, self.now))
        self.pass_ms(100)

    def outcome(self) -> ChannelOutcome:
        """Of the stop; waits for it."""
        found = self.answers.get(timeout=60).outcome
        assert isinstance(found, ChannelOutcome)
        return found


def pieces_in(files: Mapping[Path, bytearray]) -> bytes:
    """What all raw logs have, in the order of their first pieces."""
    logs = [list(pieces(bytes(content))) for path, content in files.items() if path.suffix == ".raw"]
    filled = sorted((log for log in logs if log), key=lambda log: log[0].monotonic_ns)
    return b"".join(piece.data for log in filled for piece in log)
