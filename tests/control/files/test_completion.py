"""Folders wait until nothing is written in them; then a process of its own completes one after the other."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from control.bridge import PATIENCE_SECONDS
from fakes.clock import FakeClock
from fakes.journal import journal_of
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.base.clock_state import ClockState
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.files.clock_samples import ClockSamples, no_other_clocks
from seacorder.control.files.completion import SLOW_BYTES_PER_SECOND, Completion, FolderSettings
from seacorder.model.capture_time import PartAnchor
from seacorder.model.completion import CompleteFolder, FileHashed, FolderCompleted, Proof
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileState, Part, Recording, RecordingState
from seacorder.storage.signing_key import make_key
from seacorder.storage.volumes import MarkedFolders

RUNNING = Recording("r", 1, None, RecordingState.RUNNING)
FINISHED = replace(RUNNING, end_utc_ns=9, state=RecordingState.FINISHED)


class Bench:
    """One run of the program after another on one catalogue; each job's process does what a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.orders: list[CompleteFolder] = []
        self.key_folder: Path | None = None
        self.says: Callable[[FakeWorker, CompleteFolder], None] = self.all_is_well
        self.open = Part("r", "Bow", 1, str(folder / "d" / "Bow.mp4"), 1, None, 0, 0, 0, FileState.OPEN)
        self.build()

    def build(self) -> None:
        self.supervisor = FakeSupervisor(self.clock)
        self.supervisor.on_add = self._added
        self.catalogue = Catalogue(self.folder / "seacorder.db", self.clock)
        self.journal = journal_of(self.clock)
        samples = ClockSamples(self.clock, no_other_clocks, lambda: ClockState(is_known=True))
        self.completion = Completion(
            self.supervisor,  # type: ignore[arg-type]
            self.catalogue,
            self.journal,
            self.clock,
            samples,
            FolderSettings(MarkedFolders(), Proof(self.key_folder)),
        )

    async def start(self) -> None:
        self.catalogue.open()
        await self.completion.load()

    async def end(self) -> None:
        await self.completion.stop()
        self.completion.keep()
        await asyncio.to_thread(self.catalogue.close)

    def record(self, *rows: Recording | Part) -> None:
        for row in rows:
            self.catalogue.record(row)

    def record_one(self) -> None:
        """A recording with one file, from its start to its stop."""
        self.record(RUNNING, self.open)
        self.completion.look()
        self.record(replace(self.open, state=FileState.WHOLE), FINISHED)

    async def look_until(self, condition: Callable[[], object]) -> None:
        """A look a second, as housekeeping does it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self.completion.look()
                self.clock.advance(1)
                await asyncio.sleep(0.001)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.journal.events.after(0)]

    def all_is_well(self, worker: FakeWorker, order: CompleteFolder) -> None:
        worker.report(FolderCompleted(order.folder, 6, 1000, is_new=True))
        worker.end()

    def _added(self, worker: FakeWorker) -> None:
        order = worker.first_message
        assert isinstance(order, CompleteFolder)
        self.orders.append(order)
        worker.on_start = lambda: self.says(worker, order)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    await made.start()
    yield made
    await made.end()


async def test_a_folder_is_completed_after_the_recording_with_what_the_catalogue_knows(bench: Bench) -> None:
    bench.record_one()
    await bench.look_until(lambda: "folder_complete" in bench.kinds())
    (order,) = bench.orders
    assert order.folder == str(bench.folder / "d")
    assert {type(row) for row in order.rows} == {Recording, Part}
    assert order.bytes_per_second == 0
    assert order.left_out == ("seacorder.db",)
    assert [one.at for one in order.clocks[0].samples] == ["start", "stop"]


async def test_nothing_is_begun_while_a_file_is_written(bench: Bench) -> None:
    bench.record(RUNNING, bench.open)
    for _ in range(60):
        bench.completion.look()
        bench.clock.advance(1)
        await asyncio.sleep(0)
    assert bench.orders == []


async def test_another_recording_makes_it_slow_and_ends_what_is_fast(bench: Bench) -> None:
    read = FileHashed("/d/Bow.mp4", 5, 6, "0" * 64)
    bench.says = lambda worker, order: worker.report(read)  # and it goes on for long
    bench.record_one()
    await bench.look_until(lambda: bench.orders)
    other = replace(bench.open, recording_id="s", path=str(bench.folder / "e" / "Bow.mp4"))
    bench.says = bench.all_is_well
    bench.record(replace(RUNNING, id="s"), other)
    await bench.look_until(lambda: "folder_complete" in bench.kinds())
    fast, slow = bench.orders
    assert (fast.bytes_per_second, slow.bytes_per_second) == (0, SLOW_BYTES_PER_SECOND)
    assert (fast.hashed, slow.hashed) == ((), (read,))


async def test_a_fault_is_told_once_and_tried_again(bench: Bench) -> None:
    def refuse(worker: FakeWorker, order: CompleteFolder) -> None:
        worker.report(FolderCompleted(order.folder, fault="No space left on device"))
        worker.end()

    bench.says = refuse
    bench.record_one()
    await bench.look_until(lambda: len(bench.orders) == 3)
    assert bench.kinds() == ["folder_not_complete"]
    bench.says = bench.all_is_well
    await bench.look_until(lambda: "folder_complete" in bench.kinds())


async def test_what_was_left_unsigned_is_signed_once_the_key_is_there(bench: Bench) -> None:
    key = bench.folder / "key"

    def by_key(worker: FakeWorker, order: CompleteFolder) -> None:
        unsigned = "" if (key / "signing.key").exists() else "There is no key."
        worker.report(FolderCompleted(order.folder, 6, 1000, is_new=True, unsigned=unsigned))
        worker.end()

    bench.says = by_key
    bench.key_folder = key
    await bench.end()
    key.write_text("not a folder")  # so none can be made
    bench.build()
    await bench.start()
    bench.record_one()
    await bench.look_until(lambda: "folder_not_signed" in bench.kinds())
    await bench.end()  # and over a restart
    bench.build()
    await bench.start()
    key.unlink()
    make_key(key)
    before = len(bench.orders)
    await bench.look_until(lambda: len(bench.orders) > before)
    assert bench.orders[-1].folder == str(bench.folder / "d")
    await bench.look_until(lambda: not bench.completion._unsigned)


async def test_that_there_is_no_key_is_told_once(bench: Bench) -> None:
    def unsigned(worker: FakeWorker, order: CompleteFolder) -> None:
        worker.report(FolderCompleted(order.folder, 6, 1000, is_new=True, unsigned="There is no key."))
        worker.end()

    bench.says = unsigned
    bench.record_one()
    await bench.look_until(lambda: "folder_not_signed" in bench.kinds())
    bench.record(replace(FINISHED, end_utc_ns=10))
    await bench.look_until(lambda: len(bench.orders) == 2 and bench.kinds().count("folder_complete") == 2)
    assert bench.kinds().count("folder_not_signed") == 1


async def test_a_process_that_is_killed_is_a_fault_too(bench: Bench) -> None:
    bench.says = lambda worker, order: worker.end()
    bench.record_one()
    await bench.look_until(bench.kinds)
    assert "stopped" in bench.journal.events.after(0)[0].fact


async def test_what_was_left_is_done_by_the_next_run(bench: Bench) -> None:
    bench.record_one()
    bench.completion.look()
    await bench.end()
    assert bench.orders == []
    bench.build()
    await bench.start()
    await bench.look_until(lambda: "folder_complete" in bench.kinds())
    assert [one.at for one in bench.orders[0].clocks[0].samples] == ["start", "stop"]
    bench.completion.look()
    await bench.catalogue.flush()
    assert json.loads(bench.catalogue.setting("folders_to_complete") or "")["folders"] == {}


async def test_a_loss_that_is_counted_later_makes_the_folder_again(bench: Bench) -> None:
    bench.record_one()
    await bench.look_until(lambda: "folder_complete" in bench.kinds())
    bench.record(replace(FINISHED, end_utc_ns=10))
    await bench.look_until(lambda: len(bench.orders) == 2)
    assert bench.orders[1].folder == bench.orders[0].folder


async def test_the_rows_of_a_running_recording_are_not_read_at_each_of_its_losses(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They become many, and its folder has to wait anyway."""
    asked: list[object] = []
    rows = bench.catalogue.rows
    monkeypatch.setattr(bench.catalogue, "rows", lambda kind, page: asked.append(kind) or rows(kind, page))
    bench.record(RUNNING, bench.open)
    for number in range(3):
        bench.catalogue.record(Loss("Bow", number, number + 1, 5, LossCause.STALL, "r"))
        bench.completion.look()
        bench.clock.advance(1)
        await asyncio.sleep(0.001)
    assert asked == []
    bench.record(replace(bench.open, state=FileState.WHOLE), FINISHED)
    await bench.look_until(lambda: "folder_complete" in bench.kinds())
    assert Loss in {type(row) for row in bench.orders[-1].rows}


async def test_a_step_of_the_clock_is_noted_while_a_recording_runs(bench: Bench) -> None:
    bench.record(RUNNING, bench.open)
    bench.completion.look()
    bench.completion.clock_stepped(3_600_000_000_000)
    bench.record(replace(bench.open, state=FileState.WHOLE), FINISHED)
    await bench.look_until(lambda: bench.orders)
    assert [(one.at, one.step_ns) for one in bench.orders[0].clocks[0].samples] == [
        ("start", 0), ("step", 3_600_000_000_000), ("stop", 0),
    ]


async def test_what_was_kept_by_another_version_is_left_alone(bench: Bench) -> None:
    bench.catalogue.save_text("folders_to_complete", "[1, 2]")
    await bench.catalogue.flush()
    await bench.completion.load()
    bench.completion.look()
    assert bench.orders == []


async def kept_texts(bench: Bench) -> dict[str, str]:
    await bench.catalogue.flush()
    return bench.catalogue.texts("clocks/")


async def test_what_is_kept_does_not_grow_with_what_was_kept_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written where nothing has changed, and of one more sample only itself."""
    written: list[tuple[str, int]] = []
    save = bench.catalogue.save_text
    monkeypatch.setattr(
        bench.catalogue, "save_text", lambda name, text: written.append((name, len(text))) or save(name, text)
    )
    bench.record(RUNNING)
    for number in range(1, 6):
        part = replace(bench.open, number=number)
        bench.record(part)
        bench.completion.look()
        bench.clock.advance(60)
        bench.record(replace(part, bytes=7))  # as its figures are stored, every few seconds
        bench.catalogue.record(PartAnchor("r", "Bow", number, 1, None))
        bench.catalogue.record(Loss("Bow", number, number + 1, 5, LossCause.STALL, "r"))
        bench.completion.look()
    assert [name for name, _ in written] == ["clocks/r/0000", "folders_to_complete"] + [
        f"clocks/r/{number:04}" for number in range(1, 5)
    ]
    assert max(length for _, length in written) < 1000


async def test_samples_survive_an_end_without_a_word_and_go_once_they_stand_in_the_folder(bench: Bench) -> None:
    bench.record(RUNNING, bench.open)
    bench.completion.look()
    assert list(await kept_texts(bench)) == ["clocks/r/0000"]
    bench.catalogue.close()  # and nobody asks to keep what is waiting
    bench.build()
    await bench.start()
    bench.record(replace(bench.open, state=FileState.WHOLE), FINISHED)
    await bench.look_until(lambda: "folder_complete" in bench.kinds())
    assert [one.at for one in bench.orders[0].clocks[0].samples] == ["start"]
    bench.completion.look()
    assert await kept_texts(bench) == {}


async def test_samples_of_an_older_list_of_recordings_are_taken_up(bench: Bench) -> None:
    bench.record_one()
    bench.completion.look()
    clocks = {"r": [json.loads(text) for text in (await kept_texts(bench)).values()]}
    waiting = json.loads(bench.catalogue.setting("folders_to_complete") or "")
    bench.catalogue.remove_texts("clocks/")
    bench.catalogue.save_text("folders_to_complete", json.dumps(waiting | {"clocks": clocks}))
    bench.catalogue.close()
    bench.build()
    await bench.start()
    bench.completion.look()
    assert list(await kept_texts(bench)) == ["clocks/r/0000", "clocks/r/0001"]
    assert "clocks" not in json.loads(bench.catalogue.setting("folders_to_complete") or "")
    await bench.look_until(lambda: "folder_complete" in bench.kinds())
    assert [one.at for one in bench.orders[0].clocks[0].samples] == ["start", "stop"]
