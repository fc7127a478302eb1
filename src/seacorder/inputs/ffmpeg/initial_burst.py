"""The first packets of a stream come late, in one go: FFmpeg looked at them first, or the server kept them for us.

Their arrival says nothing of when they were captured; the arrival of the last of them does, and their own times say how
much earlier the others were. Else a channel would believe its first second to be a second younger than it is.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.model.sample import SourceFormat, SourcePacket, Track

PAUSE_NS = 5 * NS_PER_MS
"""A packet that had to be waited for so long came by itself."""
HEAD_BYTES = 64 * 1024 * 1024
HEAD_SECONDS = Fraction(10)
"""A head is no longer; what comes faster than time for longer than that is no head."""

Item = SourcePacket | SourceFormat


def timely(items: Iterator[Item], time_bases: dict[Track, Fraction]) -> Iterator[Item]:
    """The same items; packets of the head have the arrival that they would have had without it."""
    head: list[Item] = []
    held = 0
    newest_ns: int | None = None
    for item in items:
        if isinstance(item, SourcePacket):
            if newest_ns is not None and (item.arrived_ns - newest_ns > PAUSE_NS or held > HEAD_BYTES):
                yield from _restamped(head, time_bases)
                yield item
                break
            newest_ns, held = item.arrived_ns, held + item.size
        head.append(item)
    else:
        yield from _restamped(head, time_bases)
    yield from items


def _restamped(head: list[Item], time_bases: dict[Track, Fraction]) -> Iterator[Item]:
    seconds = [_seconds(item, time_bases) for item in head if isinstance(item, SourcePacket)]
    known = [one for one in seconds if one is not None]
    arrived_ns = 0
    for item in head:
        if not isinstance(item, SourcePacket):
            yield item
            continue
        own = _seconds(item, time_bases)
        early = min(max(known) - own, HEAD_SECONDS) if own is not None else Fraction(0)
        arrived_ns = max(arrived_ns, item.arrived_ns - int(early * NS_PER_SECOND))
        yield replace(item, arrived_ns=arrived_ns)


def _seconds(packet: SourcePacket, time_bases: dict[Track, Fraction]) -> Fraction | None:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return None if ticks is None else ticks * time_bases[packet.track]
