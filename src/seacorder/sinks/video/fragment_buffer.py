"""Between the muxer and the durable file: gathers fragments in memory and hands them over together.

The muxer makes one fragment a frame, so that a start can be on disk within a frame's time and an interrupted file
loses no more than was on its way. Handing each of them to the writer thread would wake it thirty times a second;
so they go together, five times in two seconds, and at once only while nothing of the file is on disk yet.

The index that the muxer writes at the end is kept back until it is whole: its header is made as long as the index says
that the file is (`mp4.index`), and it says where the sound begins (`mp4.sound_begin`), before any of it is on its way
to the disk.
"""

import contextlib
import os
import threading

from seacorder.base.clock import NS_PER_SECOND
from seacorder.mp4.boxes import NotMp4, last_box
from seacorder.mp4.index import lengthened
from seacorder.mp4.sound_begin import sound_begun_late
from seacorder.storage.durable import DurableFile

HAND_OVER_NS = 2 * NS_PER_SECOND // 5
"""With the newest frame, which is still in the muxer, and a busy machine: at most 0.6 s are lost when a worker dies."""
HAND_OVER_BYTES = 1024 * 1024


class FragmentBuffer:
    """A file-like object for the muxer. The feeding thread writes; `hand_over` may be called from any thread."""

    def __init__(self, file: DurableFile) -> None:
        self._file = file
        self._chunks: list[bytes] = []
        self._mark: int | None = None
        self._lock = threading.Lock()
        self._is_index_coming = False
        self._sound_late_ticks = 0
        self.pending_bytes = 0
        """Bytes that have not been handed over yet."""
        self.writes = 0
        """How often the muxer has written."""

    def begin_index(self, sound_late_ticks: int) -> None:
        """What is written from now up to the next `seek` ends with the index. StorageFailed as of `hand_over`.

        `sound_late_ticks`: by how much the sound begins later than the file, in the sound's own ticks.
        """
        self.hand_over()
        with self._lock:
            self._sound_late_ticks = sound_late_ticks
            self._is_index_coming = True

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
        self._end_index()
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
            if self._is_index_coming:
                return
            if self._chunks:
                self._file.write_all(self._chunks)
                self._chunks.clear()
                self.pending_bytes = 0
            if self._mark is not None:
                self._file.mark(self._mark)
                self._mark = None

    def _end_index(self) -> None:
        with self._lock:
            if self._is_index_coming and self._chunks:
                data = with_true_index(b"".join(self._chunks), self._sound_late_ticks)
                self._chunks = [data]
                self.pending_bytes = len(data)
            self._is_index_coming = False


def with_true_index(data: bytes, sound_late_ticks: int) -> bytes:
    """The same, where it ends with an index: its header as long as its tables, its sound where it begins."""
    try:
        box = last_box(data, b"moov")
        index = lengthened(memoryview(data)[box.at :])
        with contextlib.suppress(NotMp4):  # the header's length is the greater good
            index = sound_begun_late(index, sound_late_ticks)
        return data[: box.at] + bytes(index)
    except NotMp4:
        return data  # not worth a file: it is as good as the muxer made it
