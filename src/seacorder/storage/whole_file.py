"""A small file that is there whole or not at all: written beside, brought to the medium, put in its place in one step.

A kill or a power cut leaves the old file or the new one, never a half. What was written beside and not put in its place
has a hidden name that begins with `BESIDE`.
"""

import contextlib
import os
from pathlib import Path

from seacorder.storage.disk import Disk, this_machine

BESIDE = ".seacorder-new-"


def put(path: Path, data: bytes, disk: Disk | None = None) -> None:
    """Makes the file, or replaces the one that is there. It is on the medium when this returns. Blocks; OSError."""
    disk = disk or this_machine()
    new = path.with_name(f"{BESIDE}{os.urandom(6).hex()}{path.suffix}")
    write_new(disk, new, data)
    try:
        new.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    disk.sync_folder(path.parent)


def write_new(disk: Disk, new: Path, data: bytes) -> None:
    """Makes a new file, which is on the medium when this returns, or not there. Blocks; OSError."""
    handle = disk.create(new)
    try:
        offset = 0
        while offset < len(data):
            offset += disk.write(handle, offset, data[offset:])
        disk.sync_whole(handle)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    finally:
        disk.close(handle)


def remove_left(folder: Path) -> None:
    """Removes what a kill left behind half-written in the folder. Blocks; raises nothing."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.name.startswith(BESIDE):
                with contextlib.suppress(OSError):
                    Path(entry.path).unlink()
