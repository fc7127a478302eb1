"""Writes the account files: what the catalogue knows and the video files do not say is written beside them too.

From both, a lost catalogue can be rebuilt, losses included. This has a thread of its own, because the disk of the video
files may hang while that of the catalogue works. Rows wait in memory for it, of each row only the newest version.

| row | goes to the account file of |
|---|---|
| a part or clip that has been closed | the folder of its file |
| a recording, or a loss in one | the folder of the recording's first part |
| a loss in a clip; a recording that has no part yet | the home folder, which is the storage root |
| a recording that was removed, and its removal | the home folder |
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from seacorder.base.background import Thread, survived
from seacorder.base.clock import Clock
from seacorder.base.errors import CatalogueFailed
from seacorder.base.log import RateLimit
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.catalogue.queries import Queries
from seacorder.model.account import ACCOUNT_KINDS, AccountRow, belongs, key_of
from seacorder.model.recording import Clip, Part, Recording, RecordingState
from seacorder.model.removal import Removal
from seacorder.storage import account_file
from seacorder.storage.volumes import MarkedFolders

_log = logging.getLogger(__name__)

MOST_ROWS_WAITING = 20_000
"""When more wait, the row that has waited longest is dropped; the catalogue has it."""
RETRY_SECONDS = 2.0
LINGER_SECONDS = 0.25
"""The least time between two appends. Each one syncs a disk on which video is being written."""


class AccountWriter:
    """Works from `start` to `stop`. `add` may be called from any thread and does no disk access."""

    def __init__(self, queries: Queries, home: Path, clock: Clock, volumes: MarkedFolders | None = None) -> None:
        self._volumes = volumes or MarkedFolders()
        self._queries = queries
        self._home = home
        self._log_limit = RateLimit(clock, 30.0)
        self._waiting: OrderedDict[tuple[object, ...], AccountRow] = OrderedDict()
        self._changed = threading.Condition()
        self._stopping = False
        self._folders: dict[str, Path] = {}
        """By recording id: the folder of its account file, for the recordings that were looked up last."""
        self._thread = Thread("accounts", self._run)

    def start(self) -> None:
        """Starts the thread. It first adds the rows of the newest two recordings that are missing in the account files,
        because the program ended unexpectedly.
        """
        self._thread.start()

    def add(self, values: Iterable[object]) -> None:
        """Hands over values that have been stored in the catalogue; those that account files do not keep are ignored.
        """
        with self._changed:
            for value in values:
                if belongs(value):
                    self._put(value)  # type: ignore[arg-type]
            self._changed.notify_all()

    def stop(self, limit_seconds: float) -> bool:
        """Writes what is waiting and ends the thread. Blocks. False if that takes longer than the limit."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(limit_seconds)
        return not self._thread.is_alive()

    def _put(self, row: AccountRow) -> None:
        key = key_of(row)
        if key not in self._waiting and len(self._waiting) >= MOST_ROWS_WAITING:
            self._waiting.popitem(last=False)
        self._waiting[key] = row
        self._waiting.move_to_end(key)

    def _run(self) -> None:
        with survived("Comparing the account files with the list of recordings"):
            self._catch_up()
        while rows := self._take():
            pause = LINGER_SECONDS
            with survived("Writing account files", f"{len(rows)} entries are in the list of recordings alone"):
                pause = LINGER_SECONDS if self._stored(rows) else RETRY_SECONDS
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, pause)

    def _stored(self, rows: list[AccountRow]) -> bool:
        """Writes the rows. False if some had to be put back: their folder cannot be looked up now, or the volume is
        away. After `stop` none is put back.
        """
        try:
            away = self._store(rows)
        except CatalogueFailed as fault:
            if self._log_limit.allow("catalogue") is not None:
                _log.warning("The account files beside the videos wait for the list of recordings: %s", fault)
            away = rows
        if not away or self._stopping:
            return True
        with self._changed:
            newer = self._waiting
            self._waiting = OrderedDict()
            for row in (*away, *newer.values()):
                self._put(row)
        return False

    def _take(self) -> list[AccountRow]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            rows = list(self._waiting.values())
            self._waiting.clear()
            return rows

    def _store(self, rows: list[AccountRow]) -> list[AccountRow]:
        """Appends each row to its account file. Returns the rows whose volume is not the right one now."""
        by_folder: dict[Path, list[AccountRow]] = {}
        for row in rows:
            # If the folder of one row cannot be found, the other rows of the batch must be written all the same.
            with survived("Writing account files", "one entry is only in the list", passes=(CatalogueFailed,)):
                by_folder.setdefault(self._folder(row), []).append(row)
        away: list[AccountRow] = []
        for folder, belonging in by_folder.items():
            if self._volumes.exchanged(folder) is not None:
                away += belonging
                continue
            with survived("Writing account files", f"{len(belonging)} entries are in the list of recordings alone"):
                self._append(folder, belonging)
        return away

    def _append(self, folder: Path, rows: list[AccountRow]) -> None:
        """Appends the rows. If the disk refuses, tries once more after a while, then gives up: the catalogue has them.
        """
        for is_last in (False, True):
            try:
                account_file.append(folder, rows)
                return
            except FileNotFoundError:
                return  # the folder was removed together with its files
            except OSError as fault:
                if self._log_limit.allow("append") is not None:
                    _log.warning(
                        "The account file in %s cannot be written (%s); the list of recordings has its entries",
                        folder,
                        fault,
                    )
            if is_last or self._stopping:
                return
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, RETRY_SECONDS)

    def _folder(self, row: AccountRow) -> Path:
        if isinstance(row, Part | Clip):
            return Path(row.path).parent
        if isinstance(row, Removal) or (isinstance(row, Recording) and row.state is RecordingState.REMOVED):
            return self._home
        recording_id = row.id if isinstance(row, Recording) else row.recording_id
        if recording_id is None:
            return self._home
        if recording_id not in self._folders:
            first = self._queries.rows(Part, Page(recording_id=recording_id, limit=1)).items
            if not first:
                return self._home
            if len(self._folders) >= 100:
                self._folders.clear()
            self._folders[recording_id] = Path(first[0].path).parent
        return self._folders[recording_id]

    def _catch_up(self) -> None:
        """Adds rows of the newest two recordings that are missing in their account files.

        The program may have been killed between the catalogue's commit and the append.
        """
        try:
            newest = self._queries.latest_recordings(2)
            rows = [row for recording in newest for row in self._rows_of(recording)]
        except CatalogueFailed as fault:
            _log.warning("The account files could not be compared with the list of recordings: %s", fault)
            return
        known: dict[Path, dict[tuple[object, ...], AccountRow]] = {}
        for row in rows:
            folder = self._folder(row)
            if known.setdefault(folder, account_file.read(folder)).get(key_of(row)) != row:
                self.add([row])

    def _rows_of(self, recording: Recording) -> list[AccountRow]:
        page = Page(recording_id=recording.id, limit=LIMIT_MAX, newest_first=True)
        kinds = [kind for kind in ACCOUNT_KINDS if kind is not Recording]
        return [recording, *(row for kind in kinds for row in self._queries.rows(kind, page).items if belongs(row))]
