"""How much may wait in memory for the disk."""

import threading

TRAILER_BYTES_MAX = 128 * 1024 * 1024
"""What a file may queue beyond the limit: the index at its end, some 16 bytes a frame."""


class MemoryBudget:
    """How many bytes may wait for the disk, over all files of one worker. Safe from any thread; never blocks.

    Bytes count until a sync has confirmed them, so up to a second's worth is taken even on a quick disk.
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
        """Bytes that will still be written whatever happens: those in memory, and the indexes of open files."""
        return self._taken + self._promised

    def promise(self, count: int) -> None:
        """Counts bytes that an index will need when its file is closed; negative to take them back."""
        with self._lock:
            self._promised += count

    def has_room(self, count: int) -> bool:
        """True when `count` more bytes fit. To be asked before each group of pictures."""
        return self._taken + count <= self.limit_bytes

    def take(self, count: int) -> bool:
        """Counts bytes in, beyond the limit too: a muxer cannot be told to write half. False far beyond it."""
        with self._lock:
            if self._taken + count > self.limit_bytes + TRAILER_BYTES_MAX:
                return False
            self._taken += count
            return True

    def give_back(self, count: int) -> None:
        """Counts bytes out."""
        with self._lock:
            self._taken -= count
