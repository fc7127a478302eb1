"""Corrects the arrival times of the first packets of a stream, which all come in one burst.

They come late and together, because FFmpeg has looked at them first or because the server had kept them for its next
viewer. Their arrival therefore does not tell when they were captured. The last packet of the burst is on time; the
packets' own times tell how much earlier the others were. Without this the channel would take its first second of
pictures to be a second younger than it is.

Example: packets with the times 0, 40, …, 960 ms arrive within 1 ms at 10.000 s. The last one keeps its arrival, the
first one gets 10.000 - 0.960 = 9.040 s.
"""

from collections.abc import Iterator
from fractions import Fraction

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.model.sample import SourceFormat, SourcePacket, Track

PAUSE_NS = 5 * NS_PER_MS
"""A packet that comes this long after the one before it does not belong to the burst."""
BURST_BYTES = 64 * 1024 * 1024
"""When more is held back, the burst counts as over, although packets go on coming without a pause."""
BURST_SECONDS = Fraction(10)
"""No arrival is moved back by more than this."""

Item = SourcePacket | SourceFormat


def spread_burst(items: Iterator[Item], time_bases: dict[Track, Fraction]) -> Iterator[Item]:
    """The same items with corrected arrivals (`arrived_ns`). Holds the burst back until its end is seen."""
    burst: list[Item] = []
    held = 0
    newest_ns: int | None = None
    for item in items:
        if isinstance(item, SourcePacket):
            if newest_ns is not None and (item.arrived_ns - newest_ns > PAUSE_NS or held > BURST_BYTES):
                yield from _spread(burst, time_bases)
                yield item
                break
            newest_ns, held = item.arrived_ns, held + item.size
        burst.append(item)
    else:
        yield from _spread(burst, time_bases)
    yield from items


def _spread(burst: list[Item], time_bases: dict[Track, Fraction]) -> Iterator[Item]:
    seconds = [_seconds(item, time_bases) for item in burst if isinstance(item, SourcePacket)]
    known = [one for one in seconds if one is not None]
    arrived_ns = 0
    for item in burst:
        if not isinstance(item, SourcePacket):
            yield item
            continue
        own = _seconds(item, time_bases)
        early = min(max(known) - own, BURST_SECONDS) if own is not None else Fraction(0)
        arrived_ns = max(arrived_ns, item.arrived_ns - int(early * NS_PER_SECOND))
        yield item._replace(arrived_ns=arrived_ns)


def _seconds(packet: SourcePacket, time_bases: dict[Track, Fraction]) -> Fraction | None:
    """The packet's own time; None where it has none."""
    ticks = packet.dts if packet.dts is not None else packet.pts
    return None if ticks is None else ticks * time_bases[packet.track]
