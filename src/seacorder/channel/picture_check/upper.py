"""The upper part of a keyframe of H.264, as a packet that a decoder takes for a whole picture. Pure."""

from collections.abc import Iterator
from itertools import chain

from seacorder.media.h264_sequence import lowered
from seacorder.media.parameter_sets import find, is_byte_stream, of_record

_START_CODE = b"\x00\x00\x01"
_SEQUENCE = 7
_KEPT = frozenset({1, 5, 6, 8})
"""Slices, messages (a recovery point is one) and picture parameter sets."""


def upper_part(content: bytes, extradata: bytes, lines: int) -> bytes | None:
    """A byte stream from which a decoder without extradata makes the upper `lines` of an H.264 keyframe.

    `lines` is a multiple of 16. None where it cannot be made: of pictures that may have fields, or that are not higher.
    """
    if is_byte_stream(extradata):
        sets, units = find(extradata, "h264").all, _separated(content)
    else:
        sets, units = of_record(extradata, "h264"), _prefixed(content, (extradata[4] & 3) + 1)
    chosen: list[bytes | memoryview] = []
    for unit in chain[bytes | memoryview](sets, units):
        kind = unit[0] & 0x1F
        if kind == _SEQUENCE:
            low = lowered(bytes(unit), lines)
            if low is None:
                return None
            chosen += [_START_CODE, low]
        elif kind in _KEPT:
            chosen += [_START_CODE, unit]
    return b"".join(chosen)


def _prefixed(content: bytes, size: int) -> Iterator[memoryview]:
    """The NAL units of a packet in which each has its length, of `size` bytes, before it."""
    view, begin = memoryview(content), 0
    while begin + size < len(content):
        end = begin + size + int.from_bytes(view[begin : begin + size], "big")
        if end > begin + size:
            yield view[begin + size : end]
        begin = end


def _separated(content: bytes) -> Iterator[memoryview]:
    """The NAL units of a byte stream."""
    view, begin = memoryview(content), content.find(_START_CODE)
    while begin >= 0:
        begin += len(_START_CODE)
        end = content.find(_START_CODE, begin)
        unit = view[begin:] if end < 0 else view[begin:end]
        if unit:
            yield unit
        begin = end
