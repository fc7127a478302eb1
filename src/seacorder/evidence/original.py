"""How a repair takes a file's place: the original goes for good, or is kept beside it under another name.

The original stays as `NAME.mp4.original` whenever its repair lacks something of it. The name ends otherwise than a
video's, so that no list of recordings counts it twice.
"""

import contextlib
import os
from pathlib import Path

from seacorder.storage.names import numbered_path

ORIGINAL_SUFFIX = ".original"


def take_place(repaired: Path, path: Path, *, keeps: bool) -> Path | None:
    """Gives `repaired` the name `path`; gives the name that the original has then, None when it was replaced. OSError.

    With hard links there is a whole file under `path` at every instant; without them (FAT) a cut between the two steps
    leaves the original under its new name: see `bring_back`.
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
    """Gives a file back its name when a repair was cut off between its two steps. OSError."""
    kept = path.with_name(path.name + ORIGINAL_SUFFIX)
    if not path.exists() and kept.is_file():
        kept.rename(path)


def sync_file(path: Path) -> None:
    """Brings a file to the medium. Blocks; OSError."""
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep(path: Path) -> Path:
    """A second name for the file, or its only one where the volume has no hard links."""
    attempt = 1
    while True:
        kept = numbered_path(path.with_name(path.name + ORIGINAL_SUFFIX), attempt)
        try:
            if kept.exists() and kept.samefile(path):
                return kept  # of a repair that was cut off
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
    """As far as the system has that."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
