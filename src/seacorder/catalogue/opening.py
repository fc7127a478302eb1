"""Opening the catalogue file: locked against a second recorder, checked, upgraded, set aside when it is damaged.

A second recorder on the same catalogue would take the running recording for one that an unexpected end interrupted,
and would repair files that are being written. The lock is SQLite's own file lock, because every system has it; the
operating system releases it however the process ends.
"""

import contextlib
import logging
import sqlite3
import time
from pathlib import Path

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.queries import BUSY_SECONDS, is_away
from seacorder.catalogue.schema import upgrade
from seacorder.catalogue.tables import TABLES
from seacorder.storage.volumes import MarkedFolders

_log = logging.getLogger(__name__)

_DAMAGE_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
_COMPANIONS = ("-wal", "-shm", "-journal")

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # With NORMAL, a power cut loses the latest commits. The one that says "a recording runs" must not be lost.
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = 1",
    "PRAGMA journal_size_limit = 16777216",
    # In KiB. SQLite's default of 2 MB fills within hours, with rows that are hardly ever read again.
    "PRAGMA cache_size = -512",
)


class _Damaged(Exception):
    """The content of the file cannot be used."""


def open_for_writing(path: Path, clock: Clock) -> tuple[sqlite3.Connection, Path | None]:
    """A connection to the catalogue at `path`, which is made if there is none. Blocks. One thread at a time may use it.

    A damaged file is renamed, `seacorder.db` to `seacorder.damaged-<UTC>.db`, with a warning in the log, and a new one
    is begun. The second value is the damaged file's new path, else None. Raises CatalogueFailed if the folder cannot
    be written, the file is locked, or it is of a newer version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _open(path), None
        except _Damaged as damage:
            aside = _set_aside(path, clock)
            _log.warning(
                "The list of recordings (catalogue) %s is damaged (%s). It is set aside as %s, and a new one is begun.",
                path,
                damage,
                aside.name,
            )
            return _open(path), aside
    except (sqlite3.Error, OSError, _Damaged) as error:
        raise CatalogueFailed(
            f"The list of recordings (catalogue) {path} cannot be opened ({error}).",
            f"Check the disk and the permissions of {path.parent}.",
        ) from error


class CatalogueLock:
    """A lock on a small file beside the catalogue, held from `take` to `release`."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._connection: sqlite3.Connection | None = None

    def take(self) -> None:
        """Does not wait. Raises CatalogueFailed if another process holds the lock, or the folder cannot be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            self._connection.execute("BEGIN EXCLUSIVE")
        except (sqlite3.Error, OSError) as error:
            self.release()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise CatalogueFailed(
                    f"Another Seacorder is recording into {self._path.parent}.",
                    "Stop it first, or give this one another storage root.",
                ) from error
            raise CatalogueFailed(
                f"The folder {self._path.parent} cannot hold the list of recordings (catalogue) ({error}).",
                f"Check the disk and the permissions of {self._path.parent}.",
            ) from error

    def release(self) -> None:
        """Does nothing if the lock is not held."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Opener:
    """Opens the catalogue for the writer thread, and notices if the file at its path has become another one."""

    def __init__(self, path: Path, clock: Clock, volumes: MarkedFolders | None = None) -> None:
        self.path = path.absolute()
        self._clock = clock
        self._volumes = volumes or MarkedFolders()
        self._identity: tuple[int, int] | None = None
        """Device and inode of the file that was opened last."""

    def open(self) -> tuple[sqlite3.Connection, Path | None]:
        """As `open_for_writing`."""
        connection, aside = open_for_writing(self.path, self._clock)
        self._identity = self._identity_now()
        return connection, aside

    def reopen(self) -> sqlite3.Connection:
        """A new connection after a fault. Raises sqlite3.Error; CatalogueFailed while the volume is away."""
        self.check_volume()
        if self._identity_now() is None and self._volumes.covers(self.path):
            return self.open()[0]  # an operator has accepted a new volume, which has no catalogue yet
        connection = reopen(self.path)
        self._identity = self._identity_now()
        return connection

    def check_volume(self) -> None:
        """Raises CatalogueFailed while the catalogue's folder is on another volume than when the program began. Blocks.
        """
        if self._volumes.exchanged(self.path) is not None:
            raise CatalogueFailed.of(is_away(self.path))

    def is_at_its_place(self) -> bool:
        """False if the file was deleted or replaced: rows written to the open one would be lost. Blocks."""
        try:
            return self._identity_now() == self._identity
        except OSError:
            return True  # a disk fault will show when the file is written to

    def _identity_now(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_dev, found.st_ino


def reopen(path: Path) -> sqlite3.Connection:
    """A new connection to a catalogue that must exist. Raises sqlite3.Error if it does not. Blocks."""
    return _connect(f"{path.absolute().as_uri()}?mode=rw")


def is_damage(error: sqlite3.Error) -> bool:
    """True if the error means that the file's content is broken, and not that it cannot be reached now."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE_CODES


def _open(path: Path) -> sqlite3.Connection:
    connection: sqlite3.Connection | None = None
    try:
        connection = _connect(f"{path.absolute().as_uri()}?mode=rwc")
        _check(connection)
        upgrade(connection)
        _check_tables(connection)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, sqlite3.Error) and is_damage(error):
            raise _Damaged(str(error)) from error
        raise
    return connection


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise _Damaged(found.splitlines()[-1])


def _check_tables(connection: sqlite3.Connection) -> None:
    for table in TABLES:
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")}
        missing = sorted(set(table.columns) - columns)
        if missing:
            raise _Damaged(f"table {table.name} has no {', '.join(missing)}")


def _set_aside(path: Path, clock: Clock) -> Path:
    """Renames the file and SQLite's own files beside it, overwriting nothing. Returns the new path."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(clock.utc_ns() // NS_PER_SECOND))
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    number = 2
    while aside.exists():
        aside = path.with_name(f"{path.stem}.damaged-{stamp}_{number}{path.suffix}")
        number += 1
    path.rename(aside)
    for ending in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    return aside
