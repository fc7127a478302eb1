"""One recorder per catalogue: a lock that the system takes back whatever becomes of the process.

A second recorder on the same catalogue would take the recording that runs for one that was interrupted, and repair
files that are being written. SQLite's own file lock is used because it is there on every system.
"""

import sqlite3
from pathlib import Path

from seacorder.base.errors import CatalogueFailed


class CatalogueLock:
    """Held from `take` to `release` on a small file beside the catalogue."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._connection: sqlite3.Connection | None = None

    def take(self) -> None:
        """Raises CatalogueFailed when another process holds it, or the folder cannot be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            self._connection.execute("BEGIN EXCLUSIVE")
        except (sqlite3.Error, OSError) as error:
            self.release()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise CatalogueFailed(
                    f"Another Seacorder is recording into {self._path.parent}: "
                    "stop it first, or give this one another storage root."
                ) from error
            raise CatalogueFailed(f"The folder {self._path.parent} cannot hold the catalogue ({error}).") from error

    def release(self) -> None:
        """Harmless when it is not held."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
