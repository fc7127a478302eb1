"""What all framers share: bytes that wait for the rest of their record, silence that ends one, and counted noise."""

from abc import ABC, abstractmethod
from typing import NamedTuple

from seacorder.base.clock import NS_PER_MS
from seacorder.model.framing import RECORD_BYTES_MAX
from seacorder.model.instant import Instant

SILENCE_NS = 100 * NS_PER_MS
"""After so long without a byte, a record is as complete as it will ever be."""


class Record(NamedTuple):
    """One record, without what separates it from the next one."""

    data: bytes
    received: Instant
    """Of the read that brought its last byte."""


class Framer(ABC):
    """Bytes in, records out. One for each connection, and for each sender of datagrams. Not for several threads."""

    def __init__(self) -> None:
        self.noise_bytes = 0
        """Bytes that belong to no record, since it was made. CR and LF between records are not counted."""
        self._pending = b""
        self._last: Instant | None = None

    @property
    def silence_ends_ns(self) -> int | None:
        """When, on the monotonic clock, `flush` will give out what waits; None while nothing waits."""
        return self._last.monotonic_ns + SILENCE_NS if self._pending and self._last is not None else None

    def begin_in_the_middle(self) -> None:  # noqa: B027 - most framings see where a record begins
        """What comes first may be the rest of a record. Of a bare number that rest would be another number, so it is
        noise up to the first end, or to silence.
        """

    def feed(self, data: bytes, received: Instant) -> list[Record]:
        """The records that these bytes complete, and before them what silence had ended. `received`: when they came."""
        silent = self.flush(received.monotonic_ns)
        waiting, last = self._pending, self._last
        self._last = received
        records = self._cut(waiting + data if waiting else data, received)
        if records and waiting and last is not None and records[0].data == waiting:
            records[0] = Record(waiting, last)  # complete before these bytes came: they only show that it has ended
        return silent + records

    def flush(self, now_ns: int) -> list[Record]:
        """The record that waits, if nothing came for 100 ms. `now_ns` is on the monotonic clock."""
        ends_ns = self.silence_ends_ns
        return self._finish() if ends_ns is not None and now_ns >= ends_ns else []

    def datagram_ended(self) -> list[Record]:
        """The record that waits, if it is complete though nothing shows that it has ended. One that is cut waits for
        its sender's next datagram, or for silence.
        """
        return self._finish() if self._pending and self._is_complete(self._pending) else []

    def end(self) -> list[Record]:
        """The record that waits, if it is complete; the rest is noise. For the end of a connection; nothing follows."""
        records = self.datagram_ended()
        self._drop(self._pending)
        self._pending = b""
        return records

    def _finish(self) -> list[Record]:
        """Gives out what waits, as it is."""
        data, last = self._pending, self._last
        self._pending = b""
        if last is None or not self._is_record(data):
            self._drop(data)
            return []
        return [Record(data, last)]

    def _drop(self, data: bytes) -> None:
        """Counts noise."""
        self.noise_bytes += len(data) - data.count(b"\r") - data.count(b"\n")

    @abstractmethod
    def _cut(self, buffer: bytes, received: Instant) -> list[Record]:
        """The records in `buffer`. Leaves what waits for more in `_pending`."""

    def _is_record(self, data: bytes) -> bool:
        """Whether bytes after which nothing came are a record."""
        return 0 < len(data) <= RECORD_BYTES_MAX

    def _is_complete(self, _data: bytes) -> bool:
        """Whether a record says by itself that it has ended."""
        return False
