"""A folder on another disk, or on a network drive, as a place for copies.

A file is written under a hidden name, brought to the medium every 16 MiB, read back from the medium, and only then put
in its place in one step. After an interruption, however it came, the hidden file is gone on with; whether its beginning
is what it should be is found when all of it is read back.
"""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar

from seacorder.copies.contract import CopyFailed, target_failed
from seacorder.copies.source_file import MOST_BLOCK_BYTES, SourceFile
from seacorder.model.copies import PLACE_MARK_NAME, CopyTarget, KnownPlace
from seacorder.storage import whole_file
from seacorder.storage.disk import this_machine
from seacorder.storage.volumes import device_of, mount_of

UNFINISHED = ".seacorder-copy-"
KEPT_FREE_BYTES = 64 * 1024 * 1024
"""So much is left free at a target, for what else lies on that disk."""
_SYNC_BYTES = 16 * MOST_BLOCK_BYTES
_LONGEST_MARK_BYTES = 100
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_LOOK = "Check its power, its cable and the network."
Result = TypeVar("Result")


class FolderPlace:
    """One target folder. Raises CopyFailed where the folder cannot be used."""

    def __init__(self, target: CopyTarget, folder: Path, known: KnownPlace) -> None:
        """`folder` is where the originals lie: a copy on the same disk would be none. `known`: as it was the last time.
        """
        self._name = target.name
        self._top = Path(target.address)
        self.identity = self.mount = ""
        self._try(lambda: self._open(target, folder, known))

    def _open(self, target: CopyTarget, folder: Path, known: KnownPlace) -> None:
        if not self._top.is_dir():
            raise target_failed(
                f"{self._name}: there is no folder {self._top}.", f"Connect the disk, or create the folder. {_LOOK}"
            )
        if not target.may_be_same_disk and device_of(self._top) == device_of(folder):
            raise target_failed(
                f"{self._name}: {self._top} is on the same disk as the recordings, so a copy there is no copy.",
                "Connect (mount) the other disk.",
            )
        self.mount = str(mount_of(self._top))
        mark = self._mark()
        if mark is None and known.place and known.mount not in {"", self.mount}:
            raise target_failed(
                f"{self._name}: the disk of {self._top} is not there (it was mounted at {known.mount}).",
                "Connect (mount) it.",
            )
        if mark is None:
            mark = os.urandom(16).hex()
            whole_file.put(self._top / PLACE_MARK_NAME, f"{mark}\n".encode("ascii"))
        self.identity = f"disk {mark}"

    def size_of(self, name: str) -> int | None:
        def size() -> int | None:
            try:
                return self._path(name).stat().st_size
            except (FileNotFoundError, NotADirectoryError):
                return None

        return self._try(size)

    def store(self, name: str, source: SourceFile) -> None:
        path = self._unfinished(name)
        self._try(lambda: self._store(path, source))

    def stored(self, name: str) -> Iterator[bytes]:
        return self._read(self._unfinished(name))

    def keep(self, name: str, source: SourceFile) -> None:
        path = self._path(name)

        def keep() -> None:
            self._unfinished(name).replace(path)
            with contextlib.suppress(OSError):  # a network drive may not take times
                os.utime(path, ns=(source.modified_ns, source.modified_ns))
            this_machine().sync_folder(path.parent)

        self._try(keep)

    def discard(self, name: str) -> None:
        self._try(lambda: self._unfinished(name).unlink(missing_ok=True))

    def unfinished(self, folder: str) -> list[str]:
        def names() -> list[str]:
            try:
                found = sorted(path.name for path in self._path(folder).iterdir() if path.name.startswith(UNFINISHED))
            except FileNotFoundError:
                return []
            return [str(PurePosixPath(folder, name.removeprefix(UNFINISHED))) for name in found]

        return self._try(names)

    def forget(self, name: str) -> None:
        self.discard(name)

    def bytes_of(self, name: str) -> Iterator[bytes]:
        return self._read(self._path(name))

    def _store(self, path: Path, source: SourceFile) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            begun = min(os.fstat(handle).st_size, source.size)
            self._check_room(source.size - begun)
            self._write(handle, begun, source)
            os.ftruncate(handle, source.size)
            this_machine().sync_whole(handle)
            _drop(handle)
        finally:
            os.close(handle)
        this_machine().sync_folder(path.parent)

    def _write(self, handle: int, begun: int, source: SourceFile) -> None:
        done = synced = begun
        at = 0
        for block in source.blocks():
            new = memoryview(block)[max(0, min(len(block), begun - at)) :]
            at += len(block)
            while new:
                os.lseek(handle, done, os.SEEK_SET)
                count = os.write(handle, new)
                done += count
                new = new[count:]
            if done - synced >= _SYNC_BYTES:
                this_machine().sync(handle)
                _drop(handle)
                synced = done

    def _check_room(self, needed: int) -> None:
        free = shutil.disk_usage(self._top).free
        if free < needed + KEPT_FREE_BYTES:
            raise self._full(f"{free / 1e9:.2f} GB are free there, and the next file needs {needed / 1e9:.2f} GB")

    def _full(self, how: str) -> CopyFailed:
        return target_failed(f"{self._name}: {self._top} is full ({how}).", "Make room there, or connect another disk.")

    def _read(self, path: Path) -> Iterator[bytes]:
        try:
            with path.open("rb", buffering=0) as file:
                _drop(file.fileno())  # what the system still has in memory proves nothing of the medium
                while block := file.read(MOST_BLOCK_BYTES):
                    yield block
                _drop(file.fileno())
        except OSError as fault:
            raise self._failed(fault) from fault

    def _mark(self) -> str | None:
        try:
            with (self._top / PLACE_MARK_NAME).open("rb") as file:
                return file.read(_LONGEST_MARK_BYTES).decode("ascii", "replace").strip() or None
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> Path:
        return self._top.joinpath(*PurePosixPath(name).parts)

    def _unfinished(self, name: str) -> Path:
        path = self._path(name)
        return path.with_name(f"{UNFINISHED}{path.name}")

    def _try(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except OSError as fault:
            raise self._failed(fault) from fault

    def _failed(self, fault: OSError) -> CopyFailed:
        why = fault.strerror or type(fault).__name__
        if fault.errno in _FULL:
            return self._full(why)
        return target_failed(f"{self._name}: {self._top} cannot be used ({why}).", _LOOK)


def _drop(handle: int) -> None:
    """Takes the file out of the system's cache: its memory is for the recording."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
