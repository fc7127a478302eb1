"""Interrupted files: examined at once, repaired when nothing is recorded, tried again when something has changed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from control.bridge import PATIENCE_SECONDS
from fakes.clock import FakeClock
from fakes.journal import journal_of
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.base.errors import CatalogueFailed
from seacorder.control.files.examination import Examination
from seacorder.model.command import RepairFiles
from seacorder.model.recording import FileState, Part
from seacorder.model.report import FileExamined


def part(path: str, number: int = 1) -> Part:
    return Part("r", "Bow", number, path, 1, None, 0, 0, 0, FileState.INTERRUPTED)


@dataclass
class Catalogue:
    """Takes rows; knows some parts, or cannot be read."""

    parts_known: list[Part] = field(default_factory=list)
    is_broken: bool = False
    recorded: list[Part] = field(default_factory=list)

    def record(self, row: object) -> None:
        if isinstance(row, Part):
            self.recorded.append(row)

    def rows(self, *_: object) -> Any:
        if self.is_broken:
            raise CatalogueFailed("It is locked.")
        return SimpleNamespace(items=tuple(self.parts_known))


class Bench:
    """An examination whose process says of each file what a test wants."""

    def __init__(self) -> None:
        self.supervisor = FakeSupervisor(FakeClock())
        self.supervisor.on_add = self._added
        self.catalogue = Catalogue()
        self.journal = journal_of(FakeClock())
        self.found: list[Part | None] = []
        self.orders: list[RepairFiles] = []
        self.says: Callable[[str, bool], FileExamined | None] = self.all_is_well
        self.examination = Examination(
            self.supervisor,  # type: ignore[arg-type]
            self.catalogue,  # type: ignore[arg-type]
            self.journal,
            lambda _clip, _report: None,
        )

    def all_is_well(self, path: str, examine_only: bool) -> FileExamined | None:
        return FileExamined(path, FileState.INTERRUPTED if examine_only else FileState.REPAIRED, frames=50, bytes=9)

    def part(self, one: Part, *, repair_now: bool) -> None:
        self.examination.part(one, lambda _part, found, _report: self.found.append(found), repair_now=repair_now)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                await asyncio.sleep(0)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.journal.events.after(0)]

    def _added(self, worker: FakeWorker) -> None:
        worker.on_start = lambda: self._work(worker, worker.first_message)

    def _work(self, worker: FakeWorker, order: Any) -> None:
        self.orders.append(order)
        for path in order.paths:
            if (report := self.says(path, order.examine_only)) is not None:
                worker.report(report)
        worker.end()


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_repairs_wait_for_the_end_of_the_recording_and_examinations_do_not(bench: Bench) -> None:
    bench.part(part("/1.mp4"), repair_now=False)
    bench.part(part("/2.mp4", 2), repair_now=False)
    await bench.until(lambda: len(bench.found) == 2)
    assert all(order.examine_only for order in bench.orders)
    bench.examination.recording_is_over()
    await bench.until(lambda: bench.kinds() == ["file_repaired"] * 2)
    assert [event.channel for event in bench.journal.events.after(0)] == ["Bow"] * 2
    assert [one.state for one in bench.catalogue.recorded] == [FileState.REPAIRED] * 2
    await bench.examination.stop()


async def test_a_file_that_its_worker_finished_after_all_is_not_said_to_be_repaired(bench: Bench) -> None:
    states = {"/1.mp4": FileState.WHOLE, "/2.mp4": FileState.REPAIRED}
    bench.says = lambda path, only: FileExamined(path, states[path], frames=50, bytes=9)
    for number, path in enumerate(states, 1):
        bench.part(part(path, number), repair_now=True)
    await bench.until(lambda: bench.kinds() == ["file_repaired"] * 2)
    assert {event.fact for event in bench.journal.events.after(0)} == {
        "/1.mp4 had been finished after all (50 frames).",
        "/2.mp4 has been repaired (50 frames).",
    }
    await bench.examination.stop()


async def test_a_file_that_could_not_be_repaired_is_tried_again_when_a_recording_is_over(bench: Bench) -> None:
    bench.says = lambda path, only: FileExamined(path, FileState.INTERRUPTED, "Its header is lost.", bytes=9)
    bench.part(part("/1.mp4"), repair_now=True)
    await bench.until(lambda: "repair_failed" in bench.kinds())
    assert [event.channel for event in bench.journal.events.after(0)] == ["Bow"]
    bench.says = bench.all_is_well
    bench.examination.recording_is_over()
    await bench.until(lambda: "file_repaired" in bench.kinds())
    await bench.examination.stop()


async def test_an_absent_file_is_tried_again_once_it_is_there(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "1.mp4"
    bench.says = lambda path, only: FileExamined(path, None, "There is no such file.")
    bench.part(part(str(path)), repair_now=True)
    await bench.until(lambda: "repair_failed" in bench.kinds())
    bench.says = bench.all_is_well
    bench.examination.recording_is_over()
    await bench.until(lambda: bench.examination._working is None or bench.examination._working.done())
    assert bench.kinds() == ["repair_failed"]
    path.touch()
    bench.examination.look(repair_now=True)
    await bench.until(lambda: "file_repaired" in bench.kinds())
    await bench.examination.stop()


async def test_a_process_that_ends_early_is_no_examination(bench: Bench) -> None:
    bench.says = lambda path, only: None
    bench.part(part("/1.mp4"), repair_now=True)
    await bench.until(lambda: "repair_failed" in bench.kinds())
    assert bench.found == [None]
    assert "seacorder repair" in bench.journal.events.after(0)[-1].text
    await bench.examination.stop()


@pytest.mark.parametrize("is_broken", [False, True])
async def test_the_process_is_told_of_other_files_of_the_channel(is_broken: bool, bench: Bench) -> None:
    bench.catalogue.parts_known = [part("/1.mp4"), part("/2.mp4", 2)]
    bench.catalogue.is_broken = is_broken
    bench.part(part("/1.mp4"), repair_now=True)
    await bench.until(lambda: "file_repaired" in bench.kinds())
    assert bench.orders[0].siblings == (() if is_broken else ("/2.mp4",),)
    await bench.examination.stop()
