"""Sources of survey data as tests read them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rig.program import DEADLINE_SECONDS
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


def bytes_of(chunks: list[Chunk]) -> bytes:
    return b"".join(chunk.data for chunk in chunks)
