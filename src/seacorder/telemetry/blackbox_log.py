"""The log of survey data of the blackbox: another log beside that of a recording, with commands of its own."""

from collections.abc import Callable, Iterable

from seacorder.model.command import SetContext
from seacorder.model.data_log import ChangeDataLog, StartBlackboxLog, StartDataLog, StopBlackboxLog, StopDataLog
from seacorder.model.reading import Reading
from seacorder.model.telemetry import UseDefinitions
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.logs.data_log import DataLog


class BlackboxLog:
    """For the worker's main thread. Until a blackbox is asked for, it costs nothing."""

    def __init__(self, make: Callable[[int], DataLog]) -> None:
        """`make` makes the log; given the bytes that stay free on its disk."""
        self._make = make
        self._log: DataLog | None = None
        self._before: dict[type, SetContext | UseDefinitions] = {}
        """The newest of each, for a log that begins later."""

    def on_chunks(self, source: str, chunks: tuple[Chunk, ...]) -> None:
        """As they came, before anything looks at them."""
        if self._log is not None:
            self._log.on_chunks(source, chunks)

    def on_readings(self, readings: Iterable[Reading]) -> None:
        """In the order in which they came."""
        if self._log is not None:
            self._log.on_readings(readings)

    def carry_out(self, command: object) -> None:
        """Its own commands, and those that concern every log."""
        match command:
            case StartBlackboxLog(log, reserve_bytes):
                self._begun(reserve_bytes).carry_out(log)
            case StopBlackboxLog(request, instant):
                # Without a log there is nothing to stop, and one that is made for the answer is not kept.
                (self._log or self._make(0)).carry_out(StopDataLog(request, instant))
            case StartDataLog() | ChangeDataLog() | StopDataLog():
                pass  # of the recording
            case SetContext() | UseDefinitions():
                self._before[type(command)] = command
                if self._log is not None:
                    self._log.carry_out(command)

    def look(self, now_ns: int) -> None:
        """Time has gone by."""
        if self._log is not None:
            self._log.look(now_ns)

    def stop(self) -> None:
        """The process ends. Blocks until the files are on disk, or were given up because their disk takes too long."""
        if self._log is not None:
            self._log.stop()

    def _begun(self, reserve_bytes: int) -> DataLog:
        if self._log is None:
            self._log = self._make(reserve_bytes)
            for command in self._before.values():
                self._log.carry_out(command)
        return self._log
