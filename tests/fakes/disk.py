"""A disk in memory that records the order of all calls, and refuses on demand."""

import errno
import itertools
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that was answered, in the order of the answers. `name` is the method's."""

    name: str
    path: Path
    offset: int = 0
    data: bytes = b""


class RecordingDisk:
    """Implements `storage.disk.Disk`. Safe from any thread."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.files: dict[Path, bytearray] = {}
        self.folders: set[Path] = {Path("/")}
        self.is_deleted = False
        self.moved_to: Path | None = None
        """Where somebody has moved the files that are open."""
        self.longest_write: int | None = None
        """Takes at most so many bytes a write."""
        self.size: int | None = None
        """No file becomes longer than that."""
        self._handles: dict[int, Path] = {}
        self._numbers = itertools.count(100)
        self._faults: dict[str, int] = {}
        self._changed = threading.Condition()
        self._gates: dict[str, threading.Event] = {}

    # For tests

    def refuse(self, name: str, code: int) -> None:
        """Every call of `name` fails with this errno until `allow`."""
        with self._changed:
            self._faults[name] = code

    def allow(self, name: str) -> None:
        with self._changed:
            self._faults.pop(name, None)

    def hang(self, name: str) -> threading.Event:
        """Every call of `name` waits until the event given is set."""
        self._gates[name] = threading.Event()
        return self._gates[name]

    def wait_for(self, holds: Callable[["RecordingDisk"], bool], seconds: float = 60.0) -> bool:
        """Waits until something holds after an operation; False when the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: holds(self), seconds)

    def names(self) -> list[str]:
        """The names of the calls in order, without the making of folders."""
        with self._changed:
            return [operation.name for operation in self.operations if operation.name != "make_folders"]

    # The contract

    def make_folders(self, folder: Path) -> list[Path]:
        self._enter("make_folders")
        missing = [level for level in [*reversed(folder.parents), folder] if level not in self.folders]
        if any(level in self.files for level in missing):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
        self.folders.update(missing)
        self._note(Operation("make_folders", folder))
        return [level.parent for level in missing]

    def create(self, path: Path, first: bytes = b"") -> int:
        self._enter("create")
        if path in self.files or path in self.folders:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        if path.parent not in self.folders:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        handle = next(self._numbers)
        self._handles[handle] = path
        self.files[path] = bytearray(first)
        self._note(Operation("create", path, data=first))
        return handle

    def write(self, handle: int, offset: int, data: bytes | memoryview) -> int:
        self._enter("write")
        path = self._handles[handle]
        room = None if self.size is None else max(0, self.size - offset)
        if room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = bytes(data[: self.longest_write][:room])
        put(self.files[path], offset, taken)
        self._note(Operation("write", path, offset, taken))
        return len(taken)

    def truncate(self, handle: int, size: int) -> None:
        self._enter("truncate")
        path = self._handles[handle]
        del self.files[path][size:]
        self._note(Operation("truncate", path, size))

    def sync(self, handle: int) -> None:
        self._enter("sync")
        self._note(Operation("sync", self._handles[handle]))

    def sync_whole(self, handle: int) -> None:
        self._enter("sync_whole")
        self._note(Operation("sync_whole", self._handles[handle]))

    def sync_folder(self, folder: Path) -> None:
        self._enter("sync_folder")
        self._note(Operation("sync_folder", folder))

    def is_named(self, handle: int) -> bool:
        return handle in self._handles and not self.is_deleted

    def path_of(self, handle: int, path: Path) -> Path:
        return self.moved_to or path

    def close(self, handle: int) -> None:
        self._enter("close")
        self._note(Operation("close", self._handles.pop(handle)))

    def _enter(self, name: str) -> None:
        gate = self._gates.get(name)
        if gate is not None:
            gate.wait(30)
        with self._changed:
            code = self._faults.get(name)
        if code is not None:
            raise OSError(code, os.strerror(code))

    def _note(self, operation: Operation) -> None:
        with self._changed:
            self.operations.append(operation)
            self._changed.notify_all()


def put(content: bytearray, offset: int, data: bytes) -> None:
    """Writes into a file's content as a disk does; a gap before it reads as zeros."""
    content.extend(bytes(max(offset + len(data) - len(content), 0)))
    content[offset : offset + len(data)] = data


SECTOR_BYTES = 512


def left_by_power_cut(operations: Iterable[Operation], survives: Callable[[int], float]) -> bytes:
    """What one file holds after a cut at the end of `operations`.

    Every write before the last sync is there. Of each one after it any share of its front may be, from 0.0 to 1.0:
    `survives` is asked with its position in `operations`. What lies within one sector is there whole or not at all. And
    a sector is written from memory, where the earlier writes are: whatever brings the begin of a write to the medium
    brings what stands before it in the same sector, too.
    """
    log = list(operations)
    last_sync = max((i for i, operation in enumerate(log) if operation.name in {"sync", "sync_whole"}), default=-1)
    content, memory = bytearray(), bytearray()
    for i, operation in enumerate(log):
        if operation.name == "write":
            put(memory, operation.offset, operation.data)
            share = 1.0 if i < last_sync else survives(i)
            if taken := _whole_sectors(operation, share):
                begin = operation.offset // SECTOR_BYTES * SECTOR_BYTES
                put(content, begin, memory[begin : operation.offset + taken])
    return bytes(content)


def _whole_sectors(operation: Operation, share: float) -> int:
    """Bytes of a write's front that are there when `share` of it is, cut at a sector."""
    size = len(operation.data)
    cut = (operation.offset + int(size * share)) // SECTOR_BYTES * SECTOR_BYTES - operation.offset
    return size if share >= 1 else max(cut, 0)
