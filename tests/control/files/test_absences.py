"""A file that was deleted or renamed by hand is told once; one that was renamed is known by its note."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from fakes.journal import journal_of
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.base.errors import NotKnown
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.files.absences import Absences
from seacorder.model.absence import Absence
from seacorder.model.command import RepairFiles
from seacorder.model.recording import FileState, Framegrab, Part
from seacorder.model.removal import Removal, RemovalState
from seacorder.model.report import FileExamined
from seacorder.storage.volumes import MarkedFolders


class Bench:
    """A catalogue with three files; the process that searches says what a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, FakeClock()
        self.moved: dict[str, str] = {}
        """By path: where it is now."""
        self.supervisor = FakeSupervisor(self.clock)
        self.supervisor.on_add = self._added
        self.catalogue = Catalogue(folder / "seacorder.db", self.clock)
        self.journal = journal_of(self.clock)
        parts = (self.supervisor, self.catalogue, self.journal, self.clock)
        self.absences = Absences(*parts, MarkedFolders())  # type: ignore[arg-type]
        self.first = Part("r", "Bow", 1, str(folder / "Bow.mp4"), 1, 9, 0, 5, 3, FileState.WHOLE)
        self.second = replace(self.first, number=2, path=str(folder / "Bow_002.mp4"))
        self.still = Framegrab("f", "Bow", str(folder / "Bow.jpg"), 5, 4, 3, 8, 8, 90, "r")
        for row in (self.first, self.second, self.still):
            Path(row.path).write_text("recorded")

    async def look(self) -> list[str]:
        """An hour later; the kinds of all events so far."""
        self.clock.advance(3600)
        self.absences.look()
        assert self.absences._working is not None
        await self.absences._working
        await self.catalogue.flush()
        return [event.kind for event in self.journal.events.after(0)]

    def known(self) -> list[Absence]:
        return list(self.catalogue.all_rows(Absence))

    def _added(self, worker: FakeWorker) -> None:
        order = worker.first_message
        assert isinstance(order, RepairFiles)
        assert order.examine_only

        def started() -> None:
            for path in order.paths:
                new = self.moved.get(path, "")
                state = FileState.WHOLE if new else None
                worker.report(FileExamined(path, state, frames=5, bytes=3, moved_to=new))
            worker.end()

        worker.on_start = started


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    made.catalogue.open()
    for row in (made.first, made.second, made.still):
        made.catalogue.record(row)
    await made.catalogue.flush()
    yield made
    await made.absences.stop()
    await asyncio.to_thread(made.catalogue.close)


async def test_what_is_there_is_not_told(bench: Bench) -> None:
    assert await bench.look() == []


@pytest.mark.parametrize("gone", [lambda bench: bench.first, lambda bench: bench.still])
async def test_a_deleted_file_is_told_once_and_somebody_can_know_it(
    bench: Bench, gone: Callable[[Bench], Part | Framegrab]
) -> None:
    path = gone(bench).path
    Path(path).unlink()
    assert await bench.look() == ["file_missing"]
    assert await bench.look() == ["file_missing"]
    assert [(one.path, one.is_known) for one in bench.known()] == [(path, False)]
    with pytest.raises(NotKnown):
        await bench.absences.see("another", "Ines")
    await bench.absences.see("r", "Ines")
    await bench.catalogue.flush()
    assert [(one.seen_by, one.is_known) for one in bench.known()] == [("Ines", True)]


async def test_a_file_that_is_back_is_told_and_counts_again(bench: Bench) -> None:
    Path(bench.first.path).unlink()
    await bench.look()
    Path(bench.first.path).write_text("brought back")
    assert await bench.look() == ["file_missing", "file_found"]
    assert [one.is_known for one in bench.known()] == [False]
    Path(bench.first.path).unlink()
    assert await bench.look() == ["file_missing", "file_found", "file_missing"]


async def test_a_renamed_file_is_known_by_its_note_and_the_list_follows(bench: Bench) -> None:
    new = str(bench.folder / "leak.mp4")
    Path(bench.first.path).rename(new)
    bench.moved = {bench.first.path: new}
    assert await bench.look() == ["file_found"]
    assert bench.catalogue.row(Part, ("r", "Bow", 1)) == replace(bench.first, path=new)
    assert await bench.look() == ["file_found"]
    assert bench.known() == []


async def test_what_was_removed_or_is_being_written_is_not_missing(bench: Bench) -> None:
    for row in (bench.first, bench.second, bench.still):
        Path(row.path).unlink()
    bench.catalogue.record(Removal("r", 1, 9, 20, RemovalState.REMOVED, "Ines", "", "", 3, 9, "[]"))
    bench.catalogue.record(replace(bench.first, recording_id="s", path="/none/a.mp4", state=FileState.OPEN))
    await bench.catalogue.flush()
    assert await bench.look() == []


async def test_a_disk_that_refuses_makes_nothing_missing_and_hides_nothing_else(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def stat(path: str | Path, *words: object, **more: object) -> os.stat_result:
        if str(path) == bench.first.path:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return real(path, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", stat)
    Path(bench.still.path).unlink()
    assert await bench.look() == ["file_missing"]
    assert [one.path for one in bench.known()] == [bench.still.path]


async def test_a_disk_that_is_away_makes_nothing_missing(bench: Bench) -> None:
    bench.catalogue.record(replace(bench.first, path="/media/usb/Seacorder/Dive 1/Bow.mp4"))
    await bench.catalogue.flush()
    assert await bench.look() == []
