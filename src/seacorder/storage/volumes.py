"""Whether a folder is still on the volume that it was on when the program began.

When a disk is unmounted, its mount point stays behind as an empty folder on the system's own disk, and takes files as
if nothing had happened. Recordings would fill the system disk, and be hidden as soon as the volume is mounted again. So
each folder of the settings gets a mark, a small file with a random text, and its device number is kept. A new file is
refused there when the device number has changed and the mark is missing:

| what happened | device number | mark | files |
|---|---|---|---|
| nothing | the same | there | are made |
| the disk was unmounted, or another one is mounted there | another | missing | are refused |
| the disk was unplugged and is back | another | there | are made |
| the folder was deleted and made anew | the same | missing | are made |

An operator can say that the other volume is the right one (`ACCEPTED`).

Folders that clients choose have no mark, and their disk may be mounted long after the program began. For these each
mount point above a file is remembered, and no file is made below one at which no volume is mounted any more.
"""

import errno
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from seacorder.model.volume import MarkedFolder
from seacorder.storage.disk import this_machine

MARK_NAME = ".seacorder-volume"
ACCEPTED = "accepted"
"""What an operator writes into a mark file (`seacorder accept-disk`) when the volume that is there now is right."""
NOWHERE = -1
"""In place of a device number: the volume was not mounted at the start, so its folder counts as exchanged."""
_LONGEST_MARK_BYTES = 200
_SOUND_MAX = 100
"""So many paths are remembered that lay on a sound volume; each recording may have a folder of its own."""


def device_of(folder: Path) -> int:
    """The number of the file system that the folder is on, or would be made on. Blocks; OSError."""
    for level in (folder, *folder.parents):
        try:
            return level.stat().st_dev
        except (FileNotFoundError, NotADirectoryError):
            continue
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))


def _device_where_it_is(folder: Path) -> int | None:
    """As `device_of`, of a folder that exists; else None: where it would be made a link may lead elsewhere tomorrow."""
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def mount_of(folder: Path) -> Path:
    """The mount point of the folder's file system, with every link followed. Blocks; OSError."""
    top = folder.resolve()
    device = device_of(top)
    while top != top.parent and device_of(top.parent) == device:
        top = top.parent
    return top


def is_unmounted_from(mount: Path) -> bool:
    """True when no volume is mounted at `mount` now: it is on its parent's file system or gone. Blocks; OSError."""
    return mount != mount.parent and device_of(mount) == device_of(mount.parent)


def system_device() -> int:
    """The number of the file system that the operating system is on. Blocks."""
    return Path(Path(sys.executable).anchor or "/").stat().st_dev


def read_mark(folder: Path) -> str | None:
    """The text of the folder's mark; None without one. Blocks; OSError when the disk refuses."""
    try:
        with (folder / MARK_NAME).open("rb") as file:
            return file.read(_LONGEST_MARK_BYTES).decode("ascii", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_mark(folder: Path, text: str) -> None:
    """Replaces the folder's mark by a new one in one step. On the medium when this returns. Blocks; OSError."""
    new = folder / f"{MARK_NAME}-{os.urandom(4).hex()}"
    try:
        with new.open("w", encoding="ascii") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())  # the disk may be unplugged within seconds, and must be known when it is back
        new.replace(folder / MARK_NAME)
        this_machine().sync_folder(folder)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def new_mark() -> str:
    """A random text that no other volume has for a mark."""
    return os.urandom(16).hex()


class MarkedFolders:
    """The marked folders. Safe from any thread. Every call blocks for as long as the disk takes, except `covers`."""

    def __init__(self, folders: Sequence[MarkedFolder] = ()) -> None:
        self.folders = tuple(sorted(folders, key=lambda one: len(one.folder), reverse=True))
        self._mounts: set[Path] = set()
        self._sound: dict[Path, int] = {}
        """On which device each path lay when it was last found that nothing above it was unmounted."""
        self._lock = threading.Lock()

    def covers(self, path: Path) -> bool:
        """True when `path` lies in a marked folder, so an exchange of its volume is noticed. Does not block."""
        return self._above(path) is not None

    def exchanged(self, path: Path) -> MarkedFolder | None:
        """The folder above `path` that is on another volume now; None when there is none.

        None also when the disk cannot be asked: whoever writes there meets its fault and reports it.
        """
        one = self._above(path)
        if one is not None and is_exchanged(one):
            return one
        try:
            return self._unmounted(path, one)
        except (OSError, RuntimeError):  # the latter for links in a ring
            return None

    def check(self, path: Path) -> None:
        """OSError (EXDEV) when no file may be made at `path` because its volume was exchanged."""
        if self.exchanged(path) is not None:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(path))

    def _above(self, path: Path) -> MarkedFolder | None:
        return next((one for one in self.folders if path.is_relative_to(one.folder)), None)

    def _unmounted(self, path: Path, above: MarkedFolder | None) -> MarkedFolder | None:
        """A mount point above `path` at which a volume was mounted before and none is now; else remembers today's.

        For a mount point at a marked folder, or above it, the mark alone decides.
        """
        asked, device = path, _device_where_it_is(path)
        if device is not None and self._sound.get(asked) == device:
            return None  # this is asked every few seconds, and an unmounted volume's folder is gone or on another one
        path = path.resolve()
        marked = Path(above.folder).resolve() if above is not None and above.mark else None
        with self._lock:
            seen = [mount for mount in self._mounts if path.is_relative_to(mount)]
        for mount in seen:
            is_ours = marked is None or not marked.is_relative_to(mount)
            if is_ours and is_unmounted_from(mount) and _mark_or_none(mount) != ACCEPTED:
                return MarkedFolder(str(mount), "", NOWHERE, mount=str(mount))
        mount = mount_of(path)
        with self._lock:
            self._mounts.add(mount)
            if len(self._sound) >= _SOUND_MAX:
                self._sound.clear()
            if device is not None:
                self._sound[asked] = device
        return None


def is_exchanged(one: MarkedFolder) -> bool:
    """True while the folder is on another volume than when the program began. Blocks; raises nothing."""
    folder = Path(one.folder)
    try:
        device = device_of(folder)
        if device == one.device:
            return False
        if one.mark:
            return read_mark(folder) not in {one.mark, ACCEPTED}
        is_below = is_unmounted_from(Path(one.mount)) if one.mount else device == system_device()
        return is_below and _mark_or_none(folder) != ACCEPTED
    except OSError:
        return False


def _mark_or_none(folder: Path) -> str | None:
    try:
        return read_mark(folder)
    except OSError:
        return None


def is_replaced(one: MarkedFolder) -> bool:
    """True while the folder is gone, or a new one has its name on the same volume. Blocks; raises nothing."""
    if not one.inode or is_exchanged(one):
        return False
    try:
        found = Path(one.folder).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return found.st_dev == one.device and found.st_ino != one.inode


def keep_mark(one: MarkedFolder) -> None:
    """Writes the mark anew where it is missing on the right volume, or was accepted. Blocks; raises nothing."""
    folder = Path(one.folder)
    try:
        if one.mark and not is_exchanged(one) and folder.is_dir() and read_mark(folder) != one.mark:
            write_mark(folder, one.mark)
    except OSError:
        pass  # a full or read-only disk gets no mark; its device number is known all the same
