"""Notices files that somebody has deleted, renamed or moved by hand: each is told once.

A video that was renamed or moved is known again by its own note (`model.file_note`), and the list of recordings then
has its new path. Of one that is nowhere an event tells, once; whoever knows that can say so, and `seacorder check` does
not call it missing any more. A file that is there again is told too.

All paths of the list are looked at when the program begins and once an hour. A disk that is away, or does not let its
folders be read, makes no file missing.
"""

import asyncio
import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from seacorder.base.background import beside, cancel, task
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.duration import large_count_text
from seacorder.base.errors import CatalogueFailed, NotKnown
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.model.absence import Absence
from seacorder.model.command import RepairFiles
from seacorder.model.file_note import note_of_row
from seacorder.model.recording import Clip, FileState, Framegrab, Part, never_came
from seacorder.model.removal import Removal
from seacorder.model.report import FileExamined
from seacorder.storage.volumes import MarkedFolders
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "search for missing files"
FIRST_NS, EVERY_NS = 60 * NS_PER_SECOND, 3600 * NS_PER_SECOND
SEARCHED_MAX = 500
"""So many files are searched for at a time."""
TOLD_MAX = 5
"""So many paths an event names."""
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=0.5)
FileRow = Part | Clip | Framegrab


@dataclass(frozen=True, slots=True)
class _Looked:
    """What one look has found."""

    missing: tuple[FileRow, ...]
    """Those of which nobody was told yet."""
    back: tuple[Absence, ...]


class Absences:
    """For the event loop alone."""

    def __init__(
        self,
        supervisor: Supervisor,
        catalogue: Catalogue,
        journal: Journal,
        clock: Clock,
        volumes: MarkedFolders,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_busy`: interrupted files are being looked for and repaired, which may move them too."""
        self._supervisor, self._catalogue, self._journal, self._clock = supervisor, catalogue, journal, clock
        self._volumes, self._is_busy = volumes, is_busy
        self._due_ns = clock.monotonic_ns() + FIRST_NS
        self._working: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Begins to look, if it is due. Returns at once."""
        now_ns = self._clock.monotonic_ns()
        is_idle = self._working is None or self._working.done()
        if is_idle and now_ns >= self._due_ns and not self._is_busy():
            self._due_ns = now_ns + EVERY_NS
            self._working = task(self._work(), "looking for missing files")

    async def stop(self) -> None:
        """Ends the work; the next run of the program looks again."""
        await cancel(self._working)
        self._working = None

    async def see(self, named: str, by: str) -> tuple[Absence, ...]:
        """Somebody knows that a file, or every file of a recording, is missing. `named`: its path, or the recording's
        id. Raises NotKnown where nothing of it is missing, CatalogueFailed."""
        rows = await self._catalogue.ask(lambda: self._catalogue.all_rows(Absence))
        found = [one for one in rows if named in {one.path, one.recording_id} and one.back_utc_ns is None]
        if not found:
            raise NotKnown("No missing file is known of it.", "GET /api/v1/absences has all.")
        seen = tuple(replace(one, seen_utc_ns=self._clock.utc_ns(), seen_by=by) for one in found)
        for one in seen:
            self._catalogue.record(one)
        said = f" by {by}" if by else ""
        what = large_count_text(len(seen), "file")
        self._journal.note(EventKind.FILE_MISSING, f"That {what} of {named} {_are(seen)} missing is known{said}.")
        return seen

    async def _work(self) -> None:
        try:
            looked = await beside("look for missing files", self._look)
            moved = await self._search([one for one in looked.missing if not isinstance(one, Framegrab)])
        except CatalogueFailed:
            return  # it has raised its alarm
        self._tell_moved(moved)
        gone = tuple(one for one in looked.missing if one.path not in moved)
        for row in gone:
            self._catalogue.record(Absence(row.path, row.recording_id, row.channel, self._clock.utc_ns()))
        if gone:
            paths = _named(tuple(one.path for one in gone))
            fact = f"{large_count_text(len(gone), 'recorded file')} {_are(gone)} missing: {paths}."
            action = "Bring them back from a copy. If that is right: `seacorder recordings acknowledge`."
            self._journal.warn(EventKind.FILE_MISSING, fact, action)
        for one in looked.back:
            self._catalogue.record(replace(one, back_utc_ns=self._clock.utc_ns()))
        if looked.back:
            paths = _named(tuple(one.path for one in looked.back))
            self._journal.note(EventKind.FILE_FOUND, f"What was missing is there again: {paths}.")

    def _look(self) -> _Looked:
        """Blocks for as long as looking at every path takes."""
        known = {one.path: one for one in self._catalogue.all_rows(Absence)}
        removed = {one.recording_id for one in self._catalogue.all_rows(Removal)}
        missing: list[FileRow] = []
        back: list[Absence] = []
        for row in self._rows():
            absence = known.get(row.path)
            is_there = os.path.exists(row.path)  # noqa: PTH110 - unlike Path.exists, False where the disk refuses
            if absence is not None and is_there and absence.back_utc_ns is None:
                back.append(absence)
            if is_there or row.recording_id in removed or self._is_away(Path(row.path)):
                continue
            if absence is None or absence.back_utc_ns is not None:
                missing.append(row)
        return _Looked(tuple(missing[:SEARCHED_MAX]), tuple(back))

    def _rows(self) -> Iterator[FileRow]:
        kinds: tuple[type[FileRow], ...] = (Part, Clip, Framegrab)
        for kind in kinds:
            cursor: str | None = None
            while True:
                page = self._catalogue.rows(kind, Page(limit=LIMIT_MAX, cursor=cursor))
                yield from filter(_should_be_there, page.items)
                cursor = page.next_cursor
                if cursor is None:
                    break

    def _is_away(self, path: Path) -> bool:
        """Its disk is not there, or refuses to say whether the file is."""
        if self._volumes.exchanged(path) is not None:
            return True
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return not any(map(os.path.isdir, path.parents[:3]))
        except OSError:
            pass  # it refuses to say
        return True

    async def _search(self, rows: Sequence[Part | Clip]) -> dict[str, str]:
        """By the path of a file that is not there: where it is now. The list of recordings has that then."""
        if not rows:
            return {}
        by_path = {one.path: one for one in rows}
        moved: dict[str, str] = {}
        waiting = set(by_path)
        done = asyncio.Event()

        def reported(_: str, report: object) -> None:
            if isinstance(report, FileExamined):
                waiting.discard(report.path)
                if report.moved_to and report.state is not None:
                    moved[report.path] = report.moved_to
                    self._catalogue.record(replace(by_path[report.path], path=report.moved_to))
            if not waiting:
                done.set()

        order = RepairFiles(tuple(by_path), examine_only=True, notes=tuple(map(note_of_row, rows)))
        job = Job(WORKER_NAME, Launch.of("evidence"), order, _LIMITS, may_finish=False)
        await run_once(self._supervisor, job, Callbacks(on_report=reported), done)
        return moved

    def _tell_moved(self, moved: dict[str, str]) -> None:
        if moved:
            pairs = [f"{old} to {new}" for old, new in moved.items()]
            fact = f"Somebody has renamed or moved {large_count_text(len(moved), 'recorded file')}: {_named(pairs)}."
            self._journal.warn(EventKind.FILE_FOUND, fact, "The list of recordings has the new paths. Nothing to do.")


def _should_be_there(row: FileRow) -> bool:
    if not row.path:
        return False
    if isinstance(row, Framegrab):
        return True
    return row.state not in {FileState.OPEN, FileState.REMOVED} and not never_came(row)


def _named(paths: Sequence[str]) -> str:
    more = len(paths) - TOLD_MAX
    return ", ".join(paths[:TOLD_MAX]) + (f" and {more:,} more" if more > 0 else "")


def _are(rows: Sequence[object]) -> str:
    return "is" if len(rows) == 1 else "are"
