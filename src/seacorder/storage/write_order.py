"""In which order bytes, syncs and names reach the disk: the pure core of the durable file.

Theory. A disk may take writes that lie between two syncs in any order, or only some of them; a sync is the one thing
that orders them. While a file only grows, any order is good: a cut leaves a shorter file. A backward write is
different, because it changes what earlier bytes mean (the hybrid MP4's last one turns the fragmented file into an
indexed one, and is good only if the index itself is there). So it is a barrier:

    everything before it is synced ▸ the backward write ▸ it is synced ▸ everything after it

Bytes are kept until a sync has confirmed them. When a sync fails, the operating system may have thrown its copies
away and would call the next sync a success (LWN 752063, "PostgreSQL's fsync() surprise"); so they are written again.

Nothing here blocks, and nothing is thread-safe: the durable file holds its lock around each call.
"""

from collections import deque
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND
from seacorder.storage.page_buffers import Data, joined

SYNC_EVERY_NS = NS_PER_SECOND
BATCH_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class WriteBytes:
    """Write `data` at `offset`."""

    offset: int
    data: Data


@dataclass(frozen=True, slots=True)
class Sync:
    """Sync the file's bytes; `whole` at its end, with all attributes."""

    whole: bool


@dataclass(frozen=True, slots=True)
class SyncNames:
    """Sync the folders that lead to the file."""


@dataclass(frozen=True, slots=True)
class Done:
    """Everything is on the medium."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until something comes, or until `until_ns` (monotonic)."""

    until_ns: int | None


Step = WriteBytes | Sync | SyncNames | Done | Wait


@dataclass(frozen=True, slots=True)
class _Entry:
    """Bytes to write, or a mark: then without bytes."""

    offset: int
    data: Data
    is_backward: bool = False
    mark: int | None = None


class WriteOrder:
    """One file's bytes on their way to the disk.

    Ask for the `next` step, do it, then say how it went: `written`, `synced`, `sync_failed` or `names_synced`. After
    a failed write nothing needs to be said; the same step comes again.
    """

    def __init__(self) -> None:
        self._pending: deque[_Entry] = deque()
        self._unsynced: deque[_Entry] = deque()
        self._end = 0
        self._oldest_unsynced_ns = 0
        self._is_fenced = False
        self._is_ended = False
        self._is_whole = False
        self._has_synced = False
        self._names_due = False
        self._synced_mark: int | None = None
        self.pending_bytes = 0
        """Bytes that have not been written yet."""
        self.unsynced_bytes = 0
        """Bytes that have been written but that no sync has confirmed."""
        self.written_bytes = 0
        """Length of the file as far as it has been written; what goes over earlier bytes adds none."""
        self._synced_bytes = 0
        self.written_mark: int | None = None
        """The newest mark whose preceding bytes have all been written."""

    def put(self, offset: int, data: Data) -> None:
        """Queues bytes for `offset`."""
        self._pending.append(_Entry(offset, data, is_backward=offset < self._end))
        self._end = max(self._end, offset + len(data))
        self.pending_bytes += len(data)

    def put_mark(self, mark: int) -> None:
        """Queues a mark behind all bytes so far."""
        self._pending.append(_Entry(0, b"", mark=mark))
        self._pass_marks()

    def end(self) -> None:
        """No more bytes will come."""
        self._is_ended = True

    def next(self, now_ns: int) -> Step:
        """The step that is due."""
        self._pass_marks()
        if self.unsynced_bytes and self._must_sync(now_ns):
            return Sync(whole=False)
        if self._names_due:
            return SyncNames()
        if self._pending:
            return self._batch()
        if not self._is_ended:
            return Wait(self._oldest_unsynced_ns + SYNC_EVERY_NS if self.unsynced_bytes else None)
        return Done() if self._is_whole else Sync(whole=True)

    def written(self, count: int, now_ns: int) -> None:
        """The first `count` bytes of the last `WriteBytes` have been taken."""
        if not self.unsynced_bytes:
            self._oldest_unsynced_ns = now_ns
        self.pending_bytes -= count
        self.unsynced_bytes += count
        while count > 0:
            entry = self._pending.popleft()
            if len(entry.data) > count:
                rest = _Entry(entry.offset + count, entry.data[count:], entry.is_backward)
                self._pending.appendleft(rest)
                entry = _Entry(entry.offset, entry.data[:count], entry.is_backward)
            self.written_bytes = max(self.written_bytes, entry.offset + len(entry.data))
            self._pass(entry)
            count -= len(entry.data)
        self._pass_marks()

    def whole_runs(self, count: int) -> int:
        """How many of the first `count` bytes of the last `WriteBytes` belong to pieces that were taken whole.

        A piece is the bytes of one `put`.
        """
        whole = 0
        for entry in self._pending:
            if entry.mark is None:
                if whole + len(entry.data) > count:
                    break
                whole += len(entry.data)
        return whole

    def synced(self, *, whole: bool) -> int:
        """The last `Sync` succeeded; gives the number of bytes that need not be kept any more."""
        released = self.unsynced_bytes
        self._names_due = self._names_due or whole or not self._has_synced
        self._has_synced = True
        self._is_whole = whole
        self._synced_mark = self.written_mark
        self._synced_bytes = self.written_bytes
        self._forget_unsynced()
        return released

    def sync_failed(self) -> None:
        """What has been written since the last good sync may be gone: it is queued again, before all else."""
        self._pending.extendleft(reversed(self._unsynced))
        self.pending_bytes += self.unsynced_bytes
        self.written_bytes = self._synced_bytes
        self.written_mark = self._synced_mark
        self._forget_unsynced()

    def names_synced(self) -> None:
        """The last `SyncNames` succeeded."""
        self._names_due = False

    @property
    def confirmed_bytes(self) -> int:
        """Length of the file as the last good sync has confirmed it."""
        return self._synced_bytes

    def forget(self) -> None:
        """Drops all bytes; what has been written keeps its counts. No step follows."""
        self._pending.clear()
        self.pending_bytes = 0
        self._forget_unsynced()

    def _must_sync(self, now_ns: int) -> bool:
        comes_backward = bool(self._pending) and self._pending[0].is_backward
        return self._is_fenced or comes_backward or now_ns >= self._oldest_unsynced_ns + SYNC_EVERY_NS

    def _batch(self) -> WriteBytes:
        """The first pending bytes, with what follows on without a gap; a backward write always goes alone."""
        first = self._pending[0]
        if first.is_backward:
            return WriteBytes(first.offset, first.data)
        run: list[Data] = []
        end, size = first.offset, 0
        for entry in self._pending:
            if entry.mark is None:
                if entry.is_backward or entry.offset != end or size >= BATCH_BYTES:
                    break
                run.append(entry.data)
                size += len(entry.data)
                end += len(entry.data)
        return WriteBytes(first.offset, run[0] if len(run) == 1 else joined(run))

    def _pass_marks(self) -> None:
        while self._pending and self._pending[0].mark is not None:
            self._pass(self._pending.popleft())

    def _pass(self, entry: _Entry) -> None:
        self._unsynced.append(entry)
        self._is_fenced = self._is_fenced or entry.is_backward
        if entry.mark is not None:
            self.written_mark = entry.mark

    def _forget_unsynced(self) -> None:
        self._unsynced.clear()
        self.unsynced_bytes = 0
        self._is_fenced = False
