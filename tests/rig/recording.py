"""Packets of an input, written into a plain MP4 file, to see that they decode."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import av

from rig.frames import decoded_frames
from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.strip import StripReading
from seacorder.media.formats import VIDEO_CODECS
from seacorder.media.packets import muxable
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
            packet = muxable(item)
            packet.stream, packet.time_base = streams[item.track], bases[item.track]
            packet.pts, packet.dts = max(item.pts, dts), dts
            out.mux(packet)


def written(found: SourceFormat, packets: Iterable[SourcePacket], path: Path) -> int:
    """Writes, decodes again, and counts the frames whose strip can be read."""
    write(found, packets, path)
    return sum(frame.reading is not None for frame in decoded_frames(path))


def shown(found: SourceFormat, packets: Iterable[SourcePacket]) -> list[StripReading | None]:
    """What each picture says of itself, decoded by its format alone; for codecs of which no file is made."""
    context = found.templates[Track.VIDEO].codec_context
    return [
        reading_in(frame)
        for packet in packets
        if packet.track is Track.VIDEO
        for frame in context.decode(muxable(packet))
    ]


def reading_in(frame: Any) -> StripReading | None:
    grey = frame if frame.format.name in ("yuv420p", "yuvj420p") else frame.reformat(format="yuv420p")
    luma = grey.planes[0]
    return strip.read(memoryview(luma), luma.line_size, grey.width, grey.height)


def readable(found: SourceFormat, packets: list[SourcePacket], path: Path) -> int:
    """How many pictures name themselves: out of a file where they can be written into one, else decoded at once."""
    if found.video.codec in VIDEO_CODECS:
        return written(found, packets, path)
    return sum(reading is not None for reading in shown(found, packets))
