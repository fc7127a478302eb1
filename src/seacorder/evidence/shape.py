"""Whether a packet looks like what an encoder makes, judged without decoding it. Pure.

The packet of a picture consists of NAL units, each after its own length (ISO/IEC 14496-15, 5.3.2), and inside a NAL
unit there are never three zero bytes in a row (ITU-T H.264 and H.265, 7.4.1). Blocks that a disk or file system has
lost come back as zeros, and these break one rule or the other. A few changed bits inside a picture may go unnoticed:
only decoding, or a checksum from elsewhere, would find them.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any

_LENGTH_SIZE_AT = {"h264": 4, "hevc": 21}
"""Byte of the decoder configuration whose lowest two bits are the size of a NAL unit's length, minus one."""
_ZEROS = bytes(256)
"""No picture encoder makes this many zeros in a row."""


class Shape(Enum):
    """How a packet looks."""

    GOOD = "good"
    MARRED = "marred"
    """Its NAL units have the right lengths, but bytes in one are lost: decoders show what is left of the picture."""
    BROKEN = "broken"
    """The lengths of its NAL units are wrong: most decoders refuse it, and some players stop there."""


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
    return Shape.MARRED if packet.stream.type == "video" and _ZEROS in data else Shape.GOOD


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
