"""Room that a kernel keeps for the bytes of a connection that is read in bursts."""

import contextlib
import socket
import sys

_SO_BUF_LOCK = 72
_BOOKKEEPING = 2
"""A buffer of so many bytes holds one byte of a stream: the rest is what the kernel keeps beside each segment."""


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
