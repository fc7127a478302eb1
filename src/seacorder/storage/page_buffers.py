"""Memory for bytes that wait for the disk: pages of their own, which go back to the system with the bytes.

In the C library's heap long runs of bytes take the holes that packets have just left, cut them to pieces and make the
heap grow for the next packets: of a stall of 30 s an eighth more than had come stayed behind that way.
"""

import mmap
import sys
from collections.abc import Sequence

Data = bytes | memoryview
OWN_PAGES_BYTES = 32 * 1024
"""Shorter runs stay in the heap: what they need of their last page would be more than what they save."""


def joined(pieces: Sequence[Data]) -> Data:
    """The pieces as one run of bytes, which nobody writes into. MemoryError when there is no memory."""
    size = sum(map(len, pieces))
    if size < OWN_PAGES_BYTES:
        return b"".join(pieces)
    view = memoryview(_pages(size))
    offset = 0
    for piece in pieces:
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
