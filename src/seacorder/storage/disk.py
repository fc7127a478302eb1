"""The operating system's file calls that a durable file needs, as one interface.

Durable files call the disk only through a `Disk`, so that a test can record the order of writes and syncs, replay what
a power cut would have left, and inject faults. Every call blocks for as long as the disk takes and raises OSError.
Python releases its interpreter lock during such a call, so other threads go on.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from seacorder.storage.byte_run import ByteRun, Data
from seacorder.storage.file_lock import try_lock
from seacorder.storage.names import numbered_path

_CREATE_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_PIECES_AT_ONCE = 1024
"""The most that POSIX systems take in one call (IOV_MAX)."""
_F_FULLFSYNC = 51
"""macOS, <sys/fcntl.h>: the only call there that also empties the drive's own cache."""
_F_GETPATH, _PATH_BYTES = 50, 1024
"""macOS: gives the path of an open file. On Linux a link under /proc does."""
_NOT_FOR_US = {errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOTSUP, errno.ENOENT, errno.ENOTDIR}
"""A folder that nobody can sync: unreadable, renamed meanwhile, or on a file system without that call."""


class Disk(Protocol):
    """What a durable file needs of a disk. A handle belongs to one thread at a time."""

    def make_folders(self, folder: Path) -> list[Path]:
        """Makes a folder with its parents; returns the folders in which a new name was entered, outermost first."""
        ...

    def create(self, path: Path, first: bytes = b"") -> int:
        """Makes a new file and returns its handle; FileExistsError when anything has that name already.

        The file begins with the bytes `first` as soon as it has its name, where the system can do that, so that a kill
        leaves no empty file. Elsewhere, or when the disk refuses them, it may be empty: the caller writes them again.
        """
        ...

    def write(self, handle: int, offset: int, data: Data) -> int:
        """Writes at `offset` from the file's start; returns how many bytes were taken, which may be fewer."""
        ...

    def truncate(self, handle: int, size: int) -> None:
        """Makes the file `size` bytes long."""
        ...

    def sync(self, handle: int) -> None:
        """Returns when the bytes, and the size that reading them back needs, are on the medium."""
        ...

    def sync_whole(self, handle: int) -> None:
        """As `sync`, with all of the file's attributes."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Returns when the names in a folder are on the medium, or at once if nobody can sync this folder."""
        ...

    def is_named(self, handle: int) -> bool:
        """False once the file has been deleted: what is written to it will be lost when it is closed."""
        ...

    def path_of(self, handle: int, path: Path) -> Path:
        """Where the open file that was at `path` is now; `path` where the system does not say."""
        ...

    def close(self, handle: int) -> None:
        """Closes the handle."""
        ...


class PortableDisk:
    """A disk through the calls that every operating system has. They cannot sync folders."""

    def __init__(self, check: Callable[[Path], None] | None = None) -> None:
        """`check` is called with a file's folder before anything is made; it raises OSError where nothing may be."""
        self._check = check

    def make_folders(self, folder: Path) -> list[Path]:
        if self._check is not None:
            self._check(folder)
        changed: list[Path] = []
        for level in [*reversed(folder.parents), folder]:
            if not level.is_dir():
                level.mkdir(exist_ok=True)
                changed.append(level.parent)
        return changed

    def create(self, path: Path, first: bytes = b"") -> int:
        handle = os.open(path, _CREATE_FLAGS, 0o644)
        if first:
            with contextlib.suppress(OSError):
                self.write(handle, 0, first)
        return handle

    def write(self, handle: int, offset: int, data: Data) -> int:
        os.lseek(handle, offset, os.SEEK_SET)
        return os.write(handle, bytes(data) if isinstance(data, ByteRun) else data)

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)

    def sync(self, handle: int) -> None:
        os.fsync(handle)

    def sync_whole(self, handle: int) -> None:
        os.fsync(handle)

    def sync_folder(self, folder: Path) -> None:
        """Does nothing: on Windows the sync of a file also writes its entry in the folder."""

    def is_named(self, handle: int) -> bool:
        """By the file's count of names. Only on POSIX can it become 0: elsewhere an open file cannot be deleted."""
        return os.name != "posix" or os.fstat(handle).st_nlink > 0

    def path_of(self, handle: int, path: Path) -> Path:
        """`path`: systems other than POSIX do not let anybody rename an open file."""
        return path

    def close(self, handle: int) -> None:
        os.close(handle)


class PosixDisk(PortableDisk):
    """A disk through POSIX calls: positioned writes, data-only syncs, folders that can be synced."""

    def create(self, path: Path, first: bytes = b"") -> int:
        handle = os.open(path, os.O_RDWR) if first and _is_made_whole(path, first) else super().create(path, first)
        try_lock(handle)
        return handle

    def write(self, handle: int, offset: int, data: Data) -> int:
        if not isinstance(data, ByteRun):
            return os.pwrite(handle, data, offset)
        if hasattr(os, "pwritev"):  # Linux and macOS have it
            return os.pwritev(handle, data.pieces[:_PIECES_AT_ONCE], offset)
        return os.pwrite(handle, bytes(data), offset)

    def sync(self, handle: int) -> None:
        if hasattr(os, "fdatasync"):
            os.fdatasync(handle)
        else:
            self.sync_whole(handle)

    def sync_whole(self, handle: int) -> None:
        if sys.platform == "darwin":
            import fcntl

            fcntl.fcntl(handle, _F_FULLFSYNC)
        else:
            os.fsync(handle)

    def sync_folder(self, folder: Path) -> None:
        try:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as fault:
            if fault.errno not in _NOT_FOR_US:
                raise

    def path_of(self, handle: int, path: Path) -> Path:
        opened = os.fstat(handle)
        # `path` first: where it leads through a link the system gives another path, although nothing was moved.
        if _is_at(path, opened):
            return path
        moved = _path_by_system(handle)
        return moved if moved is not None and _is_at(moved, opened) else path


def _is_made_whole(path: Path, first: bytes) -> bool:
    """Makes a file that begins with `first` and only then has its name. FileExistsError as in `Disk.create`.

    False where the system or the file system cannot: outside Linux, on most network shares, on FAT. A handle of such
    a file does not say where it is, so the file is opened by its name afterwards.
    """
    if not hasattr(os, "O_TMPFILE"):
        return False
    try:
        handle = os.open(path.parent, os.O_RDWR | os.O_TMPFILE, 0o644)
    except OSError:
        return False
    try:
        if os.pwrite(handle, first, 0) < len(first):
            return False
        # With a folder's handle Python follows the link under /proc; without one it would link the link itself.
        os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=handle)
    except FileExistsError:
        raise
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _path_by_system(handle: int) -> Path | None:
    """The path of an open file; None where the system does not give it."""
    try:
        if sys.platform == "darwin":
            import fcntl

            told = fcntl.fcntl(handle, _F_GETPATH, bytes(_PATH_BYTES))
            return Path(os.fsdecode(told.split(b"\0", 1)[0]))
        return Path(f"/proc/self/fd/{handle}").readlink()
    except OSError:
        return None


def _is_at(path: Path, opened: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), opened)
    except OSError:
        return False


def this_machine(check: Callable[[Path], None] | None = None) -> Disk:
    """The disk calls of this operating system; `check` as in `PortableDisk`."""
    return PosixDisk(check) if os.name == "posix" else PortableDisk(check)


def create_unused(disk: Disk, path: Path, first: bytes = b"") -> tuple[int, Path]:
    """Makes a file at `path`, or at the first of `name_2`, `name_3` … that does not exist yet. Blocks; OSError.

    `first` as in `Disk.create`.
    """
    attempt = 1
    while True:
        candidate = numbered_path(path, attempt)
        try:
            return disk.create(candidate, first), candidate
        except FileExistsError:
            attempt += 1
