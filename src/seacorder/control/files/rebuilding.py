"""A catalogue that was damaged at the start is made again from the files, by a process of its own, while all runs."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence

from seacorder.base.background import task
from seacorder.base.errors import SeacorderError
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.queries import Unfinished
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.model.command import ReadFolders
from seacorder.model.loss import Loss
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingState
from seacorder.model.report import FoldersRead, RowsRead
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "evidence of all files"
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=0.5)
"""It only reads, says nothing for minutes, and nothing is lost when it is ended."""

Row = Recording | Part | Clip | Framegrab | Loss
Recover = Callable[[Unfinished], Awaitable[None]]


class Rebuilding:
    """At most once a run of the program. For the event loop alone; nothing but `stop` waits."""

    def __init__(
        self,
        supervisor: Supervisor,
        catalogue: Catalogue,
        journal: Journal,
        folders: Sequence[str],
        recover: Recover,
    ) -> None:
        """`recover` is given what an unexpected end had left, once that is known."""
        self._supervisor = supervisor
        self._catalogue = catalogue
        self._journal = journal
        self._folders = tuple(folders)
        self._recover = recover
        self._working: asyncio.Task[None] | None = None

    def begin_if_damaged(self) -> None:
        """Begins when a damaged catalogue was set aside; says so. Returns at once."""
        aside = self._catalogue.set_aside
        if aside is None:
            return
        sentence = f"The catalogue was damaged. It is kept as {aside}; the recorded files are being read for a new one."
        self._journal.alarm(EventKind.CATALOGUE_DAMAGED, sentence)
        self._working = task(self._work(), "rebuilding the catalogue")

    async def stop(self) -> None:
        """Ends; what has not been read is left to `seacorder catalogue rebuild`."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
            self._working = None

    async def _work(self) -> None:
        try:
            rows = await self._read()
            await self._store(rows)
        except SeacorderError as fault:
            sentence = f"The catalogue was not rebuilt; stop the recorder, use `seacorder catalogue rebuild`. {fault}"
            self._journal.alarm(EventKind.CATALOGUE_REBUILT, sentence)

    async def _read(self) -> list[Row]:
        """Raises SeacorderError when the process that reads ends before it is done."""
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
            raise SeacorderError("The process that reads the files ended.")
        return rows

    async def _store(self, rows: list[Row]) -> None:
        """Adds what is not there yet; what is running or open now has a row already."""
        await self._catalogue.flush()
        now = await asyncio.to_thread(self._catalogue.unfinished)
        present = {row.id for row in now.recordings}
        present |= {row.path for row in now.parts} | {row.path for row in now.clips}
        missing = [row for row in rows if getattr(row, "path", getattr(row, "id", None)) not in present]
        self._catalogue.record_missing(missing)
        await self._catalogue.flush()
        files = sum(isinstance(row, Part | Clip | Framegrab) for row in missing)
        sentence = f"The catalogue was rebuilt: {files} files, {len(missing) - files} recordings and losses."
        self._journal.warn(EventKind.CATALOGUE_REBUILT, sentence)
        await self._recover(_unfinished(missing))


def _unfinished(rows: Sequence[Row]) -> Unfinished:
    return Unfinished(
        tuple(row for row in rows if isinstance(row, Recording) and row.state is RecordingState.RUNNING),
        tuple(row for row in rows if isinstance(row, Part) and row.state is FileState.OPEN),
        tuple(row for row in rows if isinstance(row, Clip) and row.state is FileState.OPEN),
    )
