"""The queue of rows that wait to be written: bounded, of each row only the newest version. Any thread may use it."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowWrite:
    """One row to be stored."""

    key: Hashable
    """Equal for two writes of the same row; a later write replaces one that still waits."""
    sql: str
    values: tuple[object, ...]
    is_event: bool = False
    value: object = None
    """The value of the model that the row was made of; None for settings."""


class Pending:
    """Between the threads that record and the one that writes. `put` waits for no disk: the lock is never held over
    one.
    """

    def __init__(self, most_rows: int) -> None:
        self._most_rows = most_rows
        self._rows: OrderedDict[Hashable, RowWrite] = OrderedDict()
        self._events: OrderedDict[Hashable, RowWrite] = OrderedDict()
        self._waiting: list[tuple[int, Future[None]]] = []
        self._puts = 0
        self._changed = threading.Condition()
        self._closing = False
        self._urgent = False
        self.dropped = 0
        """How many rows were dropped because the queue was full. Events are dropped first, then the oldest rows: the
        recorded files still say what those said.
        """

    def put(self, write: RowWrite) -> bool:
        """Adds a row, or replaces its older version. False if another row was dropped to make room."""
        with self._changed:
            self._puts += 1
            rows = self._events if write.is_event else self._rows
            has_room = write.key in rows or len(self._rows) + len(self._events) < self._most_rows
            if not has_room:
                (self._events or self._rows).popitem(last=False)
                self.dropped += 1
            rows[write.key] = write
            rows.move_to_end(write.key)
            self._changed.notify_all()
            return has_room

    def __len__(self) -> int:
        with self._changed:
            return len(self._rows) + len(self._events)

    def wait_written(self) -> Future[None]:
        """A future that is done when all rows put before it are written (or given up). The writer stops lingering."""
        future: Future[None] = Future()
        with self._changed:
            self._waiting.append((self._puts, future))
            self._urgent = True
            self._changed.notify_all()
        return future

    def close(self) -> None:
        """Tells the writer thread to take what is left and to end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    @property
    def is_closing(self) -> bool:
        return self._closing

    def take(self) -> tuple[list[RowWrite], int] | None:
        """All waiting rows, and a mark to pass to `written`. Blocks until there are any; None when closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._rows or self._events or self._waiting or self._closing)
            batch = [*self._rows.values(), *self._events.values()]
            if not batch and not self._waiting:
                return None
            self._rows.clear()
            self._events.clear()
            self._urgent = False
            return batch, self._puts

    def written(self, mark: int) -> None:
        """Reports that all rows up to the mark are on disk, or were given up."""
        with self._changed:
            done = [future for puts, future in self._waiting if puts <= mark]
            self._waiting = [(puts, future) for puts, future in self._waiting if puts > mark]
        for future in done:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    def linger(self, seconds: float) -> None:
        """Waits this long, so that more rows share one commit; shorter if somebody waits for them or the queue is
        closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._urgent or self._closing, seconds)

    def wait_closing(self, seconds: float) -> None:
        """Waits this long, shorter if the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, seconds)
