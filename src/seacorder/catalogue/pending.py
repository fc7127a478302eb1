"""What waits to be written: bounded, the newest of each row, safe from any thread."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowWrite:
    """One row to be stored."""

    key: Hashable
    """Equal for two writes of the same row; the later one replaces the earlier."""
    sql: str
    values: tuple[object, ...]
    is_event: bool = False
    value: object = None
    """Of the model, where the row is one."""


class Pending:
    """Between those who record and the one thread that writes. `put` never waits for a disk."""

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
        """Rows that found no room. Events go first, then the oldest; the recorded files tell what is missing."""

    def put(self, write: RowWrite) -> bool:
        """Adds or replaces a row. False when another row had to be dropped for it."""
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
        """Done when all that was put before has been written; nothing lingers meanwhile."""
        future: Future[None] = Future()
        with self._changed:
            self._waiting.append((self._puts, future))
            self._urgent = True
            self._changed.notify_all()
        return future

    def close(self) -> None:
        """The thread that writes takes what is left and ends."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    @property
    def is_closing(self) -> bool:
        return self._closing

    def take(self) -> tuple[list[RowWrite], int] | None:
        """All rows that wait, and the mark to give to `written`; None when closed and empty. Blocks until then."""
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
        """All that was put up to the mark is on disk, or has been given up."""
        with self._changed:
            done = [future for puts, future in self._waiting if puts <= mark]
            self._waiting = [(puts, future) for puts, future in self._waiting if puts > mark]
        for future in done:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    def linger(self, seconds: float) -> None:
        """Waits so long for more rows to share a commit with; less when somebody waits or it is being closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._urgent or self._closing, seconds)

    def wait_closing(self, seconds: float) -> None:
        """Waits so long, less when it is being closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, seconds)
