"""Opens a file that the catalogue lists, for reading, and nothing else.

A catalogue can be made again from account files on a disk that somebody has brought along. So a path in it is not
trusted blindly: only an ordinary file with a suffix that the recorder writes is opened, never a link.
"""

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from seacorder.base.errors import NotKnown

MEDIA_TYPES = {".mp4": "video/mp4", ".m4a": "audio/mp4", ".jpg": "image/jpeg", ".vtt": "text/vtt; charset=utf-8"}
"""By suffix. No other file is opened."""
_AWAY = "It may have been moved, or its disk is not there. /api/v1/removals lists what was removed on somebody's order."
_ALLOW = "Move it back, or add that folder to `allowed_directories`."
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """An open file. Whoever has it closes `file`."""

    file: BinaryIO
    name: str
    media_type: str
    size: int
    """When it was opened; a file that is being written grows."""
    tag: str
    """Changes whenever a byte of the file does."""


def open_recorded(path: Path, roots: Sequence[str] = ()) -> RecordedFile:
    """Opens the file. Blocks. Raises NotKnown where there is none, or none that may be read.

    `roots`: the folders that all files of the recorder are in. A folder that leads out of them through a link is not
    followed; without any this is not looked at.
    """
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise NotKnown(f"{path.name} is no file that Seacorder has recorded.", "Ask for a file of the list.")
    try:
        if roots and not _is_below(path.parent, roots):
            raise NotKnown(f"{path.name} lies behind a link that leads out of the folders of the settings.", _ALLOW)
        handle = os.open(path, os.O_RDONLY | _NO_LINKS)
    except OSError as fault:
        raise _not_there(path, fault) from fault
    except (ValueError, RuntimeError) as fault:  # a NUL in the name; links in a ring
        raise NotKnown(f"{path.name!r} cannot be the name of a file.", "Ask for a file of the list.") from fault
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)
        raise NotKnown(f"{path.name} is no ordinary file.", _AWAY)
    tag = f'"{facts.st_ino:x}-{facts.st_size:x}-{facts.st_mtime_ns:x}"'
    return RecordedFile(os.fdopen(handle, "rb"), path.name, media_type, facts.st_size, tag)


def _is_below(folder: Path, roots: Sequence[str]) -> bool:
    real = folder.resolve()
    return any(real.is_relative_to(Path(root).resolve()) for root in roots)


def _not_there(path: Path, fault: OSError) -> NotKnown:
    if fault.errno == errno.ELOOP:
        return NotKnown(f"{path.name} is a link.", "Ask for the file itself.")
    return NotKnown(f"{path.name} cannot be read ({fault.strerror}).", _AWAY)
