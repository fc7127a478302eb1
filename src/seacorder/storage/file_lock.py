"""Whoever writes a file locks it, so that nobody repairs it before it is finished.

When the control process is killed, its workers live on until they have finished their files. Meanwhile the next control
process examines all files that the catalogue calls open, and must not repair those. The lock is advisory (`flock`): it
does not hinder readers, and the system releases it when the process ends, however it ends.

Windows has no such lock. There a file that is open cannot be replaced, so a repair of it fails and leaves it as it is.
On a file system without locks (some network shares) a file counts as not locked.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_LOOK_SECONDS = 0.02


def try_lock(handle: int) -> bool:
    """Locks the open file until its handle is closed; False when somebody else has locked it. Does not wait."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def locked(path: Path, limit_seconds: float) -> Iterator[bool]:
    """Locks a file for a `with` block; gives False there when another one still writes it after the limit.

    Blocks that long at most. OSError when the file cannot be opened.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        until = time.monotonic() + limit_seconds
        while not (is_ours := try_lock(handle)) and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
        yield is_ours
    finally:
        os.close(handle)
