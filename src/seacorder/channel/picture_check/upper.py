"""The upper part of a keyframe of H.264, as a packet that a decoder takes for a whole picture. Pure."""

from itertools import chain

from seacorder.media.h264_sequence import lowered
from seacorder.media.parameter_sets import find, is_byte_stream, of_record
from seacorder.media.units import units_of

_START_CODE = b"\x00\x00\x01"
_SEQUENCE = 7
_KEPT = frozenset({1, 5, 6, 8})
"""Slices, messages (a recovery point is one) and picture parameter sets."""


def upper_part(content: bytes, extradata: bytes, lines: int) -> bytes | None:
    """A byte stream from which a decoder without extradata makes the upper `lines` of an H.264 keyframe.

    `lines` is a multiple of 16. None where it cannot be made: of pictures that may have fields, or that are not higher.
    """
    sets = find(extradata, "h264").all if is_byte_stream(extradata) else of_record(extradata, "h264")
    units = units_of(content, "h264", extradata)
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
