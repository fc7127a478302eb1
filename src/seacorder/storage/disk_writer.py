"""The thread that writes one file to the disk, in the order that `storage.write_order` says.

It opens the file, writes what is queued, syncs about once a second while bytes come, and sleeps otherwise. A step that
the disk refuses is tried again, after 0.1 to 5 s (back-off), until it succeeds or somebody gives the file up. After a
sync that failed, the bytes since the last good one are written again first.

Several threads meet here: the feeding thread queues (`put`), the writer thread does the steps, and `give_up` or
`end_within` may come from any thread, also while a system call hangs in the writer thread. The lock `_changed` guards
the order and the state; it is never held while the disk is called, so nobody who takes it waits for the disk.
"""

import contextlib
import errno
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from seacorder.base.background import once
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.storage.byte_run import Data
from seacorder.storage.disk import Disk, create_unused
from seacorder.storage.disk_faults import FileFault, message_of
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.write_order import Done, Sync, SyncNames, Wait, WriteBytes, WriteOrder

RETRY_SECONDS_MIN = 0.1
RETRY_SECONDS_MAX = 5.0
RELEASE_SECONDS = 1.0
"""How long the writer thread may take to return from the disk when its file is given up; then the file ends without
that thread."""

Closed = Callable[[StorageFailed | None], None]

_MOVED = "%s was moved to %s while it was being recorded. Recording goes on there. Do not move files while recording."
_log = logging.getLogger(__name__)


class DiskWriter:
    """One file's writer thread and what is queued for it. Safe from any thread; only `begin` and `end_within` block."""

    def __init__(self, path: Path, disk: Disk, budget: MemoryBudget, clock: Clock, fault: FileFault) -> None:
        self._wanted = path
        self._first = b""
        self._disk = disk
        self._budget = budget
        self._clock = clock
        self._fault = fault
        self._changed = threading.Condition()
        self._order = WriteOrder()
        self._handle: int | None = None
        self._folders: list[Path] = []
        """Whose entries must be synced for the file's name to be on the medium."""
        self._is_patient = True
        """False while `begin` waits and wants to raise the fault of opening."""
        self._is_closing = False
        self._has_ended = False
        self._failure: StorageFailed | None = None
        self._on_closed: Closed | None = None
        self._gave_up = threading.Event()
        self._tried = threading.Event()
        """The first try to open the file is over, whether it went well or not."""
        self.path = path
        """Where the file is; until it is open, where it was wanted."""
        self.is_open = False
        self.last_stored_ns = 0
        """Monotonic time of the last write of which the operating system took bytes; 0 before the first."""
        self.ended = threading.Event()
        """The file has ended, and `on_closed` has returned."""

    @property
    def order(self) -> WriteOrder:
        """For its counts; callers must not change it."""
        return self._order

    def begin(self, first: bytes = b"", *, patient: bool, wait_seconds: float) -> None:
        """Starts the thread and waits, `wait_seconds` at most, for its first try to open the file.

        The file begins with `first` as soon as it has its name (`Disk.create`); it must be put all the same.

        StorageFailed when that try failed, unless `patient`; the thread has ended then. After the wait a file is
        patient in any case: a slow disk is tried again in the background.
        """
        self._first = first
        self._is_patient = patient
        once(f"disk {self.path.name}", self._run)
        self._tried.wait(wait_seconds)
        with self._changed:
            self._is_patient = True
            failure = self._failure
        if failure is not None:
            raise failure

    def put(self, offset: int, data: Data) -> None:
        """Queues bytes. StorageFailed once the file is closed, or when far more waits than the budget allows."""
        with self._changed:
            if self._is_closing:
                raise StorageFailed(f"{self.path} has been closed.") from self._failure
            if not self._budget.take(len(data)):
                too_slow = Message(f"The disk of {self.path.parent} is far too slow.", "Stop what else uses it.")
                raise StorageFailed.of(self._fault.why or too_slow)
            was_idle = not self._order.pending_bytes
            self._order.put(offset, data)
            if was_idle:
                self._changed.notify()

    def put_milestone(self, milestone: int) -> None:
        """Queues a milestone; see `WriteOrder`. Wakes nobody: it goes along with the next bytes."""
        with self._changed:
            self._order.put_milestone(milestone)

    def end(self, on_closed: Closed | None) -> None:
        """No more bytes will come; `on_closed` is called on the writer thread when the file has ended.

        When the file has ended already (it was given up), `on_closed` is called at once, on the caller's thread. Else
        only the `on_closed` of the first call is kept.
        """
        with self._changed:
            is_late = self._has_ended
            if not self._is_closing:
                self._is_closing = True
                self._on_closed = on_closed
                self._order.end()
                self._changed.notify()
        if is_late and on_closed is not None:
            on_closed(self._failure)

    def give_up(self) -> None:
        """Ends the file as it stands, as soon as the writer thread is back from the disk. Returns at once."""
        self._gave_up.set()
        with self._changed:
            self._changed.notify()

    def end_within(self, seconds: float) -> None:
        """Blocks until the end, for `seconds` at most; then gives the file up.

        If a call to the disk does not return within RELEASE_SECONDS more, the file ends here, and `on_closed` is called
        on this thread. The writer thread stays behind in that call. If it ever returns, the thread writes no more and
        counts nothing; it only closes the file, which a write that failed in the middle leaves at its counted length.
        """
        if self.ended.wait(seconds):
            return
        self.give_up()
        if not self.ended.wait(RELEASE_SECONDS):
            self._finish(self._given_up())

    def _given_up(self) -> StorageFailed:
        otherwise = Message(
            f"The disk of {self.path.parent} did not answer in time, so {self.path} could not be finished. It can be "
            "played as it is; the last seconds may be missing and are listed as a loss.",
            "Check the disk before the next dive.",
        )
        return StorageFailed.of(self._fault.why or otherwise)

    def _run(self) -> None:
        try:
            if self._open():
                self._write_all()
            if self._gave_up.is_set():
                self._failure = self._given_up()
        except Exception:  # noqa: BLE001 - the top of a thread; logged whole, and the sink is told
            fact = f"{self.path} is no longer written: an error in the program, see the log."
            _log.exception("%s", fact)
            self._failure = StorageFailed(fact, "Stop the recording and start it again. Save the log.")
        self._close_handle()
        self._finish(self._failure)

    def _open(self) -> bool:
        """Opens the file, with retries. False when `begin` has been told of a fault, or the file was given up."""
        delay = RETRY_SECONDS_MIN
        while not self._gave_up.is_set():
            try:
                self._open_once()
            except OSError as fault:
                if self._is_refused(fault):
                    return False
                delay = self._pause(delay)
            else:
                self._fault.succeeded("open")
                self._tried.set()
                return True
        return False

    def _open_once(self) -> None:
        changed = self._disk.make_folders(self._wanted.parent)
        self._folders += [folder for folder in changed if folder not in self._folders]
        self._handle, self.path = create_unused(self._disk, self._wanted, self._first)
        if self.path.parent not in self._folders:
            self._folders.append(self.path.parent)
        self.is_open = True

    def _is_refused(self, fault: OSError) -> bool:
        """Notes a fault of opening. True when `begin` still waits: it raises the fault, and the thread ends."""
        why = message_of(fault, self.path)
        self._fault.failed("open", why, fault.errno or 0)
        with self._changed:
            if not self._is_patient:
                self._failure = StorageFailed.of(why)
                self._failure.__cause__ = fault
            self._tried.set()
            return self._failure is not None

    def _write_all(self) -> None:
        delay = RETRY_SECONDS_MIN
        while (step := self._next_step()) is not None:
            operation = type(step).__name__
            try:
                self._do(step)
            except OSError as fault:
                self._fault.failed(operation, message_of(fault, self.path), fault.errno or 0)
                delay = self._pause(delay)
            else:
                if self._fault.succeeded(operation):  # not while another kind of step fails, as after a failed sync
                    delay = RETRY_SECONDS_MIN

    def _next_step(self) -> WriteBytes | Sync | SyncNames | None:
        """Waits for the step that is due next and returns it; None at the file's end. Blocks without limit."""
        with self._changed:
            while not self._gave_up.is_set():
                now_ns = self._clock.monotonic_ns()
                step = self._order.next(now_ns)
                if isinstance(step, Done):
                    return None
                if not isinstance(step, Wait):
                    return step
                until_ns = step.until_ns
                self._changed.wait(None if until_ns is None else max(until_ns - now_ns, 0) / NS_PER_SECOND)
        return None

    def _do(self, step: WriteBytes | Sync | SyncNames) -> None:
        """Does one step, without the lock: nobody else waits for the disk."""
        assert self._handle is not None  # noqa: S101 - the thread writes only after it has opened
        if isinstance(step, WriteBytes):
            self._write(self._handle, step)
        elif isinstance(step, Sync):
            self._sync(self._handle, whole=step.whole)
        else:
            for folder in self._folders:
                self._disk.sync_folder(folder)
            with self._changed:
                self._order.names_synced()

    def _write(self, handle: int, step: WriteBytes) -> None:
        """Writes all of it. When the disk refuses in the middle, cuts the file behind the last whole piece it took.

        A piece, the bytes of one `put`, mostly ends with a fragment, and many players refuse a file that ends inside a
        fragment's head.
        """
        done = 0
        try:
            while done < len(step.data):
                taken = self._disk.write(handle, step.offset + done, step.data[done:] if done else step.data)
                if not taken:
                    break
                done += taken
        except OSError:
            with self._changed:
                whole = self._order.bytes_of_whole_pieces(done)
            # Only at the file's end: a backward write has good bytes behind it.
            if done > whole and step.offset + whole >= self._order.written_bytes:
                with contextlib.suppress(OSError):  # a disk that is gone refuses this too
                    self._disk.truncate(handle, step.offset + whole)
            done = whole
            raise
        finally:
            with self._changed:
                # A call that comes back after the file was given up changes nothing: its bytes are counted as lost.
                if done and not self._has_ended:
                    self.last_stored_ns = self._clock.monotonic_ns()
                    self._order.written(done, self.last_stored_ns)

    def _sync(self, handle: int, *, whole: bool) -> None:
        try:
            if whole:
                self._disk.sync_whole(handle)
            else:
                self._disk.sync(handle)
            if not self._disk.is_named(handle):  # deleted: nobody will find what the disk has just confirmed
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            self._follow(self._disk.path_of(handle, self.path))
        except OSError:
            with self._changed:
                if not self._has_ended:
                    self._order.sync_failed()
            raise
        with self._changed:
            released = 0 if self._has_ended else self._order.synced(whole=whole)
        self._budget.give_back(released)

    def _follow(self, path: Path) -> None:
        """Notes where the file is now: somebody may have renamed or moved it, or its folder, while it was written."""
        if path != self.path:
            _log.warning(_MOVED, self.path, path)
            self.path = path
            self._folders.append(path.parent)

    def _pause(self, delay: float) -> float:
        """Waits `delay` seconds before the next try, shorter when the file is given up; returns the next delay."""
        self._gave_up.wait(delay)
        return min(delay * 2, RETRY_SECONDS_MAX)

    def _finish(self, failure: StorageFailed | None) -> None:
        """Ends the file, once: called by the writer thread, or by `end_within` when that thread hangs."""
        with self._changed:
            if self._has_ended:
                return
            self._is_closing = True
            self._has_ended = True
            self._failure = failure
            on_closed = self._on_closed
            held = self._order.pending_bytes + self._order.unsynced_bytes
            self._order.forget()
        self._budget.give_back(held)
        self._tried.set()
        try:
            if on_closed is not None:
                on_closed(failure)
        finally:
            self.ended.set()

    def _close_handle(self) -> None:
        if self._handle is None:
            return
        try:
            self._disk.close(self._handle)
        except OSError as fault:
            # Every byte has been confirmed by a sync, or the file was given up: a failing close loses nothing.
            _log.warning("%s", message_of(fault, self.path))
