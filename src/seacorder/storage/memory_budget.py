"""How many bytes may wait in memory for the disk: a counter that all files of a worker share."""

import threading

TRAILER_BYTES_MAX = 128 * 1024 * 1024
"""What may be queued beyond the limit: the index at a file's end, some 16 bytes a frame, is not refused."""


class MemoryBudget:
    """How many bytes may wait for the disk, over all files of one worker. Safe from any thread; never blocks.

    Bytes count until a sync has confirmed them. Since files are synced once a second, up to a second's worth of video
    counts even on a quick disk.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._taken = 0
        self._promised = 0
        self._lock = threading.Lock()

    @property
    def taken_bytes(self) -> int:
        """Bytes in memory that no sync has confirmed yet."""
        return self._taken

    @property
    def coming_bytes(self) -> int:
        """Bytes that will still go to the disk: those in memory, and the indexes of the open files."""
        return self._taken + self._promised

    def promise(self, count: int) -> None:
        """Counts bytes that an index will need when its file is closed; negative to take them back."""
        with self._lock:
            self._promised += count

    def has_room(self, count: int) -> bool:
        """True when `count` more bytes fit. To be asked before a packet is written; counts nothing."""
        return self._taken + count <= self.limit_bytes

    def take(self, count: int) -> bool:
        """Counts bytes in, even beyond the limit, since a muxer cannot be asked to write half of something.

        False, and nothing counted, when that would be more than the limit and TRAILER_BYTES_MAX together.
        """
        with self._lock:
            if self._taken + count > self.limit_bytes + TRAILER_BYTES_MAX:
                return False
            self._taken += count
            return True

    def give_back(self, count: int) -> None:
        """Counts bytes out."""
        with self._lock:
            self._taken -= count
