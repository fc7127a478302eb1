"""Makes a catalogue that was damaged at the start again from the recorded files, while recording goes on.

A process of its own reads the files. What it finds is added to the new catalogue, which is in use meanwhile.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence

from seacorder.base.background import cancel, task
from seacorder.base.errors import SeacorderError
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.queries import Unfinished
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.model.account import Row
from seacorder.model.command import ReadFolders
from seacorder.model.observation_text import ObservationDocument, ObservationRow
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingState
from seacorder.model.report import FoldersRead, RowsRead
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "evidence of all files"
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=0.5)
"""The process only reads: it may report nothing for minutes, and nothing is lost when it is killed."""

Recover = Callable[[Unfinished], Awaitable[None]]


class Rebuilding:
    """Runs at most once in a run of the program. For the event loop alone; only `stop` waits."""

    def __init__(
        self,
        supervisor: Supervisor,
        catalogue: Catalogue,
        journal: Journal,
        folders: Sequence[str],
        recover: Recover,
    ) -> None:
        """`recover` gets the recordings and files that an unexpected end left unfinished, as the files show them, as
        soon as the list has them."""
        self._supervisor = supervisor
        self._catalogue = catalogue
        self._journal = journal
        self._folders = tuple(folders)
        self._recover = recover
        self._working: asyncio.Task[None] | None = None

    def begin_if_damaged(self) -> None:
        """Begins when opening the catalogue found it damaged and set it aside; raises an alarm. Returns at once."""
        aside = self._catalogue.set_aside
        if aside is None:
            return
        fact = f"The list of recordings (catalogue) was damaged; it is kept as {aside}. Recording does not need it."
        action = (
            "Seacorder rebuilds it from the files; old recordings appear in the list again in a few minutes. Nothing "
            "to do."
        )
        self._journal.alarm(EventKind.CATALOGUE_DAMAGED, fact, action)
        self._working = task(self._work(), "rebuilding the catalogue")

    async def stop(self) -> None:
        """Breaks the work off. `seacorder catalogue rebuild` can do the rest later."""
        await cancel(self._working)
        self._working = None

    async def _work(self) -> None:
        try:
            rows = await self._read()
            await self._store(rows)
        except SeacorderError as fault:
            why = fault.fact.rstrip(".")
            fact = f"The list of old recordings could not be rebuilt ({why}). Recording is not affected: go on."
            action = "After the dive stop Seacorder and run `seacorder catalogue rebuild`."
            self._journal.alarm(EventKind.CATALOGUE_REBUILT, fact, action)

    async def _read(self) -> list[Row]:
        """All rows that the files give. Raises SeacorderError when the process that reads ends early."""
        rows: list[Row] = []
        done = asyncio.Event()

        def reported(_: str, report: object) -> None:
            if isinstance(report, RowsRead):
                rows.extend(report.rows)
            elif isinstance(report, FoldersRead):
                done.set()

        job = Job(WORKER_NAME, Launch.of("evidence"), ReadFolders(self._folders), _LIMITS)
        await run_once(self._supervisor, job, Callbacks(on_report=reported), done)
        if not done.is_set():
            raise SeacorderError("the process that reads the files stopped")
        return rows

    async def _store(self, rows: list[Row]) -> None:
        """Adds the rows that the catalogue lacks. What runs or is open now has its row already, with better figures."""
        await self._catalogue.flush()
        now = await asyncio.to_thread(self._catalogue.unfinished)
        present = {row.id for row in now.recordings}
        present |= {row.path for row in now.parts} | {row.path for row in now.clips}
        missing = [row for row in rows if getattr(row, "path", getattr(row, "id", None)) not in present]
        self._catalogue.record_missing(missing)
        await self._catalogue.flush()
        files = sum(isinstance(row, Part | Clip | Framegrab) for row in missing)
        others = len(missing) - files - sum(isinstance(row, ObservationRow | ObservationDocument) for row in missing)
        fact = f"The list of recordings (catalogue) has been rebuilt: {files} files, {others} recordings and losses."
        if observations := sum(isinstance(row, ObservationRow) for row in missing):
            fact += f" It has {observations} observations."
        self._journal.warn(EventKind.CATALOGUE_REBUILT, fact)
        await self._recover(_unfinished(missing))


def _unfinished(rows: Sequence[Row]) -> Unfinished:
    return Unfinished(
        tuple(row for row in rows if isinstance(row, Recording) and row.state is RecordingState.RUNNING),
        tuple(row for row in rows if isinstance(row, Part) and row.state is FileState.OPEN),
        tuple(row for row in rows if isinstance(row, Clip) and row.state is FileState.OPEN),
    )
