"""In which order bytes, syncs and folder entries reach the disk: the pure core of the durable file.

Theory. What is written between two syncs may reach the medium in any order, or in part, when the power fails; only a
sync puts an order into it. While a file only grows that does no harm: after a power cut it is shorter. A backward
write, one to bytes that were written before, is different, because it changes what those bytes mean. The last write to
an MP4 file is one: eight bytes near the file's beginning turn the fragmented file into an indexed one, which is good
only if the index at the end is on the medium already. So a backward write is a barrier:

    all bytes before it ▸ sync ▸ the backward write ▸ sync ▸ all bytes after it

Bytes are kept in memory until a sync has confirmed them. When a sync fails, the operating system may have dropped its
copies and may call the next sync a success (LWN 752063, "PostgreSQL's fsync() surprise"); so all bytes since the last
good sync are written again.

An example, one recording's part. Put in: the header, fragments for a minute, the index, 8 bytes at offset 36. Steps
that come out: write the header; a second later at most sync, and sync the folders that hold the file's name; write
fragments, and sync about once a second; write the index, sync; write the 8 bytes, sync; sync with all attributes, sync
the folders; done.

`disk_writer` is the only caller. It does the steps on its thread and holds its lock around each call here: nothing here
blocks, and nothing is thread-safe.
"""

from collections import deque
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND
from seacorder.storage.byte_run import ByteRun, Data

SYNC_EVERY_NS = NS_PER_SECOND
"""A byte waits no longer than this for the sync that confirms it, as far as the disk keeps up."""
SYNC_EARLIER_NS = NS_PER_SECOND // 10
"""A sync that would be due before the next write, or no later after it than this, follows the newest write at once:
else the thread would wake for it alone."""
BATCH_BYTES = 1024 * 1024
"""About how many bytes go into one write."""


@dataclass(frozen=True, slots=True)
class WriteBytes:
    """Write `data` at `offset`."""

    offset: int
    data: Data


@dataclass(frozen=True, slots=True)
class Sync:
    """Sync the file's bytes; with `whole`, once at the end of the file, its attributes too."""

    whole: bool


@dataclass(frozen=True, slots=True)
class SyncNames:
    """Sync the folders in which the file's name, or that of a new folder above it, was entered."""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do: everything is on the medium, the file's name included."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until bytes come or the file is ended, or until `until_ns` (monotonic), when a sync is due."""

    until_ns: int | None


Step = WriteBytes | Sync | SyncNames | Done | Wait


@dataclass(frozen=True, slots=True)
class _Entry:
    """Bytes to write; or a milestone, without bytes."""

    offset: int
    data: Data
    is_backward: bool = False
    milestone: int | None = None


class WriteOrder:
    """One file's bytes on their way to the disk.

    Ask for the `next` step, do it, then say how it went with `written`, `synced`, `sync_failed` or `names_synced`.
    A write may be taken in part: say `written` with what was taken, or nothing when that is 0 bytes. The rest comes
    again, after a sync if one has become due. A sync of folders that was not confirmed comes again too.

    A milestone stands between bytes and carries a number (the sinks use a capture time, UTC in nanoseconds). It says
    how far the file has come: see `written_milestone`.
    """

    def __init__(self) -> None:
        self._pending: deque[_Entry] = deque()
        self._unsynced: deque[_Entry] = deque()
        self._end = 0
        self._oldest_unsynced_ns = 0
        self._newest_written_ns: int | None = None
        self._pause_ns = 0
        """Between the two newest writes."""
        self._is_fenced = False
        """A backward write has been written and not synced: a sync must come before anything else."""
        self._is_ended = False
        self._is_whole = False
        """The last sync was the one with all attributes, at the file's end."""
        self._has_synced = False
        self._names_due = False
        self._synced_milestone: int | None = None
        self.pending_bytes = 0
        """Bytes that have not been written yet."""
        self.unsynced_bytes = 0
        """Bytes that have been written and that no sync has confirmed yet; they are still in memory."""
        self.written_bytes = 0
        """Length of the file as far as it has been written. A backward write adds nothing to it. A failed sync takes it
        back to the length at the last good one."""
        self._synced_bytes = 0
        self.written_milestone: int | None = None
        """The newest milestone before which all bytes have been written; None before the first. A failed sync takes it
        back as it does `written_bytes`."""

    def put(self, offset: int, data: Data) -> None:
        """Queues bytes for `offset`, counted from the file's start; they must not change afterwards."""
        self._pending.append(_Entry(offset, data, is_backward=offset < self._end))
        self._end = max(self._end, offset + len(data))
        self.pending_bytes += len(data)

    def put_milestone(self, milestone: int) -> None:
        """Queues a milestone after all bytes that have been put so far."""
        self._pending.append(_Entry(0, b"", milestone=milestone))
        self._pass_milestones()

    def end(self) -> None:
        """No more bytes will come."""
        self._is_ended = True

    def next(self, now_ns: int) -> Step:
        """The step that is due at `now_ns` (monotonic)."""
        self._pass_milestones()
        if self.unsynced_bytes and self._must_sync(now_ns):
            return Sync(whole=False)
        if self._names_due:
            return SyncNames()
        if self._pending:
            return self._batch()
        if not self._is_ended:
            return self._rest(now_ns)
        return Done() if self._is_whole else Sync(whole=True)

    def written(self, count: int, now_ns: int) -> None:
        """The disk has taken the first `count` bytes of the last `WriteBytes`; the rest comes again."""
        if not self.unsynced_bytes:
            self._oldest_unsynced_ns = now_ns
        self._pause_ns = 0 if self._newest_written_ns is None else now_ns - self._newest_written_ns
        self._newest_written_ns = now_ns
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
        self._pass_milestones()

    def bytes_of_whole_pieces(self, count: int) -> int:
        """How many bytes the pieces have that lie wholly in the first `count` bytes of the last `WriteBytes`.

        A piece is the bytes of one `put`. To be asked before `written` says that the bytes were taken.
        """
        whole = 0
        for entry in self._pending:
            if entry.milestone is None:
                if whole + len(entry.data) > count:
                    break
                whole += len(entry.data)
        return whole

    def synced(self, *, whole: bool) -> int:
        """The last `Sync` succeeded; returns how many bytes it has confirmed: they are no longer kept in memory."""
        released = self.unsynced_bytes
        self._names_due = self._names_due or whole or not self._has_synced
        self._has_synced = True
        self._is_whole = whole
        self._synced_milestone = self.written_milestone
        self._synced_bytes = self.written_bytes
        self._forget_unsynced()
        return released

    def sync_failed(self) -> None:
        """The last `Sync` failed: everything written since the last good one is queued again, before all else."""
        self._pending.extendleft(reversed(self._unsynced))
        self.pending_bytes += self.unsynced_bytes
        self.written_bytes = self._synced_bytes
        self.written_milestone = self._synced_milestone
        self._forget_unsynced()

    def names_synced(self) -> None:
        """The last `SyncNames` succeeded."""
        self._names_due = False

    @property
    def confirmed_bytes(self) -> int:
        """Length of the file up to the last good sync."""
        return self._synced_bytes

    def forget(self) -> None:
        """Drops all bytes from memory; the counts of what has been written stay. Ask for no step afterwards."""
        self._pending.clear()
        self.pending_bytes = 0
        self._forget_unsynced()

    def _must_sync(self, now_ns: int) -> bool:
        """True on both sides of a backward write, and a second after the oldest byte that is not synced."""
        comes_backward = bool(self._pending) and self._pending[0].is_backward
        return self._is_fenced or comes_backward or now_ns >= self._oldest_unsynced_ns + SYNC_EVERY_NS

    def _rest(self, now_ns: int) -> Sync | Wait:
        """What is due once everything has been written, while more may come."""
        if not self.unsynced_bytes:
            return Wait(None)
        due_ns = self._oldest_unsynced_ns + SYNC_EVERY_NS
        if now_ns + self._pause_ns > due_ns - SYNC_EARLIER_NS:
            return Sync(whole=False)
        return Wait(due_ns)

    def _batch(self) -> WriteBytes:
        """The first pending bytes with what follows them without a gap, about BATCH_BYTES; a backward write alone."""
        first = self._pending[0]
        if first.is_backward:
            return WriteBytes(first.offset, first.data)
        run: list[Data] = []
        end, size = first.offset, 0
        for entry in self._pending:
            if entry.milestone is None:
                if entry.is_backward or entry.offset != end or size >= BATCH_BYTES:
                    break
                run.append(entry.data)
                size += len(entry.data)
                end += len(entry.data)
        return WriteBytes(first.offset, run[0] if len(run) == 1 else ByteRun(run))

    def _pass_milestones(self) -> None:
        while self._pending and self._pending[0].milestone is not None:
            self._pass(self._pending.popleft())

    def _pass(self, entry: _Entry) -> None:
        """An entry has been written, or is a milestone that has been reached."""
        self._unsynced.append(entry)
        self._is_fenced = self._is_fenced or entry.is_backward
        if entry.milestone is not None:
            self.written_milestone = entry.milestone

    def _forget_unsynced(self) -> None:
        self._unsynced.clear()
        self.unsynced_bytes = 0
        self._is_fenced = False
