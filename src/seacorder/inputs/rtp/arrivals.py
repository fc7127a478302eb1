"""When the packets of one read came, which may be many: they lay in the kernel meanwhile. Pure.

The kernel tells when the newest byte came. The others came before it by as much as their RTP times are before that of
the newest, since a camera sends at the pace at which it captures. They cannot have come before the last read, which
left nothing behind. Where RTP times are wrong, that keeps the error within the time between two reads.

Example: a read at 1000 ms, one at 1200 ms; the newest byte came at 1190 ms, in a picture of RTP time 63 000 (90 kHz).

| RTP time | before the newest | came |
|---|---|---|
| 45 000 | 200 ms | 1000, since it was not there yet at 1000 |
| 54 000 | 100 ms | 1090 |
| 63 000 | 0 | 1190 |
"""

from collections.abc import Sequence
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND

_HALF = 0x8000_0000


@dataclass(frozen=True, slots=True)
class Burst:
    """What one read has taken. Times are monotonic nanoseconds."""

    came_ns: int
    """When its newest byte came."""
    after_ns: int
    """No byte of it was there then."""

    def arrivals(self, timestamps: Sequence[int], newest: int, clock_rate: int) -> list[int]:
        """When what has these RTP times came, in their order. `newest`: that of the newest packet.

        With B-frames RTP times are not in the order in which they were sent; the arrivals are.
        """
        if self.after_ns >= self.came_ns:
            return [self.came_ns] * len(timestamps)
        ahead = sorted(((one - newest + _HALF) & 0xFFFF_FFFF) - _HALF for one in timestamps)
        least, most = self.after_ns, self.came_ns
        return [max(least, min(most, most + ticks * NS_PER_SECOND // clock_rate)) for ticks in ahead]

    def evenly(self, count: int) -> list[int]:
        """When so many packets came that are sent at a steady pace, whatever their RTP times say."""
        width_ns = max(0, self.came_ns - self.after_ns)
        return [self.came_ns - width_ns * behind // count for behind in range(count - 1, -1, -1)]


def at_once(now_ns: int) -> Burst:
    """What was read as soon as it came."""
    return Burst(now_ns, now_ns)
