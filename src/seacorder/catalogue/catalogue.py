"""The catalogue as the control process uses it: records rows without waiting, answers queries, keeps settings."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from seacorder.base.clock import Clock
from seacorder.base.errors import CatalogueFailed
from seacorder.base.log import RateLimit
from seacorder.base.message import Message
from seacorder.catalogue import settings_text
from seacorder.catalogue.account_writer import AccountWriter
from seacorder.catalogue.opening import CatalogueLock, Opener
from seacorder.catalogue.pending import Pending, RowWrite
from seacorder.catalogue.queries import NAMED, SETTINGS, Queries, T, names_from
from seacorder.catalogue.tables import EVENTS, Table, table_of
from seacorder.catalogue.timed_queries import TimedQueries
from seacorder.catalogue.touched import Touched
from seacorder.catalogue.writer import EVENTS_KEPT, Writer
from seacorder.model.absence import Absence
from seacorder.model.account import Row
from seacorder.model.capture_time import PartAnchor
from seacorder.model.copies import CopyRow
from seacorder.model.dive_context import DiveContext
from seacorder.model.event import Event
from seacorder.model.settings import StoredSettings
from seacorder.storage.volumes import MarkedFolders

_log = logging.getLogger(__name__)

MOST_ROWS_WAITING = 20_000
_ENCODERS = "encoders"
_CONTEXT = "context"
_DEFINITIONS = "definitions"
_SAVE_SETTING = (
    "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


def _is_from_files(write: RowWrite) -> bool:
    """True for a row from `record_missing`. It was read from the files, so no account file needs it."""
    return isinstance(write.key, tuple) and write.key[0] == "missing"


class Catalogue(Queries):
    """One catalogue file, held by one process from `open` to `close`.

    `record_…` and `save_…` do no disk access and never fail: rows wait in memory, of each only the newest version,
    until the writer thread has stored them. `flush` waits for that. Queries see only what has been stored.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        home: Path | None = None,
        volumes: MarkedFolders | None = None,
        most_rows_waiting: int = MOST_ROWS_WAITING,
        events_kept: int = EVENTS_KEPT,
    ) -> None:
        """With `home`, the storage root, account files are written too, see `account_writer`. While one of `volumes`
        that the catalogue is on is away, nothing is read and no new catalogue is begun.
        """
        super().__init__(path, volumes)
        self._pending = Pending(most_rows_waiting)
        self._accounts = AccountWriter(self, home, clock, volumes) if home else None
        opener = Opener(path, clock, volumes)
        self._writer = Writer(opener, self._pending, clock, events_kept=events_kept, on_stored=self._stored)
        self._lock = CatalogueLock(path)
        self._log_limit = RateLimit(clock, 30.0)
        self._timed = TimedQueries(self._pending.wait_written)
        self.touched = Touched()
        """Which folders have changed, by the rows that were recorded."""
        self.name = path.name
        """Of its file; those that SQLite keeps beside it begin like it."""

    @property
    def fault(self) -> Message | None:
        """Why the catalogue cannot be written; None while it can."""
        return self._writer.fault

    @property
    def set_aside(self) -> Path | None:
        """Where the last damaged catalogue was moved, at the start or later, when a new one was begun; None if none
        was.
        """
        return self._writer.set_aside

    @property
    def dropped(self) -> int:
        """How many rows were given up because too many were waiting."""
        return self._pending.dropped

    def open(self) -> None:
        """Opens the file and upgrades it; a damaged one is set aside and a new one begun. Blocks.

        Raises CatalogueFailed if another recorder uses it, it is of a newer version, or cannot be written.
        """
        self._lock.take()
        try:
            self._writer.start()
        except BaseException:
            self._lock.release()
            raise
        if self._accounts is not None:
            self._accounts.start()

    def close(self, limit_seconds: float = 10.0) -> None:
        """Writes what is waiting and closes the file. Blocks, for the limit and half of it again at most."""
        self._pending.close()
        if not self._writer.join(limit_seconds):
            _log.error(
                "The last %d entries could not be written to the list of recordings (catalogue) within %g s. Nothing "
                "of the recorded files is missing. `seacorder catalogue rebuild` reads them again.",
                len(self._pending),
                limit_seconds,
            )
        if self._accounts is not None and not self._accounts.stop(limit_seconds / 2):
            _log.error(
                "The last entries are in the list of recordings (catalogue), but not in the account files beside the "
                "videos"
            )
        self._lock.release()

    async def ask(self, question: Callable[[], T]) -> T:
        """Runs a query from the event loop without blocking it: `ask(lambda: catalogue.rows(Part, page))`.

        The query sees all rows recorded before it, if the disk takes them soon. Raises CatalogueFailed, after five
        seconds at most, if the disk does not answer.
        """
        return await self._timed.ask(question)

    async def flush(self, limit_seconds: float = 10.0) -> None:
        """Waits until all rows recorded before are on disk. Raises CatalogueFailed if that takes too long."""
        try:
            await asyncio.wait_for(asyncio.wrap_future(self._pending.wait_written()), limit_seconds)
        except TimeoutError as error:
            slow = f"The list of recordings did not answer within {limit_seconds:g} s. Recording is not affected."
            raise CatalogueFailed.of(self.fault or Message(slow)) from error

    def record(self, row: Row | PartAnchor | CopyRow | Absence) -> None:
        """Stores a row. It replaces an earlier row with the same key, such as a part that has grown since."""
        self.touched.saw(row)
        self._record(table_of(type(row)), row)

    def record_event(self, event: Event) -> None:
        """Raises ValueError if the event has no cursor yet."""
        if event.cursor <= 0:
            raise ValueError("an event is recorded with its cursor")
        self._record(EVENTS, event)

    def record_missing(self, rows: Iterable[Row | CopyRow]) -> None:
        """Stores rows that were read from the files. A row that exists already is not changed."""
        for row in rows:
            table = table_of(type(row))
            key = ("missing", *table.key_of(row))
            self._put(RowWrite(key, table.insert_missing, table.row(row), value=row))

    def save_settings(self, stored: StoredSettings) -> None:
        self._put(RowWrite(("settings", SETTINGS), _SAVE_SETTING, (SETTINGS, settings_text.write(stored))))

    def save_text(self, name: str, value: str) -> None:
        """Keeps a text under a name; `setting` reads it."""
        self._put(RowWrite(("settings", name), _SAVE_SETTING, (name, value)))

    def remove_texts(self, beginning: str) -> None:
        """Removes the texts that were kept under names that begin so; `texts` reads them."""
        remove = f"DELETE FROM settings WHERE {NAMED}"  # noqa: S608
        self._put(RowWrite(("removed settings", beginning), remove, names_from(beginning)))

    def load_encoders(self) -> tuple[str, ...] | None:
        """The encoders that an earlier run found on this machine; None if none has. Blocks; raises CatalogueFailed."""
        text = self.setting(_ENCODERS)
        return None if text is None else tuple(text.split())

    def save_encoders(self, names: tuple[str, ...]) -> None:
        self._put(RowWrite(("settings", _ENCODERS), _SAVE_SETTING, (_ENCODERS, " ".join(names))))

    def load_context(self) -> DiveContext:
        """What clients have said of project, dive, task, component and operator. Blocks; raises CatalogueFailed."""
        return DiveContext.from_json(self.setting(_CONTEXT))

    def save_context(self, context: DiveContext) -> None:
        self._put(RowWrite(("settings", _CONTEXT), _SAVE_SETTING, (_CONTEXT, context.to_json())))

    def load_definitions(self) -> dict[str, dict[str, Any]]:
        """The definitions of survey data that clients have set: by name, the table as it was sent. What cannot be read
        is left out. Blocks; raises CatalogueFailed.
        """
        try:
            found = json.loads(self.setting(_DEFINITIONS) or "{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            _log.warning("The stored definitions of survey data cannot be read; those of the settings file are used")
            return {}
        return {name: table for name, table in found.items() if isinstance(table, dict)}

    def save_definitions(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        text = json.dumps(dict(tables), sort_keys=True)
        self._put(RowWrite(("settings", _DEFINITIONS), _SAVE_SETTING, (_DEFINITIONS, text)))

    def _record(self, table: Table[Any], value: object) -> None:
        self._put(RowWrite(table.key_of(value), table.upsert, table.row(value), is_event=table is EVENTS, value=value))

    def _stored(self, batch: list[RowWrite]) -> None:
        if self._accounts is not None:
            self._accounts.add(write.value for write in batch if not _is_from_files(write))

    def _put(self, write: RowWrite) -> None:
        if not self._pending.put(write) and self._log_limit.allow("dropped") is not None:
            _log.error(
                "The disk of the list of recordings (catalogue) is too slow: %d entries were dropped. Recorded files "
                "are not affected. `seacorder catalogue rebuild` reads them again.",
                self.dropped,
            )
