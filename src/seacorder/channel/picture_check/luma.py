"""The brightness of one keyframe, or of its upper part, at a few points; a decoder is made for it and closed again."""

from typing import Any

import av

from seacorder.channel.picture_check.judge import COLUMNS, ROWS
from seacorder.channel.picture_check.upper import upper_part
from seacorder.media.h264_sequence import ROW
from seacorder.media.packets import copied_packet
from seacorder.media.still_decoder import decoder_for
from seacorder.model.sample import Sample, SourceFormat


def luma_of(keyframe: Sample, source: SourceFormat) -> bytes | None:
    """COLUMNS x ROWS brightnesses, line by line, 8 bits each. Blocks for some 25 ms.

    None for a picture that cannot be decoded, or that is narrower than COLUMNS pixels.

    The decoder leaves out deblocking, which changes little and the same in every picture. Nothing is kept between two
    calls, and the decoder's memory goes back to the system: some 4 MB for a keyframe of 1920 x 1080.
    """
    video = source.video
    return _luma(bytes(keyframe.packet), video.codec, video.extradata)


def upper_luma_of(keyframe: Sample, source: SourceFormat, share: float) -> bytes:
    """The brightnesses of the upper lines, for as much as `share` of the picture's height.

    Empty where the upper part cannot be decoded alone: of other codecs than H.264, of pictures that may have fields,
    and of damaged ones. Blocks for little more than that share of the time that a whole picture takes.
    """
    video = source.video
    if video.codec != "h264" or not video.height:
        return b""
    lines = max(1, round(video.height * share / ROW)) * ROW
    part = upper_part(bytes(keyframe.packet), video.extradata or b"", lines)
    luma = None if part is None else _luma(part, video.codec, b"", video.height)
    return _decoded(luma or b"")


def _decoded(luma: bytes) -> bytes:
    """The upper lines down to the first one that a decoder has left empty."""
    for begin in range(0, len(luma), COLUMNS):
        if not any(luma[begin : begin + COLUMNS]):
            return luma[:begin]
    return luma


def _luma(content: bytes, codec: str, extradata: bytes | None, height: int = 0) -> bytes | None:
    """See above. `height`: that of the picture, where `content` is only its upper part."""
    try:
        frame = _decode(content, codec, extradata)
        return None if frame is None else _points(frame, height or frame.height)
    except av.FFmpegError:
        return None


def _decode(content: bytes, codec: str, extradata: bytes | None) -> Any:
    decoder = decoder_for(codec)
    if extradata:
        decoder.extradata = extradata
    decoder.thread_count = 1
    decoder.options = {"skip_loop_filter": "all"}
    packet = copied_packet(content)  # a copy: a muxer sets the times of the shared packet
    frames = list(decoder.decode(packet)) or list(decoder.decode(None))
    return frames[0] if frames else None


def _points(frame: Any, height: int) -> bytes | None:
    """The middle pixel of each of COLUMNS x ROWS fields of a picture of this height, as far down as the frame goes; the
    upper eight bits where pixels have more."""
    first = frame.format.components[0]
    if not first.is_luma or frame.width < COLUMNS:
        return None
    plane = frame.planes[0]
    pixels, size = memoryview(plane), 1 if first.bits <= 8 else 2
    step, begin = frame.width // COLUMNS * size, frame.width // (2 * COLUMNS) * size
    lines = []
    for row in range(ROWS):
        at = (2 * row + 1) * height // (2 * ROWS)
        if at >= frame.height:
            break
        start = at * plane.line_size + begin
        line = bytes(pixels[start : start + COLUMNS * step : step])
        if size == 2:
            upper = bytes(pixels[start + 1 : start + 1 + COLUMNS * step : step])
            line = bytes((high << 8 | low) >> (first.bits - 8) for low, high in zip(line, upper, strict=True))
        lines.append(line)
    return b"".join(lines)
