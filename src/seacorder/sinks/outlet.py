"""Between the muxer and the durable file: gathers fragments in memory and hands them over together.

The muxer makes one fragment a frame, so that a start can be on disk within a frame's time and an interrupted file
loses no more than was on its way. Handing each of them to the writer thread would wake it thirty times a second;
so they go together, five times in two seconds, and at once only while nothing of the file is on disk yet.
"""

import os
import threading

from seacorder.base.clock import NS_PER_SECOND
from seacorder.storage.durable import DurableFile

HAND_OVER_NS = 2 * NS_PER_SECOND // 5
"""With the newest frame, which is still in the muxer, and a busy machine: at most 0.6 s are lost when a worker dies."""
HAND_OVER_BYTES = 1024 * 1024


class Outlet:
    """A file-like object for the muxer. The feeding thread writes; `hand_over` may be called from any thread."""

    def __init__(self, file: DurableFile) -> None:
        self._file = file
        self._chunks: list[bytes] = []
        self._mark: int | None = None
        self._lock = threading.Lock()
        self.pending_bytes = 0
        """Bytes that have not been handed over yet."""
        self.writes = 0
        """How often the muxer has written."""

    def write(self, data: bytes) -> int:
        """Gathers bytes; never blocks for a disk."""
        chunk = bytes(data)
        with self._lock:
            self._chunks.append(chunk)
            self.pending_bytes += len(chunk)
        self.writes += 1
        return len(chunk)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the position; what has been gathered is handed over first."""
        self.hand_over()
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position, in bytes."""
        return self._file.tell() + self.pending_bytes

    def seekable(self) -> bool:
        """Always."""
        return True

    def writable(self) -> bool:
        """Always."""
        return True

    def mark(self, utc_ns: int) -> None:
        """Says that the bytes so far hold every frame up to the one captured at `utc_ns`."""
        with self._lock:
            self._mark = utc_ns

    def hand_over(self) -> None:
        """Gives everything to the writer thread. StorageFailed when it takes no more; the bytes are kept then."""
        with self._lock:
            if self._chunks:
                self._file.write_all(self._chunks)
                self._chunks.clear()
                self.pending_bytes = 0
            if self._mark is not None:
                self._file.mark(self._mark)
                self._mark = None
