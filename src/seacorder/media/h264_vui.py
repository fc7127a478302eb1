"""Says in a sequence parameter set of H.264 that no picture is reordered (ITU-T H.264, Annex E, VUI). Pure.

A decoder that is not told so cannot know that the next picture to be shown is not still to come. By the standard it may
hold back as many pictures as the level allows, up to 16, and decoders in hardware do: more than half a second at 25
pictures a second. Cameras rarely say it. A stream without B-frames never reorders, so whoever knows that may add it.
This is done in the copy that a browser is given, and never in a file.

The statement is the last thing of a parameter set (`bitstream_restriction`), so all before it stays bit by bit.
"""

from seacorder.media.bits import Bits
from seacorder.media.h264_sequence import code, skip_to_size, unit_of
from seacorder.media.units import units_of

_OTHER_SIZE = 255
"""aspect_ratio_idc: width and height of a pixel follow."""
_NOTHING_ELSE = "0" * 8
"""The eight flags of a VUI in front of the restriction: aspect ratio, overscan, signal type, place of colour samples,
timing, two models of a receiver's buffer, structure of pictures."""
_USUAL = (2, 1, 15, 15)
"""What a decoder assumes where nothing is said (E.2.1): the most bytes of a picture, the most bits of a macroblock, and
the longest motion vectors, each as the standard writes it down."""
_SPS = 7


def without_reordering(sps: bytes) -> bytes | None:
    """The same parameter set, a whole NAL unit, with the statement that nothing is reordered.

    It also says how few pictures a decoder has to keep: those that others may refer to. None where the parameter set
    cannot be read, or says already all of this.
    """
    bits = Bits(sps[1:])
    whole, length = bits.rest()
    text = f"{whole:0{length}b}"
    try:
        references = skip_to_size(bits)
        skip_to_vui(bits)
        before, over_edges, limits = text[: length - bits.left], "1", _USUAL
        if bits.number(1):
            _skip_to_restriction(bits)
            before = text[: length - bits.left]
            if bits.number(1):
                over_edges = str(bits.number(1))
                limits = (bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned())
                if (bits.unsigned(), bits.unsigned()) == (0, references):
                    return None
        else:
            before += "1" + _NOTHING_ELSE
    except EOFError:
        return None
    said = "1" + over_edges + "".join(map(code, (*limits, 0, references)))
    return unit_of(sps[:1], before + said)


def record_without_reordering(record: bytes) -> bytes:
    """A configuration record (avcC: ISO/IEC 14496-15, 5.3.3.1) whose sequence parameter sets say it."""
    at, out = 6, bytearray(record[:6])
    for _ in range(record[5] & 0x1F):
        end = at + 2 + int.from_bytes(record[at : at + 2], "big")
        sps = bytes(record[at + 2 : end])
        sps = without_reordering(sps) or sps
        out += len(sps).to_bytes(2, "big") + sps
        at = end
    return bytes(out) + record[at:]


def packet_without_reordering(content: bytes, record: bytes) -> bytes:
    """A packet of length-prefixed NAL units whose sequence parameter sets, if it has any, say it."""
    units, size, has_changed = [bytes(unit) for unit in units_of(content, "h264", record)], (record[4] & 3) + 1, False
    for place, unit in enumerate(units):
        if unit[0] & 0x1F == _SPS and (changed := without_reordering(unit)) is not None:
            units[place], has_changed = changed, True
    if not has_changed:
        return content
    return b"".join(len(unit).to_bytes(size, "big") + unit for unit in units)


def skip_to_vui(bits: Bits) -> None:
    """From the picture's width to the flag that says whether there is a VUI."""
    for _ in range(2):
        bits.unsigned()
    if bits.number(1) == 0:
        bits.number(1)
    bits.number(1)
    if bits.number(1):
        for _ in range(4):
            bits.unsigned()


def _skip_to_restriction(bits: Bits) -> None:
    """From the beginning of a VUI to the flag of the restriction."""
    if bits.number(1) and bits.number(8) == _OTHER_SIZE:
        bits.number(32)
    if bits.number(1):
        bits.number(1)
    if bits.number(1):
        bits.number(4)
        if bits.number(1):
            bits.number(24)
    if bits.number(1):
        for _ in range(2):
            bits.unsigned()
    if bits.number(1):
        bits.number(65)
    buffers = [_skip_buffer(bits) for _ in range(2)]
    bits.number(1 + any(buffers))


def _skip_buffer(bits: Bits) -> bool:
    """Over the model of a receiver's buffer (E.1.2); True where there is one."""
    if not bits.number(1):
        return False
    count = bits.unsigned() + 1
    bits.number(8)
    for _ in range(count):
        for _ in range(2):
            bits.unsigned()
        bits.number(1)
    bits.number(20)
    return True
