"""Files that were not closed in order: examined and repaired in the background, by a process of its own.

An examination only reads the file and is done at once. A repair writes the whole file again, which takes the disk's
time from recording. So while a recording runs, repairs wait until it is over.

A file that could not be repaired is tried again: if it was absent, because its volume was, once it is there; otherwise
at the end of each recording, which may have left a file to repair it by (`evidence.siblings`), and at the next start.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from seacorder.base.background import cancel, task
from seacorder.base.duration import count_text
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.model.command import RepairFiles
from seacorder.model.file_note import FileNote, note_of_row
from seacorder.model.recording import Clip, FileState, Part
from seacorder.model.report import FileExamined
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "evidence of interrupted files"
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=5.0)
"""The process may report nothing for minutes while it works on a long file. When it is ended in mid-repair the file
stays as it was."""

MOST_SIBLINGS = 30
"""How many other files of the channel are named to the process; mostly one of the first is enough."""

FileT = TypeVar("FileT", Part, Clip)
OnPart = Callable[[Part, Part | None, FileExamined | None], None]
"""Called with a part as it was known, the part as its file shows it, and the report. The second is None when the file
cannot be read, the third too when the process ended before it came to the file."""
OnClip = Callable[[Clip, FileExamined | None], None]
"""The same for a clip. If its file can be read, the catalogue has its true figures by then."""
OnExamined = Callable[[FileExamined | None], None]
"""Called with the report on a file; None when the process ended before it came to the file."""


@dataclass(frozen=True, slots=True)
class _FileTask:
    """One file that is to be examined, or to be repaired."""

    path: str
    note: FileNote
    repairs: bool
    on_examined: OnExamined


@dataclass(slots=True)
class _Left:
    """A file that is still interrupted: it was absent, or its repair failed."""

    again: Callable[[bool], None]
    """Examines and repairs it again; with True the repair does not wait for the end of the recording."""
    is_absent: bool
    sentence: str = ""
    """Why it is still interrupted; an event says so when this changes."""


class Examination:
    """A queue of files, worked off in batches. For the event loop alone; only `stop` waits."""

    def __init__(self, supervisor: Supervisor, catalogue: Catalogue, journal: Journal, on_clip: OnClip) -> None:
        self._supervisor = supervisor
        self._catalogue = catalogue
        self._journal = journal
        self._on_clip = on_clip
        self._queue: list[_FileTask] = []
        self._deferred: list[_FileTask] = []
        """Repairs that wait for the end of the recording."""
        self._left: dict[str, _Left] = {}
        self._came: set[str] = set()
        """Paths that were absent once and have been found again: if these cannot be read, they are not absent."""
        self._working: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    @property
    def is_working(self) -> bool:
        """A file is being examined or repaired now."""
        return self._working is not None and not self._working.done()

    def part(self, part: Part, on_examined: OnPart, *, repair_now: bool) -> None:
        """Examines a part, then repairs it. Returns at once; `on_examined` is called in the loop."""

        def examined(report: FileExamined | None) -> None:
            found = None if report is None or report.state is None else with_facts(part, report)
            on_examined(part, found, report)

        def again(repair_now: bool) -> None:
            self.part(part, on_examined, repair_now=repair_now)

        self._enter(part, examined, self._catalogue.record, again, repair_now=repair_now)

    def wait_for_part(self, part: Part, on_examined: OnPart) -> None:
        """Examines and repairs an interrupted part once `look` finds it."""
        self._left.setdefault(
            part.path, _Left(lambda now: self.part(part, on_examined, repair_now=now), is_absent=True)
        )

    def clip(self, clip: Clip, *, repair_now: bool) -> None:
        """Examines a clip, then repairs it."""

        def examined(report: FileExamined | None) -> None:
            if report is not None and report.state is not None:
                self._catalogue.record(with_facts(clip, report))
            self._on_clip(clip, report)

        def again(repair_now: bool) -> None:
            self.clip(clip, repair_now=repair_now)

        self._enter(clip, examined, self._catalogue.record, again, repair_now=repair_now)

    def wait_for_clip(self, clip: Clip) -> None:
        """Examines and repairs an interrupted clip once `look` finds it."""
        self._left.setdefault(clip.path, _Left(lambda now: self.clip(clip, repair_now=now), is_absent=True))

    def recording_is_over(self) -> None:
        """Begins the repairs that waited for this, and tries those again that failed."""
        self._queue += self._deferred
        self._deferred = []
        waiting = {one.path for one in self._queue}
        for path, left in list(self._left.items()):
            if not left.is_absent and path not in waiting:
                left.again(True)
        self._begin()

    def look(self, *, repair_now: bool) -> None:
        """Begins to look, in a thread, whether files that were absent are there now. Returns at once."""
        if self._left and (self._looking is None or self._looking.done()):
            self._looking = task(self._look(repair_now), "look for interrupted files")

    async def stop(self) -> None:
        """Ends the work. Files that were not reached stay as they are, readable."""
        for begun in (self._looking, self._working):
            await cancel(begun)
        self._looking = self._working = None

    def _enter(
        self,
        file: FileT,
        examined: OnExamined,
        record: Callable[[FileT], None],
        again: Callable[[bool], None],
        *,
        repair_now: bool,
    ) -> None:
        def repaired(report: FileExamined | None) -> None:
            self._note_repair(file, report, again)
            if report is not None and report.state is not None:
                record(with_facts(file, report))

        path, note = file.path, note_of_row(file)
        self._queue.append(_FileTask(path, note, False, examined))
        (self._queue if repair_now else self._deferred).append(_FileTask(path, note, True, repaired))
        self._begin()

    def _begin(self) -> None:
        if self._queue and (self._working is None or self._working.done()):
            self._working = task(self._work(), "examination")

    async def _work(self) -> None:
        while self._queue:
            repairs = all(one.repairs for one in self._queue)  # examinations, which are quick, come first
            batch = [one for one in self._queue if one.repairs is repairs]
            self._queue = [one for one in self._queue if one.repairs is not repairs]
            await self._run(batch, repairs=repairs)

    async def _run(self, batch: Sequence[_FileTask], *, repairs: bool) -> None:
        """Runs one process for one batch, all examinations or all repairs."""
        waiting = {one.path: one for one in batch}
        done = asyncio.Event()

        def reported(_: str, report: object) -> None:
            if isinstance(report, FileExamined) and (one := waiting.pop(report.path, None)) is not None:
                one.on_examined(report)
            if not waiting:
                done.set()

        siblings = await asyncio.to_thread(self._siblings, batch)
        order = RepairFiles(
            tuple(waiting),
            examine_only=not repairs,
            notes=tuple(one.note for one in waiting.values()),
            siblings=tuple(siblings[path] for path in waiting),
        )
        job = Job(WORKER_NAME, Launch.of("evidence"), order, _LIMITS)
        await run_once(self._supervisor, job, Callbacks(on_report=reported), done)
        for one in waiting.values():
            one.on_examined(None)

    def _siblings(self, batch: Sequence[_FileTask]) -> dict[str, tuple[str, ...]]:
        """For each path the other parts of its channel: those of its recording, then the newest ones. Blocks."""
        found: dict[str, tuple[str, ...]] = {}
        for one in batch:
            channel, recording_id = one.note.channel, one.note.recording_id
            pages = [Page(channel=channel, newest_first=True, limit=MOST_SIBLINGS)]
            if recording_id is not None:
                pages.insert(0, replace(pages[0], recording_id=recording_id))
            try:
                paths = dict.fromkeys(part.path for page in pages for part in self._catalogue.rows(Part, page).items)
            except CatalogueFailed:  # the catalogue has raised its alarm; the process still looks into the same folder
                paths = {}
            found[one.path] = tuple(path for path in paths if path != one.path)
        return found

    async def _look(self, repair_now: bool) -> None:
        paths = list(self._left)
        there = await asyncio.to_thread(lambda: {path for path in paths if Path(path).is_file()})
        for path in paths:
            left = self._left.get(path)
            if left is None:
                continue
            if path not in there:
                left.is_absent = True
                self._came.discard(path)
            elif left.is_absent:
                left.is_absent = False
                self._came.add(path)
                left.again(repair_now)

    def _note_repair(self, file: Part | Clip, report: FileExamined | None, again: Callable[[bool], None]) -> None:
        path, channel = file.path, file.channel
        if report is not None and report.state in {FileState.REPAIRED, FileState.WHOLE}:
            self._left.pop(path, None)
            fact = _repaired(path, report)
            if report.original:
                keep = "Keep the original until somebody has looked at the repaired file."
                self._journal.warn(EventKind.FILE_REPAIRED, fact, keep, channel=channel)
            else:
                self._journal.note(EventKind.FILE_REPAIRED, fact, channel=channel)
            return
        # A file that cannot be opened has no bytes. One that `look` has found is there, whatever the process says.
        is_absent = report is not None and report.state is None and not report.bytes and path not in self._came
        ended = f"{path} has not been repaired: the process that repairs stopped. It can be played as it is."
        fact, action = ended, f"After the dive run `seacorder repair {path}`."
        if report is not None:
            fact, action = report.sentence, ""
        before = self._left.get(path)
        self._left[path] = _Left(again, is_absent, fact)
        if before is None or before.sentence != fact:
            self._journal.warn(EventKind.REPAIR_FAILED, fact, action, channel=channel)


def _repaired(path: str, report: FileExamined) -> str:
    moved = f"; it had been moved from {path}" if report.moved_to else ""
    done = "has been repaired" if report.state is FileState.REPAIRED else "had been finished after all"
    fact = f"{report.moved_to or path} {done} ({count_text(report.frames, 'frame')}){moved}."
    if report.sibling:
        taken = f"was taken from {report.sibling}, with which its pictures can be decoded"
        fact += f" Its description was destroyed and {taken}."
    if report.original:
        several = len(report.damage) > 1
        places = f"{len(report.damage)} parts of it are" if several else "A part of it is"
        lost = "losses" if several else "a loss"
        fact += f" {places} damaged and listed as {lost}. The original is kept as {report.original}."
    return fact


def with_facts(file: FileT, report: FileExamined) -> FileT:
    """A part or clip with what the examination found."""
    return replace(
        file,
        path=report.moved_to or file.path,
        state=report.state or file.state,
        frames=report.frames,
        bytes=report.bytes,
        end_utc_ns=report.newest_frame_utc_ns or file.end_utc_ns,
    )
