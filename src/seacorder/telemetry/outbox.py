"""The way of readings and status to the control process: batched, so that it has few wake-ups, and never waited for.

Of each field the newest reading of the last moments is sent. A control process that does not read gets fewer batches,
never older values: what waits is replaced by what is newer.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable

from seacorder.base.background import Thread
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock
from seacorder.model.reading import Reading
from seacorder.model.report import Answer, EventNoted
from seacorder.model.telemetry import DefinitionRefused, ReadingsTaken, SourceLines, TelemetryStatus

BATCH_NS = 20 * NS_PER_MS
"""The shortest time between two batches. The first reading after a pause is sent at once."""
NOTES_WAITING = 1_000
"""Events that may wait; then the oldest are dropped."""

Note = EventNoted | DefinitionRefused | Answer | SourceLines


class TelemetryOutbox(Thread):
    """Takes reports from the main thread, and sends them from its own."""

    def __init__(self, send: Callable[[object], None], clock: Clock) -> None:
        """`send` blocks while the control process does not read."""
        super().__init__("outbox", self.work)
        self._send = send
        self._clock = clock
        self._something = threading.Condition()
        self._readings: dict[str, Reading] = {}
        self._notes: deque[Note] = deque(maxlen=NOTES_WAITING)
        self._status: TelemetryStatus | None = None
        self._is_sending = False
        self._pause = threading.Event()

    def put_readings(self, readings: Iterable[Reading]) -> None:
        """The newest of each field is sent with the next batch."""
        with self._something:
            was_empty = not self._readings
            self._readings.update([(reading.name, reading) for reading in readings])
            if was_empty:
                self._something.notify_all()

    def put(self, note: Note) -> None:
        with self._something:
            self._notes.append(note)
            self._something.notify_all()

    def put_status(self, status: TelemetryStatus) -> None:
        """A status that still waits is replaced."""
        with self._something:
            self._status = status
            self._something.notify_all()

    def drain(self, seconds: float) -> bool:
        """Waits until everything has been sent, for so long at most; False when it has not been sent by then."""
        with self._something:
            return self._something.wait_for(lambda: not (self._waits() or self._is_sending), seconds)

    def work(self) -> None:
        due_ns = 0
        while True:
            self._wait(due_ns)
            readings, notes, status = self._take()
            if readings:
                self._send(ReadingsTaken(tuple(readings.values())))
            for note in notes:
                self._send(note)
            if status is not None:
                self._send(status)
            with self._something:
                self._is_sending = False
                self._something.notify_all()
            due_ns = self._clock.monotonic_ns() + BATCH_NS

    def _wait(self, due_ns: int) -> None:
        """Until something is to be sent, and not before `due_ns`. Where sources are read less often than batches may be
        sent, each batch costs this thread one wake-up; waiting for `due_ns` first would cost it two.
        """
        with self._something:
            self._something.wait_for(self._waits)
        wait_ns = due_ns - self._clock.monotonic_ns()
        if wait_ns > 0:
            self._pause.wait(wait_ns / NS_PER_SECOND)

    def _waits(self) -> bool:
        return bool(self._readings or self._notes or self._status)

    def _take(self) -> tuple[dict[str, Reading], tuple[Note, ...], TelemetryStatus | None]:
        with self._something:
            taken = self._readings, tuple(self._notes), self._status
            self._readings, self._status = {}, None
            self._notes.clear()
            self._is_sending = True
            return taken
