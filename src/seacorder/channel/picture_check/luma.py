"""The brightness of one keyframe at a few points; a decoder is made for it and closed again."""

from typing import Any

import av

from seacorder.channel.picture_check.judge import COLUMNS, ROWS
from seacorder.media.packets import copied_packet
from seacorder.media.still_decoder import decoder_for
from seacorder.model.sample import Sample, SourceFormat


def luma_of(keyframe: Sample, source: SourceFormat) -> bytes | None:
    """COLUMNS x ROWS brightnesses, line by line, 8 bits each. Blocks for some 25 ms.

    None for a picture that cannot be decoded, or that is narrower than COLUMNS pixels.

    The decoder leaves out deblocking, which changes little and the same in every picture. Nothing is kept between two
    calls, and the decoder's memory goes back to the system: some 4 MB for a keyframe of 1920 x 1080.
    """
    try:
        frame = _decode(keyframe, source)
        return None if frame is None else _points(frame)
    except av.FFmpegError:
        return None


def _decode(keyframe: Sample, source: SourceFormat) -> Any:
    decoder = decoder_for(source.video.codec)
    if source.video.extradata:
        decoder.extradata = source.video.extradata
    decoder.thread_count = 1
    decoder.options = {"skip_loop_filter": "all"}
    packet = copied_packet(bytes(keyframe.packet))  # a copy: a muxer sets the times of the shared packet
    frames = list(decoder.decode(packet)) or list(decoder.decode(None))
    return frames[0] if frames else None


def _points(frame: Any) -> bytes | None:
    """The middle pixel of each of COLUMNS x ROWS fields; the upper eight bits where pixels have more."""
    first = frame.format.components[0]
    if not first.is_luma or frame.width < COLUMNS:
        return None
    plane = frame.planes[0]
    pixels, size = memoryview(plane), 1 if first.bits <= 8 else 2
    step, begin = frame.width // COLUMNS * size, frame.width // (2 * COLUMNS) * size
    lines = []
    for row in range(ROWS):
        start = (2 * row + 1) * frame.height // (2 * ROWS) * plane.line_size + begin
        line = bytes(pixels[start : start + COLUMNS * step : step])
        if size == 2:
            upper = bytes(pixels[start + 1 : start + 1 + COLUMNS * step : step])
            line = bytes((high << 8 | low) >> (first.bits - 8) for low, high in zip(line, upper, strict=True))
        lines.append(line)
    return b"".join(lines)
