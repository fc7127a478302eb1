"""Memory for bytes that wait for the disk: anonymous memory maps, given back to the system when the bytes are written.

In the C library's heap such long runs of bytes would fill the gaps that freed packets leave, and the heap would have to
grow for the next packets and stay large. After a disk had stalled for 30 s, the process kept an eighth more memory
than the bytes that had waited.
"""

import mmap
import sys
from collections.abc import Sequence

from seacorder.storage.byte_run import ByteRun, Data

OWN_PAGES_BYTES = 32 * 1024
"""Shorter runs stay in the heap: a map takes whole pages, and the unused rest of the last one would cost more."""


def joined(pieces: Sequence[Data]) -> Data:
    """The pieces as one read-only run of bytes. MemoryError when there is no memory."""
    run = ByteRun(pieces)
    size = len(run)
    if size < OWN_PAGES_BYTES:
        return bytes(run)
    view = memoryview(_pages(size))
    offset = 0
    for piece in run.pieces:
        view[offset : offset + len(piece)] = piece
        offset += len(piece)
    return view.toreadonly()


def _pages(size: int) -> mmap.mmap:
    if sys.platform == "win32":
        return mmap.mmap(-1, size)
    try:
        return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as fault:
        raise MemoryError from fault
