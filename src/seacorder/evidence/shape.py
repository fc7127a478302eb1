"""Whether one packet is what an encoder makes, seen from outside, without decoding it.

A picture's packet is made of whole NAL units: each stands behind its own length (ISO/IEC 14496-15, 5.3.2), and three
zero bytes never stand inside of one (ITU-T H.264 and H.265, 7.4.1). Blocks that a disk or file system has lost come
back as zeros, which breaks one or the other. A few changed bits inside a picture may pass: only decoding, or a
checksum from outside, would tell.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any

_LENGTH_SIZE_AT = {"h264": 4, "hevc": 21}
"""Where the decoder configuration has the size of a NAL unit's length, in its lowest two bits, less one."""
_ZEROS = bytes(256)
"""No coder of pictures leaves so many in a row."""


class Shape(Enum):
    """How a packet looks."""

    GOOD = "good"
    MARRED = "marred"
    """Its units stand where they should, with lost bytes inside of one: decoders show what is left of the picture."""
    BROKEN = "broken"
    """It cannot be told where its units are; most decoders refuse it, and some players end with it."""


def length_bytes_of(stream: Any) -> int:
    """How many bytes of length stand before each NAL unit; 0 where packets are not made of those."""
    at = _LENGTH_SIZE_AT.get(stream.codec_context.name)
    configuration = stream.codec_context.extradata or b""
    return (configuration[at] & 3) + 1 if at is not None and len(configuration) > at and configuration[0] == 1 else 0


def shape_of(packet: Any, length_bytes: int) -> Shape:
    """How a packet looks; reads all of its bytes."""
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
    """The NAL units of one packet; an empty one where a length cannot be right."""
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
