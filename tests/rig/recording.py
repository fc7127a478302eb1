"""Packets of an input, written into a plain MP4 file, to see that they decode."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import av

from rig.frames import decoded_frames
from seacorder.model.sample import SourceFormat, SourcePacket, Track


def write(found: SourceFormat, packets: Iterable[SourcePacket], path: Path) -> None:
    """Writes packets that have pts; missing dts are made up from what comes before."""
    with av.open(str(path), "w", format="mp4") as out:
        streams: dict[Track, Any] = {
            track: out.add_stream_from_template(template, opaque=True) for track, template in found.templates.items()
        }
        bases = {track: template.time_base for track, template in found.templates.items()}
        last: dict[Track, int] = {}
        for item in packets:
            dts = item.dts if item.dts is not None else item.pts
            if item.pts is None or dts is None:
                continue
            dts = max(dts, last.get(item.track, dts - 1) + 1)
            last[item.track] = dts
            packet = item.packet
            packet.stream, packet.time_base = streams[item.track], bases[item.track]
            packet.pts, packet.dts = max(item.pts, dts), dts
            out.mux(packet)


def written(found: SourceFormat, packets: Iterable[SourcePacket], path: Path) -> int:
    """Writes, decodes again, and counts the frames whose strip can be read."""
    write(found, packets, path)
    return sum(frame.reading is not None for frame in decoded_frames(path))
