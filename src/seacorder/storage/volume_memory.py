"""What is remembered of volumes from one run of the program to the next: which folders were on a disk of their own.

An empty folder at a mount point does not show whether its disk is new or not mounted. So a small file in the user's
state folder (`volumes.json`) keeps, for each folder of the settings that was not on the system's own disk, its mount
point and its mark. If no volume is mounted there at the next start and the mark is missing, the disk is absent, and no
file is begun there until it comes. Another disk that is mounted there is used: operators change disks between runs.

`begin` runs once, when the program starts, before any worker; its result goes to all of them (`storage.volumes`).
"""

import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seacorder.model.volume import MarkedFolder
from seacorder.storage.volumes import (
    ACCEPTED,
    NOWHERE,
    is_unmounted_from,
    mount_of,
    new_mark,
    read_mark,
    system_device,
    write_mark,
)

FILE_NAME = "volumes.json"
_MOST_FOLDERS = 100
_NOT_REMEMBERED = (
    "Seacorder cannot remember which disks files go to (%s): after a restart it would not notice a missing disk. "
    "Recording is not affected. Make %s writable for this user."
)
_NOT_WATCHED = "The disk of %s cannot be watched (%s): an exchange of it would not be noticed."
_NOT_MOUNTED = "The disk of %s is not mounted. No file is begun there. Mount it; Seacorder then uses it by itself."
_NOT_MARKED = (
    "The disk of %s could not be marked (%s): an exchange of it may not be noticed. Make the folder writable for this "
    "user."
)
_log = logging.getLogger(__name__)


def state_folder() -> Path:
    """The folder in which this user's programs keep their state. systemd gives it to a service with StateDirectory=."""
    if named := os.environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "Seacorder"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "seacorder"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of one folder."""

    mount: str
    """Where its volume was mounted."""
    mark: str = ""
    """Empty for a folder without a mark."""


class VolumeMemory:
    """The file. If it cannot be read, nothing is known; if it cannot be written, that is logged. Blocks."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._known = _read(self._path)

    def of(self, folder: Path) -> Remembered | None:
        """What is known of a folder that was on a disk of its own in an earlier run; None for any other."""
        return self._known.get(str(folder))

    def update(self, found: Mapping[str, Remembered], forgotten: Iterable[str]) -> None:
        """Remembers `found`, by folder, and drops the `forgotten` folders. Others stay as they are."""
        known = {folder: one for folder, one in self._known.items() if folder not in {*forgotten, *found}}
        known |= found
        known = dict(list(known.items())[-_MOST_FOLDERS:])
        if known == self._known:
            return
        self._known = known
        new = self._path.with_suffix(".new")
        text = json.dumps({folder: {"mount": one.mount, "mark": one.mark} for folder, one in known.items()}, indent=1)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(text, encoding="utf-8")
            new.replace(self._path)
        except OSError as fault:
            _log.warning(_NOT_REMEMBERED, fault, new.parent)


def is_unmounted(folder: Path, memory: VolumeMemory) -> bool:
    """True when the folder was on a disk of its own that is not mounted now. Blocks; OSError."""
    known = memory.of(folder)
    return (
        known is not None and is_unmounted_from(Path(known.mount)) and read_mark(folder) not in {known.mark, ACCEPTED}
    )


def begin(folders: Iterable[Path], others: Iterable[Path], memory: VolumeMemory) -> tuple[MarkedFolder, ...]:
    """Makes missing folders, marks them and remembers their volumes; returns what tells each volume from another.
    Blocks.

    `others` are folders that clients may choose: they are not made and get no mark. A folder whose volume is not
    mounted is left alone. Raises nothing: a folder that cannot be looked at is logged and left out.
    """
    found: dict[str, MarkedFolder] = {}
    for folder, is_other in [*((one, False) for one in folders), *((one, True) for one in others)]:
        if str(folder) in found:
            continue
        try:
            found[str(folder)] = _begun(folder, memory, is_other=is_other)
        except FileNotFoundError:
            continue  # one that clients may choose: its disk may be mounted later
        except (OSError, RuntimeError) as fault:
            _log.warning(_NOT_WATCHED, folder, fault)
    here = [one for one in found.values() if one.device != NOWHERE]
    system = system_device()
    known = {one.folder: Remembered(one.mount, one.mark) for one in here if one.device != system}
    memory.update(known, [one.folder for one in here if one.folder not in known])
    return tuple(found.values())


def _begun(folder: Path, memory: VolumeMemory, *, is_other: bool) -> MarkedFolder:
    if (known := memory.of(folder)) is not None and is_unmounted(folder, memory):
        _log.warning(_NOT_MOUNTED, folder)
        return MarkedFolder(str(folder), known.mark, NOWHERE, mount=known.mount)
    if is_other:
        return MarkedFolder(str(folder), "", folder.stat().st_dev, mount=str(mount_of(folder)))
    folder.mkdir(parents=True, exist_ok=True)
    return _marked(folder)


def _marked(folder: Path) -> MarkedFolder:
    at = folder.stat()
    mark = read_mark(folder)
    if not mark or mark == ACCEPTED:
        mark = new_mark()
        try:
            write_mark(folder, mark)
        except OSError as fault:
            _log.warning(_NOT_MARKED, folder, fault)
            mark = ""
    return MarkedFolder(str(folder), mark, at.st_dev, at.st_ino, str(mount_of(folder)))


def _read(path: Path) -> dict[str, Remembered]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(folder): Remembered(str(one["mount"]), str(one["mark"])) for folder, one in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
