"""The file of one observation: JSON that is there whole or not at all, on the medium before anybody is told of it.

A new version is written beside the old one and put in its place in one step. So a power cut leaves one of both.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from seacorder.model.observation import Observation
from seacorder.model.observation_check import is_sound
from seacorder.model.observation_text import OBSERVATION_SUFFIX, read, write
from seacorder.storage.disk import Disk, this_machine
from seacorder.storage.names import numbered_path
from seacorder.storage.whole_file import write_new

BYTES_MAX = 4_000_000
"""A longer JSON file is none of ours."""


def create(path: Path, observation: Observation) -> Path:
    """Makes the file, at `name_2`, `name_3` … if that name is taken; makes its folders. Returns its path when it is on
    the medium. Blocks; OSError."""
    disk = this_machine()
    for folder in disk.make_folders(path.parent):
        disk.sync_folder(folder)
    new = _written_beside(disk, path, observation)
    try:
        attempt = 1
        while not _is_put(new, numbered_path(path, attempt)):
            attempt += 1
    finally:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
    disk.sync_folder(path.parent)
    return numbered_path(path, attempt)


def replace(path: Path, observation: Observation) -> None:
    """Puts a new version in the place of the file, which is made again if somebody has deleted it. Blocks; OSError."""
    disk = this_machine()
    disk.make_folders(path.parent)
    new = _written_beside(disk, path, observation)
    new.replace(path)
    disk.sync_folder(path.parent)


def folders_under(roots: Iterable[str]) -> set[Path]:
    """The folders, and all below them. Blocks; those that cannot be read are left out."""
    return {Path(folder) for root in roots for folder, _, _ in os.walk(root)}


def newest_files(folders: Iterable[Path], most: int) -> list[Path]:
    """At most so many JSON files of these folders: those that were changed last, the newest first. Blocks; nothing is
    raised for a folder that cannot be read."""
    found: list[tuple[int, str]] = []
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            ours = (one for one in entries if one.name.endswith(OBSERVATION_SUFFIX) and not one.name.startswith("."))
            found += [(one.stat().st_mtime_ns, one.path) for one in ours]
    return [Path(path) for _, path in sorted(found, reverse=True)[:most]]


def read_file(path: Path) -> Observation | None:
    """The observation in a file; None if it is none of ours. Blocks."""
    try:
        if path.name.startswith(".") or path.stat().st_size > BYTES_MAX:
            return None
        found = read(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if is_sound(found) else None


def _written_beside(disk: Disk, path: Path, observation: Observation) -> Path:
    new = path.with_name(f".{os.urandom(6).hex()}{OBSERVATION_SUFFIX}")
    write_new(disk, new, write(observation, indent=1).encode("ascii") + b"\n")
    return new


def _is_put(new: Path, path: Path) -> bool:
    """Gives a written file its name; False when that is taken. Nothing is ever overwritten."""
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links, such as exFAT
        return _is_moved(new, path)
    return True


def _is_moved(new: Path, path: Path) -> bool:
    """As `_is_put`: takes the name with an empty file, so that nobody else takes it meanwhile."""
    disk = this_machine()
    try:
        disk.close(disk.create(path))
    except FileExistsError:
        return False
    try:
        new.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    return True
