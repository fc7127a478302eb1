"""Sources of survey data as tests read them."""

import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rig.program import DEADLINE_SECONDS
from seacorder.base.kernel_times import ANCILLARY_BYTES, arrival_of, note_arrivals
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.sources.contract import DataSource


@contextmanager
def opened(source: DataSource) -> Iterator[DataSource]:
    """The source, open within the block."""
    try:
        source.open()
        yield source
    finally:
        source.close()


def read_until(source: DataSource, enough: Callable[[list[Chunk]], bool]) -> list[Chunk]:
    """Reads until there is enough; AssertionError when that takes too long."""
    chunks: list[Chunk] = []
    end = time.monotonic() + DEADLINE_SECONDS
    while not enough(chunks):
        assert time.monotonic() < end, f"only {len(chunks)} chunks came"
        chunks += source.read()
    return chunks


@contextmanager
def kernel_notes_arrivals() -> Iterator[None]:
    """Within the block, whatever comes has the time at which it came: the kernel begins with that after a delay.

    A socket that has asked for these times stays open meanwhile, since the kernel ends with it after the last one.
    """
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        assert note_arrivals(probe)
        end = time.monotonic() + DEADLINE_SECONDS
        while not _has_own_time(probe):
            assert time.monotonic() < end, "the kernel does not note when datagrams come"
        yield


def _has_own_time(probe: socket.socket) -> bool:
    """The time of a datagram that the socket sends itself lies before its reading."""
    probe.sendto(b"probe", probe.getsockname())
    select.select([probe], [], [])
    before_reading_ns = time.time_ns()
    _, notes, _, _ = probe.recvmsg(16, ANCILLARY_BYTES)
    came_ns = arrival_of(notes)
    return came_ns is not None and came_ns < before_reading_ns


def bytes_of(chunks: list[Chunk]) -> bytes:
    return b"".join(chunk.data for chunk in chunks)
