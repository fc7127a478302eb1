"""The log of a recording: begun, split and ended at the instants of the video. It listens to the telemetry worker.

What came in the last seconds is remembered, and given again to a log that begins: its command comes after its instant,
and rows of that time must have what was valid then.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from seacorder.base.background import once
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock, utc_ahead_ns
from seacorder.base.message import Message, all_of
from seacorder.model.command import SetContext
from seacorder.model.data_log import ChangeDataLog, DataLogPlan, LogRows, StartDataLog, StopDataLog
from seacorder.model.definition.definition import Definition
from seacorder.model.dive_context import DiveContext
from seacorder.model.event import Event, Severity
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.model.reading_fields import CLOCK_DIFFERENCE
from seacorder.model.report import Answer, EventNoted
from seacorder.model.telemetry import UseDefinitions
from seacorder.storage.names import part_path, path_for
from seacorder.storage.two_volumes import TwoVolumes
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.logs.csv_form import Columns
from seacorder.telemetry.logs.data_file import DataHome, LogStorage
from seacorder.telemetry.logs.endings import Endings
from seacorder.telemetry.logs.part_files import PartFiles
from seacorder.telemetry.logs.sampling import Current, Row, Sampling

STALE = ReadingState.STALE
REMEMBERED_NS = 10 * NS_PER_SECOND
REMEMBERED_PIECES = 5_000
LATE_NS = 100 * NS_PER_MS
"""So long after its instant a row is written and a log ends: by then what came before that has been read, as sources
are read thirty times a second."""
ANSWER_SECONDS = 25.0
"""How long an answer to a stop waits for a file: longer than all may take (`data_file.END_NS`, twice)."""
NAME = "data"
"""What `${channelname}` stands for in the names of these files."""


@dataclass(frozen=True, slots=True)
class _Burst:
    """What one read of a source gave."""

    source: str
    chunks: tuple[Chunk, ...]

    def since(self, monotonic_ns: int) -> "_Burst":
        """What of it came at that instant or later."""
        return _Burst(self.source, tuple(one for one in self.chunks if one.received.monotonic_ns >= monotonic_ns))


@dataclass(frozen=True, slots=True)
class _Taken:
    """The readings that came out of some bytes."""

    readings: tuple[Reading, ...]
    newest: Mapping[str, Reading]
    """Of them, by field."""


_Item = _Burst | _Taken
_Came = TypeVar("_Came", Chunk, Reading)


class DataLog:
    """For the worker's main thread; see `telemetry.assembly.Listener`."""

    def __init__(
        self, units: Mapping[str, str], storage: LogStorage, clock: Clock, report: Callable[[Answer | EventNoted], None]
    ) -> None:
        """`units`: of the fields that the definitions can give, by name; they have columns from the beginning."""
        self._before: dict[str, Reading] = {}
        """By field, the newest reading before the remembered items."""
        self._units = dict(units)
        self._storage = storage
        self._clock = clock
        self._report = report
        self._context = DiveContext()
        self._remembered: deque[_Item] = deque()
        self._remembered_pieces = 0
        self._running: _Running | None = None
        self._endings = Endings(clock, self._lost)
        self._stopping: StopDataLog | None = None
        """What runs ends with its instant, as soon as what came before that is there."""
        self._ended: set[tuple[str, str]] = set()
        """Sources and senders of whose bytes the log has all that came before it stops."""
        self._has_failed = False

    def on_chunks(self, source: str, chunks: tuple[Chunk, ...]) -> None:
        """As they came, before anything looks at them."""
        self._remember(_Burst(source, chunks))
        if self._running is not None:
            self._running.bytes_came(source, self._bytes_in_time(source, chunks))

    def on_readings(self, readings: Iterable[Reading]) -> None:
        """In the order in which they came."""
        taken = tuple(readings)
        if not taken:
            return
        newest = {one.name: one for one in taken}
        for name in newest.keys() - self._units.keys():
            self._units[name] = newest[name].unit
        self._remember(_Taken(taken, newest))
        if self._running is not None:
            self._running.readings_came(self._in_time(taken))

    def carry_out(self, command: object) -> None:
        """One command of the control process; those of others are none of its business."""
        match command:
            case UseDefinitions(definitions=changed):
                # Columns of the part that runs stay as they are; the next one begins with these.
                self._units |= units_of(one for definitions in changed.values() for one in definitions)
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
                self._stopping, self._ended = command, set()
                if self._running is None:
                    self._finish_stop()

    def look(self, now_ns: int) -> None:
        """Time has gone by: rows and splits that are due, ends, and disks that are to be left."""
        left: str | None = None
        if self._stopping is not None:
            if now_ns >= self._stopping.instant.monotonic_ns + LATE_NS:
                self._finish_stop()
        elif self._running is not None:
            now = Instant(now_ns, now_ns + utc_ahead_ns(self._clock))
            self._running.silence(now)
            left = self._running.leave_disk(now)
        self._tell_moves(left, self._endings.look(now_ns))
        if self._stopping is None and self._running is not None:
            self._tell(self._running.faults() + self._endings.why)

    def stop(self) -> None:
        """The process ends. Blocks until the files are on disk, or were given up because their disk takes too long."""
        self._finish_stop()
        self._end(Instant.now(self._clock))
        self._endings.finish()

    @property
    def is_written(self) -> bool:
        """The disk has taken all that came, and every part that is complete has ended."""
        return not self._endings.parts and (self._running is None or self._running.is_written)

    def _in_time(self, came: tuple[_Came, ...]) -> tuple[_Came, ...]:
        """What came no later than the instant at which the log ends."""
        if self._stopping is None:
            return came
        end_ns = self._stopping.instant.monotonic_ns
        return tuple(one for one in came if one.received.monotonic_ns <= end_ns)

    def _bytes_in_time(self, source: str, chunks: tuple[Chunk, ...]) -> tuple[Chunk, ...]:
        """The same of bytes. A stream's instant is that of the newest byte of a read, so the first read after the end
        may begin with bytes from before it: it is kept whole."""
        if self._stopping is None:
            return chunks
        kept, end_ns = [], self._stopping.instant.monotonic_ns
        for chunk in chunks:
            stream = source, chunk.sender
            if chunk.received.monotonic_ns > end_ns:
                if chunk.is_datagram or stream in self._ended:
                    continue
                self._ended.add(stream)
            kept.append(chunk)
        return tuple(kept)

    def _finish_stop(self) -> None:
        """Ends what was told to stop, and answers when it is on disk."""
        if self._stopping is None:
            return
        request, instant = self._stopping.request, self._stopping.instant
        self._stopping = None
        parts = self._end(instant, is_answered=True)
        # The disk may take seconds, and this thread must go on: it takes what the instruments send.
        once("end of the data log", lambda: self._report(Answer(request, _outcome(parts))))

    def _start(self, command: StartDataLog) -> None:
        self._finish_stop()
        if self._running is not None:
            self._end(command.instant)
        before, later = dict(self._before), list[_Item]()
        start_ns = command.instant.monotonic_ns
        for item in self._remembered:
            if isinstance(item, _Burst):
                later.append(item.since(start_ns))
            elif _received_ns(item) >= start_ns:
                later.append(item)
            else:
                before |= item.newest
        current = Current(units=self._units)
        for reading in before.values():
            current.take(reading)
        self._running = _Running(command, self._context, current, self._storage, self._endings)
        for item in later:
            if isinstance(item, _Burst):
                self._running.bytes_came(item.source, item.chunks)
            else:
                self._running.readings_came(item.readings)

    def _remember(self, item: _Item) -> None:
        held = self._remembered
        held.append(item)
        self._remembered_pieces += _pieces(item)
        oldest_ns = _received_ns(item) - REMEMBERED_NS
        while self._remembered_pieces > REMEMBERED_PIECES or _received_ns(held[0]) < oldest_ns:
            gone = held.popleft()
            self._remembered_pieces -= _pieces(gone)
            if isinstance(gone, _Taken):
                self._before |= gone.newest

    def _end(self, instant: Instant, *, is_answered: bool = False) -> list[PartFiles]:
        """Ends what runs; returns the parts whose end is not on disk yet."""
        running, self._running = self._running, None
        if running is not None:
            running.end(instant)
        return self._endings.end_all(is_answered=is_answered)

    def _lost(self, why: Message) -> None:
        self._note("data_log_failed", Severity.WARNING, *why.both)

    def _tell_moves(self, left: str | None, rests: list[Path]) -> None:
        told = [] if left is None else [left]
        if rests:
            told.append(f"What waited for the disk is in {rests[0].parent}, in files whose names end in _rest.")
        if told:  # what to do is with the alarm of the disk
            self._note("data_log_moved", Severity.WARNING, " ".join(told))

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

    def __init__(
        self, order: StartDataLog, context: DiveContext, current: Current, storage: LogStorage, endings: Endings
    ) -> None:
        self.context = context
        self.plans = [order.plan]
        self._order = order
        self._current = current
        self._storage = storage
        self._sampling = Sampling(order.instant, order.settings.interval_ns, current)
        self._number = _number_at(order.plan, order.instant.monotonic_ns)
        self._endings = endings
        self._split_ns: int | None = None
        self._seen = order.instant
        """The latest instant of which anything is known."""
        self._changed_ns = order.instant.monotonic_ns
        """When a value changed last."""
        self._begin(order.instant)

    def bytes_came(self, source: str, chunks: tuple[Chunk, ...]) -> None:
        """Each into the part of its instant; those of one part go together, which costs far less."""
        begin = 0
        for place, chunk in enumerate(chunks):
            if self._split_ns is not None and chunk.received.monotonic_ns >= self._split_ns:
                self._files.bytes_came(source, chunks[begin:place])
                self.look(chunk.received)
                begin = place
        self._files.bytes_came(source, chunks[begin:])

    @property
    def _due_ns(self) -> int:
        """Before this instant `look` has nothing to write and no part to begin."""
        row_ns = self._sampling.next_ns
        return row_ns if self._split_ns is None else min(row_ns, self._split_ns)

    def look(self, now: Instant) -> None:
        """Writes the rows that were due before `now`, and begins the next part if its time has come."""
        now_ns = now.monotonic_ns
        if now_ns > self._seen.monotonic_ns:
            self._seen = now
        if now_ns < self._due_ns:
            return
        for row in self._sampling.due(now):
            self._split_at(row.instant)
            self._sample(row)
        self._split_at(now)

    def silence(self, now: Instant) -> None:
        """Nothing waits to be read: rows and splits that were due a while before `now`. What came since then may still
        be on its way from the thread that reads its source.
        """
        self.look(Instant(now.monotonic_ns - LATE_NS, now.utc_ns - LATE_NS))
        if now.monotonic_ns > self._seen.monotonic_ns:
            self._seen = now

    def readings_came(self, readings: tuple[Reading, ...]) -> None:
        take = self._current.take
        changed: Instant | None = None
        came: Instant | None = None
        instant = self._seen
        for reading in readings:
            if reading.received is not came or reading.state is STALE:  # those of one record count from the same
                came = None if reading.state is STALE else reading.received
                instant = self._counts_from(reading)
                if changed is not None and changed != instant:
                    self._changed(changed)
                    changed = None
                self.look(instant)
            if take(reading):
                changed = instant
        if changed is not None:
            self._changed(changed)

    def _counts_from(self, reading: Reading) -> Instant:
        """When it began to count. One that came before the last change counts from now on: it is too old now, or it
        stands in for one that is.
        """
        is_old = reading.state is STALE or reading.received.monotonic_ns < self._changed_ns
        return self._seen if is_old else reading.received

    def _changed(self, instant: Instant) -> None:
        self._changed_ns = instant.monotonic_ns
        if self._order.settings.rows is LogRows.CHANGE:
            self._row(instant.utc_ns, self._current.values)

    def faults(self) -> list[Message]:
        """Why something cannot be written just now."""
        return self._files.faults()

    def leave_disk(self, now: Instant) -> str | None:
        """Begins another part if the disk makes that necessary; says so."""
        if not self._files.must_leave(now.monotonic_ns):
            return None
        folder, faults = self._files.folder, self._files.why
        why = faults[0].fact if faults else f"{folder} is nearly full or does not answer."
        self._next_part(now)
        return f"The log of survey data goes on in {self._files.folder}, because of the disk: {why}"

    @property
    def is_written(self) -> bool:
        return self._files.is_written

    def end(self, instant: Instant) -> None:
        """Writes what is due and hands the last part over."""
        self.look(instant)
        self._endings.add(self._files)

    def _sample(self, row: Row) -> None:
        if self._order.settings.rows is LogRows.INTERVAL:
            self._row(row.instant.utc_ns, row.values)
        self._files.position(row.instant.utc_ns, row.values)

    def _row(self, utc_ns: int, values: Mapping[str, Value]) -> None:
        self._files.row(utc_ns, self._current.under(self._headings, values), self.context)

    def _split_at(self, now: Instant) -> None:
        while self._split_ns is not None and now.monotonic_ns >= self._split_ns:
            at = Instant(self._split_ns, now.utc_ns - (now.monotonic_ns - self._split_ns))
            self._next_part(at)

    def _next_part(self, at: Instant) -> None:
        self._endings.add(self._files)
        self._number += 1
        self._begin(at)

    def _begin(self, at: Instant) -> None:
        plan = [one for one in self.plans if one.from_ns <= at.monotonic_ns or one is self.plans[0]][-1]
        self._split_ns = plan.schedule.next_after(at.monotonic_ns)
        naming, rooms = plan.naming, self._storage.rooms
        data = _path_of(plan, self._number, at)
        tracks = Path(plan.track_folder) / data.relative_to(naming.base_folder)
        of_data = TwoVolumes.of(naming, rooms)
        of_tracks = TwoVolumes(rooms, plan.track_folder, plan.track_fallback)
        columns = Columns.of(self._current.units)
        name = " ".join([self._order.recording_id, *self.context.said.values()])
        self._headings = dict(columns.units)
        homes = DataHome(data, of_data), DataHome(tracks, of_tracks)
        self._files = PartFiles(*homes, columns, name, self._storage)


def units_of(definitions: Iterable[Definition]) -> dict[str, str]:
    """The fields that definitions can give, each with its unit."""
    listed = list(definitions)
    units = {rule.name: rule.unit for one in listed for rule in one.values}
    if any(one.has_time for one in listed):
        units[CLOCK_DIFFERENCE.name] = CLOCK_DIFFERENCE.unit
    return units


def _received_ns(item: _Item) -> int:
    newest = item.chunks[-1] if isinstance(item, _Burst) else item.readings[-1]
    return newest.received.monotonic_ns


def _pieces(item: _Item) -> int:
    """For how many it counts of those that are remembered."""
    return len(item.chunks) if isinstance(item, _Burst) else 1


def _outcome(parts: list[PartFiles]) -> ChannelOutcome:
    """Blocks until the parts have ended."""
    if not all(part.wait_ended(ANSWER_SECONDS) for part in parts):
        why: Message | None = Message("The end of the survey data's log is not on disk yet.", "Check the disk.")
    else:
        why = all_of(part.failure for part in parts if part.failure is not None)
    return ChannelOutcome(NAME, why is None, why)


def _path_of(plan: DataLogPlan, number: int, at: Instant) -> Path:
    """The path of a part's files, without a suffix."""
    utc_ns = at.utc_ns if plan.reevaluate_tags and number > 1 else None
    path = path_for(plan.naming, NAME, "x", utc_ns=utc_ns)
    return (path if plan.reevaluate_tags else part_path(path, number)).with_suffix("")


def _number_at(plan: DataLogPlan, monotonic_ns: int) -> int:
    """The part's number at an instant: a log that is begun anew, after its worker has ended, goes on counting."""
    period_ns = plan.schedule.period_ns
    return 1 if period_ns <= 0 else max(0, monotonic_ns - plan.schedule.origin_ns) // period_ns + 1
