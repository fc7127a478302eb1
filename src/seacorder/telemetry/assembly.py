"""Builds the worker's parts and connects them."""

import functools
from collections.abc import Callable
from typing import Protocol

from seacorder.base.clock import Clock
from seacorder.model.event import Event, Severity
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.reading import Reading
from seacorder.model.report import Answer, EventNoted
from seacorder.model.telemetry import (
    DefinitionRefused,
    SourceLines,
    TelemetrySettings,
    TelemetryStatus,
    TellLines,
    UseDefinitions,
)
from seacorder.storage.disk import this_machine
from seacorder.storage.disk_waits import SharedWaits
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.volume_room import Looking, VolumeRooms
from seacorder.storage.volumes import MarkedFolders
from seacorder.telemetry.blackbox_log import BlackboxLog
from seacorder.telemetry.change_texts import change_sentences
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.framing.plain import framer_for
from seacorder.telemetry.inbox import Failed, Inbox, Opened, SourceRead
from seacorder.telemetry.intake import Intake
from seacorder.telemetry.interpretation import Interpretation
from seacorder.telemetry.latest import Latest
from seacorder.telemetry.lines_out import LinesOut
from seacorder.telemetry.logs.data_file import LogStorage
from seacorder.telemetry.logs.data_log import DataLog, units_of
from seacorder.telemetry.outbox import TelemetryOutbox
from seacorder.telemetry.reader import Reader
from seacorder.telemetry.sources.open import make_source
from seacorder.telemetry.time_limit import TimeLimit

NAME = "telemetry"
LOG_QUEUE_BYTES = 32 * 1024 * 1024
"""Bytes of the logs that may wait for a slow disk: minutes of what instruments send."""


class DataListener(Protocol):
    """What is told of everything that comes, on the main thread: logs, lines for other systems."""

    def on_chunks(self, source: str, chunks: tuple[Chunk, ...]) -> None:
        """What one read of a source gave, in order, before anything looks at it."""
        ...

    def on_readings(self, readings: list[Reading]) -> None:
        """What has become or renewed the value of its field, in order."""
        ...

    def carry_out(self, command: object) -> None:
        """A command of the control process; those of others are none of its business."""
        ...

    def look(self, now_ns: int) -> None:
        """Time has gone by; called ten times a second while anything comes, else once."""
        ...

    def stop(self) -> None:
        """The process ends. Blocks until what it writes is on disk."""
        ...


class TelemetryParts:
    """All parts. Its methods are called on the main thread."""

    def __init__(
        self, intakes: list[Intake], readers: list[Reader], latest: Latest, outbox: TelemetryOutbox, clock: Clock
    ) -> None:
        self._intakes = intakes
        self._readers = readers
        self._latest = latest
        self.outbox = outbox
        self.clock = clock
        self.listeners: list[DataListener] = []
        self.has_news = True
        """The status says something new, which is not to wait for the next heartbeat."""
        self._states = [intake.state for intake in intakes]

    def start(self) -> None:
        self.outbox.start()
        for reader in self._readers:
            reader.start()

    def stop(self) -> None:
        for reader in self._readers:
            reader.stop()
        for listener in self.listeners:
            listener.stop()

    def take(self, item: Opened | Failed | SourceRead) -> None:
        """Something of a source."""
        intake = self._intakes[item.source]
        match item:
            case Opened():
                intake.opened()
            case Failed(why=why):
                self._give(intake.failed(why))
            case SourceRead(chunks=chunks):
                for listener in self.listeners:
                    listener.on_chunks(intake.source.name, chunks)
                self._give(intake.take(chunks))
        self._compare_states()

    def flush(self, now_ns: int) -> None:
        """Gives out records that silence has ended."""
        for intake in self._intakes:
            if (due_ns := intake.next_flush_ns) is not None and now_ns >= due_ns:
                self._give(intake.flush(now_ns))

    def look(self, now_ns: int) -> None:
        """Notices what has become stale."""
        for intake in self._intakes:
            intake.look(now_ns)
        for listener in self.listeners:
            listener.look(now_ns)  # before it hears what has become stale now, and not before now
        self._give(self._latest.look(now_ns))
        self._compare_states()

    def carry_out(self, command: object) -> None:
        if isinstance(command, UseDefinitions):
            self._use(command)
        if isinstance(command, TellLines):
            found = (one.lines(command.after) for one in self._intakes if one.source.name == command.source)
            self.outbox.put(SourceLines(command.request, next(found, ())))
        for listener in self.listeners:
            listener.carry_out(command)

    def _use(self, command: UseDefinitions) -> None:
        for intake in self._intakes:
            if (definitions := command.definitions.get(intake.source.name)) is not None:
                intake.use(definitions, command.refused)
        self.has_news = True
        self.outbox.put(Answer(command.request, ChannelOutcome(NAME, True)))

    def report_status(self) -> None:
        self.has_news = False
        self.outbox.put_status(TelemetryStatus(tuple(intake.status() for intake in self._intakes)))

    @property
    def next_flush_ns(self) -> int | None:
        return min((ns for one in self._intakes if (ns := one.next_flush_ns) is not None), default=None)

    @property
    def is_active(self) -> bool:
        """Something may become stale soon."""
        return self._latest.has_fresh

    def _give(self, given: list[Reading]) -> None:
        if given:
            for listener in self.listeners:
                listener.on_readings(given)
            self.outbox.put_readings(given)  # last: it wakes a thread, which would wait for this one
        for sentence, is_return in change_sentences(self._latest.changes()):
            if is_return:
                self._note("reading_source_changed", Severity.INFO, sentence)
            else:
                self._note("reading_source_changed", Severity.WARNING, sentence)

    def _note(self, kind: str, severity: Severity, fact: str) -> None:
        self.outbox.put(EventNoted(Event(self.clock.utc_ns(), kind, severity, fact)))

    def _compare_states(self) -> None:
        states = [intake.state for intake in self._intakes]
        if states != self._states:
            self._states, self.has_news = states, True


def assemble(settings: TelemetrySettings, clock: Clock, send: Callable[[object], None], inbox: Inbox) -> TelemetryParts:
    """All parts of the worker; nothing runs yet."""
    outbox = TelemetryOutbox(send, clock)
    limit = TimeLimit(settings.trying_path, clock)
    interpretations = [
        Interpretation(source.definitions, limit, settings.refused, functools.partial(_refused, outbox, source.name))
        for source in settings.sources
    ]
    latest = Latest(settings.sources, [one.names for one in interpretations])
    intakes = [
        Intake(
            index, source, functools.partial(framer_for, source.framing), interpretation, latest, clock
        )
        for index, (source, interpretation) in enumerate(zip(settings.sources, interpretations, strict=True))
    ]
    readers = [
        Reader(index, source.name, functools.partial(make_source, source.address, clock), inbox, clock)
        for index, source in enumerate(settings.sources)
    ]
    parts = TelemetryParts(intakes, readers, latest, outbox, clock)
    parts.listeners.append(_data_log(settings, clock, outbox, settings.reserve_bytes))
    parts.listeners.append(BlackboxLog(functools.partial(_data_log, settings, clock, outbox)))
    if settings.lines_out:
        parts.listeners.append(LinesOut(settings.lines_out, {one.name: one.stale_ns for one in settings.sources}))
    return parts


def _data_log(settings: TelemetrySettings, clock: Clock, outbox: TelemetryOutbox, reserve_bytes: int) -> DataLog:
    volumes, budget, waits = MarkedFolders(settings.volumes), MemoryBudget(LOG_QUEUE_BYTES), SharedWaits(clock)
    looking = Looking(volumes=volumes, waits=waits)
    rooms = VolumeRooms(reserve_bytes, clock, lambda: budget.coming_bytes, looking)
    storage = LogStorage(budget, clock, this_machine(volumes.check), rooms, waits)
    units = units_of(one for source in settings.sources for one in source.definitions)
    return DataLog(units, storage, clock, outbox.put)


def _refused(outbox: TelemetryOutbox, source: str, definition: str) -> None:
    outbox.put(DefinitionRefused(definition, source))
