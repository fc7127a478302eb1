"""The durable file: a muxer writes into memory, one thread per file brings it to the disk.

Who writes never waits for a disk: `write` queues the bytes and returns. A disk that refuses is tried again for ever;
until it takes bytes again they stay queued and `fault` says why. How much may wait is the `MemoryBudget`, shared by all
files of a worker: whoever feeds a file asks `budget.has_room` before each group of pictures and drops whole groups when
there is none. The theory is in docs/design/durability.md.

The thread sleeps while nothing is queued: two fragments a second cost it about three wake-ups.
"""

import errno
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from seacorder.base.background import once
from seacorder.base.clock import Clock
from seacorder.model.recording import FaultKind
from seacorder.storage.disk import Disk, this_machine
from seacorder.storage.disk_faults import FileFault, kind_of
from seacorder.storage.disk_writer import Closed, DiskWriter
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.page_buffers import Data, joined

__all__ = ["DurableFile", "MemoryBudget"]

OPEN_WAIT_SECONDS = 0.25
"""How long `create` waits for a slow disk before it goes on without an answer."""


class DurableFile:
    """A file-like object for a muxer: `write`, `seek` and `tell` from one thread, everything else from any."""

    def __init__(self, writer: DiskWriter, faults: FileFault) -> None:
        self._writer = writer
        self._faults = faults
        self._position = 0
        self._size = 0

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        budget: MemoryBudget,
        clock: Clock,
        patient: bool = False,
        disk: Disk | None = None,
    ) -> "DurableFile":
        """Begins a new file at `path`, or at `name_2`, `name_3` … when that exists; makes its folders.

        Waits at most OPEN_WAIT_SECONDS for the disk. Raises StorageFailed when it refuses within that time, unless
        `patient`: then, and when it is slower, the opening goes on in the writer thread as any other fault does, and
        `path` may still change until `is_open`. `on_fault` gets every change of `fault`, from the writer thread.
        """
        faults = FileFault(clock)
        writer = DiskWriter(path, disk or this_machine(), budget, clock, faults)
        writer.begin(patient=patient, wait_seconds=OPEN_WAIT_SECONDS)
        return cls(writer, faults)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Queues `data` at the position and moves it on; never blocks.

        StorageFailed when the file is closed or has been given up, or when the budget is exceeded by far more than a
        file's index can be.
        """
        return self._queue(bytes(data))

    def write_all(self, pieces: Sequence[bytes]) -> int:
        """As `write`, of several pieces in a row."""
        return self._queue(joined(pieces))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the position, in bytes; ValueError before the file's start. Never blocks."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the file's start")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """The position, in bytes."""
        return self._position

    def seekable(self) -> bool:
        """Always."""
        return True

    def writable(self) -> bool:
        """Always; a closed file raises."""
        return True

    def _queue(self, data: Data) -> int:
        if data:
            self._writer.put(self._position, data)
            self._position += len(data)
            self._size = max(self._size, self._position)
        return len(data)

    def mark(self, token: int) -> None:
        """Puts a mark behind the bytes so far; see `stored_mark`."""
        self._writer.put_mark(token)

    def close(self, on_closed: Closed | None = None) -> None:
        """Ends the file and returns at once; only the first call counts.

        `on_closed` is called once, from the writer thread: with None when everything, name included, is on the
        medium, with the fault when the file was given up. While the disk refuses that may never come: see `give_up`.
        """
        self._writer.end(on_closed)

    def give_up(self, on_closed: Closed | None = None) -> None:
        """Leaves the file as it stands on the disk and drops what is queued; ends as `close` does. Returns at once."""
        self._writer.give_up()
        self._writer.end(on_closed)

    def end_within(self, seconds: float) -> None:
        """For a file that is being closed: gives it up when that takes longer. Returns at once.

        The end comes within a second more then, from a thread of its own, even while a call to the disk never returns.
        """
        if not self._writer.ended.is_set():
            once("end of file", partial(self._writer.end_within, seconds))

    def wait_ended(self, timeout_seconds: float | None = None) -> bool:
        """Blocks until the file has been closed or given up, callback included; False when that took too long."""
        return self._writer.ended.wait(timeout_seconds)

    @property
    def path(self) -> Path:
        """Where the file is; where it was wanted, until `is_open`."""
        return self._writer.path

    @property
    def is_open(self) -> bool:
        """True once the file exists under its final name, for good."""
        return self._writer.is_open

    @property
    def bytes_stored(self) -> int:
        """Length of the file as the operating system has taken it, less what a failed sync lost again."""
        return self._writer.order.written_bytes

    @property
    def bytes_confirmed(self) -> int:
        """Length of the file up to the last good sync: `bytes_stored` never goes back behind it."""
        return self._writer.order.confirmed_bytes

    @property
    def last_stored_ns(self) -> int:
        """Monotonic time at which it last took any; 0 before the first."""
        return self._writer.last_stored_ns

    @property
    def queued_bytes(self) -> int:
        """Bytes that wait to be written."""
        return self._writer.order.pending_bytes

    @property
    def stored_mark(self) -> int | None:
        """The newest mark whose preceding bytes have all been taken."""
        return self._writer.order.written_mark

    @property
    def fault(self) -> str | None:
        """One sentence while the disk refuses; None when all is well."""
        return self._faults.sentence

    @property
    def fault_kind(self) -> FaultKind | None:
        """Whether room is missing or the disk refuses; None when all is well."""
        return None if self._faults.sentence is None else kind_of(self._faults.code)

    @property
    def is_deleted(self) -> bool:
        """True once somebody deleted the file while it was written: what it held is gone."""
        return self.is_open and self._faults.code == errno.ENOENT

    @property
    def fault_since_ns(self) -> int | None:
        """Monotonic time at which the present fault began."""
        return self._faults.since_ns
