"""The NAL units of a packet of H.264 or H.265, and whether other pictures need it. Pure."""

from collections.abc import Iterator

from seacorder.media.parameter_sets import is_byte_stream

_START_CODE = b"\x00\x00\x01"
_LENGTH_SIZE_AT = {"h264": 4, "hevc": 21}
"""Where a configuration record (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1) says how long the units' lengths are."""
_LENGTH_SIZE = 4
"""Where a record is too short to say it."""
_H264_SLICES = range(1, 6)
_H264_SETS = frozenset({7, 8})
_HEVC_SLICES = range(32)
_HEVC_SETS = frozenset({32, 33, 34})
_HEVC_OF_SUB_LAYERS = range(16)
"""Types of pictures that are not random access points; the even ones are referred to from higher sub-layers only."""


def units_of(content: bytes, codec: str, extradata: bytes | None) -> Iterator[memoryview]:
    """The NAL units of a packet, in their order, with their headers; those without a byte are left out."""
    if extradata is None or is_byte_stream(extradata):
        return _separated(content)
    at = _LENGTH_SIZE_AT[codec]
    return _prefixed(content, (extradata[at] & 3) + 1 if at < len(extradata) else _LENGTH_SIZE)


def _prefixed(content: bytes, size: int) -> Iterator[memoryview]:
    """Of a packet in which each unit has its length, of `size` bytes, before it."""
    view, begin = memoryview(content), 0
    while begin + size < len(content):
        end = begin + size + int.from_bytes(view[begin : begin + size], "big")
        if end > begin + size:
            yield view[begin + size : end]
        begin = end


def _separated(content: bytes) -> Iterator[memoryview]:
    """Of a byte stream."""
    view, begin = memoryview(content), content.find(_START_CODE)
    while begin >= 0:
        begin += len(_START_CODE)
        end = content.find(_START_CODE, begin)
        unit = view[begin:] if end < 0 else view[begin:end]
        if unit:
            yield unit
        begin = end


def referred_to(contents: list[bytes], codec: str, extradata: bytes | None) -> list[bool]:
    """For each packet of a group, in decoding order, whether a decoder needs it for any other picture of the group.

    H.264 says of each slice whether it may be referred to (nal_ref_idc, 7.4.1). In H.265 a picture of an even type is
    referred to only from higher sub-layers (7.4.2.2): in the highest one, from nowhere. True where a packet holds
    parameter sets too, which others may need, or no slice; and for other codecs.
    """
    if codec == "h264":
        return [_h264_referred(list(units_of(one, codec, extradata))) for one in contents]
    if codec != "hevc":
        return [True] * len(contents)
    pictures = [[unit for unit in units_of(one, codec, extradata) if len(unit) > 1] for one in contents]
    highest = max((unit[1] & 7 for units in pictures for unit in units), default=0)
    return [_hevc_referred(units, highest) for units in pictures]


def _h264_referred(units: list[memoryview]) -> bool:
    slices = [unit[0] & 0x60 != 0 for unit in units if unit[0] & 0x1F in _H264_SLICES]
    return not slices or any(slices) or any(unit[0] & 0x1F in _H264_SETS for unit in units)


def _hevc_referred(units: list[memoryview], highest: int) -> bool:
    kinds = [(unit[0] >> 1 & 0x3F, unit[1] & 7) for unit in units]
    slices = [kind not in _HEVC_OF_SUB_LAYERS or kind & 1 == 1 or layer < highest
              for kind, layer in kinds if kind in _HEVC_SLICES]  # fmt: skip
    return not slices or any(slices) or any(kind in _HEVC_SETS for kind, _ in kinds)
