"""Who writes a file holds it, so that nobody repairs what is not finished.

Workers outlive a control process that was killed for as long as they need to finish their files, and meanwhile the
next control process examines what it finds open. The lock is an advisory lock (`flock`), which the system takes back
whatever becomes of the process. Windows has none that readers may ignore; there a file that is open cannot be
replaced, and so a repair fails and leaves it as it is. A file system without locks (some network shares) is taken as
one where nobody holds anything.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_LOOK_SECONDS = 0.02


def try_lock(handle: int) -> bool:
    """Holds the open file until its handle is closed; False when somebody else does. Does not wait."""
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
    """Holds a file for a block, once whoever writes it has ended; False when that takes longer than the limit.

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
