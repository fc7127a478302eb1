"""Ports for programs that are told theirs before they start.

They lie below the range from which a system takes a port for whoever asks for any (on Linux 32768 and up, elsewhere
49152 and up). So nobody else gets one of them by chance in the second between its choice here and its use. Lanes
of tests that run beside each other (pytest-xdist) share none.
"""

import os
import socket
from collections.abc import Iterator
from functools import cache
from itertools import chain, count
from random import SystemRandom

_LOWEST, _HIGHEST = 14_000, 32_000
"""Above the ports that Seacorder has when nothing else is set (13000 and 8088)."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of 127.0.0.1 that nobody has; an even one, as RTP wants it."""
    return next(port for port in _candidates() if _is_free(port, kind))


def free_ports(number: int) -> list[int]:
    """Different ones, of TCP."""
    return [free_port() for _ in range(number)]


def free_pair() -> int:
    """An even port of UDP that nobody has, nor the one after it: for RTP and its reports."""
    kind = socket.SOCK_DGRAM
    return next(port for port in _candidates() if _is_free(port, kind) and _is_free(port + 1, kind))


@cache
def _candidates() -> Iterator[int]:
    """Even ports one after the other, so that none comes twice soon. Each process begins at a place of its own, and
    takes those that are its lane's.
    """
    lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    step = 2 * int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    ours = range(_LOWEST + 2 * lane, _HIGHEST, step)
    begin = SystemRandom().randrange(len(ours))
    return chain(ours[begin:], (port for _ in count() for port in ours))


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
