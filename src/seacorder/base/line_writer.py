"""Writes lines to standard error or a file from a thread, so that nobody who logs has to wait.

    any thread ──put──▶ bounded queue ──▶ writer thread ──▶ standard error, or the log file

The reader of a program's log may not read (a parent program that forgot the pipe), may be halted (Ctrl-S in a terminal)
or gone, and a disk may be full. A write then blocks or fails. Only the writer thread is held up by that; `put` never
waits for it. Lines that find the queue full, or that could not be written, are counted, and a line with their number is
written in their place as soon as writing works again.
"""

import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from seacorder.base.background import Thread

QUEUE_LINES = 2_000
QUEUE_BYTES = 512 * 1024
LINE_CHARACTERS = 16 * 1024
"""Longer lines are cut."""
BATCH_BYTES = 64 * 1024
RETRY_SECONDS = 5.0
"""After a failure the writer tries again with the next line, or after this time when none comes."""
CLOSE_SECONDS = 1.0
"""How long the end of a process waits for the last lines."""
NOT_READ = "they were not read in time"


class Target(Protocol):
    """Where the bytes are written. Used by one thread; may block."""

    def write(self, data: bytes) -> tuple[int, str]:
        """Writes the bytes. Returns how many were taken, and why not all; empty when all were."""


class Descriptor:
    """An open file descriptor that other code uses too, such as standard error: never closed here, nor its flags
    changed."""

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, data: bytes) -> tuple[int, str]:
        done, view = 0, memoryview(data)
        while done < len(data):
            try:
                done += os.write(self._number, view[done:])
            except BlockingIOError:
                # The pipe is non-blocking: a worker made it so (`log.set_up_worker`), or a process that shares it did.
                select.select([], [self._number], [], RETRY_SECONDS)
            except OSError as error:
                return done, error.strerror or str(error)
        return done, ""


@dataclass(slots=True)
class _LeftOut:
    """Takes the place of missing lines in the queue."""

    lines: int
    why: str


class LineWriter:
    """One target with its queue and its writer thread. Any thread may call `put`, also within a signal handler."""

    def __init__(
        self,
        target: Target,
        *,
        describe_missing: Callable[[int, str], str],
        encoding: str = "utf-8",
        on_fault: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`describe_missing(lines, why)` makes the line that says how many are missing; `on_fault(why)` is called with
        a new failure."""
        self._target = target
        self._describe_missing = describe_missing
        self._encoding = encoding
        self._on_fault = on_fault
        self._changed = threading.Condition()  # its lock is re-entrant: a signal handler may log too
        self._queue: deque[str | _LeftOut] = deque()
        self._queued_bytes = 0
        self._unwritten: _LeftOut | None = None
        self._is_mid_line = False
        self._is_busy = False
        self._is_closing = False
        Thread("log", self._run).start()

    def put(self, line: str) -> None:
        """Takes a line, without its line end; counts it when the queue is full. Never waits for the target."""
        line = line[:LINE_CHARACTERS]
        with self._changed:
            if len(self._queue) < QUEUE_LINES and self._queued_bytes + len(line) <= QUEUE_BYTES:
                self._queue.append(line)
                self._queued_bytes += len(line)
            elif isinstance(last := self._queue[-1], _LeftOut):
                last.lines += 1
            else:
                self._queue.append(_LeftOut(1, NOT_READ))
            self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Waits until all lines are written, at most `seconds`; True when they are."""
        until = time.monotonic() + seconds
        # Not `with`: while the interpreter shuts down, the writer thread may have been stopped while it held the lock.
        if not self._changed.acquire(timeout=seconds):
            return False
        try:
            return self._changed.wait_for(
                lambda: not self._queue and not self._is_busy, max(0.0, until - time.monotonic())
            )
        finally:
            self._changed.release()

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Ends the thread when all lines are written; waits for that at most `seconds`. Later lines are lost."""
        if self._changed.acquire(timeout=seconds):
            self._is_closing = True
            self._changed.notify_all()
            self._changed.release()
            self.flush(seconds)

    def _run(self) -> None:
        while batch := self._next_batch():
            self._write(batch)

    def _next_batch(self) -> list[str | _LeftOut]:
        """What is to be written next, in order. Waits for it; empty when the thread is to end."""
        with self._changed:
            self._is_busy = False
            self._changed.notify_all()
            while not self._queue:
                if self._is_closing:
                    return []
                if not self._changed.wait(RETRY_SECONDS if self._unwritten else None) and self._unwritten:
                    break
            batch: list[str | _LeftOut] = [] if self._unwritten is None else [self._unwritten]
            size = 0
            while self._queue and size < BATCH_BYTES:
                piece = self._queue.popleft()
                length = len(piece) if isinstance(piece, str) else 0
                self._queued_bytes -= length
                size += length
                batch.append(piece)
            self._is_busy = True
            return batch

    def _write(self, batch: list[str | _LeftOut]) -> None:
        # If only the beginning of a line was written last time, that line is ended first.
        data = b"\n" if self._is_mid_line else b""
        ends = []
        for piece in batch:
            text = piece if isinstance(piece, str) else self._describe_missing(piece.lines, piece.why)
            data += (text + "\n").encode(self._encoding, "replace")
            ends.append(len(data))
        taken, why = self._target.write(data)
        had_failed, self._unwritten = self._unwritten is not None, None
        if not why:
            self._is_mid_line = False
            return
        if taken:
            self._is_mid_line = taken not in ends
        # A piece of which only the line end is missing is not lost: the line end comes first next time.
        lost = [piece for piece, end in zip(batch, ends, strict=True) if end - 1 > taken]
        self._unwritten = _LeftOut(sum(1 if isinstance(one, str) else one.lines for one in lost), why)
        if not had_failed:
            self._on_fault(why)
