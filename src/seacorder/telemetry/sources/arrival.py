"""When the bytes of a read came, on both clocks: the kernel notes it for each datagram, on the wall clock.

So a source can be read a hundred times a second, however often it sends, and each record still has its own instant.
"""

import socket

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.kernel_times import arrival_of
from seacorder.model.instant import Instant

_EARLIEST_NS, _LATEST_NS = -10 * NS_PER_SECOND, NS_PER_SECOND // 10
"""From the begin of a burst of reads. A note outside of this is not believed: the wall clock was set meanwhile."""


class Arrivals:
    """Turns the kernel's notes into instants. `begin` at the start of each burst of reads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now = Instant.now(clock)

    def begin(self) -> None:
        """Reads both clocks: what is read next came at about this instant."""
        self._now = Instant.now(self._clock)

    def of(self, ancillary: list[tuple[int, int, bytes]]) -> Instant:
        """When a read's bytes came, out of what `recvmsg` returned beside them; now, where the kernel does not say."""
        utc_ns = arrival_of(ancillary) if ancillary else None
        now = self._now
        if utc_ns is None or not _EARLIEST_NS <= utc_ns - now.utc_ns <= _LATEST_NS:
            return now
        return Instant(now.monotonic_ns - (now.utc_ns - utc_ns), utc_ns)


NO_WAIT: int = getattr(socket, "MSG_DONTWAIT", 0)
