"""What a kernel does for a connection that is read in bursts: it keeps the bytes, and notes when they came.

Linux alone notes that for TCP (`SO_TIMESTAMPNS`, socket(7)). A read then gets the time at which the newest segment came
of those that it took bytes from (`tcp_recvmsg`; segments that the kernel has joined count as one, and as their newest).
So the time is right where a read takes all that is there, and otherwise too late, never too early.
"""

import contextlib
import socket
import struct
import sys
from collections.abc import Iterable

from seacorder.base.clock import NS_PER_SECOND

_SO_TIMESTAMPNS = 35
_SO_BUF_LOCK = 72
_SECONDS_AND_NS = struct.Struct("@ll")
ANCILLARY_BYTES = 64
"""Room for the note of one read."""
_BOOKKEEPING = 2
"""A buffer of so many bytes holds one byte of a stream: the rest is what the kernel keeps beside each segment."""


def note_arrivals(made: socket.socket) -> bool:
    """From now on reads tell when the bytes came; False where the system cannot do that."""
    if sys.platform != "linux":
        return False
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    except OSError:
        return False
    return True


def arrival_of(ancillary: Iterable[tuple[int, int, bytes]]) -> int | None:
    """When the newest byte of a read came (UTC, ns), out of what `recvmsg` returns beside the bytes; None: not told."""
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(content) >= _SECONDS_AND_NS.size:
            seconds, ns = _SECONDS_AND_NS.unpack_from(content)
            return int(seconds) * NS_PER_SECOND + int(ns)
    return None


def capacity_bytes(made: socket.socket) -> int:
    """How many bytes of the stream the kernel keeps now before the sender has to wait."""
    return made.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // _BOOKKEEPING


def widen(made: socket.socket, count: int) -> int:
    """Asks for room for so many bytes of the stream; returns how many there is room for. It never becomes less.

    A system gives no more than its own limit for such requests, which may be less than it would give by itself in
    time. So Linux is told to go on by itself from there.
    """
    capacity = capacity_bytes(made)
    if capacity < count:
        # Linux doubles the number, for its bookkeeping.
        size = count if sys.platform == "linux" else count * _BOOKKEEPING
        with contextlib.suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
            if sys.platform == "linux":
                made.setsockopt(socket.SOL_SOCKET, _SO_BUF_LOCK, 0)
        capacity = capacity_bytes(made)
    return capacity
