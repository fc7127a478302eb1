"""One file of a log: from its beginning until all of it is on disk, or until it was given up.

What no sync has confirmed is held here. So when a file is complete, its disk does not take the end of it, and another
disk does, the rest is written there, to a file of the same name with `_rest`. It begins with a head of its own and can
be read alone. What the first disk had written but not confirmed may then be in both.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.model.recording import FaultKind
from seacorder.storage.disk import Disk
from seacorder.storage.disk_waits import DiskWaits, as_long_as_wanted
from seacorder.storage.durable import DurableFile, Opening
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.two_volumes import TwoVolumes
from seacorder.storage.volume_room import VolumeRooms
from seacorder.telemetry.logs.track import Position, TrackForm, Written

HANGS_NS = 10 * NS_PER_SECOND
"""A disk that has taken nothing of what waits for so long hangs."""
END_NS = 10 * NS_PER_SECOND
"""How long a disk may take for what waits, once the recording has ended or too many parts wait."""
_FULL = {FaultKind.FULL, FaultKind.EXCHANGED}


@dataclass(frozen=True, slots=True)
class LogStorage:
    """With what files are written."""

    budget: MemoryBudget
    clock: Clock
    disk: Disk | None = None
    rooms: VolumeRooms | None = None
    """The watched folders; None: nobody looks at them, and no disk is ever left for another."""
    waits: DiskWaits = as_long_as_wanted
    """Says for how long the opening of a file may block, 0.25 s at most."""


@dataclass(frozen=True, slots=True)
class DataHome:
    """Where a file is wanted."""

    path: Path
    """In the folder of the settings."""
    volumes: TwoVolumes

    def with_suffix(self, suffix: str) -> "DataHome":
        """The same with a suffix at the end of its name."""
        return DataHome(self.path.with_name(self.path.name + suffix), self.volumes)

    @property
    def rest(self) -> Path:
        """Where the rest is wanted."""
        return self.path.with_name(f"{self.path.stem}_rest{self.path.suffix}")


class DataFile(ABC):
    """For the worker's main thread; `wait_ended` from any.

    Nothing waits for the disk but the opening and the first look at a folder, each 0.25 s at most (`LogStorage.waits`).
    """

    def __init__(self, home: DataHome, storage: LogStorage) -> None:
        self._home = home
        self._storage = storage
        self._lock = threading.Lock()
        """Guards the end of the file against a move."""
        self._moves = 0
        self._waits_since_ns = storage.clock.monotonic_ns()
        self._until_ns: int | None = None
        self._is_over = False
        """Its time is over."""
        self._has_had_more = False
        """After its time was over, another disk was given as much again."""
        self._is_given_up = False
        self._ended = threading.Event()
        self.failure: Message | None = None
        """Why it was given up; None while it was not."""
        self.room = home.volumes.next()
        """What watches the folder that it lies in; None: nobody does."""
        self._file = self._open(home.path, storage.waits)

    @property
    @abstractmethod
    def _has_rest(self) -> bool:
        """Something behind the head is not confirmed."""

    @abstractmethod
    def _put_rest(self) -> None:
        """Puts the head and what is not confirmed into a new file."""

    def _put(self, written: Written) -> None:
        if not self._waits:
            self._waits_since_ns = self._storage.clock.monotonic_ns()
        self._file.seek(written.offset)
        self._file.write(written.data)

    def close(self) -> None:
        """Queues the end and returns. It waits for a disk that takes nothing as long as nobody sets a limit."""
        self._file.close(partial(self._note_end, self._moves))

    def limit(self, until_ns: int) -> None:
        """After `close`: from `until_ns` (monotonic) on, `look` gives it up. The earliest limit counts."""
        self._until_ns = until_ns if self._until_ns is None else min(until_ns, self._until_ns)

    def must_leave(self, now_ns: int) -> bool:
        """True when a new file should be begun because of the disk."""
        return self._home.volumes.must_leave(self, now_ns)

    def look(self, now_ns: int) -> Path | None:
        """After `close`: gives it up when its time is over; it has then ended within a second.

        If its disk does not take the end of it and another one does, the rest goes there: returns the path.
        """
        if self._is_given_up or self.has_ended:
            return None
        self._is_over = self._until_ns is not None and now_ns >= self._until_ns
        may_move = not self._has_had_more if self._is_over else self._is_stuck
        if may_move and self.must_leave(now_ns):
            return self._move(now_ns)
        if self._is_over:
            self._is_given_up = True
            self._leave()
        return None

    @property
    def has_ended(self) -> bool:
        """After `close`: all of it is on disk, or it was given up."""
        return self._ended.is_set()

    def wait_ended(self, timeout_seconds: float) -> bool:
        """Blocks until `has_ended`; False when that took too long."""
        return self._ended.wait(timeout_seconds)

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def queued_bytes(self) -> int:
        """That wait to be written."""
        return self._file.queued_bytes

    @property
    def why(self) -> Message | None:
        """Why nothing of it can be written just now; None if that goes well."""
        why = self._file.why  # asked once: the thread that writes may clear it at any time
        if why is None and self._hangs:
            fact = f"The disk of {self.path.parent} does not answer. The log of survey data waits in memory."
            return Message(fact, "Check the disk.")
        return why

    @property
    def dead_since_ns(self) -> int | None:
        """See `DurableFile`."""
        return self._file.dead_since_ns

    @property
    def is_behind(self) -> bool:
        """The disk does not keep up, or will not any more."""
        is_half = self._file.queued_bytes > self._storage.budget.limit_bytes // 2
        return self._is_over or is_half or self._hangs

    @property
    def _is_stuck(self) -> bool:
        if self._file.fault_kind in _FULL and self._file.bytes_stored == self._file.bytes_confirmed:
            return True  # what has been written is safe there, so nothing will be in both files
        return self.dead_since_ns is not None or self._hangs

    @property
    def _waits(self) -> bool:
        return self._file.queued_bytes > 0 or self._has_rest

    @property
    def _hangs(self) -> bool:
        if self.has_ended or not self._waits:
            return False
        since_ns = max(self._waits_since_ns, self._file.last_stored_ns)
        return self._storage.clock.monotonic_ns() - since_ns >= HANGS_NS

    def _open(self, path: Path, waits: DiskWaits) -> DurableFile:
        storage = self._storage
        return DurableFile.create(
            self._home.volumes.place(path, self.room),
            budget=storage.budget,
            clock=storage.clock,
            disk=storage.disk,
            opening=Opening(is_patient=True, waits=waits),
        )

    def _move(self, now_ns: int) -> Path | None:
        with self._lock:
            if self.has_ended:
                return None
            self._moves += 1  # how the old file ends does not count any more
        was_open = self._file.is_open
        self._leave()
        if was_open and not self._has_rest:
            self._ended.set()
            return None
        self.room = self._home.volumes.next()
        self._file = self._open(self._home.rest, _at_once)  # there may be many, and each could block a little
        self._waits_since_ns = now_ns
        ended = partial(self._note_end, self._moves)
        try:
            self._put_rest()
        except StorageFailed:
            self._file.give_up(ended)
        else:
            self._file.close(ended)
        if self._is_over:
            self._until_ns, self._has_had_more = now_ns + END_NS, True
        return self._file.path

    def _leave(self) -> None:
        self._file.give_up()
        self._file.end_within(0.0)

    def _note_end(self, moves: int, failure: StorageFailed | None) -> None:
        with self._lock:
            if moves != self._moves:
                return
            if failure is not None:
                missing = "It can be read as it stands; what came last may be missing in it."
                self.failure = Message(f"{self.path} could not be finished. {missing}", failure.action)
            self._ended.set()


class AppendedFile(DataFile):
    """A head, and pieces that follow each other."""

    def __init__(self, head: bytes, home: DataHome, storage: LogStorage) -> None:
        self._head = head
        self._held: deque[bytes] = deque()
        """The newest pieces; those before them are confirmed."""
        self._held_from = len(head)
        """Where the first of them begins."""
        super().__init__(home, storage)
        self._put(Written(0, head))

    def append(self, piece: bytes) -> None:
        """StorageFailed when far more waits than may."""
        self._put(Written(self._file.tell(), piece))
        self._held.append(piece)

    @property
    def _has_rest(self) -> bool:
        confirmed = self._file.bytes_confirmed
        while self._held and self._held_from + len(self._held[0]) <= confirmed:
            self._held_from += len(self._held.popleft())
        return bool(self._held)

    def _put_rest(self) -> None:
        self._put(Written(0, self._head))
        self._held_from = len(self._head)
        for piece in self._held:
            self._put(Written(self._file.tell(), piece))


class TrackFile(DataFile):
    """A track, which is whole after each position."""

    def __init__(self, make_form: Callable[[], TrackForm], home: DataHome, storage: LogStorage) -> None:
        self._make_form = make_form
        self._form = make_form()
        self._held: deque[tuple[int, Position | None]] = deque()
        """The newest positions and gaps, each with the length that the file has with it."""
        super().__init__(home, storage)
        self._length = 0
        self._put(self._form.begin())

    def add(self, position: Position | None) -> None:
        """None: the position is not known. StorageFailed when far more waits than may."""
        if position is not None:
            self._put(self._form.add(position))
            self._length = self._file.tell()
        elif self._held and self._held[-1][1] is None:
            return
        else:
            self._form.gap()
        self._held.append((self._length, position))

    @property
    def _has_rest(self) -> bool:
        confirmed = self._file.bytes_confirmed
        while self._held and self._held[0][0] <= confirmed:
            self._held.popleft()
        return any(position is not None for _, position in self._held)

    def _put_rest(self) -> None:
        form, content = self._make_form(), bytearray()
        _put_into(content, form.begin())
        for _, position in self._held:
            if position is None:
                form.gap()
            else:
                _put_into(content, form.add(position))
        self._put(Written(0, bytes(content)))
        self._held = deque((len(content), position) for _, position in self._held)


def _put_into(content: bytearray, written: Written) -> None:
    content[written.offset :] = written.data


def _at_once(_: float) -> float:
    return 0.0
