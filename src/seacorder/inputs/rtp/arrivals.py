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

A picture of which an earlier read has taken the beginning came when that beginning came, where the rest was left to
lie: nobody knows whether the end came late. One that was read as it came has come when it was whole, as everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND

_BEGUN_NS = 220 * NS_PER_MS
"""A picture whose beginning came longer before its end than this has not only lain unread: that took a burst's time."""
_HALF = 0x8000_0000


@dataclass(frozen=True, slots=True)
class Burst:
    """What one read has taken. Times are monotonic nanoseconds."""

    came_ns: int
    """When its newest byte came."""
    after_ns: int
    """No byte of it was there then."""
    has_lain: bool = False
    """It was left to lie, and was not read as it came."""

    def arrivals(
        self, timestamps: Sequence[int], newest: int, clock_rate: int, begun: tuple[int, int] | None = None
    ) -> list[int]:
        """When what has these RTP times came, in their order. `newest`: that of the newest packet.

        `begun`: (RTP time, when it came) of the picture that the reads before have left unfinished. With B-frames RTP
        times are not in the order in which they were sent; the arrivals are.
        """
        if begun is not None and timestamps and timestamps[0] == begun[0] and self._has_left(begun[1]):
            return [min(begun[1], self.came_ns), *self.arrivals(timestamps[1:], newest, clock_rate)]
        if self.after_ns >= self.came_ns:
            return [self.came_ns] * len(timestamps)
        ahead = sorted([((one - newest + _HALF) & 0xFFFF_FFFF) - _HALF for one in timestamps])
        least, most = self.after_ns, self.came_ns
        return [max(least, min(most, most + ticks * NS_PER_SECOND // clock_rate)) for ticks in ahead]

    def _has_left(self, begun_ns: int) -> bool:
        """The end of what began to come then was left to lie."""
        return self.has_lain and self.came_ns - begun_ns <= _BEGUN_NS

    def evenly(self, count: int) -> list[int]:
        """When so many packets came that are sent at a steady pace, whatever their RTP times say."""
        width_ns = max(0, self.came_ns - self.after_ns)
        return [self.came_ns - width_ns * behind // count for behind in range(count - 1, -1, -1)]


def at_once(now_ns: int) -> Burst:
    """What was read as soon as it came."""
    return Burst(now_ns, now_ns)
