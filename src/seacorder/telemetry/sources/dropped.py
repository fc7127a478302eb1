"""Datagrams that the kernel has thrown away, because more came than it may keep for a program that does not read.

Linux alone tells it (`SO_RXQ_OVFL`, socket(7)): each datagram carries how many were thrown away before it since the
socket was made, as soon as there is one. It counts in 32 bits and then begins at 0 again.
"""

import socket
import struct
from collections.abc import Iterable

from seacorder.base.kernel_times import ask_for_note

_SO_RXQ_OVFL = 40
_COUNT = struct.Struct("@I")
_COUNT_END = 2**32


class Dropped:
    """Those of one socket."""

    def __init__(self) -> None:
        self._told = 0

    def note(self, made: socket.socket) -> bool:
        """From now on datagrams carry the count; False where the system cannot do that."""
        return ask_for_note(made, _SO_RXQ_OVFL)

    def before(self, ancillary: Iterable[tuple[int, int, bytes]]) -> int:
        """How many were thrown away between the datagram before and this one, out of what `recvmsg` returns beside."""
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL and len(content) >= _COUNT.size:
                told: int = _COUNT.unpack_from(content)[0]
                before, self._told = self._told, told
                return (told - before) % _COUNT_END
        return 0
