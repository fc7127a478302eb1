"""How a repaired file takes the place of its original, which is deleted, or kept beside it under another name.

The original is kept, as `NAME.mp4.original`, whenever the repaired file lacks anything of it. This name does not end
like a video's, so that no list of recordings counts the same pictures twice.
"""

import contextlib
import os
from pathlib import Path

from seacorder.storage.names import numbered_path

ORIGINAL_SUFFIX = ".original"


def take_place(repaired: Path, path: Path, *, keeps: bool) -> Path | None:
    """Gives `repaired` the name `path`; returns the path at which the original was kept, None if it was deleted.

    On volumes with hard links there is a file at `path` at every instant. Without them (FAT) there is none between the
    two steps, and a power cut then leaves only the original under its new name: see `bring_back`. Blocks; OSError.
    """
    kept = _keep(path) if keeps else None
    try:
        repaired.replace(path)
    except OSError:
        if kept is not None and not path.exists():
            kept.rename(path)
        raise
    _sync_folder(path.parent)
    return kept


def bring_back(path: Path) -> None:
    """Gives an original its name back if a repair was cut off between its two steps. Blocks; OSError."""
    kept = path.with_name(path.name + ORIGINAL_SUFFIX)
    if not path.exists() and kept.is_file():
        kept.rename(path)


def sync_file(path: Path) -> None:
    """Returns when the file is on the medium. Blocks; OSError."""
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep(path: Path) -> Path:
    """Gives the file a second name, or instead of its own where the volume has no hard links; returns that name."""
    attempt = 1
    while True:
        kept = numbered_path(path.with_name(path.name + ORIGINAL_SUFFIX), attempt)
        try:
            if kept.exists() and kept.samefile(path):
                return kept  # an earlier repair was cut off after this step
            os.link(path, kept)
        except FileExistsError:
            attempt += 1
        except OSError:
            if not kept.exists():
                path.rename(kept)
                return kept
            attempt += 1
        else:
            return kept


def _sync_folder(folder: Path) -> None:
    """Syncs a folder where the system can do that; raises nothing."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
