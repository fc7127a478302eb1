"""Times that begin again at nought after so many bits, as endless ones.

MPEG-TS counts in 33 bits (ISO/IEC 13818-1, 2.4.3.7), which last 26.5 hours; FLV in 32 bits of milliseconds. FFmpeg
knows of one such turn at most, and a recorder runs for longer.
"""

from typing import Any


class WrappedTimes:
    """Puts the packets of all tracks of one connection right. `bits` is how many the source counts with."""

    def __init__(self, bits: int) -> None:
        self._turn = 1 << bits
        self._half = self._turn // 2
        self._last: dict[int, int] = {}
        """Of each track, so that sound and picture may lie some way from each other."""
        self._first: int | None = None

    def mend(self, packet: Any) -> None:
        """Replaces the packet's times by endless ones; decoding and presentation stay near to each other."""
        known = packet.dts if packet.dts is not None else packet.pts
        if known is None:
            return
        track = packet.stream_index
        near = self._last.get(track, self._first)
        dts = known if near is None else self._nearest(known, near)
        if self._first is None:
            self._first = dts
        self._last[track] = dts
        if packet.pts is not None:
            packet.pts = self._nearest(packet.pts, dts)
        if packet.dts is not None:
            packet.dts = dts

    def _nearest(self, time: int, near: int) -> int:
        return near + (time - near + self._half) % self._turn - self._half
