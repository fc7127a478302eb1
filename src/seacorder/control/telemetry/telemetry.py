"""The worker that reads the instruments, seen from control: kept running, and what it has reported."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from seacorder.base.background import cancel, survived, task
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock, both_ns
from seacorder.base.errors import NoAnswer, NotKnown, WorkerLost
from seacorder.base.message import Message
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.telemetry.history import History, Recent
from seacorder.model.data_log import StopBlackboxLog, StopDataLog
from seacorder.model.definition.definition import Definition
from seacorder.model.definition.in_force import InForce
from seacorder.model.reading import Reading
from seacorder.model.report import Answer, EventNoted
from seacorder.model.telemetry import (
    DefinitionRefused,
    ReadingsTaken,
    SourceLine,
    SourceLines,
    SourceState,
    SourceStatus,
    TelemetrySettings,
    TelemetryStatus,
    TellLines,
    UseDefinitions,
    judged,
)
from seacorder.model.trying import MARK_BYTES, Mark, mark_in
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import STARTED_AGAIN, Callbacks

WORKER_NAME = "telemetry"
HUNG_NS = NS_PER_SECOND
"""A definition that was being tried for so long when the worker ended is the reason why it hung."""
TAKEN_SECONDS = 2.0
"""How long the worker may take for new definitions, while it takes what has come before them."""
BEHIND_NS = 100 * NS_PER_MS
"""A row of the history is made so long after its second: by then every reading of that instant has come."""
_NOT_RUNNING = "The process that reads the instruments does not run."
STARTING = Message("The process that reads the instruments is starting.", "Nothing to do; this takes a second.")


def _no_news() -> None: ...
def _no_readings(_: tuple[Reading, ...]) -> None: ...


@dataclass(frozen=True, slots=True)
class TelemetryCallbacks:
    """Called in the event loop; none of these may block."""

    on_started: Callable[[], None] = _no_news
    """A new process of the worker takes commands."""
    on_news: Callable[[], None] = _no_news
    """Alarms may have to be looked at."""
    on_readings: Callable[[tuple[Reading, ...]], None] = _no_readings
    """What has come."""


class Telemetry:
    """For the event loop alone; nothing blocks but `start`, for a small file."""

    def __init__(
        self,
        supervisor: Supervisor,
        settings: TelemetrySettings | None,
        clock: Clock,
        journal: Journal,
        launch: Launch | None = None,
    ) -> None:
        self.settings = settings
        """What the next process of the worker is started with; None without sources."""
        self._configured = () if settings is None else settings.sources
        self._callbacks = TelemetryCallbacks()
        self.stale_ns: Mapping[str, int] = {one.name: one.stale_ns for one in self._configured}
        """By source: after how long a reading is stale."""
        self._supervisor = supervisor
        self._launch = launch or Launch.of("telemetry")
        self._clock = clock
        self._journal = journal
        self._history = History()
        self._recent = Recent(self.stale_ns)
        self._latest: dict[str, Reading] = {}
        self._revision = 0
        """Counts the batches of readings that have changed something."""
        self._revisions: dict[str, int] = {}
        """By field: the revision at which it changed last."""
        self._arrived = asyncio.Event()
        self._sources = tuple(
            SourceStatus(one.name, SourceState.CONNECTING, clock.utc_ns(), STARTING) for one in self._configured
        )
        self._sampling: asyncio.Task[None] | None = None

    @property
    def is_on(self) -> bool:
        """There are sources of survey data."""
        return self.settings is not None

    @property
    def now_ns(self) -> int:
        """Monotonic; ages are counted to it."""
        return self._clock.monotonic_ns()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the sources, in the order of the settings."""
        return tuple(one.address for one in self._configured)

    @property
    def definitions(self) -> Mapping[str, tuple[Definition, ...]]:
        """By source, in the order of the settings: what its records mean."""
        return {one.name: one.definitions for one in self._configured}

    # Life.

    def start(self, callbacks: TelemetryCallbacks | None = None) -> None:
        """Starts the worker, if there are sources; does not wait for it."""
        if self.settings is None:
            return
        self._callbacks = callbacks or self._callbacks
        self.settings = replace(self.settings, trying_path=_new_mark_file())
        heard = Callbacks(on_report=self._report, on_started=self._started, on_lost=self._lost)
        self._supervisor.add(WORKER_NAME, self._launch, self.settings, callbacks=heard).start()
        self._sampling = task(self._sample(), "history of readings")

    async def stop(self) -> None:
        """What remains after the supervisor has stopped the worker."""
        await cancel(self._sampling)
        self._sampling = None
        if self.settings is not None and self.settings.trying_path:
            with contextlib.suppress(OSError):
                Path(self.settings.trying_path).unlink()

    def send(self, command: object) -> bool:
        """Hands a command to the worker; False when it does not run, or there is none."""
        return self._sampling is not None and self._supervisor[WORKER_NAME].send(command)

    async def use(self, in_force: InForce, changed: str = "") -> None:
        """Has the sources read with these definitions from now on; returns when the worker does so. One that does not
        run, or that has not confirmed in time, takes them later.

        `changed` is the name of the one that is new: if it took too long before, it is tried again.
        """
        if self.settings is None:
            return
        before = self.definitions
        sources = tuple(
            replace(one, definitions=in_force.of_source(one.definition_names, one.framing))
            for one in self._configured
        )
        self._configured = sources
        self.settings = replace(self.settings, sources=sources)
        self._try_again(changed)
        new = {name: used for name, used in self.definitions.items() if used != before[name]}
        if new and self._sampling is not None:
            refused = self.settings.refused
            with contextlib.suppress(WorkerLost):
                await self.ask(lambda request: UseDefinitions(request, new, refused), TAKEN_SECONDS)
            self._try_again(changed)  # the worker may have refused the former one just before it took the new one

    def _try_again(self, changed: str) -> None:
        """The next process of the worker begins with the settings as they are now; the changed one is not refused."""
        assert self.settings is not None  # noqa: S101 - only with sources
        refused = tuple(name for name in self.settings.refused if name != changed)
        self.settings = replace(self.settings, refused=refused)
        if self._sampling is not None:
            self._supervisor[WORKER_NAME].first_message = self.settings

    async def lines(self, source: str, after: int) -> tuple[SourceLine, ...]:
        """The newest records of a source as they came, those with a higher number than `after`. Raises NotKnown where
        there is no such source, WorkerLost when the worker does not run."""
        if source not in self.definitions:
            known = ", ".join(self.definitions) or "none"
            raise NotKnown(f"There is no source {source!r}.", f"There are {known}.", field="source")
        if self._sampling is None:
            return ()
        request = TellLines(self._supervisor.next_request(), source, after)
        told = await self._supervisor[WORKER_NAME].request(request, TAKEN_SECONDS)
        return told.lines if isinstance(told, SourceLines) else ()

    async def ask(
        self, make: Callable[[int], StopDataLog | StopBlackboxLog | UseDefinitions], limit_seconds: float
    ) -> Answer:
        """Hands the worker a command made with the request's number, and waits for its answer.

        Raises WorkerLost when the worker does not run or ends, NoAnswer when it takes too long.
        """
        if self._sampling is None:
            raise WorkerLost(_NOT_RUNNING, STARTED_AGAIN)
        command = make(self._supervisor.next_request())
        try:
            answer = await self._supervisor[WORKER_NAME].request(command, limit_seconds)
        except NoAnswer as error:
            raise NoAnswer(f"The process that reads the instruments did not answer in {limit_seconds:g} s.") from error
        except WorkerLost as error:  # its words are those of a channel's recording process
            raise WorkerLost(_NOT_RUNNING, STARTED_AGAIN) from error
        if isinstance(answer, Answer):
            return answer
        raise WorkerLost("The program made an error (an unexpected answer of the process that reads the instruments).")

    # Questions, answered from memory.

    @property
    def history(self) -> History:
        """A row a second of the last day."""
        return self._history

    def readings(self) -> tuple[Reading, ...]:
        """The newest reading of every field, as it counts now, in the order of their names."""
        now_ns = self._clock.monotonic_ns()
        return tuple(self._judged(self._latest[name], now_ns) for name in sorted(self._latest))

    def at(self, monotonic_ns: int) -> tuple[Reading, ...]:
        """What was valid at an instant of the last minute."""
        return self._recent.at(monotonic_ns)

    def sources(self) -> tuple[SourceStatus, ...]:
        """How each source is doing, in the order of the settings."""
        return self._sources

    @property
    def restarts(self) -> int:
        """How often the worker was started again."""
        return self._supervisor[WORKER_NAME].restarts if self._sampling is not None else 0

    async def follow(self) -> AsyncIterator[tuple[Reading, ...]]:
        """All readings, then those that change or are renewed, as they come, without end. A slow follower gets the
        newest of each field, and delays nothing."""
        seen = self._revision
        yield self.readings()
        while True:
            arrived = self._arrived
            if self._revision == seen:
                await arrived.wait()
                continue
            new = [name for name, revision in self._revisions.items() if revision > seen]
            seen, now_ns = self._revision, self._clock.monotonic_ns()
            yield tuple(self._judged(self._latest[name], now_ns) for name in new)

    # What the worker says.

    def _report(self, _name: str, report: object) -> None:
        match report:
            case ReadingsTaken(readings):
                self._take(readings)
            case TelemetryStatus(sources):
                has_news = _signs(sources) != _signs(self._sources)
                self._sources = sources
                if has_news:
                    self._callbacks.on_news()
            case EventNoted(event):
                self._journal.take(event)
            case DefinitionRefused(name, source):
                self._refuse(name, f"{source}: the definition {name} took too long over a record")
            case _:
                pass

    def _take(self, readings: tuple[Reading, ...]) -> None:
        self._put(readings)
        for reading in readings:
            self._recent.take(reading)
        self._callbacks.on_readings(readings)

    def _put(self, readings: Iterable[Reading]) -> None:
        """These are the newest of their fields now; wakes the followers."""
        self._revision += 1
        for reading in readings:
            self._latest[reading.name] = reading
            self._revisions[reading.name] = self._revision
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()

    def _started(self, _name: str) -> None:
        self._callbacks.on_started()
        if self.restarts:
            self._journal.note(EventKind.WORKER_BACK, "The process that reads the instruments runs again.")

    def _lost(self, _name: str, fault: str) -> None:
        stopped = f"The process that reads the instruments stopped unexpectedly ({fault})."
        self._journal.warn(EventKind.WORKER_LOST, f"{stopped} Video is not affected.", STARTED_AGAIN)
        why, utc_ns = Message(stopped, STARTED_AGAIN), self._clock.utc_ns()
        self._sources = tuple(
            replace(one, state=SourceState.FAILED, since_utc_ns=utc_ns, why=why) for one in self._sources
        )
        mark = _mark_at(self.settings.trying_path if self.settings else "")
        if mark is not None and self._clock.monotonic_ns() - mark.since_ns >= HUNG_NS:
            self._refuse(mark.name, f"The process that reads the instruments hung in the definition {mark.name}")
        self._callbacks.on_news()

    def _refuse(self, name: str, fact: str) -> None:
        """A definition is not used any more, by no later process of the worker either."""
        if self.settings is None or name in self.settings.refused:
            return
        self.settings = replace(self.settings, refused=(*self.settings.refused, name))
        self._supervisor[WORKER_NAME].first_message = self.settings
        action = (
            "It is not used any more until it is changed or Seacorder is restarted. Change its regular expression: "
            "repeats inside repeats, such as (a+)+, never end over some texts."
        )
        self._journal.warn(EventKind.DEFINITION_REFUSED, f"{fact}. Its values are missing.", action)
        self._callbacks.on_news()

    # Time that goes by.

    async def _sample(self) -> None:
        while True:
            since_row_ns = (self._clock.utc_ns() - BEHIND_NS) % NS_PER_SECOND
            await asyncio.sleep((NS_PER_SECOND - since_row_ns) / NS_PER_SECOND)
            with survived("A row of the readings' history"):
                self.look()

    def look(self) -> None:
        """Each second: adds a row to the history, and notices what has become stale while no worker says so."""
        now_ns, utc_ns = both_ns(self._clock)
        second_ns = (utc_ns - BEHIND_NS) // NS_PER_SECOND * NS_PER_SECOND
        self._history.add(second_ns, self._recent.at(now_ns - (utc_ns - second_ns)))
        stale = [now for one in self._latest.values() if (now := self._judged(one, now_ns)) is not one]
        if stale:
            self._put(stale)

    def _judged(self, reading: Reading, now_ns: int) -> Reading:
        return judged(reading, now_ns, self.stale_ns.get(reading.source, 0))


def _signs(sources: tuple[SourceStatus, ...]) -> list[object]:
    """What alarms read in a status."""
    return [(one.state, one.why, one.clock_is_wrong, one.definitions_refused) for one in sources]


def _new_mark_file() -> str:
    """A file for `model.trying`; empty where none can be made: then a hang is noticed, but not whose it was."""
    try:
        handle, path = tempfile.mkstemp(prefix="seacorder-trying-")
        try:
            os.write(handle, bytes(MARK_BYTES))
        finally:
            os.close(handle)
    except OSError:
        return ""
    return path


def _mark_at(path: str) -> Mark | None:
    try:
        return mark_in(Path(path).read_bytes()) if path else None
    except OSError:
        return None
