"""Bytes as a source gave them: the value that goes from the sources to the raw log and to the framers."""

from typing import NamedTuple

from seacorder.model.instant import Instant


class Chunk(NamedTuple):
    """Bytes that came together."""

    data: bytes
    received: Instant
    """When the newest of them came: for a datagram, when the kernel got it."""
    sender: str = ""
    """Records are put together for each sender by itself."""
    is_datagram: bool = False
    """`data` is a datagram: no record goes on in the next one."""
    dropped_before: int = 0
    """Datagrams that the kernel has thrown away before this one, since the one before."""
