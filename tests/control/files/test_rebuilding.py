"""A damaged catalogue is made again from the files while all runs."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from control.bridge import PATIENCE_SECONDS
from fakes.clock import FakeClock
from fakes.journal import journal_of
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.catalogue.queries import Unfinished
from seacorder.control.files.rebuilding import Rebuilding
from seacorder.model.command import ReadFolders
from seacorder.model.instant import Instant
from seacorder.model.observation import EnteredBy, Observation, ObservationClass
from seacorder.model.observation_text import document_of, row_of
from seacorder.model.recording import FileState, Part, Recording, RecordingState
from seacorder.model.report import FoldersRead, RowsRead

RECORDING = Recording("r", 1, None, RecordingState.RUNNING)
OPEN = Part("r", "Bow", 2, "/2.mp4", 2, None, 0, 0, 0, FileState.OPEN)
WHOLE = replace(OPEN, number=1, path="/1.mp4", start_utc_ns=1, end_utc_ns=2, state=FileState.WHOLE)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "seacorder.db"
        self.supervisor = FakeSupervisor(FakeClock())
        self.journal = journal_of(FakeClock())
        self.catalogue = Catalogue(self.file, FakeClock())
        self.recovered: list[Unfinished] = []
        self.rebuilding = Rebuilding(
            self.supervisor,  # type: ignore[arg-type]
            self.catalogue,
            self.journal,
            ["/data"],
            self._recover,
        )

    def finds(self, *reports: object) -> None:
        """What the process that reads the files reports before it ends."""

        def added(worker: FakeWorker) -> None:
            assert worker.first_message == ReadFolders(("/data",))
            worker.on_start = lambda: (*map(worker.report, reports), worker.end())  # type: ignore[assignment]

        self.supervisor.on_add = added

    async def run(self) -> str:
        """Rebuilds what is damaged; the last event's sentence."""
        self.file.write_bytes(b"this is no catalogue" * 1000)
        self.catalogue.open()
        self.rebuilding.begin_if_damaged()
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for event in self.journal.events.follow(0):
                if event.kind == "catalogue_rebuilt":
                    return event.text
        raise AssertionError

    async def _recover(self, unfinished: Unfinished) -> None:
        self.recovered.append(unfinished)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.catalogue.close()


async def rows(bench: Bench, kind: type[Any]) -> list[Any]:
    await bench.catalogue.flush()
    return list(bench.catalogue.rows(kind, Page()).items)


async def test_the_files_give_the_rows_back_and_what_is_unfinished_is_recovered(bench: Bench) -> None:
    bench.finds(RowsRead((RECORDING, WHOLE)), RowsRead((OPEN,)), FoldersRead())
    assert "2 files, 1 recordings and losses" in await bench.run()
    assert [one.path for one in await rows(bench, Part)] == ["/1.mp4", "/2.mp4"]
    await bench.rebuilding.stop()
    assert bench.recovered == [Unfinished((RECORDING,), (OPEN,), ())]


async def test_each_observation_is_counted_once(bench: Bench) -> None:
    observed = Observation("o", 1, "AN", "Anode", ObservationClass.FINDING, False, Instant(1, 100), EnteredBy.API)
    bench.finds(RowsRead((RECORDING, WHOLE, document_of(observed), row_of(observed, "/o.json"))), FoldersRead())
    assert "1 files, 1 recordings and losses. It has 1 observations." in await bench.run()
    await bench.rebuilding.stop()
    assert bench.catalogue.observation("o") == (observed, "/o.json")


async def test_a_process_that_ends_early_is_no_rebuilding(bench: Bench) -> None:
    bench.finds(RowsRead((RECORDING, WHOLE)))
    assert "could not be rebuilt (the process that reads the files stopped)" in await bench.run()
    assert await rows(bench, Part) == []
    await bench.rebuilding.stop()


async def test_a_sound_catalogue_is_left_alone(bench: Bench) -> None:
    bench.catalogue.open()
    bench.rebuilding.begin_if_damaged()
    assert list(bench.supervisor) == []
    assert bench.journal.events.after(0) == []
