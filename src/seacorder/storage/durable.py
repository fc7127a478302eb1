"""The durable file: a muxer writes into memory, and one thread per file brings that to the disk.

`write` queues the bytes and returns, so whoever writes does not wait for the disk; only `create` does, for 0.25 s at
most. When the disk refuses, the writer thread tries again until it succeeds; meanwhile the bytes stay queued and
`fault` says why. How many bytes may wait is the `MemoryBudget`, shared by all files of a worker: whoever feeds a file
asks `budget.has_room` before each packet; when there is none, it drops packets up to the next keyframe for which there
is. The theory is in docs/design/durability.md, the order of writes in `storage.write_order`, the thread in
`storage.disk_writer`.

The thread sleeps while nothing is queued: with two writes and a sync a second it wakes about three times a second.
"""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from seacorder.base.background import once
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.message import Message
from seacorder.model.recording import FaultKind
from seacorder.storage.byte_run import ByteRun, Data
from seacorder.storage.disk import Disk, this_machine
from seacorder.storage.disk_faults import FileFault, kind_of
from seacorder.storage.disk_waits import DiskWaits, as_long_as_wanted
from seacorder.storage.disk_writer import Closed, DiskWriter
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.page_buffers import joined

LONG_QUEUE_BYTES = 1024 * 1024
"""So much waits only while the disk is behind."""
DEAD_AFTER_NS = 2 * NS_PER_SECOND
"""A disk that refuses a file for this long is taken for failed; until then it may be only busy."""
OPEN_WAIT_SECONDS = 0.25
"""How long `create` waits for a slow disk; after that the file is opened in the background."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a file is opened."""

    is_patient: bool = False
    """A disk that refuses is tried again in the background, and nothing is raised."""
    waits: DiskWaits = as_long_as_wanted
    """Says for how long `create` may wait, OPEN_WAIT_SECONDS at most."""


IMPATIENT = Opening()


class DurableFile:
    """A file-like object for a muxer: `write`, `seek` and `tell` from one thread, everything else from any."""

    def __init__(self, writer: DiskWriter, fault: FileFault, clock: Clock) -> None:
        self._writer = writer
        self._fault = fault
        self._clock = clock
        self._position = 0
        self._size = 0

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        budget: MemoryBudget,
        clock: Clock,
        disk: Disk | None = None,
        first: bytes = b"",
        opening: Opening = IMPATIENT,
    ) -> "DurableFile":
        """Begins a new file at `path`, or at `name_2`, `name_3` … when that exists; makes its folders.

        Blocks for OPEN_WAIT_SECONDS at most, or less if `opening` says so. StorageFailed when the disk refuses within
        that time, unless `opening` is patient. When it is, or the disk slower than that, the writer thread goes on
        trying to open the file; `path` may then still change until `is_open`.

        `first`: the bytes with which the file will begin. It has them as soon as it has its name, where the disk can do
        that, so that a kill leaves no empty file; they are to be written all the same.
        """
        fault = FileFault(clock)
        writer = DiskWriter(path, disk or this_machine(), budget, clock, fault)
        writer.begin(first, patient=opening.is_patient, wait_seconds=opening.waits(OPEN_WAIT_SECONDS))
        return cls(writer, fault, clock)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Queues `data` at the position and moves the position on; never blocks.

        StorageFailed when the file is closed or has been given up, or when more bytes wait than the budget's limit and
        the largest index together (`memory_budget.TRAILER_BYTES_MAX`).
        """
        return self._queue(bytes(data))

    def write_all(self, pieces: Sequence[Data]) -> int:
        """As `write`, with several pieces that follow each other; they must not change any more.

        They are written from where they are. Once more than LONG_QUEUE_BYTES wait they are joined in pages of their
        own, because what waits for long must not stay in the heap (`page_buffers`).
        """
        return self._queue(joined(pieces) if self.queued_bytes > LONG_QUEUE_BYTES else ByteRun(pieces))

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

    def put_milestone(self, milestone: int) -> None:
        """Puts a number after the bytes so far, which says how far the file has come; see `stored_milestone`."""
        self._writer.put_milestone(milestone)

    def close(self, on_closed: Closed | None = None) -> None:
        """Ends the file and returns at once; of several calls before the end only the first counts.

        `on_closed` is called once: with None when everything is on the medium, the file's name included, or with the
        fault when the file was given up. While the disk refuses, it is not called: see `give_up` and `end_within`. It
        comes on the writer thread; where the disk hangs, on that of `end_within`; and on the caller's own, before this
        returns, when the file has ended already.
        """
        self._writer.end(on_closed)

    def give_up(self, on_closed: Closed | None = None) -> None:
        """Leaves the file as it is on the disk, drops what is queued and ends. Never waits for the disk.

        `on_closed` as in `close`; if the writer thread is quick, it comes on the caller's own thread.
        """
        self._writer.give_up()
        self._writer.end(on_closed)

    def end_within(self, seconds: float) -> None:
        """For a file that is being closed: gives it up when that takes longer than `seconds`. Returns at once.

        The file then ends within a second more, even if a call to the disk never returns; `on_closed` is called on
        a thread of this call's own in that case.
        """
        if not self._writer.ended.is_set():
            once("end of file", partial(self._writer.end_within, seconds))

    def wait_ended(self, timeout_seconds: float | None = None) -> bool:
        """Blocks until the file has been closed or given up, callback included; False when that took too long."""
        return self._writer.ended.wait(timeout_seconds)

    @property
    def path(self) -> Path:
        """Where the file is; until `is_open`, where it was wanted."""
        return self._writer.path

    @property
    def is_open(self) -> bool:
        """True once the file exists; it stays True. From then on `path` changes only if somebody moves the file."""
        return self._writer.is_open

    @property
    def bytes_stored(self) -> int:
        """Length of the file as far as the operating system has taken it; goes back after a failed sync."""
        return self._writer.order.written_bytes

    @property
    def bytes_confirmed(self) -> int:
        """Length of the file up to the last good sync. `bytes_stored` never goes below it."""
        return self._writer.order.confirmed_bytes

    @property
    def last_stored_ns(self) -> int:
        """Monotonic time at which the operating system last took bytes; 0 before the first."""
        return self._writer.last_stored_ns

    @property
    def queued_bytes(self) -> int:
        """Bytes that wait to be written."""
        return self._writer.order.pending_bytes

    @property
    def stored_milestone(self) -> int | None:
        """The newest milestone before which the operating system has taken all bytes; None before the first. Goes back
        after a failed sync, as `bytes_stored`."""
        return self._writer.order.written_milestone

    @property
    def why(self) -> Message | None:
        """Why the disk refuses just now; None when all is well."""
        return self._fault.why

    @property
    def fault_kind(self) -> FaultKind | None:
        """Whether room is missing or the disk refuses; None when all is well."""
        return None if self._fault.why is None else kind_of(self._fault.code)

    @property
    def is_deleted(self) -> bool:
        """True once somebody has deleted the file while it was written: everything in it will be lost."""
        return self.is_open and self._fault.code == errno.ENOENT

    @property
    def fault_since_ns(self) -> int | None:
        """Monotonic time at which the present fault began."""
        return self._fault.since_ns

    @property
    def dead_since_ns(self) -> int | None:
        """Monotonic time since which the disk refuses this file; None while that may still be a passing fault."""
        since_ns = self.fault_since_ns
        if since_ns is None or self.fault_kind is not FaultKind.FAILED:
            return None
        is_old = self._clock.monotonic_ns() - since_ns >= DEAD_AFTER_NS
        return since_ns if is_old or self.is_deleted else None
