"""Reads files for their SHA-256, as gently as it is told: a recording may need the disk.

What has been read is dropped from the system's cache again, so that it takes no memory from a recording.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from seacorder.model.completion import FileHashed

CHUNK_BYTES = 1024 * 1024
_DROP_BYTES = 16 * CHUNK_BYTES
"""After so many bytes the system is told that they are not needed again."""


class ChangedWhileRead(Exception):
    """The file was changed while it was read; its hash would mean nothing."""


@dataclass(slots=True)
class ReadPace:
    """Reads at most `bytes_per_second`; 0: no limit."""

    bytes_per_second: int = 0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=0.0)

    def took(self, count: int) -> None:
        """Waits until as many bytes may have been read."""
        if self.bytes_per_second <= 0:
            return
        self._next = max(self._next, self.now()) + count / self.bytes_per_second
        if (early := self._next - self.now()) > 0:
            self.sleep(early)


def hash_file(path: Path, pace: ReadPace, progress: Callable[[int], None] = lambda _: None) -> FileHashed:
    """Reads one file. Blocks. OSError; ChangedWhileRead when somebody wrote to it meanwhile."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(CHUNK_BYTES))
    with path.open("rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        done = dropped = 0
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
            done += count
            if done > before.st_size:
                break  # somebody goes on writing; it may never end
            if done - dropped >= _DROP_BYTES:
                _drop(file.fileno(), dropped, done - dropped)
                dropped = done
            progress(count)
            pace.took(count)
        _drop(file.fileno(), dropped, 0)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or done != after.st_size:
        raise ChangedWhileRead(f"{path.name} was changed while it was read")
    return FileHashed(str(path), done, after.st_mtime_ns, digest.hexdigest())


def _drop(handle: int, offset: int, length: int) -> None:
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(handle, offset, length, os.POSIX_FADV_DONTNEED)
