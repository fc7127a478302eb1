"""The blackbox: an always-on recording beside the operator's, from the start of the program to its end.

The same packets of a channel's recording process go to a second file; nothing is connected or encoded a second time.
Its parts and losses come here, and never to `recordings`: to clients that ask whether something is recorded, the
blackbox does not exist.

It goes on by itself after everything: a recording process that starts is told to record into it; what an earlier run
left open is examined and listed.
"""

import asyncio
import contextlib
import logging
import math
from dataclasses import replace
from pathlib import Path

from seacorder.base.background import cancel, task
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import WorkerLost
from seacorder.base.message import Message
from seacorder.control.blackbox.holdings import Holdings
from seacorder.control.blackbox.needs import Needs
from seacorder.control.blackbox.observed import ObservedNeeds
from seacorder.control.context import Context
from seacorder.control.files.clock_samples import SPLITS_APART_NS, ClockSamples
from seacorder.control.recording.open_files import with_figures
from seacorder.control.workers.freshness import StoredBytes
from seacorder.model.blackbox import (
    BLACKBOX_PREFIX,
    FILE_TEMPLATE,
    BlackboxChannel,
    BlackboxSettings,
    BlackboxView,
    SplitBlackbox,
    StartBlackbox,
    is_of_blackbox,
)
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.command import RepairFiles
from seacorder.model.data_log import DataLogPlan, DataLogSettings, StartBlackboxLog, StartDataLog, StopBlackboxLog
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.recording import FileKind, FileState, Part
from seacorder.model.report import FileExamined, PartClosed, PartOpened
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

_log = logging.getLogger(__name__)

WORKER_NAME = "evidence of the blackbox"
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=5.0)
UNWRITTEN_NS = 1_800_000_000
"""A channel that has had a picture for this long and is not in a file is missing: with a look each second, the alarm
comes within three seconds."""
STOP_SECONDS = 5.0
ROUND_NS = 10 * NS_PER_SECOND
"""How often the limits are looked after; what was closed is written down within a second."""
OBSERVED_NS = 60 * NS_PER_SECOND
"""How often the catalogue is asked what was observed while nothing was recorded."""


class Blackbox:
    """For the event loop alone; `start` and `stop` wait, nothing else does."""

    def __init__(
        self,
        context: Context,
        settings: BlackboxSettings,
        supervisor: Supervisor,
        log_settings: DataLogSettings,
        clocks: ClockSamples,
    ) -> None:
        self.settings = settings
        self._log_settings = log_settings
        self.needs = Needs()
        """Who still needs files of it; others add their questions."""
        self.holdings = Holdings(settings, self.needs)
        self._clocks = clocks
        self._clocks_ns: int | None = None
        """When the clocks were looked at last (monotonic)."""
        self._hour: Path | None = None
        """The folder of the newest part."""
        self._observed = ObservedNeeds(context.catalogue)
        self.needs.add(self._observed.are_there)
        self._context = context
        self._supervisor = supervisor
        self._begun = Instant.now(context.clock)
        self.id = BLACKBOX_PREFIX + context.ids.next(self._begun.utc_ns)
        """Of this run of the program."""
        self._schedule = SplitSchedule(self._begun.monotonic_ns, settings.split_ns)
        self._stored = StoredBytes(self.id, FileKind.RECORDING)
        self._number: dict[str, int] = {}
        """By channel: of the newest part."""
        self.open: dict[tuple[str, int], Part] = {}
        """By channel and number: parts that are being written, or closed."""
        self._changed = asyncio.Event()
        self._loading: asyncio.Task[None] | None = None
        self._working: asyncio.Task[None] | None = None
        self._worked_ns = 0
        self._observed_ns: int | None = None
        self._was_missing = False

    # Life.

    def start(self) -> None:
        """Takes up what an earlier run has left, in the background: no channel waits for it."""
        self._loading = task(self._load(), "what the blackbox holds")

    async def stop(self) -> None:
        """After the workers have ended: writes down what they have closed."""
        for running in (self._loading, self._working):
            await cancel(running)
        for part in [*self.open.values()]:
            self._close(replace(part, state=FileState.INTERRUPTED))
        if self.holdings.has_work:
            with contextlib.suppress(TimeoutError):  # what a hanging disk does not take, the next start finds by itself
                await asyncio.wait_for(self.holdings.work(), STOP_SECONDS)

    def look(self) -> None:
        """Once a second; returns at once."""
        self._look_whether_back()
        if self._loading is not None and not self._loading.done():
            return
        if self._working is not None and not self._working.done():
            return
        now_ns = self._context.clock.monotonic_ns()
        if self.holdings.has_work or now_ns - self._worked_ns >= ROUND_NS:
            self._worked_ns = now_ns
            self._working = task(self._work(), "the blackbox's files")

    def _look_whether_back(self) -> None:
        """After it could not record, its disk may be another one, with files of before: they are looked for again."""
        is_missing = any(one.is_missing for one in self.view().channels)
        if self._was_missing and not is_missing and self._loading is not None and self._loading.done():
            self.start()
        self._was_missing = is_missing

    def channels_are(self, channels: tuple[str, ...]) -> None:
        """It records these from now on, each from the start of its next recording process on."""
        self.settings = replace(self.settings, channels=channels)

    # What workers say.

    def worker_started(self, channel: str) -> None:
        """Its recording process runs: it records into the blackbox."""
        if channel in self.settings.channels:
            instant = Instant.now(self._context.clock)
            number = self._number.get(channel, 0) + 1
            order = StartBlackbox(
                self.id, instant, self._naming(instant), self._schedule, number, self.settings.reserve_bytes
            )
            self._context.workers.send(channel, order)

    def telemetry_started(self, instant: Instant | None = None) -> None:
        """The worker that reads the instruments runs: it logs into the blackbox, from now on or from an instant on."""
        telemetry, instant = self._context.telemetry, instant or Instant.now(self._context.clock)
        if telemetry.is_on:
            schedule, root = SplitSchedule(instant.monotonic_ns, self.settings.split_ns), self.settings.root
            plan = DataLogPlan(instant.monotonic_ns, self._naming(instant), root, schedule, reevaluate_tags=True)
            telemetry.send(StartBlackboxLog(
                StartDataLog(self.id, instant, plan, self._log_settings), self.settings.reserve_bytes
            ))

    def takes(self, report: object) -> bool:
        """Takes a report about a part or a loss of the blackbox; False for any other report."""
        match report:
            case PartOpened(part) if is_of_blackbox(part.recording_id):
                self._number[part.channel] = max(part.number, self._number.get(part.channel, 0))
                self.open[part.channel, part.number] = part
                self._look_at_clocks(Path(part.path).parent)
            case PartClosed(part) if is_of_blackbox(part.recording_id):
                self._close(part)
            case _ if is_of_blackbox(getattr(report, "recording_id", None)):
                # What a worker says by itself is a row of what was missed.
                self.holdings.note(report)  # type: ignore[arg-type]
            case _:
                return False
        return True

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat."""
        self._stored.saw_status(replace(status, recording=status.blackbox))

    def worker_lost(self, last: ChannelStatus) -> None:
        """A worker ended: the parts that it was writing are as its last heartbeat says."""
        self._stored.forget(last.channel)
        for part in [one for one in self.open.values() if one.channel == last.channel]:
            self._close(replace(with_figures(part, last.blackbox), state=FileState.INTERRUPTED))

    def clock_stepped(self, step_ns: int) -> None:
        """The wall clock was changed by so much."""
        if self._hour is not None:
            self.holdings.note_clocks(self._hour, self._clocks.now("step", step_ns))

    async def split(self, instant: Instant, limit_seconds: float) -> None:
        """Ends the files that are being written with the next keyframes; returns when they are closed, or after the
        limit."""
        for channel in self.settings.channels:
            self._context.workers.send(channel, SplitBlackbox(instant))
        await self._split_log(instant, limit_seconds)
        ending = {key for key, part in self.open.items() if part.start_utc_ns < instant.utc_ns}
        try:
            async with asyncio.timeout(limit_seconds):
                while ending & set(self.open):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            _log.warning("Not every file of the blackbox has ended within %g s.", limit_seconds)

    # Questions.

    def view(self) -> BlackboxView:
        """How it is doing now."""
        channels = tuple(map(self._channel, self.settings.channels))
        self.holdings.open_bytes = sum(self._bytes(name) for name in self.settings.channels)
        return BlackboxView(
            root=self.settings.root,
            is_recording=not any(one.is_missing for one in channels) and any(one.is_recording for one in channels),
            channels=channels,
            files=self.holdings.count,
            bytes=self.holdings.bytes + self.holdings.open_bytes,
            max_bytes=self.settings.max_bytes,
            max_age_seconds=self.settings.max_age_ns / NS_PER_SECOND,
            oldest_utc_ns=self.holdings.oldest_utc_ns or self._first_open_utc_ns,
            needed_files=self.holdings.needed,
            why=self.holdings.fault,
        )

    @property
    def _first_open_utc_ns(self) -> int | None:
        return min((part.start_utc_ns for part in self.open.values()), default=None)

    # Inside.

    async def _split_log(self, instant: Instant, limit_seconds: float) -> None:
        telemetry = self._context.telemetry
        if telemetry.is_on:
            with contextlib.suppress(WorkerLost):  # its files can be read as they stand
                await telemetry.ask(lambda request: StopBlackboxLog(request, instant), limit_seconds)
            self.telemetry_started(instant)

    def _look_at_clocks(self, hour: Path) -> None:
        """A part begins. All channels split together: one look is enough."""
        now_ns = self._context.clock.monotonic_ns()
        if self._clocks_ns is None or now_ns - self._clocks_ns >= SPLITS_APART_NS:
            self.holdings.note_clocks(hour, self._clocks.now("start" if self._clocks_ns is None else "split"))
            self._clocks_ns = now_ns
        self._hour = hour

    def _close(self, part: Part) -> None:
        self.open.pop((part.channel, part.number), None)
        self.holdings.took(part)
        self._changed.set()

    def _bytes(self, channel: str) -> int:
        file = self._context.watch[channel].blackbox
        return 0 if file is None else file.bytes_stored

    def _channel(self, name: str) -> BlackboxChannel:
        status, now_ns = self._context.watch[name], self._context.clock.monotonic_ns()
        is_recording = self._stored.is_fresh(name, now_ns)
        file = status.blackbox
        return BlackboxChannel(
            name=name,
            is_recording=is_recording,
            is_missing=not is_recording and self._should_record(status, now_ns),
            path=None if file is None else file.path,
            why=None if is_recording else self._why(status),
        )

    def _should_record(self, status: ChannelStatus, now_ns: int) -> bool:
        """It has a picture, or would have one if its process ran, and there was time enough for a file."""
        watch = self._context.watch
        if status.channel in watch.lost:
            return True
        if status.state is not ChannelState.LIVE or watch.waits_for_picture(status.channel):
            return False
        live_ns = self._context.clock.utc_ns() - status.since_utc_ns
        # A negative time means that the wall clock has been set back since: then it counts as long live.
        return now_ns - self._begun.monotonic_ns >= UNWRITTEN_NS and not 0 <= live_ns < UNWRITTEN_NS

    def _why(self, status: ChannelStatus) -> Message:
        if status.why is not None:
            return status.why
        if status.blackbox is not None and status.blackbox.why is not None:
            return status.blackbox.why
        return self.holdings.fault or Message(f"Nothing of it reaches {self.settings.root}.")

    def _naming(self, instant: Instant) -> Naming:
        return Naming(
            base_folder=self.settings.root,
            directory_template="",
            directory_utc_ns=instant.utc_ns,
            file_template=FILE_TEMPLATE,
            file_utc_ns=instant.utc_ns,
            kind=FileKind.RECORDING,
            use_utc=True,
            fallback_folder=None,
        )

    async def _work(self) -> None:
        now_ns, oldest_ns = self._context.clock.monotonic_ns(), self.holdings.oldest_utc_ns
        if oldest_ns is not None and (self._observed_ns is None or now_ns - self._observed_ns >= OBSERVED_NS):
            await self._observed.look(oldest_ns)
            self._observed_ns = now_ns
        await self.holdings.work()

    async def _load(self) -> None:
        try:
            unknown = await self.holdings.load()
        except OSError as fault:
            _log.warning("What the blackbox held before cannot be listed (%s).", fault)
            return
        mine = {Path(part.path) for part in self.open.values()}
        left = [path for path in unknown if Path(path) not in mine]
        if left:
            await self._examine(left)

    async def _examine(self, paths: list[str]) -> None:
        """Files that were being written when the program ended: their own notes say what they are."""
        waiting, done = set(paths), asyncio.Event()

        def reported(_: str, report: object) -> None:
            if isinstance(report, FileExamined):
                waiting.discard(report.path)
                self._examined(report)
            if not waiting:
                done.set()

        order = RepairFiles(tuple(paths), examine_only=True)
        await run_once(self._supervisor, Job(WORKER_NAME, Launch.of("evidence"), order, _LIMITS),
                       Callbacks(on_report=reported), done)

    def _examined(self, report: FileExamined) -> None:
        part = _part_of(report)
        if part is None:
            self.holdings.took_unreadable(report.path)
        elif part.recording_id != self.id:  # those of this run are reported by themselves
            self.holdings.took(part)


def _part_of(report: FileExamined) -> Part | None:
    """None for a file of which nothing can be read."""
    note = report.note
    if note is None or report.state is None:
        return None
    return Part(
        recording_id=note.id,
        channel=note.channel,
        number=note.number,
        path=report.moved_to or report.path,
        start_utc_ns=note.first_frame_utc_ns,
        end_utc_ns=report.newest_frame_utc_ns,
        first_frame=note.first_frame,
        frames=report.frames,
        bytes=report.bytes,
        state=report.state,
    )
