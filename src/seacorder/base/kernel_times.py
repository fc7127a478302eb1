"""When bytes came: the kernel's own note of it, for sockets that are read in bursts.

Linux alone notes it for datagrams and for TCP (`SO_TIMESTAMPNS`, socket(7)). A read of a datagram gets the time of that
datagram. A read of TCP gets the time at which the newest segment came of those that it took bytes from
(`tcp_recvmsg`; segments that the kernel has joined count as one, and as their newest). So that time is right where a
read takes all that is there, and otherwise too late, never too early.

The kernel begins with it some milliseconds after the first socket of the system has asked (`net_enable_timestamp`
leaves it to a work queue): a datagram that came before gets the time of its reading, bytes of TCP get none.
"""

import socket
import struct
import sys
from collections.abc import Iterable

from seacorder.base.clock import NS_PER_SECOND

_SO_TIMESTAMPNS = 35
_SECONDS_AND_NS = struct.Struct("@ll")
ANCILLARY_BYTES = 64
"""Room for the note of one read."""


def note_arrivals(made: socket.socket) -> bool:
    """From now on reads tell when the bytes came; False where the system cannot do that."""
    return ask_for_note(made, _SO_TIMESTAMPNS)


def ask_for_note(made: socket.socket, option: int) -> bool:
    """From now on `recvmsg` returns the note of this option (Linux, socket(7)); False where there is no such note."""
    if sys.platform != "linux":
        return False
    try:
        made.setsockopt(socket.SOL_SOCKET, option, 1)
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
