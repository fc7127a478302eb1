"""Removing recordings as control does it: real files and a real catalogue, orders carried out in place."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from fakes.clock import FakeClock
from fakes.journal import journal_of
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.files.clock_samples import ClockSamples
from seacorder.control.files.completion import Completion, FolderSettings
from seacorder.control.files.removals import Removals, RemovalSettings
from seacorder.evidence.completion import complete_folder
from seacorder.evidence.removal import prepare, remove
from seacorder.model.completion import CompleteFolder
from seacorder.model.copies import CompletedFolder, CopiedFile, CopiedFolder, CopyTarget
from seacorder.model.recording import FileState, Framegrab, Part, Recording, RecordingState
from seacorder.model.removal import PrepareRemoval, RemoveFiles
from seacorder.storage import account_file
from seacorder.storage.volumes import MarkedFolders

WHOLE = Recording("r", 1, 9, RecordingState.FINISHED)


class Bench:
    """One run of the program after another on one catalogue, with real files; orders are carried out in place."""

    def __init__(self, folder: Path) -> None:
        self.root, self.clock, self.folder = folder / "root", FakeClock(), folder / "root" / "DATA_1"
        self.is_repairing = False
        self.fails: Callable[[object], bool] = lambda _: False
        """Orders whose process ends without an answer."""
        self.hangs: Callable[[object], bool] = lambda _: False
        """Orders whose process says nothing."""
        self.folder.mkdir(parents=True)
        self.whole = WHOLE
        self.part = Part("r", "Bow", 1, str(self.folder / "Bow.mp4"), 1, 9, 0, 5, 3, FileState.WHOLE)
        self.still = Framegrab("f", "Bow", str(self.folder / "Bow.jpg"), 5, 4, 3, 8, 8, 90, "r")
        for path in (self.part.path, self.still.path):
            Path(path).write_text(path)
        self.build()

    def build(self) -> None:
        self.supervisor = FakeSupervisor(self.clock)
        self.supervisor.on_add = self._added
        self.catalogue = Catalogue(self.root / "seacorder.db", self.clock, home=self.root)
        self.journal = journal_of(self.clock)
        parts = (self.supervisor, self.catalogue, self.journal, self.clock)
        self.completion = Completion(*parts, ClockSamples(self.clock), FolderSettings(MarkedFolders()))  # type: ignore[arg-type]
        self.places: dict[str, CopyTarget] = getattr(self, "places", {})
        settings = RemovalSettings(
            roots=(str(self.root),), is_repairing=lambda: self.is_repairing, places=lambda: self.places
        )
        self.removals = Removals(*parts, self.completion, settings)  # type: ignore[arg-type]

    async def start(self) -> None:
        self.catalogue.open()
        await self.removals.load()

    async def end(self) -> None:
        await self.removals.stop()
        await asyncio.to_thread(self.catalogue.close)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self.removals.look()
                self.clock.advance(1)
                await asyncio.sleep(0.001)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.journal.events.after(0)]

    def _added(self, worker: FakeWorker) -> None:
        order = worker.first_message

        def started() -> None:
            if self.hangs(order):
                return
            if not self.fails(order):
                if isinstance(order, PrepareRemoval):
                    worker.report(prepare(order, worker.report))
                elif isinstance(order, RemoveFiles):
                    worker.report(remove(order))
            worker.end()

        worker.on_start = started

    async def record(self) -> None:
        """A complete recording is there."""
        for row in (self.whole, self.part, self.still):
            self.catalogue.record(row)
        await self.catalogue.flush()
        await self.until(lambda: len(account_file.read(self.folder)) == 2)
        assert complete_folder(CompleteFolder(str(self.folder))).fault == ""
        self.catalogue.touched.take()

    async def copied(self, place: str, to: Path) -> Path:
        """`[[copies]]` has copied it, and the list knows of each file. Returns the copy's folder."""
        there = self.copy(to)
        self.places[place] = CopyTarget(place, str(there))
        for path in (self.part.path, self.still.path):
            self.catalogue.record(CopiedFile(place, path, place, 5, 5, "", 9))
        self.catalogue.record(CompletedFolder(str(self.folder), 9))
        self.catalogue.record(CopiedFolder(place, str(self.folder), place, "", 4, 20, 9, 9))
        await self.catalogue.flush()
        return there / self.folder.name

    def copy(self, to: Path) -> Path:
        """A copy of its folder in another one."""
        return Path(shutil.copytree(self.folder, to / self.folder.name)).parent
