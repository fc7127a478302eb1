"""What is due at a target follows from the catalogue; a process copies it folder by folder, and what fails is told."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from control.bridge import PATIENCE_SECONDS
from fakes.clock import FakeClock
from fakes.journal import journal_of
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.base.message import Message
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.copy_queries import MOST_DUE
from seacorder.control.copies.copying import Copying, CopySettings
from seacorder.control.files.uses import Uses
from seacorder.model.copies import (
    CompletedFolder,
    CopiedFile,
    CopiedFolder,
    CopyEnded,
    CopyFault,
    CopyFolder,
    CopyProgress,
    CopyState,
    CopyStatus,
    CopyTarget,
    PlaceFound,
    path_there,
)
from seacorder.model.recording import FileState, Part, Recording, RecordingState

START_NS = 1_699_999_000_000_000_000
RUNNING = Recording("r", START_NS, None, RecordingState.RUNNING)
FINISHED = replace(RUNNING, end_utc_ns=START_NS + 9, state=RecordingState.FINISHED)


class Bench:
    """One run of the program after another on one catalogue; the process that copies does what a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.left: tuple[str, ...] = ()
        self.orders: list[CopyFolder] = []
        self.says: Callable[[FakeWorker, CopyFolder], None] = self.copy
        self.settled = True
        self.asked = 0
        """How many questions the catalogue has not answered yet."""
        self.place = "disk 1"
        self.build()

    def build(self) -> None:
        self.supervisor = FakeSupervisor(self.clock)
        self.supervisor.on_add = self._added
        self.catalogue = Catalogue(self.folder / "seacorder.db", self.clock)
        self.catalogue.ask = functools.partial(self._ask, self.catalogue.ask)  # type: ignore[method-assign]
        self.journal = journal_of(self.clock)
        self.uses = Uses()
        target = CopyTarget("NAS", "/nas", behind_seconds=3600)
        settings = CopySettings((target,), (str(self.folder),), None, lambda _: self.settled, self.uses.begin)
        self.copying = Copying(
            self.supervisor,  # type: ignore[arg-type]
            self.catalogue,
            self.journal,
            self.clock,
            settings,
        )

    async def start(self) -> None:
        self.catalogue.open()
        await self.copying.load()

    async def end(self) -> None:
        await self.copying.stop()
        await asyncio.to_thread(self.catalogue.close)

    @property
    def status(self) -> CopyStatus:
        (found,) = self.copying.statuses
        return found

    def part(self, channel: str, state: FileState = FileState.WHOLE, number: int = 1) -> Part:
        path = self.folder / "DATA_1" / f"{channel}_{number}.mp4"
        return Part("r", channel, number, str(path), START_NS, START_NS + number, 0, 9, 1000, state)

    def record(self, *rows: object) -> None:
        for row in rows:
            self.catalogue.record(row)  # type: ignore[arg-type]

    async def look_until(self, condition: Callable[[], object]) -> None:
        """A look a second, as housekeeping does it. The clock stands while the catalogue looks for an answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self.copying.look()
                if not self.asked:
                    self.clock.advance(1)
                await asyncio.sleep(0.001)

    async def _ask(self, ask: Callable[[object], Awaitable[object]], question: object) -> object:
        self.asked += 1
        try:
            return await ask(question)
        finally:
            self.asked -= 1

    def kinds(self) -> list[str]:
        return [event.kind for event in self.journal.events.after(0)]

    def copied(self, order: CopyFolder, name: str) -> CopiedFile:
        path = str(Path(order.folder) / name)
        return CopiedFile(self.place, path, "NAS", 1000, 5, "0" * 64, self.clock.utc_ns())

    def copy(self, worker: FakeWorker, order: CopyFolder) -> None:
        """All is well."""
        worker.report(PlaceFound(self.place, "/mnt"))
        for name in order.files:
            worker.report(self.copied(order, name))
        done = None
        if order.is_complete:
            done = CopiedFolder(self.place, order.folder, "NAS", "1" * 64, 5, 5000, order.completed_utc_ns, 8)
        worker.report(CopyEnded(order.folder, done, left=self.left))
        worker.end()

    def fail(self, fault: CopyFault, fact: str) -> Callable[[FakeWorker, CopyFolder], None]:
        def says(worker: FakeWorker, order: CopyFolder) -> None:
            worker.report(CopyEnded(order.folder, fault=fault, why=Message(fact, "Look there.")))
            worker.end()

        return says

    def _added(self, worker: FakeWorker) -> None:
        order = worker.first_message
        assert isinstance(order, CopyFolder)
        self.orders.append(order)
        worker.on_start = lambda: self.says(worker, order)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    await made.start()
    yield made
    await made.end()


async def test_finished_files_are_copied_while_the_recording_runs(bench: Bench) -> None:
    bench.settled = False
    bench.record(RUNNING, bench.part("Bow"), bench.part("Stern"), bench.part("Bow", FileState.OPEN, 2))
    await bench.look_until(lambda: bench.status.copied_files == 2)
    (order,) = bench.orders
    assert (order.to, sorted(order.files), order.is_complete) == ("DATA_1", ["Bow_1.mp4", "Stern_1.mp4"], False)
    await bench.look_until(lambda: bench.status.state is CopyState.IDLE)
    assert (bench.status.behind_files, bench.status.behind_since_utc_ns) == (0, None)
    assert bench.catalogue.copies.verified("r") == ()


async def test_the_whole_folder_follows_once_it_is_complete(bench: Bench) -> None:
    bench.record(FINISHED, bench.part("Bow"), CompletedFolder(str(bench.folder / "DATA_1"), 77))
    await bench.look_until(lambda: "folder_copied" in bench.kinds())
    assert [(one.is_complete, one.completed_utc_ns) for one in bench.orders] == [(True, 77)]
    await bench.look_until(lambda: bench.status.state is CopyState.IDLE)
    (copy,) = bench.catalogue.copies.verified("r")
    assert (copy.target, copy.place, copy.files, copy.bytes) == ("NAS", "disk 1", 5, 5000)


async def test_a_beginning_whose_original_is_gone_is_named(bench: Bench) -> None:
    bench.left = ("Bow_2.mp4",)
    bench.record(FINISHED, bench.part("Bow"), CompletedFolder(str(bench.folder / "DATA_1"), 77))
    await bench.look_until(lambda: "folder_copied" in bench.kinds())
    (event,) = bench.journal.events.after(0)
    assert "Of Bow_2.mp4 only a beginning lies there, as its original is gone: it was left there." in event.fact


async def test_a_folder_that_changes_again_is_copied_again_and_does_not_count_until_then(bench: Bench) -> None:
    folder = str(bench.folder / "DATA_1")
    bench.record(FINISHED, bench.part("Bow"), CompletedFolder(folder, 77))
    await bench.look_until(lambda: len(bench.kinds()) == 1)
    bench.settled = False
    bench.record(CompletedFolder(folder, 88))
    await bench.catalogue.flush()
    assert bench.catalogue.copies.verified("r") == ()
    bench.settled = True
    await bench.look_until(lambda: len(bench.kinds()) == 2)
    await bench.catalogue.flush()
    assert len(bench.catalogue.copies.verified("r")) == 1


async def test_a_folder_with_a_manifest_of_an_earlier_version_is_copied_whole_too(bench: Bench) -> None:
    def has_manifest(worker: FakeWorker, order: CopyFolder) -> None:
        bench.says = bench.copy
        for name in order.files:
            worker.report(bench.copied(order, name))
        worker.report(CopyEnded(order.folder, has_manifest=True))
        worker.end()

    bench.says = has_manifest
    bench.record(FINISHED, bench.part("Bow"))
    await bench.look_until(lambda: "folder_copied" in bench.kinds())
    assert [one.is_complete for one in bench.orders] == [False, True]


async def test_a_target_that_fails_is_tried_again_with_growing_pauses_and_says_what_is_behind(bench: Bench) -> None:
    bench.says = bench.fail(CopyFault.TARGET, "NAS: /nas is full.")
    bench.record(RUNNING, bench.part("Bow"), bench.part("Stern"))
    begin_ns = bench.clock.monotonic_ns()
    await bench.look_until(lambda: len(bench.orders) == 4)
    assert bench.clock.monotonic_ns() - begin_ns >= 35e9, "5, 10 and 20 s"
    status = bench.status
    assert (status.state, status.behind_files, status.behind_bytes) == (CopyState.FAILED, 2, 2000)
    assert status.behind_since_utc_ns == START_NS + 1
    assert status.why == Message("NAS: /nas is full.", "Look there.")
    bench.says = bench.copy
    await bench.look_until(lambda: bench.status.state is CopyState.IDLE)
    assert (bench.status.why, bench.status.copied_files) == (None, 2)


async def test_one_folder_that_cannot_be_copied_holds_no_other(bench: Bench) -> None:
    other = replace(bench.part("Stern"), path=str(bench.folder / "DATA_2" / "Stern.mp4"))
    refuse = bench.fail(CopyFault.FOLDER, "NAS: another file of that name lies there.")
    bench.says = lambda worker, order: (refuse if order.to == "DATA_1" else bench.copy)(worker, order)
    bench.record(RUNNING, bench.part("Bow"), other)
    await bench.look_until(lambda: bench.status.copied_files == 1)
    assert bench.status.state is CopyState.FAILED
    assert bench.status.behind_files == 1


async def test_a_fault_of_a_recording_that_was_removed_is_over(bench: Bench) -> None:
    bench.says = bench.fail(CopyFault.FOLDER, "NAS: another file of that name lies there.")
    bench.record(RUNNING, bench.part("Bow"))
    await bench.look_until(lambda: bench.status.state is CopyState.FAILED)
    bench.record(bench.part("Bow", FileState.REMOVED))
    await bench.look_until(lambda: bench.status.state is CopyState.IDLE)
    assert bench.status.why is None


async def test_an_original_that_cannot_be_read_again_and_again_is_told_and_tried_less_often(bench: Bench) -> None:
    bench.says = bench.fail(CopyFault.SOURCE, "Bow_1.mp4 cannot be read.")
    bench.record(RUNNING, bench.part("Bow"))
    await bench.look_until(lambda: bench.orders and bench.status.state is CopyState.WAITING)
    assert bench.status.why is None, "something may have been added to the folder just then"
    begin_ns = bench.clock.monotonic_ns()
    await bench.look_until(lambda: bench.status.state is CopyState.FAILED)
    assert bench.status.why == Message("Bow_1.mp4 cannot be read.", "Look there.")
    await bench.look_until(lambda: len(bench.orders) == 4)
    assert bench.clock.monotonic_ns() - begin_ns > 65e9, "10, 20 and 40 s"
    bench.says = bench.copy
    await bench.look_until(lambda: bench.status.state is CopyState.IDLE)
    assert (bench.status.why, bench.status.copied_files) == (None, 1)


async def test_a_process_that_hangs_is_told_of_even_if_the_system_cannot_end_it(bench: Bench) -> None:
    bench.says = lambda worker, _: worker.report(CopyProgress("Bow_1.mp4", 5, 1000))
    bench.record(RUNNING, bench.part("Bow"))
    await bench.look_until(lambda: bench.status.state is CopyState.FAILED)
    assert bench.status.why is not None
    assert bench.status.why.fact == "NAS does not answer: nothing has come from it for 30 s."
    assert len(bench.orders) == 1
    bench.says = bench.copy
    bench.supervisor["copies to NAS"].lose("it hung for 30 s")
    await bench.look_until(lambda: bench.status.state is CopyState.IDLE)


async def test_a_process_that_is_killed_is_started_again(bench: Bench) -> None:
    def die(worker: FakeWorker, _: CopyFolder) -> None:
        bench.says = bench.copy
        worker.lose("signal 9")

    bench.says = die
    bench.record(RUNNING, bench.part("Bow"))
    await bench.look_until(lambda: bench.status.state is CopyState.FAILED)
    assert bench.status.why is not None
    assert "the process that copies stopped (signal 9)" in bench.status.why.fact
    await bench.look_until(lambda: bench.status.state is CopyState.IDLE)


async def test_how_far_a_file_is_can_be_seen(bench: Bench) -> None:
    bench.says = lambda worker, _: worker.report(CopyProgress("Bow_1.mp4", 5, 1000))
    bench.record(RUNNING, bench.part("Bow"))
    await bench.look_until(lambda: bench.status.progress)
    assert (bench.status.state, bench.status.progress) == (CopyState.COPYING, CopyProgress("Bow_1.mp4", 5, 1000))


async def test_what_is_being_copied_is_needed_until_that_is_over(bench: Bench) -> None:
    other = replace(bench.part("Stern", FileState.OPEN), recording_id="s")
    bench.says = lambda worker, _: worker.report(CopyProgress("Bow_1.mp4", 5, 1000))
    bench.record(FINISHED, bench.part("Bow"), replace(RUNNING, id="s"), other)
    await bench.look_until(lambda: bench.status.progress)
    assert bench.uses.why("r") == "It is being copied to NAS."
    assert bench.uses.why("s") == "", "another recording with a file in that folder, which is not copied now"
    bench.supervisor["copies to NAS"].lose("signal 9")
    await bench.look_until(lambda: bench.status.state is CopyState.FAILED)
    assert bench.uses.why("r") == ""
    bench.record(replace(other, state=FileState.WHOLE), CompletedFolder(str(bench.folder / "DATA_1"), 77))
    await bench.look_until(lambda: bench.status.progress)
    assert bench.orders[-1].is_complete
    assert bench.uses.why("s") == "It is being copied to NAS."


async def test_another_disk_gets_everything_and_the_first_is_not_forgotten(bench: Bench) -> None:
    folder = CompletedFolder(str(bench.folder / "DATA_1"), 77)
    bench.record(FINISHED, bench.part("Bow"), folder)
    await bench.look_until(lambda: len(bench.kinds()) == 1)
    bench.place = "disk 2"
    bench.record(replace(folder, completed_utc_ns=88))
    await bench.look_until(lambda: bench.orders[-1].known.place == "disk 2" and bench.status.state is CopyState.IDLE)
    assert {one.place for one in bench.catalogue.copies.of_folder("disk 1", folder.folder)} == {"disk 1"}
    assert {one.place for one in bench.catalogue.copies.of_folder("disk 2", folder.folder)} == {"disk 2"}


async def test_after_a_restart_it_goes_on_with_what_is_left(bench: Bench) -> None:
    bench.record(RUNNING, bench.part("Bow"))
    await bench.look_until(lambda: bench.status.copied_files == 1)
    await bench.end()
    bench.build()
    await bench.start()
    bench.record(bench.part("Stern"))
    await bench.look_until(lambda: bench.status.copied_files == 2)
    assert [one.files for one in bench.orders] == [("Bow_1.mp4",), ("Stern_1.mp4",)]
    assert bench.orders[1].known.place == "disk 1"


async def test_a_file_that_waits_for_too_long_is_too_late(bench: Bench) -> None:
    bench.says = bench.fail(CopyFault.TARGET, "It is away.")
    late = replace(bench.part("Bow"), end_utc_ns=bench.clock.utc_ns() - 3_500 * 10**9)
    bench.record(RUNNING, late)
    await bench.look_until(lambda: bench.status.behind_files)
    assert not bench.status.is_too_late
    bench.clock.advance(200)
    assert bench.status.is_too_late


async def test_what_was_removed_is_not_behind_nor_asked_for_all_the_time(bench: Bench) -> None:
    def gone(worker: FakeWorker, order: CopyFolder) -> None:
        missing = order.folder if order.is_complete else bench.part("Bow").path
        worker.report(CopyEnded(order.folder, missing=(missing, bench.part("Bow").path)))
        worker.end()

    bench.says = gone
    late = replace(bench.part("Bow"), end_utc_ns=START_NS)
    bench.record(FINISHED, late, CompletedFolder(str(bench.folder / "DATA_1"), START_NS))
    await bench.look_until(lambda: bench.orders and bench.status.state is CopyState.IDLE)
    begin_ns = bench.clock.monotonic_ns()
    seen: set[tuple[int, int, bool]] = set()

    def is_asked_again() -> bool:
        status = bench.status
        seen.add((status.behind_files, status.behind_folders, status.is_too_late))
        return len(bench.orders) == 2

    await bench.look_until(is_asked_again)
    assert bench.clock.monotonic_ns() - begin_ns > 500e9
    assert seen == {(0, 0, False)}


async def test_very_many_files_that_are_gone_hold_up_no_new_one(bench: Bench) -> None:
    gone = [
        replace(bench.part("Bow", number=number), path=str(bench.folder / "DATA_0" / f"Bow_{number}.mp4"))
        for number in range(1, MOST_DUE + 2)
    ]

    def answer(worker: FakeWorker, order: CopyFolder) -> None:
        if order.to == "DATA_1":
            bench.copy(worker, order)
            return
        worker.report(CopyEnded(order.folder, missing=tuple(str(Path(order.folder) / name) for name in order.files)))
        worker.end()

    bench.says = answer
    bench.record(RUNNING, *gone)
    await bench.look_until(lambda: bench.orders and bench.status.state is CopyState.IDLE)
    assert sum(len(one.files) for one in bench.orders) == len(gone)
    begin_ns = bench.clock.monotonic_ns()
    bench.record(replace(bench.part("Bow", number=999), end_utc_ns=START_NS + 999))
    await bench.look_until(lambda: bench.status.copied_files == 1)
    assert bench.clock.monotonic_ns() - begin_ns < 60e9


@pytest.mark.parametrize(("folder", "there"), [
    ("/data/rec/2026/DATA_1", "2026/DATA_1"),
    ("/data/rec", ""),
    ("/mnt/second/rec/DATA_1", "mnt/second/rec/DATA_1"),
    ("/data/records", "data/records"),
])
def test_folders_keep_their_names_below_the_target(folder: str, there: str) -> None:
    assert path_there(folder, ("/data/rec", "/mnt/second/rec")) == there
