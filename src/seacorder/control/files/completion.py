"""Makes folders of recorded files complete, once nothing is written in them any more: statements and a manifest.

A process of its own does it, `evidence.completion`, one folder at a time. Which folders are waiting is kept in the
catalogue, so that after an unexpected end the next run of the program does what is left. A folder that changes later,
by an observation or a repair, is made complete again; files that have not changed are not read again.

While a recording runs, files of others are read slowly. When one begins, a process that reads fast is ended, and
another one goes on slowly with the file that the first was reading.
"""

import asyncio
import json
import logging
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import seacorder
from seacorder.base.background import cancel, task
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.duration import count_text
from seacorder.base.ed25519 import SignaturesNotPossible
from seacorder.base.errors import CatalogueFailed, StorageFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.catalogue.queries import T
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.files.clock_samples import KEPT as KEPT_CLOCKS
from seacorder.control.files.clock_samples import ClockSamples
from seacorder.control.files.time_stamps import TimeStamps
from seacorder.model.account import ACCOUNT_KINDS, AccountRow
from seacorder.model.completion import (
    MANIFEST_NAME,
    NO_PROOF,
    CompleteFolder,
    FileHashed,
    FolderCompleted,
    Proof,
)
from seacorder.model.copies import CompletedFolder
from seacorder.model.recording import Clip, Part, Recording
from seacorder.storage.signing_key import make_key, read_key
from seacorder.storage.volumes import MarkedFolders
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "completion of folders"
SETTLE_NS = 5 * NS_PER_SECOND
"""A folder is left alone for so long after its last change: the account and late places of observations follow."""
KEY_EVERY_NS = 30 * NS_PER_SECOND
"""How often the key is looked for, while folders wait for their signature."""
SLOW_BYTES_PER_SECOND = 8_000_000
"""So fast files are read while a recording runs: one camera's worth."""
_log = logging.getLogger(__name__)
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=0.5)
"""The process may report nothing for minutes while it reads a long file, and nothing is lost when it is killed."""
_AGAIN_SECONDS = (10.0, 600.0)
_KEPT = "folders_to_complete"
_MOST_PAGES = 100


@dataclass(slots=True)
class _FolderTask:
    """A folder that is to be made complete."""

    ids: set[str] = field(default_factory=set)
    """The recordings whose files have changed in it."""
    due_ns: int = 0
    """Not before then (monotonic)."""
    hashed: dict[str, FileHashed] = field(default_factory=dict)
    """By path: what has been read of it by a process that was ended."""
    backoff: Backoff = field(default_factory=lambda: Backoff(*_AGAIN_SECONDS))
    told: str = ""
    """The fault of which an event has told."""
    is_changed: bool = False
    """It has changed since its process began."""


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """What does not change in a run of the program."""

    volumes: MarkedFolders
    proof: Proof = NO_PROOF


class Completion:
    """For the event loop alone; only `load` and `stop` wait."""

    def __init__(
        self,
        supervisor: Supervisor,
        catalogue: Catalogue,
        journal: Journal,
        clock: Clock,
        samples: ClockSamples,
        settings: FolderSettings,
    ) -> None:
        self._supervisor = supervisor
        self._catalogue = catalogue
        self._journal = journal
        self._clock = clock
        self._samples = samples
        self._volumes, self.key_folder = settings.volumes, settings.proof.key_folder
        self._stamps = TimeStamps(settings.proof.time_server, catalogue, clock)
        self._told_unsigned = ""
        self._unsigned: set[str] = set()
        """Folders whose manifest is not signed, because the key could not be read."""
        self._key_due_ns = 0
        """When it is looked again whether the key is there (monotonic)."""
        self._waiting: dict[str, _FolderTask] = {}
        self._unplaced: set[str] = set()
        """Ids of recordings that have changed, and whose folders are not known yet."""
        self._busy: Collection[str] = ()
        self._running: Collection[str] = ()
        self._has_news = False
        """What is waiting may not be kept yet."""
        self._kept = ""
        """What was kept last of what is waiting."""
        self._working: asyncio.Task[None] | None = None
        self._is_fast = False
        self._is_stopped = False
        self.held: set[str] = set()
        """Folders from which files are being removed: they are completed after that, if something is left in them."""

    async def load(self) -> None:
        """Takes up what an earlier run has left, and makes the key at the first start. Raises CatalogueFailed."""
        if self.key_folder is not None:
            await asyncio.to_thread(self._make_key, self.key_folder)
        text = await asyncio.to_thread(self._catalogue.setting, _KEPT)
        self._samples.restore(await asyncio.to_thread(self._catalogue.texts, KEPT_CLOCKS))
        try:
            found = json.loads(text or "{}")
            folders = {str(name): set(map(str, ids)) for name, ids in found.get("folders", {}).items()}
            self._samples.restore_list(found.get("clocks", {}))  # earlier versions kept them in the same text
            self._unsigned = set(map(str, found.get("unsigned", [])))
        except (ValueError, TypeError, AttributeError):
            folders = {}
        self._has_news |= self._samples.has_unkept
        for name, ids in folders.items():
            self._waiting[name] = _FolderTask(ids, self._clock.monotonic_ns() + SETTLE_NS)
        await self._stamps.load()

    def look(self) -> None:
        """Takes what has changed, and begins with the next folder that is ready. Returns at once."""
        self._take()
        self._keep()
        self._stamps.look()
        if self._working is not None and not self._working.done():
            if self._running and self._is_fast:
                self._is_fast = False  # once is enough: a second time would break off the end of the process
                self._working.cancel()
            return
        if not self._is_stopped and (self._placeable() or self._next() is not None or self._is_key_due()):
            self._working = task(self._work(), "completing folders")

    def is_due(self, folder: str) -> bool:
        """True if the folder has changed and is made complete as soon as it has settled: nothing is in the way."""
        self._take()
        waiting = self._waiting.get(folder)
        return waiting is not None and not waiting.told and self._is_free(folder)

    def is_settled(self, folder: str) -> bool:
        """True if nothing is being written in a folder, and its newest state has its manifest or will have none."""
        return folder not in self._waiting and folder not in self._busy and not self._placeable()

    def clock_stepped(self, step_ns: int) -> None:
        """The wall clock was changed by so much."""
        for one in self._running:
            self._samples.take(one, "step", step_ns)
            self._has_news = True

    async def stop(self) -> None:
        """Ends the work; the next run of the program does what is left."""
        self._is_stopped = True
        await cancel(self._working)
        await self._stamps.stop()
        self._working = None

    def keep(self) -> None:
        """Keeps what is left for the next run. To be called after everything else has ended."""
        self._take()
        self._keep()

    def _take(self) -> None:
        touches = self._catalogue.touched.take()
        for folder, ids in touches.folders.items():
            self._touch(folder, ids)
        self._unplaced |= touches.recordings
        self._busy, self._running = touches.busy, touches.running
        for one, number in touches.begun:
            self._samples.take(one, "start" if number == 1 else "split")
        for one in touches.ended:
            self._samples.take(one, "stop")
        self._has_news |= bool(touches.recordings or touches.begun or touches.ended)

    def _touch(self, folder: str, ids: Collection[str]) -> None:
        self._has_news |= folder not in self._waiting
        waiting = self._waiting.setdefault(folder, _FolderTask())
        self._has_news |= not waiting.ids.issuperset(ids)
        waiting.ids.update(ids)
        waiting.due_ns = self._clock.monotonic_ns() + SETTLE_NS
        waiting.is_changed = True

    def _keep(self) -> None:
        """What is waiting now, for the next run of the program: only what has changed is written.

        The list of folders comes after new samples and before samples are removed, so that no end in between loses one
        that a folder on the list still needs.
        """
        if not self._has_news:
            return
        self._has_news = False
        ids = {one for waiting in self._waiting.values() for one in waiting.ids} | set(self._running) | self._unplaced
        forgotten = self._samples.keep_only(ids)
        for name, sample in self._samples.take_unkept().items():
            self._catalogue.save_text(name, sample)
        folders = {name: sorted(waiting.ids) for name, waiting in self._waiting.items()}
        text = json.dumps({"folders": folders, "unsigned": sorted(self._unsigned)}, separators=(",", ":"))
        if text != self._kept:
            self._kept = text
            self._catalogue.save_text(_KEPT, text)
        for beginning in forgotten:
            self._catalogue.remove_texts(beginning)

    def _next(self) -> str | None:
        now_ns = self._clock.monotonic_ns()
        return next((name for name, one in self._waiting.items() if one.due_ns <= now_ns and self._is_free(name)), None)

    def _is_free(self, folder: str) -> bool:
        """Nothing is being written in it, and no running recording has files there."""
        is_used = folder in self._busy or folder in self.held
        return not is_used and not self._waiting[folder].ids & set(self._running)

    async def _work(self) -> None:
        try:
            await self._place()
            await self._look_for_key()
            while (folder := self._next()) is not None:
                await self._complete(folder)
        except CatalogueFailed:
            return  # it has raised its alarm, and the next look tries again

    def _is_key_due(self) -> bool:
        return bool(self._unsigned) and self._clock.monotonic_ns() >= self._key_due_ns

    async def _look_for_key(self) -> None:
        """Once the key is there, what was left unsigned is signed."""
        if self.key_folder is None or not self._is_key_due():
            return
        self._key_due_ns = self._clock.monotonic_ns() + KEY_EVERY_NS
        if await asyncio.to_thread(_has_key, self.key_folder):
            for folder in self._unsigned - self._waiting.keys():
                self._touch(folder, ())

    async def _place(self) -> None:
        """Finds the folders of recordings of which an end or a loss has become known, and that do not run any more."""
        ids = self._placeable()
        self._unplaced -= ids
        try:
            for one in ids:
                for folder in await self._catalogue.ask(lambda one=one: self._folders_of(one)):  # type: ignore[misc]
                    self._touch(folder, (one,))
        except CatalogueFailed:
            self._unplaced |= ids
            raise

    def _placeable(self) -> set[str]:
        """A running recording's folders have to wait anyway, and its rows are many: they are not read at each loss."""
        return self._unplaced.difference(self._running)

    async def _complete(self, folder: str) -> None:
        waiting = self._waiting[folder]
        waiting.is_changed = False
        if await asyncio.to_thread(self._volumes.exchanged, Path(folder)) is not None:
            self._again(waiting)
            return
        ids = tuple(waiting.ids)
        rows = await self._catalogue.ask(lambda: self._rows(ids))
        self._is_fast = not self._running
        order = CompleteFolder(
            folder,
            rows=tuple(rows),
            clocks=self._samples.of(ids),
            left_out=(self._catalogue.name,),
            hashed=tuple(waiting.hashed.values()),
            bytes_per_second=0 if self._is_fast else SLOW_BYTES_PER_SECOND,
            program=f"Seacorder {seacorder.__version__}",
            made_utc_ns=self._clock.utc_ns(),
            key_folder="" if self.key_folder is None else str(self.key_folder),
        )
        self._done(folder, waiting, await self._run(order, waiting))

    async def _run(self, order: CompleteFolder, waiting: _FolderTask) -> FolderCompleted:
        completed: list[FolderCompleted] = []
        done = asyncio.Event()

        def reported(_: str, report: object) -> None:
            if isinstance(report, FileHashed):
                waiting.hashed[report.path] = report
            elif isinstance(report, FolderCompleted):
                completed.append(report)
                done.set()

        job = Job(WORKER_NAME, Launch.of("completion"), order, _LIMITS, may_finish=False)
        await run_once(self._supervisor, job, Callbacks(on_report=reported), done)
        return completed[0] if completed else FolderCompleted(order.folder, fault="the process that reads it stopped")

    def _done(self, folder: str, waiting: _FolderTask, report: FolderCompleted) -> None:
        name = Path(folder).name
        if report.fault:
            self._again(waiting)
            if report.fault != waiting.told:
                waiting.told = report.fault
                fact = f"The manifest of {folder} could not be made ({report.fault}). Recorded files are not affected."
                action = "It is tried again by itself. Check the disk, and who may write there."
                self._journal.warn(EventKind.FOLDER_NOT_COMPLETE, fact, action)
            return
        if not waiting.is_changed:
            del self._waiting[folder]
            self._has_news = True
        if not report.is_gone:
            self._catalogue.record(CompletedFolder(folder, self._clock.utc_ns()))
        if report.is_new:
            self._stamps.wanted(folder)
            listed = f"{count_text(report.files, 'file')}, {report.bytes:,} bytes"
            fact = f"{name} is complete: {MANIFEST_NAME} lists {listed}."
            if report.earlier:
                fact += f" Changed since the manifest before: {', '.join(report.earlier[:5])}."
            self._journal.note(EventKind.FOLDER_COMPLETE, fact)

        (self._unsigned.add if report.unsigned else self._unsigned.discard)(folder)
        if report.unsigned and report.unsigned != self._told_unsigned:
            self._told_unsigned = report.unsigned
            fact = f"Manifests are made, but not signed. {report.unsigned}"
            self._journal.warn(EventKind.FOLDER_NOT_SIGNED, fact)

    def _make_key(self, folder: Path) -> None:
        """A fault is told when something is to be signed. Blocks."""
        try:
            if make_key(folder):
                _log.info("A key was made with which this recorder signs: %s. Keep a copy.", folder)
        except (OSError, SignaturesNotPossible) as fault:
            _log.warning("The key with which this recorder signs could not be made in %s (%s)", folder, fault)

    def _again(self, waiting: _FolderTask) -> None:
        waiting.due_ns = self._clock.monotonic_ns() + round(waiting.backoff.next_delay() * NS_PER_SECOND)

    def _rows(self, ids: Iterable[str]) -> list[AccountRow]:
        """What the catalogue has of these recordings. Blocks; raises CatalogueFailed."""
        found: list[AccountRow] = []
        for one in ids:
            recording = self._catalogue.recording(one)
            if recording is not None:
                kinds = (kind for kind in ACCOUNT_KINDS if kind is not Recording)
                found += [recording, *(row for kind in kinds for row in self._all(kind, one))]
        return found

    def _folders_of(self, recording_id: str) -> set[str]:
        """Where the catalogue has files of a recording. Blocks; raises CatalogueFailed."""
        files: list[Part | Clip] = [*self._all(Part, recording_id), *self._all(Clip, recording_id)]
        return {str(Path(file.path).parent) for file in files}

    def _all(self, kind: type[T], recording_id: str) -> list[T]:
        found: list[T] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = self._catalogue.rows(kind, Page(recording_id=recording_id, limit=LIMIT_MAX, cursor=cursor))
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        return found


def _has_key(folder: Path) -> bool:
    """It is there, and can sign. Blocks."""
    try:
        return bool(read_key(folder).public.name)
    except (StorageFailed, SignaturesNotPossible):
        return False
