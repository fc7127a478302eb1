"""Bags of what was recorded, made by a process of its own while they are sent: two at a time, and gently.

The process sends a piece for each that it is asked for. While a recording runs, it is asked so slowly that a disk and a
processor which are just fast enough for the recording stay so.
"""

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol

import seacorder
from seacorder.base.background import task
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import NotKnown, NotPossible, SeacorderError, StorageFailed
from seacorder.model.export import BagBegun, BagEnded, BagPiece, MakeBag, Refusal, SendMore
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.one_run import Job, run_once
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

WORKER_NAME = "export"
AT_ONCE = 2
"""Each keeps a disk busy."""
SLOW_BYTES_PER_SECOND = 16_000_000
"""So fast files are read while a recording runs."""
BEGIN_SECONDS_MAX = 60.0
"""So long the process may look at the files before it begins: those that are still written have no index."""
SETTLE_SECONDS_MAX = 20.0
"""So long a folder that is just being made complete is waited for."""
LOOK_SECONDS = 0.25
_AHEAD = 4
"""Pieces that are asked for before the first has come."""
_LIMITS = Limits(start_seconds=math.inf, heartbeat_seconds=math.inf, stop_seconds=0.5)
ERRORS: dict[Refusal, type[SeacorderError]] = {
    Refusal.AWAY: NotKnown, Refusal.NOTHING: NotKnown, Refusal.UNREADABLE: NotPossible, Refusal.DISK: StorageFailed
}


class Folders(Protocol):
    """What makes folders complete; see `control.files.completion`."""

    key_folder: Path | None

    def is_due(self, folder: str) -> bool: ...


class Exports:
    """For the event loop alone."""

    def __init__(
        self, supervisor: Supervisor, clock: Clock, folders: Folders, is_recording: Callable[[], bool]
    ) -> None:
        self._supervisor = supervisor
        self._clock = clock
        self._folders = folders
        self._is_recording = is_recording
        self._running: set[Export] = set()
        self._numbers = itertools.count(1)

    async def open(self, order: MakeBag) -> "Export":
        """Begins a bag; whoever has it closes it. Waits for folders that are just being made complete. Raises
        NotPossible where too many are made or a file cannot be cut, NotKnown where a file is away or there is nothing,
        StorageFailed where the disk does not answer."""
        if order.stretch is None:
            await self._settled({str(Path(one).parent) for one in (*order.files, *order.beside)})
        if len(self._running) >= AT_ONCE:
            raise NotPossible(f"{AT_ONCE} archives are being made already.", "Try again later.")
        job = Job(f"{WORKER_NAME} {next(self._numbers)}", Launch.of("export"), order, _LIMITS, may_finish=False)
        export = Export(self._supervisor, job, self._pace(), self._running.discard)
        self._running.add(export)
        try:
            await export.begin()
        except BaseException:
            export.close()
            raise
        return export

    @property
    def is_making(self) -> bool:
        """A bag is on its way."""
        return bool(self._running)

    def order(self, name: str, title: str, recordings: tuple[str, ...] = ()) -> MakeBag:
        """An order without files yet."""
        key_folder = self._folders.key_folder
        return MakeBag(
            name,
            title,
            recordings,
            program=f"Seacorder {seacorder.__version__}",
            made_utc_ns=self._clock.utc_ns(),
            key_folder="" if key_folder is None else str(key_folder),
        )

    async def _settled(self, folders: set[str]) -> None:
        try:
            async with asyncio.timeout(SETTLE_SECONDS_MAX):
                while any(map(self._folders.is_due, folders)):
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            raise NotPossible(
                "The folder of this recording is just being made complete.", "Try again in a minute."
            ) from error

    def _pace(self) -> "SendingPace":
        return SendingPace(self._clock, self._is_recording)


class SendingPace:
    """How long to wait after so many bytes."""

    def __init__(self, clock: Clock, is_recording: Callable[[], bool]) -> None:
        self._clock = clock
        self._is_recording = is_recording
        self._next_ns = 0

    def wait_seconds(self, count: int) -> float:
        """0 while nothing is recorded."""
        now_ns = self._clock.monotonic_ns()
        if not self._is_recording():
            self._next_ns = now_ns
            return 0.0
        self._next_ns = max(self._next_ns, now_ns) + count * NS_PER_SECOND // SLOW_BYTES_PER_SECOND
        return (self._next_ns - now_ns) / NS_PER_SECOND


class Export:
    """One bag on its way."""

    def __init__(
        self, supervisor: Supervisor, job: Job, pace: SendingPace, ended: Callable[["Export"], None]
    ) -> None:
        self._supervisor = supervisor
        self._job = job
        self._pace = pace
        self._reports: asyncio.Queue[object] = asyncio.Queue()
        """At most as many as were asked for; None once the process has ended."""
        self._running = task(self._run(), job.name)
        self._running.add_done_callback(lambda _: ended(self))

    async def begin(self) -> None:
        """Waits until the process has looked at all files; raises as `Exports.open`."""
        try:
            async with asyncio.timeout(BEGIN_SECONDS_MAX):
                report = await self._reports.get()
        except TimeoutError as error:
            raise StorageFailed("The files' disk does not answer.", "Check its cable.") from error
        if not isinstance(report, BagBegun):
            raise StorageFailed("The process that reads the files has ended.", "Try again.")
        if report.refusal is not None:
            raise ERRORS[report.refusal](report.fact, report.action)
        for _ in range(_AHEAD):
            self._ask()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes of the ZIP. Raises StorageFailed where it cannot be made to its end: it is none then."""
        while True:
            match await self._reports.get():
                case BagPiece(data):
                    if data:
                        yield data
                    await asyncio.sleep(self._pace.wait_seconds(len(data)))
                    self._ask()
                case BagEnded(""):
                    return
                case BagEnded(fault):
                    raise StorageFailed(fault, "Try again.")
                case _:
                    raise StorageFailed("The process that reads the files has ended.", "Try again.")

    def close(self) -> None:
        """Ends the process; harmless when it has ended."""
        self._running.cancel()

    async def ended(self) -> None:
        """Waits until the process has ended, so that another archive can have its place."""
        await asyncio.wait({self._running})

    def _ask(self) -> None:
        if not self._running.done():
            self._supervisor[self._job.name].send(SendMore())

    async def _run(self) -> None:
        callbacks = Callbacks(on_report=lambda _, report: self._reports.put_nowait(report))
        try:
            await run_once(self._supervisor, self._job, callbacks)
        finally:
            self._reports.put_nowait(None)
