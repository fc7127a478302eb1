"""Reads the original for a copy: from its first byte on, with its SHA-256, no faster than allowed.

What has been read is dropped from the system's cache again, so that it takes no memory from a recording.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from seacorder.evidence.hashing import ReadPace
from seacorder.model.copies import CopyProgress

MOST_BLOCK_BYTES, LEAST_BLOCK_BYTES = 1024 * 1024, 16 * 1024
_DROP_BYTES = 16 * MOST_BLOCK_BYTES
TELL_SECONDS = 0.5
Tell = Callable[[CopyProgress], None]


class SourceGone(Exception):
    """The original does not exist any more."""


class SourceFailed(Exception):
    """The original cannot be read, or was changed meanwhile; `str()` says which."""


class Meter:
    """Tells how far one file is, and keeps to the pace. One for sending, one for reading back."""

    def __init__(self, file: str, size: int, pace: ReadPace, tell: Tell, *, is_checking: bool = False) -> None:
        self._file, self._size, self._pace, self._tell = file, size, pace, tell
        self._is_checking = is_checking
        self._done = 0
        self._told = -TELL_SECONDS

    def skipped(self, count: int) -> None:
        """So many bytes lie there already."""
        self._done += count

    def took(self, count: int) -> None:
        """So many bytes more. Waits as long as the pace wants."""
        self._done += count
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS:
            self._told = now
            self._tell(CopyProgress(self._file, self._done, self._size, self._is_checking))
        self._pace.took(count)


def block_bytes(bytes_per_second: int) -> int:
    """How much is read at once: so little that something is told several times in a minute."""
    if bytes_per_second <= 0:
        return MOST_BLOCK_BYTES
    return max(LEAST_BLOCK_BYTES, min(MOST_BLOCK_BYTES, bytes_per_second // 4))


class SourceFile:
    """One original, open. Its size and time are those at the beginning."""

    def __init__(self, path: Path, pace: ReadPace, tell: Tell) -> None:
        """Raises SourceGone, SourceFailed."""
        self.path = path
        self._pace, self._tell = pace, tell
        try:
            self._file = path.open("rb", buffering=0)
        except (FileNotFoundError, NotADirectoryError) as fault:
            raise SourceGone(str(path)) from fault
        except OSError as fault:
            raise SourceFailed(f"{path} cannot be read ({fault.strerror})") from fault
        state = os.fstat(self._file.fileno())
        self.size, self.modified_ns = state.st_size, state.st_mtime_ns
        self.sha256 = ""
        """Of the whole file, once `blocks` has come to its end."""

    def close(self) -> None:
        self._file.close()

    def blocks(self, *, is_paced: bool = True) -> Iterator[bytes]:
        """All bytes from the first on. Raises SourceFailed when they change meanwhile.

        `is_paced=False` for a place that keeps to the pace itself, by `sending`.
        """
        digest, done, dropped = hashlib.sha256(), 0, 0
        meter = self.sending()
        most = block_bytes(self._pace.bytes_per_second)
        try:
            self._file.seek(0)
            while done < self.size and (block := self._file.read(min(most, self.size - done))):
                digest.update(block)
                done += len(block)
                yield block
                if is_paced:
                    meter.took(len(block))
                if done - dropped >= _DROP_BYTES:
                    self._drop(dropped, done - dropped)
                    dropped = done
            self._drop(dropped, 0)
            after = os.fstat(self._file.fileno())
        except OSError as fault:
            raise SourceFailed(f"{self.path} cannot be read ({fault.strerror})") from fault
        if (after.st_size, after.st_mtime_ns) != (self.size, self.modified_ns) or done != self.size:
            raise SourceFailed(f"{self.path.name} was changed while it was copied")
        self.sha256 = digest.hexdigest()

    def sending(self) -> Meter:
        """For sending."""
        return Meter(self.path.name, self.size, self._pace, self._tell)

    def checking(self) -> Meter:
        """For reading back what was stored."""
        return Meter(self.path.name, self.size, self._pace, self._tell, is_checking=True)

    def _drop(self, offset: int, length: int) -> None:
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):
                os.posix_fadvise(self._file.fileno(), offset, length, os.POSIX_FADV_DONTNEED)
