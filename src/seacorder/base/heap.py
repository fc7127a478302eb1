"""How the C library keeps memory that this process has given free (glibc; elsewhere nothing here does anything).

Workers start with a small threshold above which a block is mapped by itself and given back at once: a channel whose
pictures pass through stays small. Whoever decodes and encodes takes and frees frames of some megabytes all the time,
and would have each of their pages mapped and zeroed anew: 600 page faults a frame and five times the cost of an
overlay were measured. mallopt(3), malloc_trim(3).
"""

import ctypes
import os
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
FRAME_BYTES = 4 * 1024 * 1024
"""A plane of 1080p, of 4:4:4 or of more than 8 bits, is smaller."""
KEPT_BYTES = 8 * 1024 * 1024
"""What may stay free at the heap's end."""


def keep_frames() -> None:
    """From now on frames come from the heap and go back to it, unless the user has set limits of the process's own."""
    library = _library()
    if library is None or os.environ.get("MALLOC_TRIM_THRESHOLD_") is not None:
        return
    library.mallopt(_MMAP_THRESHOLD, FRAME_BYTES)
    library.mallopt(_TRIM_THRESHOLD, KEPT_BYTES)


def give_back() -> None:
    """Gives memory that is free inside the process back to the system.

    The library keeps blocks of a picture's size for the next time otherwise, 3 to 18 MB, and what is left in each
    thread's own heap between blocks that are still in use. Under a millisecond.
    """
    library = _library()
    if library is not None:
        library.malloc_trim(0)


def _library() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
