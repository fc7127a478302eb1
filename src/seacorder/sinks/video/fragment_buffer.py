"""The buffer between a writer and the durable file: gathers fragments in memory and hands them over together.

The writer makes one fragment of each frame, so that an interrupted file loses little. Handing every fragment to the
writer thread would wake that thread thirty times a second; so they are handed over together, every 0.35 s: with every
second burst of a camera that is read five times a second, also where that comes a little early. Only the
first one of a file goes at once, so that the start of a recording is on disk within a frame's time.

The index that FFmpeg's muxer writes at the end of a file is held back until all of it is here, because three things in
it are corrected first: the header's duration (`mp4.index`), the begin of the sound (`mp4.sound_begin`), and the places
of the samples, which lie behind a box that the muxer does not know of (`mp4.start_time`). Where the index is longer
than the muxer's own buffer, the muxer goes back in it to fill in the sizes of boxes; that happens in memory.
"""

import contextlib
import os
import threading
from collections.abc import Sequence

from seacorder.base.clock import NS_PER_SECOND
from seacorder.mp4.boxes import NotMp4, last_box
from seacorder.mp4.index import lengthened
from seacorder.mp4.index_maker import moved
from seacorder.mp4.sound_begin import sound_begun_late
from seacorder.storage.byte_run import Data
from seacorder.storage.durable import DurableFile

HAND_OVER_NS = 7 * NS_PER_SECOND // 20
"""A worker that dies loses this and the newest frame, which may be in the writer: on a busy machine 0.6 s at most."""
HAND_OVER_BYTES = 1024 * 1024


class FragmentBuffer:
    """A file-like object for a writer. The feeding thread writes; `hand_over` may be called from any thread."""

    def __init__(self, file: DurableFile) -> None:
        self._file = file
        self._chunks: list[Data] = []
        self._milestone: int | None = None
        self._lock = threading.Lock()
        self._index: bytearray | None = None
        """The index, while it comes."""
        self._index_place = 0
        """Where in it the muxer writes next."""
        self._sound_late_ticks = self._moved_bytes = 0
        self.pending_bytes = 0
        """Bytes that have not been handed over yet."""
        self.writes = 0
        """How often the writer has written."""

    def begin_index(self, sound_late_ticks: int, moved_bytes: int = 0) -> None:
        """Says that the index comes: it is held back until the muxer goes to a place in front of it.

        `sound_late_ticks`: how much later than the file the sound begins, in the sound's own ticks. `moved_bytes`: how
        much further behind than the muxer knows all samples lie. StorageFailed as in `hand_over`.
        """
        self.hand_over()
        with self._lock:
            self._sound_late_ticks, self._moved_bytes = sound_late_ticks, moved_bytes
            self._index, self._index_place = bytearray(), 0

    def write(self, data: bytes) -> int:
        """Gathers bytes; never blocks for a disk."""
        chunk = bytes(data)
        with self._lock:
            if self._index is None:
                self._chunks.append(chunk)
                self.pending_bytes += len(chunk)
            else:
                self._index[self._index_place : self._index_place + len(chunk)] = chunk
                self._index_place += len(chunk)
        self.writes += 1
        return len(chunk)

    def write_all(self, pieces: Sequence[Data]) -> None:
        """As `write`, with several pieces that follow each other; they must not change any more."""
        with self._lock:
            self._chunks += pieces
            self.pending_bytes += sum(map(len, pieces))
        self.writes += 1

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the position; what has been gathered is corrected, if it is the index, and handed over first."""
        if self._index is not None and whence == os.SEEK_SET and offset >= self._file.tell():
            self._index_place = offset - self._file.tell()
            return offset
        self._end_index()
        self.hand_over()
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position, in bytes."""
        return self._file.tell() + (self.pending_bytes if self._index is None else self._index_place)

    def seekable(self) -> bool:
        """Always."""
        return True

    def writable(self) -> bool:
        """Always."""
        return True

    def put_milestone(self, utc_ns: int) -> None:
        """Says that the bytes so far hold every frame up to the one captured at `utc_ns`."""
        with self._lock:
            self._milestone = utc_ns

    def hand_over(self) -> None:
        """Queues what was gathered, then the milestone, for the writer thread; never waits for the disk.

        StorageFailed when the file has ended or far more waits than the memory budget allows; the bytes stay here then.
        Does nothing while the index is being gathered.
        """
        with self._lock:
            if self._index is not None:
                return
            if self._chunks:
                self._file.write_all(self._chunks)
                self._chunks.clear()
                self.pending_bytes = 0
            if self._milestone is not None:
                self._file.put_milestone(self._milestone)
                self._milestone = None

    def _end_index(self) -> None:
        with self._lock:
            if self._index:
                data = with_true_index(bytes(self._index), self._sound_late_ticks, self._moved_bytes)
                self._chunks = [data]
                self.pending_bytes = len(data)
            self._index = None


def with_true_index(data: bytes, sound_late_ticks: int, moved_bytes: int = 0) -> bytes:
    """`data`, whose index, if it ends with one, has been given the true places, duration and begin of the sound.

    NotMp4 if places are to be moved and cannot be: such a file is better left without an index.
    """
    try:
        box = last_box(data, b"moov")
        index: bytes | bytearray = bytes(data[box.at :])
        if moved_bytes:
            index = moved(index, moved_bytes)
    except NotMp4:
        if moved_bytes:
            raise
        return data  # no reason to lose the file: its index is as the muxer made it
    with contextlib.suppress(NotMp4):
        index = lengthened(index)
        index = sound_begun_late(index, sound_late_ticks)
    return data[: box.at] + bytes(index)
