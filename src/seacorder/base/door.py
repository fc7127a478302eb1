"""The door of a process that several workers share: through it come the workers' ends of their pipes.

It is a Unix socket, the process's standard input. Each worker that joins is one byte with two descriptors: where its
commands are read, and where its reports are written. The end of the door says that no more will come.
"""

import os
import socket
import stat
import sys
from collections.abc import Iterator

from seacorder.base.pipe import Link

_JOINS = b"."


def is_possible() -> bool:
    """True where a process can be given descriptors while it runs."""
    return hasattr(socket, "send_fds") and hasattr(socket, "AF_UNIX") and sys.platform != "win32"


def send_through(door: socket.socket, commands: int, reports: int) -> None:
    """Gives two descriptors to the process behind the door, which gets copies. OSError when it takes no more.

    Does not wait if the socket does not.
    """
    socket.send_fds(door, [_JOINS], [commands, reports])


class Door:
    """The process's own side."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door

    @staticmethod
    def is_stdin() -> bool:
        """True in a process that was started with a door for its standard input."""
        return is_possible() and stat.S_ISSOCK(os.fstat(0).st_mode)

    @classmethod
    def from_stdin(cls) -> "Door":
        return cls(socket.socket(fileno=os.dup(0)))

    def links(self) -> Iterator[Link]:
        """The workers that join, as they come. Blocks for each; ends when the door is closed or the other side is
        gone."""
        while True:
            _, numbers, _, _ = socket.recv_fds(self._door, len(_JOINS), 2)
            if len(numbers) < 2:
                return
            for number in numbers:
                os.set_inheritable(number, False)
            yield Link(os.fdopen(numbers[0], "rb"), os.fdopen(numbers[1], "wb", buffering=0))
