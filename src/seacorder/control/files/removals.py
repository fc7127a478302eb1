"""Removes recordings: nothing that is not proved to be elsewhere, unless somebody says so word for word.

A process of its own, `copies.removal`, reads the copies and removes the files. In between stands the note: the row of
the removal, with each file's path, size and time, is on the medium before the first file goes. So after a kill at any
moment either all files are there and nothing was noted, or the next run of the program finishes what the note says.

One recording at a time. One that runs, or whose files somebody needs (`uses`), is refused in a sentence.
"""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from seacorder.base.background import cancel, task
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.duration import large_count_text
from seacorder.base.errors import BadRequest, CatalogueFailed, NotKnown, NotPossible, StorageFailed
from seacorder.base.message import Message
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.files.completion import Completion
from seacorder.control.files.removal_rows import RecordingRows, rows_of
from seacorder.control.files.uses import Uses
from seacorder.model.copies import CopyTarget
from seacorder.model.recording import Clip, FileState, Part, RecordingState
from seacorder.model.removal import (
    COPY_SEPARATOR,
    PHRASE,
    BytesCompared,
    FilesRemoved,
    FolderToRemove,
    PrepareRemoval,
    Removal,
    RemovalOrder,
    RemovalPrepared,
    RemovalState,
    RemovalView,
    RemoveFiles,
    document_of_files,
)
from seacorder.storage.volumes import MarkedFolders
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME, LISTING_NAME = "removal of a recording", "list of what would be removed"
MOST_WAITING = 100
REFUSALS_KEPT = 100
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=0.5)
"""The process may report nothing for long while a disk is slow, and nothing is lost when it is killed."""
_AGAIN_SECONDS = (5.0, 300.0)
_STOPPED = Message("The process that reads the files has ended.", "Try again.")
RULE_BYTES_PER_SECOND = 16_000_000
"""The most that is read of copies for a rule, whatever else happens: a recording may need the disks."""
_TARGET_LIMITS = Limits(start_seconds=120.0, heartbeat_seconds=120.0, stop_seconds=0.5)
"""A network drive that hangs must not keep other recordings from being removed."""
T = TypeVar("T")
Ended = Callable[[Message | None], None]
"""Called once a removal has ended: with a reason if it was not done."""


@dataclass(frozen=True, slots=True)
class RemovalSettings:
    """What does not change in a run of the program."""

    volumes: MarkedFolders = field(default_factory=MarkedFolders)
    roots: tuple[str, ...] = ()
    """Folders below which all recorded files lie. None of them is removed."""
    is_repairing: Callable[[], bool] = lambda: False
    """Whether interrupted files are being repaired now."""
    uses: Uses = field(default_factory=Uses)
    places: Callable[[], Mapping[str, CopyTarget]] = field(default=dict)
    """By place of `[[copies]]` at which copies can be compared: its target."""


@dataclass(slots=True)
class _Ordered:
    """A removal that waits for its copies to be verified."""

    order: RemovalOrder
    utc_ns: int
    ended: Ended | None = None
    """Is told in place of everybody if it is not done."""
    compared: BytesCompared = field(default_factory=lambda: BytesCompared(0, 0))


@dataclass(slots=True)
class _Noted:
    """A removal that has to be finished."""

    removal: Removal
    due_ns: int = 0
    backoff: Backoff = field(default_factory=lambda: Backoff(*_AGAIN_SECONDS))
    told: str = ""
    ended: Ended = lambda _: None


class Removals:
    """For the event loop alone."""

    def __init__(
        self,
        supervisor: Supervisor,
        catalogue: Catalogue,
        journal: Journal,
        clock: Clock,
        completion: Completion,
        settings: RemovalSettings,
    ) -> None:
        self.uses = settings.uses
        self._supervisor, self._catalogue, self._journal = supervisor, catalogue, journal
        self._clock, self._completion, self._settings = clock, completion, settings
        self._ordered: dict[str, _Ordered] = {}
        self._noted: dict[str, _Noted] = {}
        self._refused: dict[str, Message] = {}
        self._working: asyncio.Task[None] | None = None
        self._verifying: _Ordered | None = None
        """Whose copies are being read."""
        self._listing = asyncio.Lock()
        self._is_stopped = False

    async def load(self) -> None:
        """Takes up the removals that an unexpected end has interrupted. Raises CatalogueFailed."""
        for one in await asyncio.to_thread(self._catalogue.removals_to_finish):
            self._note(one)

    def look(self) -> None:
        """Goes on with what is ordered or noted. Returns at once."""
        is_idle = self._working is None or self._working.done()
        if is_idle and not self._is_stopped and (self._ordered or self._next_noted() is not None):
            self._working = task(self._work(), "removing recordings")

    async def stop(self) -> None:
        """Ends the work. What is noted is finished by the next run of the program; what is not, is not begun."""
        self._is_stopped = True
        await cancel(self._working)
        self._working = None

    async def view(self, recording_id: str) -> RemovalView:
        """How its removal stands; for one that nobody has ordered, what would go and what is in the way.

        Raises NotKnown, NotPossible, StorageFailed, CatalogueFailed."""
        ordered = self._ordered.get(recording_id)
        if ordered is not None:
            wanted, compared = ordered.order, ordered.compared
            return RemovalView(
                recording_id, RemovalState.VERIFYING, ordered.utc_ns, wanted.ordered_by, wanted.why, wanted.places,
                compared_bytes=compared.bytes, to_compare_bytes=compared.of_bytes,
            )
        rows = await self._rows(recording_id)
        if rows.removal is not None:
            return _view_of(rows.removal)
        hindrance = self._hindrance(rows) or self._refused.get(recording_id)
        async with self._listing:
            found = await self._run(LISTING_NAME, self._preparation(rows), RemovalPrepared)
        if found is None:
            raise StorageFailed(_STOPPED.fact, _STOPPED.action)
        return RemovalView(
            recording_id,
            RemovalState.WAITING,
            files=len(found.files),
            bytes=sum(one.bytes for one in found.files),
            copies=rows.copies,
            folders=rows.folders,
            left=found.left,
            hindrance=hindrance or (Message(found.fact, found.action) if found.fact else None),
        )

    @property
    def is_idle(self) -> bool:
        """Nobody has ordered anything that has not ended or been noted, and nothing is being removed."""
        return not self._ordered and (self._working is None or self._working.done())

    @property
    def by_rule(self) -> str | None:
        """The id of the recording that a rule removes just now."""
        return next((name for name, one in self._ordered.items() if one.order.is_by_rule), None)

    async def hindrance(self, recording_id: str) -> Message | None:
        """Why it cannot be removed now, whatever copies there are. Raises NotKnown, CatalogueFailed."""
        return self._hindrance(await self._rows(recording_id))

    async def order(self, order: RemovalOrder, ended: Ended | None = None) -> None:
        """Orders it; `view` says what becomes of it, and `ended` is told when it is over. Raises NotKnown, NotPossible,
        CatalogueFailed, and BadRequest where neither a copy is named nor the phrase is said."""
        rows = await self._rows(order.recording_id)
        if rows.removal is not None:
            raise NotPossible("The recording was removed already.", "See /api/v1/removals.")
        if not order.copies and not order.is_without_a_copy and not rows.copies:
            raise BadRequest(
                "Nothing is removed of which no verified copy is known.",
                f"Name the folder of a copy, which is verified first; or say `{PHRASE}`.",
                field="verified_copy",
            )
        if (hindrance := self._hindrance(rows)) is not None:
            raise NotPossible(hindrance.fact, hindrance.action)
        if not order.copies and not order.is_without_a_copy:
            order = replace(order, targets=self._targets_of(rows))
        if len(self._ordered) >= MOST_WAITING:
            raise NotPossible(f"{MOST_WAITING} removals are waiting already.", "Try again later.")
        self._refused.pop(order.recording_id, None)
        if not order.is_by_rule:
            self._make_way()
        self._ordered.setdefault(order.recording_id, _Ordered(order, self._clock.utc_ns(), ended))
        self.look()

    # Inside.

    def _make_way(self) -> None:
        """What somebody orders does not wait until a rule has read its copies, which may take a day."""
        if self._working is not None and self._verifying is not None and self._verifying.order.is_by_rule:
            del self._ordered[self._verifying.order.recording_id]
            self._verifying = None  # once is enough: a second time would break off the end of the process
            self._working.cancel()

    async def _work(self) -> None:
        try:
            while not self._is_stopped:
                if (noted := self._next_noted()) is not None:
                    await self._finish(noted)
                elif self._ordered:
                    await self._carry_out(next(iter(self._ordered.values())))
                else:
                    return
        except CatalogueFailed:
            return  # it has raised its alarm, and the next look tries again

    async def _carry_out(self, ordered: _Ordered) -> None:
        """Verifies the copies, then notes the removal. All or nothing."""
        order = ordered.order
        try:
            await self._note_down(ordered)
        except (NotKnown, NotPossible, CatalogueFailed) as why:
            self._refused[order.recording_id] = why.message
            while len(self._refused) > REFUSALS_KEPT:
                del self._refused[next(iter(self._refused))]
            if ordered.ended is not None:
                ordered.ended(why.message)
                return
            fact = f"The recording {order.recording_id} was not removed. {why.fact}"
            self._journal.warn(EventKind.RECORDING_NOT_REMOVED, fact, why.action)
        finally:
            if not self._is_stopped and self._ordered.get(order.recording_id) is ordered:
                del self._ordered[order.recording_id]

    async def _note_down(self, ordered: _Ordered) -> None:
        order = ordered.order
        rows = await self._rows(order.recording_id)

        def compared(report: object) -> None:
            if isinstance(report, BytesCompared):
                ordered.compared = report

        if (away := await self._folder_away(rows.folders)) is not None:
            raise NotPossible(f"The disk of {away} is not there.", "Connect it, then try again.")
        wanted = replace(
            self._preparation(rows),
            copies=order.copies,
            targets=order.targets,
            bytes_per_second=RULE_BYTES_PER_SECOND if order.is_by_rule else 0,
            least_copies=order.least_copies or min(1, len(order.targets)),
            needed=rows.needed if order.is_by_rule else (),
        )
        limits = _TARGET_LIMITS if order.targets else _LIMITS
        self._verifying = ordered
        found = await self._run(WORKER_NAME, wanted, RemovalPrepared, compared, limits)
        self._verifying = None
        if found is None or found.fact:
            why = _STOPPED if found is None else Message(found.fact, found.action)
            raise NotPossible(why.fact, why.action)
        rows = await self._rows(order.recording_id)  # something may have come meanwhile
        if order.targets and not rows.copies:
            raise NotPossible("Its verified copies are not known any more.", "See `seacorder copies`.")
        if len(found.verified) < wanted.least_copies or not (found.verified or order.is_without_a_copy):
            raise NotPossible("Too few copies could be compared.", "See `seacorder copies`.")
        if (hindrance := self._hindrance(rows)) is not None:
            raise NotPossible(hindrance.fact, hindrance.action)
        removal = Removal(
            order.recording_id, rows.recording.start_utc_ns, rows.recording.end_utc_ns, self._clock.utc_ns(),
            RemovalState.REMOVING, order.ordered_by, order.why, COPY_SEPARATOR.join((*found.verified, *rows.copies)),
            len(found.files), sum(one.bytes for one in found.files), document_of_files(found.files),
        )
        self._note(removal, rows.folders)
        self._noted[removal.recording_id].ended = ordered.ended or (lambda _: None)
        for row in (removal, *rows.as_removed):
            self._catalogue.record(row)

    async def _finish(self, noted: _Noted) -> None:
        removal = noted.removal
        folders = _folders_of(removal)
        await self._catalogue.flush()
        rows = await self._rows(removal.recording_id)
        if rows.removal is None:  # so much waited for the catalogue's disk that it was dropped
            self._catalogue.record(removal)
            self._again(noted, "the list of recordings does not have it yet")
            return
        if (away := await self._folder_away(folders)) is not None:
            self._again(noted, f"the disk of {away} is not there")
            return
        report = await self._run(WORKER_NAME, RemoveFiles(removal, folders, self._settings.roots), FilesRemoved)
        if report is None or report.fault:
            self._again(noted, "the process that removes it has ended" if report is None else report.fault)
            return
        for row in rows.as_removed:  # again: a kill may have come between the note and these
            self._catalogue.record(row)
        self._catalogue.record(replace(removal, state=RemovalState.REMOVED, utc_ns=self._clock.utc_ns()))
        await self._catalogue.flush()
        del self._noted[removal.recording_id]
        self._completion.held -= {*folders}
        self._tell(removal, report)
        noted.ended(None)

    def _tell(self, removal: Removal, report: FilesRemoved) -> None:
        by = f" by {removal.ordered_by}" if removal.ordered_by else ""
        by += f" ({removal.why})" if removal.why else ""
        size = f"{large_count_text(removal.files, 'file')}, {removal.bytes:,} bytes"
        copies = ", ".join(removal.copy_places)
        proved = f"A verified copy is in {copies}." if copies else "No copy was verified."
        fact = f"The recording {removal.recording_id} was removed{by}: {size}. {proved}"
        if report.changed:
            left = ", ".join(report.changed[:5])
            action = f"Look at these files: they were changed meanwhile, and were left: {left}."
            self._journal.warn(EventKind.RECORDING_REMOVED, fact, action)
        else:
            self._journal.note(EventKind.RECORDING_REMOVED, fact)

    def _again(self, noted: _Noted, why: str) -> None:
        noted.due_ns = self._clock.monotonic_ns() + round(noted.backoff.next_delay() * NS_PER_SECOND)
        if why != noted.told:
            noted.told = why
            fact = f"The removal of {noted.removal.recording_id} is not finished ({why})."
            action = "It is tried again by itself. Check the disk, and who may write there."
            self._journal.warn(EventKind.RECORDING_NOT_REMOVED, fact, action)

    def _note(self, removal: Removal, folders: tuple[str, ...] = ()) -> None:
        self._noted[removal.recording_id] = _Noted(removal)
        self._completion.held |= {*folders, *_folders_of(removal)}

    def _next_noted(self) -> _Noted | None:
        now_ns = self._clock.monotonic_ns()
        return next((one for one in self._noted.values() if one.due_ns <= now_ns), None)

    async def _folder_away(self, folders: Iterable[str]) -> str | None:
        """The first of the folders whose disk is not there; None if all are."""
        for folder in folders:
            if await asyncio.to_thread(self._settings.volumes.exchanged, Path(folder)) is not None:
                return folder
        return None

    async def _rows(self, recording_id: str) -> RecordingRows:
        rows = await self._catalogue.ask(lambda: rows_of(self._catalogue, recording_id, self._settings.roots))
        if rows is None:
            raise NotKnown("There is no such recording.", "See /api/v1/recordings.")
        return rows

    def _hindrance(self, rows: RecordingRows) -> Message | None:
        """Why it must not be removed now."""
        if rows.recording.state is RecordingState.RUNNING or _any_is(FileState.OPEN, rows.videos):
            return Message("The recording is still running.", "Stop it first.")
        if rows.is_carried_on:
            return Message("The recording that runs carries it on.", "Stop that one first.")
        if why := self.uses.why(rows.recording.id):
            return Message(why, "Try again when that is over.")
        if self._settings.is_repairing() and _any_is(FileState.INTERRUPTED, rows.videos):
            return Message("A file of it is being repaired.", "Try again in some minutes.")
        if any(map(self._completion.is_due, rows.folders)):
            return Message("A manifest of its folder is being made.", "Try again in a minute.")
        return None

    def _targets_of(self, rows: RecordingRows) -> tuple[CopyTarget, ...]:
        """Where its verified copies can be compared now, buckets last: their link costs most. Raises NotPossible."""
        places = self._settings.places()
        found = [places[one] for one in rows.places if one in places]
        if not found:
            raise NotPossible(
                "No [[copies]] target is there any more at which its verified copies can be compared.",
                "Connect that disk, or name the folder of a copy.",
            )
        return tuple(sorted(found, key=lambda one: one.is_bucket))

    def _preparation(self, rows: RecordingRows) -> PrepareRemoval:
        folders = tuple(
            FolderToRemove(folder, rows.paths_in(folder), folder in rows.shared) for folder in rows.folders
        )
        return PrepareRemoval(folders, roots=self._settings.roots)

    async def _run(
        self,
        name: str,
        order: object,
        answer: type[T],
        on_report: Callable[[object], None] = lambda _: None,
        limits: Limits = _LIMITS,
    ) -> T | None:
        """The answer of the process; None if it has ended without one."""
        found: list[T] = []
        done = asyncio.Event()

        def reported(_: str, report: object) -> None:
            on_report(report)
            if isinstance(report, answer):
                found.append(report)
                done.set()

        job = Job(name, Launch.of("removal"), order, limits, may_finish=False)
        await run_once(self._supervisor, job, Callbacks(on_report=reported), done)
        return found[0] if found else None


def _any_is(state: FileState, videos: tuple[Part | Clip, ...]) -> bool:
    return any(one.state is state for one in videos)


def _folders_of(removal: Removal) -> tuple[str, ...]:
    return tuple(sorted({str(Path(one.path).parent) for one in removal.removed_files}))


def _view_of(removal: Removal) -> RemovalView:
    return RemovalView(
        removal.recording_id, removal.state, removal.utc_ns, removal.ordered_by, removal.why, removal.copy_places,
        removal.files, removal.bytes, _folders_of(removal),
    )
