"""The log of a recording: begun, split and ended at the instants of the video. It listens to the telemetry worker.

What came in the last seconds is remembered, and given again to a log that begins: its command comes after its instant,
and rows of that time must have what was valid then.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.background import once
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock
from seacorder.base.message import Message
from seacorder.model.command import SetContext
from seacorder.model.data_log import ChangeDataLog, DataLogPlan, LogRows, StartDataLog, StopDataLog
from seacorder.model.dive_context import DiveContext
from seacorder.model.event import Event, Severity
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.report import Answer, EventNoted
from seacorder.storage.names import part_path, path_for
from seacorder.telemetry.logs.csv_form import Columns
from seacorder.telemetry.logs.part_files import LogStorage, PartFiles
from seacorder.telemetry.logs.sampling import Current, Row, Sampling

REMEMBERED_NS = 10 * NS_PER_SECOND
REMEMBERED_ITEMS = 5_000
LATE_NS = 100 * NS_PER_MS
"""So long after its last instant a log ends: by then what came before that has been read, as sources are read fifty
times a second."""
NAME = "data"
"""What `${channelname}` stands for in the names of these files."""


@dataclass(frozen=True, slots=True)
class _Piece:
    source: str
    data: bytes
    received: Instant


_Item = _Piece | tuple[Reading, ...]
"""Bytes, or the readings that came out of some."""


class DataLog:
    """For the worker's main thread; see `telemetry.assembly.Listener`."""

    def __init__(
        self, units: Mapping[str, str], storage: LogStorage, clock: Clock, report: Callable[[Answer | EventNoted], None]
    ) -> None:
        """`units`: of the fields that the definitions can give, by name; they have columns from the beginning."""
        self._before = Current(units=dict(units))
        """What was valid before the remembered items."""
        self._units = dict(units)
        self._storage = storage
        self._clock = clock
        self._report = report
        self._context = DiveContext()
        self._remembered: deque[_Item] = deque()
        self._running: _Running | None = None
        self._stopping: StopDataLog | None = None
        """What runs ends with its instant, as soon as what came before that is there."""
        self._has_failed = False

    def on_bytes(self, source: str, data: bytes, received: Instant) -> None:
        """As they came, before anything looks at them."""
        piece = _Piece(source, data, received)
        self._remember(piece, received)
        if self._running is not None and not self._is_too_late(received):
            self._running.bytes_came(piece)

    def on_readings(self, readings: Iterable[Reading]) -> None:
        """In the order in which they came."""
        taken = tuple(readings)
        if not taken:
            return
        for reading in taken:
            self._units.setdefault(reading.name, reading.unit)
        self._remember(taken, taken[-1].received)
        if self._running is not None:
            self._running.readings_came(tuple(one for one in taken if not self._is_too_late(one.received)))

    def carry_out(self, command: object) -> None:
        """One command of the control process; those of others are none of its business."""
        match command:
            case SetContext(context=context):
                self._context = context
                if self._running is not None:
                    self._running.context = context
            case StartDataLog():
                self._start(command)
            case ChangeDataLog(plan):
                if self._running is not None:
                    self._running.plans.append(plan)
            case StopDataLog():
                self._finish_stop()
                self._stopping = command
                if self._running is None:
                    self._finish_stop()

    def look(self, now_ns: int) -> None:
        """Time has gone by: rows and splits that are due, and an end."""
        if self._running is None:
            return
        if self._stopping is not None:
            if now_ns >= self._stopping.instant.monotonic_ns + LATE_NS:
                self._finish_stop()
            return
        self._running.look(Instant(now_ns, self._clock.utc_ns() - (self._clock.monotonic_ns() - now_ns)))
        self._tell(self._running.faults())

    def stop(self) -> None:
        """The process ends. Blocks until the files are on disk."""
        self._finish_stop()
        _wait_for(self._end(Instant.now(self._clock)))

    def _is_too_late(self, received: Instant) -> bool:
        """It came after the instant at which the log ends."""
        return self._stopping is not None and received.monotonic_ns > self._stopping.instant.monotonic_ns

    def _finish_stop(self) -> None:
        """Ends what was told to stop, and answers when it is on disk."""
        if self._stopping is None:
            return
        request, ending = self._stopping.request, self._end(self._stopping.instant)
        self._stopping = None
        # The disk may take seconds, and this thread must go on: it takes what the instruments send.
        once("end of the data log", lambda: self._report(Answer(request, _outcome(_wait_for(ending)))))

    def _start(self, command: StartDataLog) -> None:
        self._finish_stop()
        if self._running is not None:
            self._end(command.instant)
        current = Current(dict(self._before.values), self._units)
        later: list[_Item] = []
        for item in self._remembered:
            if _received(item).monotonic_ns >= command.instant.monotonic_ns:
                later.append(item)
            elif not isinstance(item, _Piece):
                for reading in item:
                    current.take(reading)
        self._running = _Running(command, self._context, current, self._storage)
        for item in later:
            if isinstance(item, _Piece):
                self._running.bytes_came(item)
            else:
                self._running.readings_came(item)

    def _remember(self, item: _Item, now: Instant) -> None:
        held = self._remembered
        held.append(item)
        oldest_ns = now.monotonic_ns - REMEMBERED_NS
        while len(held) > REMEMBERED_ITEMS or _received(held[0]).monotonic_ns < oldest_ns:
            gone = held.popleft()
            for reading in () if isinstance(gone, _Piece) else gone:
                self._before.take(reading)

    def _end(self, instant: Instant) -> list[PartFiles]:
        """Ends what runs; returns the files whose end is not on disk yet."""
        running, self._running = self._running, None
        return [] if running is None else running.end(instant)

    def _tell(self, faults: list[Message]) -> None:
        if bool(faults) == self._has_failed:
            return
        self._has_failed = bool(faults)
        if faults:
            self._note("data_log_failed", Severity.WARNING, faults[0].fact, faults[0].action)
        else:
            self._note("data_log_back", Severity.INFO, "The log of survey data is written again.")

    def _note(self, kind: str, severity: Severity, fact: str, action: str = "") -> None:
        self._report(EventNoted(Event(self._clock.utc_ns(), kind, severity, fact, action=action)))


class _Running:
    """The log of one recording."""

    def __init__(self, order: StartDataLog, context: DiveContext, current: Current, storage: LogStorage) -> None:
        self.context = context
        self.plans = [order.plan]
        self._order = order
        self._current = current
        self._storage = storage
        self._sampling = Sampling(order.instant, order.settings.interval_ns, current)
        self._number = _number_at(order.plan, order.instant.monotonic_ns)
        self._ending: list[PartFiles] = []
        self._split_ns: int | None = None
        self._seen = order.instant
        """The latest instant of which anything is known."""
        self._changed_ns = order.instant.monotonic_ns
        """When a value changed last."""
        self._begin(order.instant)

    def bytes_came(self, piece: _Piece) -> None:
        self.look(piece.received)
        self._files.bytes_came(piece.source, piece.data, piece.received)

    def look(self, now: Instant) -> None:
        """Writes the rows that were due before `now`, and begins the next part if its time has come."""
        if now.monotonic_ns > self._seen.monotonic_ns:
            self._seen = now
        for row in self._sampling.due(now):
            self._split_at(row.instant)
            self._sample(row)
        self._split_at(now)

    def readings_came(self, readings: tuple[Reading, ...]) -> None:
        changed: Instant | None = None
        for reading in readings:
            instant = self._counts_from(reading)
            if changed is not None and changed != instant:
                self._changed(changed)
                changed = None
            self.look(instant)
            if self._current.take(reading):
                changed = instant
        if changed is not None:
            self._changed(changed)

    def _counts_from(self, reading: Reading) -> Instant:
        """When it began to count. One that came before the last change counts from now on: it is too old now, or it
        stands in for one that is.
        """
        is_old = reading.state is ReadingState.STALE or reading.received.monotonic_ns < self._changed_ns
        return self._seen if is_old else reading.received

    def _changed(self, instant: Instant) -> None:
        self._changed_ns = instant.monotonic_ns
        if self._order.settings.rows is LogRows.CHANGE:
            self._files.row(instant.utc_ns, self._current.values, self.context)

    def faults(self) -> list[Message]:
        """Why something cannot be written just now."""
        faults, self._files.faults = self._files.faults, []
        return faults + [file.why for file in self._files.files if file.why is not None]

    def end(self, instant: Instant) -> list[PartFiles]:
        """Closes the files; returns all whose end may not be on disk yet."""
        self.look(instant)
        self._files.close()
        return [*self._ending, self._files]

    def _sample(self, row: Row) -> None:
        if self._order.settings.rows is LogRows.INTERVAL:
            self._files.row(row.instant.utc_ns, row.values, self.context)
        self._files.position(row.instant.utc_ns, row.values)

    def _split_at(self, now: Instant) -> None:
        while self._split_ns is not None and now.monotonic_ns >= self._split_ns:
            at = Instant(self._split_ns, now.utc_ns - (now.monotonic_ns - self._split_ns))
            self._files.close()
            self._ending = [files for files in self._ending if not files.has_ended] + [self._files]
            self._number += 1
            self._begin(at)

    def _begin(self, at: Instant) -> None:
        plan = [one for one in self.plans if one.from_ns <= at.monotonic_ns or one is self.plans[0]][-1]
        self._split_ns = plan.schedule.next_after(at.monotonic_ns)
        data = _path_of(plan, self._number, at)
        tracks = Path(plan.track_folder) / data.relative_to(plan.naming.base_folder)
        columns = Columns.of(self._current.units)
        name = " ".join([self._order.recording_id, *self.context.said.values()])
        self._files = PartFiles(data, tracks, columns, name, self._storage)


def _received(item: _Item) -> Instant:
    return item.received if isinstance(item, _Piece) else item[-1].received


def _wait_for(ending: list[PartFiles]) -> bool:
    """Blocks until all are on disk; False when one could not be finished."""
    finished = [files.wait_ended() for files in ending]
    return all(finished)


def _outcome(ok: bool) -> ChannelOutcome:
    fact = "A file of the survey data's log could not be finished. It can be read as it stands."
    return ChannelOutcome(NAME, ok, None if ok else Message(fact, "Check the disk."))


def _path_of(plan: DataLogPlan, number: int, at: Instant) -> Path:
    """The path of a part's files, without a suffix."""
    utc_ns = at.utc_ns if plan.reevaluate_tags and number > 1 else None
    path = path_for(plan.naming, NAME, "x", utc_ns=utc_ns)
    return (path if plan.reevaluate_tags else part_path(path, number)).with_suffix("")


def _number_at(plan: DataLogPlan, monotonic_ns: int) -> int:
    """The part's number at an instant: a log that is begun anew, after its worker has ended, goes on counting."""
    period_ns = plan.schedule.period_ns
    return 1 if period_ns <= 0 else max(0, monotonic_ns - plan.schedule.origin_ns) // period_ns + 1
