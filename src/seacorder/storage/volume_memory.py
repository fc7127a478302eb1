"""What is remembered of volumes from one run of the program to the next: that a folder was on a disk of its own.

Whether a mount point is empty because the disk is new, or because it is not mounted, cannot be seen from the folder
alone. So a small file in the user's state folder keeps the mark of each configured folder that was not on the system's
own disk. When such a folder is found on the system's disk, without its mark, its volume is not mounted.
"""

import json
import logging
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from seacorder.model.volume import MarkedFolder
from seacorder.storage.volumes import ACCEPTED, device_of, new_mark, read_mark, system_device, write_mark

FILE_NAME = "volumes.json"
NOWHERE = -1
"""No device's number: the folder counts as exchanged until its mark is there."""
_MOST_FOLDERS = 100
_log = logging.getLogger(__name__)


def state_folder() -> Path:
    """Where this user's programs keep what they remember. systemd names it for a service with StateDirectory=."""
    if named := os.environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "Seacorder"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "seacorder"


class VolumeMemory:
    """The file. What cannot be read is as if it were not there; what cannot be written is not remembered. Blocks."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._marks = _read(self._path)

    def mark(self, folder: Path) -> str | None:
        """The mark of a folder that was on a disk of its own in the run before."""
        return self._marks.get(str(folder))

    def update(self, marks: dict[str, str], forgotten: Iterable[str]) -> None:
        """Remembers marks by folder, and forgets other folders."""
        known = {folder: mark for folder, mark in self._marks.items() if folder not in {*forgotten, *marks}} | marks
        known = dict(list(known.items())[-_MOST_FOLDERS:])
        if known == self._marks:
            return
        self._marks = known
        new = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(known, indent=1), encoding="utf-8")
            new.replace(self._path)
        except OSError as fault:
            _log.warning("It is not remembered which volumes files go to (%s)", fault)


def is_unmounted(folder: Path, memory: VolumeMemory, system: int) -> bool:
    """True when the folder was on a disk of its own, and is on the system's now, without its mark. Blocks; OSError."""
    mark = memory.mark(folder)
    return mark is not None and device_of(folder) == system and read_mark(folder) not in {mark, ACCEPTED}


def begin(folders: Iterable[Path], others: Iterable[Path], memory: VolumeMemory) -> tuple[MarkedFolder, ...]:
    """Marks the folders, which are made where they are missing, and remembers them. Blocks.

    `others`, which clients may choose, get no mark. One of the folders whose volume is not mounted is left as it is.
    """
    system = system_device()
    found, marks = [], {}
    for folder in folders:
        try:
            if is_unmounted(folder, memory, system):
                found.append(MarkedFolder(str(folder), memory.mark(folder) or "", NOWHERE))
                continue
            folder.mkdir(parents=True, exist_ok=True)
            one = _marked(folder)
        except OSError as fault:
            _log.warning("The volume of %s cannot be watched (%s)", folder, fault)
            continue
        found.append(one)
        if one.device != system and one.mark:
            marks[one.folder] = one.mark
    known = {one.folder for one in found}
    memory.update(marks, [one.folder for one in found if one.device not in {NOWHERE} and one.folder not in marks])
    return (*found, *(one for one in map(_unmarked, others) if one is not None and one.folder not in known))


def _marked(folder: Path) -> MarkedFolder:
    at = folder.stat()
    mark = read_mark(folder)
    if not mark or mark == ACCEPTED:
        mark = new_mark()
        try:
            write_mark(folder, mark)
        except OSError as fault:
            _log.warning("The volume of %s has no mark (%s)", folder, fault)
            mark = ""
    return MarkedFolder(str(folder), mark, at.st_dev, at.st_ino)


def _unmarked(folder: Path) -> MarkedFolder | None:
    try:
        return MarkedFolder(str(folder), "", folder.stat().st_dev)
    except OSError:
        return None


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {folder: mark for folder, mark in found.items() if isinstance(folder, str) and isinstance(mark, str)}
