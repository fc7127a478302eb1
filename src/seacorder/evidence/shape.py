"""Whether a packet looks like what an encoder makes, judged without decoding it. Pure.

The packet of a picture consists of NAL units, each after its own length (ISO/IEC 14496-15, 5.3.2), and inside a NAL
unit there are never three zero bytes in a row (ITU-T H.264 and H.265, 7.4.1). Blocks that a disk or file system has
lost come back as zeros, and these break one rule or the other. A picture of AV1 consists of OBUs, each with its length
behind its head (AV1 specification, 5.3). A few changed bits inside a picture may go unnoticed:
only decoding, or a checksum from elsewhere, would find them.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any

_LENGTH_SIZE_AT = {"h264": 4, "hevc": 21}
"""Byte of the decoder configuration whose lowest two bits are the size of a NAL unit's length, minus one."""
_ADTS = 0xFFF0
"""How a packet of AAC begins that has a header of ADTS (ISO/IEC 14496-3, 1.A.2.2), in its first twelve bits. Inside MP4
there is none: these bits would be the end of the packet, with nothing in front of it."""
_AV1 = {"av1", "libdav1d"}
_STORED_OBUS = {1, 3, 4, 5, 6}
"""Types of OBU that MP4 holds: sequence, frame's head, tiles, metadata, frame. FFmpeg's muxer leaves all others out."""
_LONGEST_LENGTH = 8
"""Bytes of a length of AV1, of which each has seven bits."""
_ZEROS = bytes(256)
"""No picture encoder makes this many zeros in a row."""


class Shape(Enum):
    """How a packet looks."""

    GOOD = "good"
    MARRED = "marred"
    """Its NAL units have the right lengths, but bytes in one are lost: decoders show what is left of the picture."""
    BROKEN = "broken"
    """The lengths of its units are wrong: most decoders refuse it, and some players stop there."""


def length_bytes_of(stream: Any) -> int:
    """How many bytes the length before each NAL unit takes; 0 when the codec's packets have no such lengths."""
    at = _LENGTH_SIZE_AT.get(stream.codec_context.name)
    configuration = stream.codec_context.extradata or b""
    return (configuration[at] & 3) + 1 if at is not None and len(configuration) > at and configuration[0] == 1 else 0


def shape_of(packet: Any, length_bytes: int) -> Shape:
    """The shape of a packet. Reads all of its bytes."""
    data = bytes(packet)
    if not length_bytes:
        return _shape_of_other(packet, data)
    is_slice = _is_h264_slice if packet.stream.codec_context.name == "h264" else _is_h265_slice
    shape = Shape.GOOD
    for unit in _units(data, length_bytes):
        if not unit or unit[0] & 0x80:
            return Shape.BROKEN
        if is_slice(unit[0]) and b"\0\0\0" in unit.rstrip(b"\0"):
            shape = Shape.MARRED
    return shape


def _shape_of_other(packet: Any, data: bytes) -> Shape:
    if len(data) >= 8 and not any(data):
        return Shape.BROKEN
    if packet.stream.codec_context.name == "aac" and int.from_bytes(data[:2], "big") & _ADTS == _ADTS:
        return Shape.BROKEN  # decoders and muxers take it for a header; FFmpeg's muxer refuses the file for it
    if packet.stream.codec_context.name in _AV1 and not _has_whole_obus(data):
        return Shape.BROKEN
    return Shape.MARRED if packet.stream.type == "video" and _ZEROS in data else Shape.GOOD


def _has_whole_obus(data: bytes) -> bool:
    """True when the packet's OBUs, each of a type that files hold, fill it exactly."""
    at = 0
    while at < len(data):
        head = data[at]
        at += 2 if head & 4 else 1  # with an extension of one byte
        if head & 0x81 or head >> 3 not in _STORED_OBUS:
            return False
        if not head & 2:
            return at < len(data)  # without a length: up to the packet's end
        length, used = _length_at(data, at)
        at += used + length
        if not used:
            return False
    return at == len(data)


def _length_at(data: bytes, at: int) -> tuple[int, int]:
    """A length in groups of seven bits, the lowest first (4.10.5), and how many bytes it takes: 0 if it has no end."""
    length = 0
    for place, byte in enumerate(data[at : at + _LONGEST_LENGTH]):
        length |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return length, place + 1
    return 0, 0


def _units(data: bytes, length_bytes: int) -> Iterator[bytes]:
    """The NAL units of one packet; an empty one, and no more, when a length reaches beyond the packet."""
    at = 0
    while at < len(data):
        begin = at + length_bytes
        at = begin + int.from_bytes(data[at:begin], "big")
        if at > len(data):
            yield b""
            return
        yield data[begin:at]


def _is_h264_slice(head: int) -> bool:
    return 1 <= head & 0x1F <= 5


def _is_h265_slice(head: int) -> bool:
    return head >> 1 & 0x3F < 32
