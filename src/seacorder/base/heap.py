"""Memory of a process that runs for weeks: Python's collector of reference cycles, and the C library's heap.

**Collector.** Left alone, Python looks at old objects only after a quarter as many new ones have been made. A process
that holds a hundred thousand objects then keeps for hours what ended workers, closed files and connections leave
behind, because these are cycles. A worker's cycles hold some 100 KB of FFmpeg's memory each, which Python does not
count. So the objects of the start are exempted once, and what came later is collected every ten seconds.

**Heap** (glibc on Linux; elsewhere nothing happens). Workers start with a low threshold above which malloc maps
a block by itself and returns it to the system when it is freed; this keeps a worker that passes pictures through
small. A worker that decodes and encodes allocates and frees frames of some megabytes all the time. With that threshold
the kernel would map and zero each of their pages anew: 600 page faults a frame and five times the cost of an overlay
were measured. The main process has many threads that do little: each of them would have a heap of its own, and free
pieces between used ones grew in them by some MB an hour, so they share one. See mallopt(3), malloc_trim(3).
"""

import ctypes
import gc
import os
import sys

COLLECT_SECONDS = 10.0
"""How often `collect` is to be called."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
FRAME_BYTES = 4 * 1024 * 1024
"""Larger than any plane of a 1080p picture, also in 4:4:4 or with more than 8 bits."""
KEPT_BYTES = 8 * 1024 * 1024
"""How much free memory the heap may keep at its end."""


def exempt_startup_objects() -> None:
    """Exempts every object that exists now from collection for good. Call once, after the start; takes 40 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def collect() -> None:
    """Frees the cycles that have come since: a millisecond or two."""
    gc.collect()


def share() -> None:
    """From now on threads that begin use the heap of the first one. Call before they begin, where few threads work at
    the same time."""
    library = _library()
    if library is not None:
        library.mallopt(_ARENA_MAX, 1)


def keep_frames() -> None:
    """From now on frames come from the heap and go back to it, unless the user has set the thresholds by variables."""
    library = _library()
    if library is None or os.environ.get("MALLOC_TRIM_THRESHOLD_") is not None:
        return
    library.mallopt(_MMAP_THRESHOLD, FRAME_BYTES)
    library.mallopt(_TRIM_THRESHOLD, KEPT_BYTES)


def give_back() -> None:
    """Returns memory that is free inside the process to the system. Takes less than a millisecond.

    Otherwise the library keeps blocks of a picture's size for later use, 3 to 18 MB, and free memory in each thread's
    own heap between blocks that are still in use.
    """
    library = _library()
    if library is not None:
        library.malloc_trim(0)


def _library() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
