"""The one thread that writes the catalogue. Its faults are retried, and never reach those who record."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from seacorder.base.background import Thread, survived
from seacorder.base.clock import Clock
from seacorder.base.errors import CatalogueFailed
from seacorder.base.log import RateLimit
from seacorder.base.message import Message
from seacorder.catalogue.opening import Opener, is_damage
from seacorder.catalogue.pending import Pending, RowWrite

_log = logging.getLogger(__name__)

EVENTS_KEPT = 100_000
COMMIT_EVERY_SECONDS = 0.25
"""The least time between two commits, unless somebody waits for one. Each syncs a disk that video may be written to."""
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 10.0

_NEVER = (
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.DataError,
    OverflowError,
    UnicodeEncodeError,
)
"""What SQLite raises for a row that it will never accept, however often it is retried."""

_DROP_OLD_EVENTS = (
    "DELETE FROM events WHERE cursor <= (SELECT cursor FROM events ORDER BY cursor DESC LIMIT 1 OFFSET ?)"
)


class Writer:
    """Takes batches from `pending` and commits each in one transaction. A batch that fails is retried, with back-off.
    """

    def __init__(
        self,
        opener: Opener,
        pending: Pending,
        clock: Clock,
        *,
        events_kept: int = EVENTS_KEPT,
        on_stored: Callable[[list[RowWrite]], None] = lambda _: None,
    ) -> None:
        """`on_stored` is called with every batch after its commit, on the writer thread; it must not block.

        The batch includes a row that SQLite does not accept and that was left out.
        """
        self._opener = opener
        self._pending = pending
        self._events_kept = events_kept
        self._on_stored = on_stored
        self._log_limit = RateLimit(clock, 30.0)
        self._events_since_drop = 0
        """How many events were stored since old ones were last dropped. Dropping takes time, so it is not done for each
        event, but when a hundredth as many have come as are kept."""
        self._connection: sqlite3.Connection | None = None
        self._thread: Thread | None = None
        self.fault: Message | None = None
        """Why the catalogue cannot be written now, and what to do; None while it can."""
        self.set_aside: Path | None = None
        """Where the last damaged catalogue was moved; its rows have to be read from the files again."""

    def start(self) -> None:
        """Opens the catalogue and starts the thread. Blocks; raises CatalogueFailed."""
        self._connection = self._open()
        self._thread = Thread("catalogue writer", self._run)
        self._thread.start()

    def join(self, limit_seconds: float) -> bool:
        """Waits for the thread to end. False if it has not within the limit: the remaining rows are not in the
        catalogue.
        """
        if self._thread is None:
            return True
        self._thread.join(limit_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while (taken := self._pending.take()) is not None:
                batch, mark = taken
                with survived("Writing to the list of recordings", f"{len(batch)} entries may not be in it"):
                    self._store(batch)
                self._pending.written(mark)
                self._pending.linger(COMMIT_EVERY_SECONDS)
        finally:
            self._disconnect()

    def _store(self, batch: list[RowWrite]) -> None:
        """Retries until the batch is stored; once the queue is closed, gives up after the next failure."""
        delay = FIRST_RETRY_SECONDS
        while True:
            try:
                self._commit(batch)
                if self.fault:
                    _log.info("The list of recordings (catalogue) can be written again")
                self.fault = None
                self._on_stored(batch)
                return
            except (sqlite3.Error, OSError, CatalogueFailed) as error:
                self._failed(error)
            if self._pending.is_closing:
                _log.error(
                    "%d entries could not be written to the list of recordings (catalogue). "
                    "`seacorder catalogue rebuild` reads the recorded files again.",
                    len(batch),
                )
                return
            self._pending.wait_closing(delay)
            delay = min(2 * delay, LONGEST_RETRY_SECONDS)

    def _failed(self, error: Exception) -> None:
        unknown = Message(f"The list of recordings (catalogue) {self._opener.path} cannot be written ({error}).")
        self.fault = error.message if isinstance(error, CatalogueFailed) else unknown
        if self._log_limit.allow("fault") is not None:
            _log.error("%s Recording goes on; it is tried again", self.fault)
        self._disconnect()
        if isinstance(error, sqlite3.Error) and is_damage(error):
            try:
                self._connection = self._open()
            except CatalogueFailed as failure:
                self.fault = failure.message

    def _open(self) -> sqlite3.Connection:
        connection, aside = self._opener.open()
        if aside is not None:
            self.set_aside = aside
        return connection

    def _commit(self, batch: list[RowWrite]) -> None:
        if self._connection is None:
            self._connection = self._opener.reopen()
        elif not self._opener.is_at_its_place():
            self._connection = self._found_again(self._connection)
        try:
            self._transaction(self._connection, batch)
        except _NEVER:
            # A row that SQLite never accepts must not keep the others of its batch out: each one by itself then. If the
            # disk fails half-way, all are written again: every statement may be repeated without harm.
            for write in batch:
                self._commit_alone(self._connection, write)

    def _found_again(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """Opens the catalogue again, after its file was deleted or its volume was exchanged.

        While the volume is away, rows wait in memory: rows written to the file that is still open might be lost. If the
        file was deleted, or an operator has accepted a volume without one, a new catalogue is begun.
        """
        self._opener.check_volume()
        connection.close()
        self._connection = None
        _log.error(
            "The list of recordings (catalogue) %s was deleted or exchanged by somebody. Recording goes on; the one "
            "that is there now is used, or a new one is begun. After the dive run `seacorder catalogue rebuild`: it "
            "reads the recorded files again.",
            self._opener.path,
        )
        return self._open()

    def _commit_alone(self, connection: sqlite3.Connection, write: RowWrite) -> None:
        try:
            self._transaction(connection, [write])
        except _NEVER:
            _log.exception("An entry cannot be written to the list of recordings and is dropped: %s", write.key)

    def _transaction(self, connection: sqlite3.Connection, batch: list[RowWrite]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for write in batch:
                connection.execute(write.sql, write.values)
            events = sum(write.is_event for write in batch)
            if is_due := events > 0 and self._events_since_drop + events >= self._events_kept // 100:
                connection.execute(_DROP_OLD_EVENTS, (self._events_kept,))
            connection.execute("COMMIT")
            self._events_since_drop = 0 if is_due else self._events_since_drop + events
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _disconnect(self) -> None:
        if self._connection is not None:
            try:
                self._connection.close()
            except sqlite3.Error:
                _log.warning("The list of recordings could not be closed properly", exc_info=True)
            self._connection = None
