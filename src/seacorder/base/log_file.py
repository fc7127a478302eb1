"""The log file. When it has grown to its limit a new one is begun, and some old ones are kept beside it.

    seacorder.log      the newest lines
    seacorder.log.1    the lines before them
    seacorder.log.2    …

Only the log's writer thread uses it, so a slow or dead disk holds up nothing else.
"""

import contextlib
import os
from pathlib import Path

from seacorder.base.line_writer import Target


class LogFile(Target):
    """A rotating file. Opened with the first line, and again after a failure or when somebody has moved or deleted it.

    For the log's writer thread alone; blocks as the disk does.
    """

    def __init__(self, path: Path, *, bytes_max: int, kept: int) -> None:
        """`kept`: how many old files stay beside the newest one; with 0 none does."""
        self._path = path
        self._bytes_max = bytes_max
        self._kept = kept
        self._open: int | None = None

    def write(self, data: bytes) -> tuple[int, str]:
        done, view = 0, memoryview(data)
        try:
            file = self._file(len(data))
            while done < len(data):
                done += os.write(file, view[done:])
        except OSError as error:
            self._close()
            return done, error.strerror or str(error)
        return done, ""

    def _file(self, coming_bytes: int) -> int:
        """The open file, after a rotation if it has no room for so many bytes. Raises OSError."""
        if self._open is not None and not self._is_in_place(self._open):
            self._close()
        if self._open is None:
            self._open = self._opened()
        size = os.fstat(self._open).st_size
        if size and size + coming_bytes > self._bytes_max:
            self._close()
            self._rotate()
            self._open = self._opened()
        return self._open

    def _opened(self) -> int:
        binary = getattr(os, "O_BINARY", 0)  # Windows would make \r\n of each \n
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | binary
        try:
            return os.open(self._path, flags, 0o644)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, flags, 0o644)

    def _is_in_place(self, file: int) -> bool:
        """False when somebody, such as logrotate, has moved or deleted the file since it was opened."""
        try:
            there, ours = self._path.stat(), os.fstat(file)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def _rotate(self) -> None:
        """Gives each file the name of the next older one; the oldest is replaced. If that fails, the newest grows
        on."""
        with contextlib.suppress(OSError):
            if not self._kept:
                self._path.unlink()
                return
            for number in range(self._kept - 1, 0, -1):
                with contextlib.suppress(FileNotFoundError):
                    self._numbered(number).replace(self._numbered(number + 1))
            self._path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _close(self) -> None:
        if self._open is not None:
            file, self._open = self._open, None
            with contextlib.suppress(OSError):
                os.close(file)
