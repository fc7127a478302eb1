"""One frame of a recorded file, as a JPEG in full size. Also of a file that is still being written.

Nothing but the group of pictures around the frame is decoded. Where a file has an index it is found at once; in a file
that is being written all packets up to it are read.
"""

from pathlib import Path
from typing import Any

import av

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.message import Message
from seacorder.evidence.inspect import note_of
from seacorder.evidence.opening import open_video, whole_packets
from seacorder.evidence.siblings import readable_layout
from seacorder.media import jpeg
from seacorder.model.command import ReadFrame
from seacorder.model.report import FrameRead

ROUNDING_NS = 1_000_000
"""Players tell the time of a frame in floating point, rounded to a microsecond or a millisecond."""


def read_frame(order: ReadFrame) -> FrameRead:
    """The newest frame at or before the wanted time; the first one where all are later. Never raises for what is in the
    file. Blocks."""
    path = Path(order.path)
    try:
        layout = readable_layout(path, ())
        if not layout.has_header:
            return FrameRead(why=Message(f"{path.name} has no frame yet.", "Try again in a second."))
        with open_video(path, layout) as container:
            return _read(container, layout.pieces.size, order)
    except (av.FFmpegError, ValueError, IndexError, OSError) as fault:
        return FrameRead(why=Message(f"{path.name} cannot be read as video ({type(fault).__name__}).", "Check it."))


def _read(container: Any, size: int, order: ReadFrame) -> FrameRead:
    stream = container.streams.video[0]
    first_pts, base = stream.start_time or 0, stream.time_base
    note = note_of(container, Path(order.path))
    start_utc_ns = order.start_utc_ns if note is None else note.first_frame_utc_ns
    offset_ns = order.utc_ns - start_utc_ns if order.offset_ns is None else order.offset_ns
    wanted = first_pts + int((offset_ns + ROUNDING_NS) / NS_PER_SECOND / base)
    container.seek(max(wanted, first_pts), stream=stream, backward=True)
    frame = _newest(stream, _group(container, stream, size, wanted), wanted)
    if frame is None:
        return FrameRead(why=Message("The frame cannot be decoded.", "Try one before or after it."))
    at_ns = round((frame.pts - first_pts) * base * NS_PER_SECOND)
    return FrameRead(jpeg.encode(frame), start_utc_ns + at_ns, at_ns)


def _group(container: Any, stream: Any, size: int, wanted: int) -> list[Any]:
    """The packets from the last keyframe at or before `wanted`, up to the first that is decoded after it."""
    group: list[Any] = []
    for packet in whole_packets(container, size):
        if packet.stream is not stream:
            continue
        if group and packet.dts > wanted:
            break
        if packet.is_keyframe and packet.pts <= wanted:
            group = []
        group.append(packet)
    return group


def _newest(stream: Any, group: list[Any], wanted: int) -> Any:
    """The newest frame at or before `wanted`, else the earliest one; None where none can be decoded."""
    best = None
    for packet in [*group, None]:
        for frame in _decoded(stream, packet):  # two are kept, never the whole group: that would be gigabytes
            if frame.pts is not None and (best is None or _is_better(frame.pts, best.pts, wanted)):
                best = frame
    return best


def _is_better(pts: int, other: int, wanted: int) -> bool:
    """Whether a frame of this time is the one rather than the other."""
    if (pts <= wanted) != (other <= wanted):
        return pts <= wanted
    return pts > other if pts <= wanted else pts < other


def _decoded(stream: Any, packet: Any) -> list[Any]:
    try:
        return list(stream.codec_context.decode(packet))
    except av.FFmpegError:  # a damaged packet, or the decoder had nothing to flush
        return []
