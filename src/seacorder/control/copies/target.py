"""One target of copies: what is due there, the process that copies it folder by folder, and what is told of it.

What is due follows from the catalogue alone, so nothing has to be kept over a restart. A process does one order, for
one folder, and ends. When a target fails, it is tried again after a growing pause, for ever.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from seacorder.base.background import task
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.duration import count_text
from seacorder.base.errors import CatalogueFailed
from seacorder.base.message import Message
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.copy_queries import MOST_DUE, CopiedTotals, Due, DueFile
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
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
    KnownPlace,
    PlaceFound,
    path_there,
)
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

HANG_SECONDS = 30.0
"""A process that tells nothing for so long is held by its target: it is killed and tried again."""
START_SECONDS = 120.0
"""Until its first report, which it sends before it touches the target: a busy computer starts it late."""
LOOK_NS, IDLE_LOOK_NS = 5 * NS_PER_SECOND, 15 * NS_PER_SECOND
"""So often it is asked what is due; the second while nothing is."""
_AGAIN_SECONDS = (5.0, 300.0)
_SOURCE_AGAIN_SECONDS = (10.0, 300.0)
"""Of a folder whose originals change just now, or cannot be read."""
_GONE_NS = 600 * NS_PER_SECOND
"""An original that was not there is looked for again after so long: its disk may be mounted again."""
_STOP_SECONDS = 2.0
_NEVER_COMPLETED_NS = 1
"""Of a folder that has a manifest of an earlier version of the program."""
BeginUse = Callable[[str, str], Callable[[], None]]
"""Given a recording's id and a sentence: its files are needed until the returned function is called."""


@dataclass(frozen=True, slots=True)
class CopyContext:
    """What all targets share."""

    supervisor: Supervisor
    catalogue: Catalogue
    journal: Journal
    clock: Clock
    folders: tuple[str, ...]
    key_folder: str
    is_settled: Callable[[str], bool]
    begin_use: BeginUse
    program: str
    place_found: Callable[[], None]
    """The place of a target has become known, or has changed."""


class TargetCopies:
    """For the event loop alone."""

    def __init__(self, target: CopyTarget, around: CopyContext) -> None:
        self.target, self._around = target, around
        self.known = KnownPlace()
        self._due = Due()
        self._totals = CopiedTotals()
        self._backoff = Backoff(*_AGAIN_SECONDS)
        self._state = CopyState.IDLE
        self._since_utc_ns = around.clock.utc_ns()
        self._fault: Message | None = None
        """Why nothing can be copied to this target."""
        self._progress: CopyProgress | None = None
        self._next_ns = 0
        self._silent_at_ns = 0
        """When the process counts as hanging (monotonic); 0 while there is none."""
        self._later: dict[str, tuple[int, Message | None]] = {}
        """By folder that could not be copied: when it is tried again, and why; None if nobody has to be told."""
        self._source_backoffs: dict[str, Backoff] = {}
        """By folder whose originals could not be read the last time."""
        self._gone: dict[str, int] = {}
        """By path of an original, or of a folder, that was not there: when it is looked for again. It is not behind."""
        self._working: asyncio.Task[None] | None = None
        self._is_stopped = False

    @property
    def key(self) -> str:
        """By which its place is kept: another address is another place."""
        return f"{self.target.endpoint} {self.target.address}".strip()

    @property
    def status(self) -> CopyStatus:
        """How it stands now."""
        files = [one for one in self._due.files if one.path not in self._gone]
        folders = [utc_ns for folder, utc_ns in self._due.folders if folder not in self._gone]
        since = [one.since_utc_ns for one in files] + [utc_ns for utc_ns in folders if utc_ns > _NEVER_COMPLETED_NS]
        oldest = min(since, default=None)
        late = self.target.behind_seconds
        now_ns = self._around.clock.utc_ns()
        return CopyStatus(
            name=self.target.name,
            address=self.target.shown,
            state=self._state,
            since_utc_ns=self._since_utc_ns,
            why=self._why(),
            behind_files=len(files) + self._due.more_files,
            behind_bytes=sum(one.bytes for one in files) + self._due.more_bytes,
            behind_folders=len(folders) + self._due.more_folders,
            behind_since_utc_ns=oldest,
            progress=self._progress,
            copied_files=self._totals.files,
            copied_bytes=self._totals.bytes,
            newest_utc_ns=self._totals.newest_utc_ns,
            is_too_late=oldest is not None and late > 0 and now_ns - oldest > late * NS_PER_SECOND,
        )

    def look(self) -> None:
        """Begins the next order if one is due. Returns at once."""
        now_ns = self._around.clock.monotonic_ns()
        if self._working is not None and not self._working.done():
            if self._is_silent(now_ns):
                self._fail(_silent(self.target.name))  # while the process is being killed: that may take long
            return
        if not self._is_stopped and now_ns >= self._next_ns:
            self._next_ns = now_ns + LOOK_NS
            self._working = task(self._work(), f"copies to {self.target.name}")

    async def stop(self) -> None:
        """Ends the process. A process that the system cannot end, because a network drive holds it, is left alone."""
        self._is_stopped = True
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait([self._working], timeout=_STOP_SECONDS)

    def _is_silent(self, now_ns: int) -> bool:
        """The supervisor should have ended the process by now; perhaps the system cannot."""
        return 0 < self._silent_at_ns < now_ns - 2 * NS_PER_SECOND

    def _files_due(self) -> list[DueFile]:
        """Those that were not there the last time come behind all others."""
        now_ns = self._around.clock.monotonic_ns()
        due = [one for one in self._due.files if self._gone.get(one.path, 0) <= now_ns]
        return sorted(due, key=lambda one: one.path in self._gone)

    def _folders_due(self) -> dict[str, int]:
        now_ns = self._around.clock.monotonic_ns()
        due = {name: utc_ns for name, utc_ns in self._due.folders if self._gone.get(name, 0) <= now_ns}
        return dict(sorted(due.items(), key=lambda one: one[0] in self._gone))

    async def _work(self) -> None:
        with contextlib.suppress(CatalogueFailed):  # it has raised its alarm, and the next look tries again
            await self._look_up()
            while (order := await self._next_order()) is not None:
                self._do(CopyState.COPYING)
                if not self._over(order, await self._carried_out(order)):
                    return
                await self._look_up()
            is_due = bool(self._files_due() or self._folders_due())
            self._do(CopyState.WAITING if is_due else CopyState.IDLE)
            if not is_due:
                self._next_ns = self._around.clock.monotonic_ns() + IDLE_LOOK_NS

    async def _look_up(self) -> None:
        place, copies = self.known.place, self._around.catalogue.copies
        most = MOST_DUE + len(self._gone)  # however many are gone, others are named too
        self._due = await self._around.catalogue.ask(lambda: copies.due(place, most))
        self._totals = await self._around.catalogue.ask(lambda: copies.totals(place))
        self._forget()

    def _forget(self) -> None:
        """What is not due any more, such as a recording that was removed, is no reason for an alarm."""
        paths, folders = {one.path for one in self._due.files}, {name for name, _ in self._due.folders}
        self._gone = {name: at_ns for name, at_ns in self._gone.items() if name in paths or name in folders}
        folders |= {str(Path(path).parent) for path in paths}
        self._later = {name: pause for name, pause in self._later.items() if name in folders}
        self._source_backoffs = {name: one for name, one in self._source_backoffs.items() if name in folders}

    async def _next_order(self) -> CopyFolder | None:
        """The oldest folder that can be copied now, whole if it is complete."""
        now_ns = self._around.clock.monotonic_ns()
        folders = self._folders_due()
        names: dict[str, list[str]] = {}
        for one in self._files_due():
            names.setdefault(str(Path(one.path).parent), []).append(Path(one.path).name)
        for folder in [*names, *(one for one in folders if one not in names)]:
            if self._later.get(folder, (0, None))[0] > now_ns:
                continue
            is_complete = folder in folders and self._around.is_settled(folder)
            if is_complete or folder in names:
                return await self._order(folder, tuple(names.get(folder, ())), folders[folder] if is_complete else None)
        return None

    async def _order(self, folder: str, names: tuple[str, ...], completed_utc_ns: int | None) -> CopyFolder:
        around, place = self._around, self.known.place
        copied = await around.catalogue.ask(lambda: around.catalogue.copies.of_folder(place, folder))
        return CopyFolder(
            target=self.target,
            folder=folder,
            to=path_there(folder, around.folders),
            files=names,
            is_complete=completed_utc_ns is not None,
            completed_utc_ns=completed_utc_ns or 0,
            copied=copied,
            known=self.known,
            key_folder=around.key_folder,
            program=around.program,
        )

    async def _carried_out(self, order: CopyFolder) -> CopyEnded:
        around, names = self._around, () if order.is_complete else order.files
        found = await around.catalogue.ask(lambda: around.catalogue.copies.recordings_in(order.folder, names))
        used = [around.begin_use(one, f"It is being copied to {self.target.name}.") for one in found]
        try:
            return await self._run(order)
        finally:
            for end in used:
                end()

    async def _run(self, order: CopyFolder) -> CopyEnded:
        ended: list[CopyEnded] = []
        lost: list[str] = []
        done = asyncio.Event()
        self._silent_at_ns = self._in_seconds(START_SECONDS)

        def reported(_: str, report: object) -> None:
            self._silent_at_ns = self._in_seconds(HANG_SECONDS)
            if isinstance(report, CopyEnded):
                ended.append(report)
                done.set()
            else:
                self._take(report)

        limits = Limits(start_seconds=START_SECONDS, heartbeat_seconds=HANG_SECONDS, stop_seconds=0.5)
        job = Job(f"copies to {self.target.name}", Launch.of("copies"), order, limits, may_finish=False)
        callbacks = Callbacks(on_report=reported, on_lost=lambda _, fault: lost.append(fault))
        try:
            await run_once(self._around.supervisor, job, callbacks, done)
        finally:
            was_silent = self._in_seconds(2) > self._silent_at_ns
            self._silent_at_ns, self._progress = 0, None
        if ended:
            return ended[0]
        why = _silent(self.target.name)
        if not was_silent:
            how = lost[0] if lost else "it ended without a word"
            why = Message(f"{self.target.name}: the process that copies stopped ({how}).")
        return CopyEnded(order.folder, fault=CopyFault.TARGET, why=why)

    def _in_seconds(self, seconds: float) -> int:
        return self._around.clock.monotonic_ns() + round(seconds * NS_PER_SECOND)

    def _take(self, report: object) -> None:
        catalogue = self._around.catalogue
        match report:
            case PlaceFound():
                found = KnownPlace(report.place, report.mount)
                if found != self.known:
                    self.known = found
                    self._around.place_found()
            case CopiedFile():
                catalogue.record(report)
                self._copied(report)
            case CopyProgress():
                self._progress = report

    def _copied(self, report: CopiedFile) -> None:
        self._due = replace(self._due, files=tuple(one for one in self._due.files if one.path != report.path))
        self._gone.pop(report.path, None)
        self._fault = None
        self._backoff.reset()
        self._do(CopyState.COPYING)

    def _over(self, order: CopyFolder, ended: CopyEnded) -> bool:
        """What an order has come to. False: nothing more is to be tried now."""
        now_ns = self._around.clock.monotonic_ns()
        self._gone |= dict.fromkeys(ended.missing, now_ns + _GONE_NS)
        if ended.fault is CopyFault.TARGET:
            self._next_ns = now_ns + round(self._backoff.next_delay() * NS_PER_SECOND)
            self._fail(ended.why or Message(f"{self.target.name} cannot be used."))
            return False
        self._fault = None
        self._backoff.reset()
        self._later.pop(order.folder, None)
        backoff = self._source_backoffs.pop(order.folder, None)
        if ended.fault is CopyFault.SOURCE:
            why = None if backoff is None else ended.why  # once is usual: something was added to the folder meanwhile
            backoff = self._source_backoffs[order.folder] = backoff or Backoff(*_SOURCE_AGAIN_SECONDS)
            self._later[order.folder] = (now_ns + round(backoff.next_delay() * NS_PER_SECOND), why)
        elif ended.fault is CopyFault.FOLDER:
            self._later[order.folder] = (now_ns + round(_AGAIN_SECONDS[1] * NS_PER_SECOND), ended.why)
        elif ended.copied is not None:
            self._whole(ended.copied, ended.left)
        elif not order.is_complete and ended.has_manifest and self._around.is_settled(order.folder):
            self._around.catalogue.record_missing([CompletedFolder(order.folder, _NEVER_COMPLETED_NS)])
        return True

    def _whole(self, copied: CopiedFolder, left: Sequence[str]) -> None:
        self._around.catalogue.record(copied)
        listed = f"{count_text(copied.files, 'file')}, {copied.bytes:,} bytes"
        fact = f"{Path(copied.folder).name} is copied to {self.target.name}: {listed}, read back and compared."
        if left:
            fact += f" Of {', '.join(left)} only a beginning lies there, as its original is gone: it was left there."
        self._around.journal.note(EventKind.FOLDER_COPIED, fact)

    def _why(self) -> Message | None:
        return self._fault or next((why for _, why in self._later.values() if why is not None), None)

    def _fail(self, why: Message) -> None:
        self._fault = why
        self._do(CopyState.WAITING)

    def _do(self, doing: CopyState) -> None:
        state = CopyState.FAILED if self._why() is not None else doing
        if state is not self._state:
            self._state, self._since_utc_ns = state, self._around.clock.utc_ns()


def _silent(name: str) -> Message:
    return Message(
        f"{name} does not answer: nothing has come from it for {HANG_SECONDS:g} s.",
        "Check its power, its cable and the network.",
    )
