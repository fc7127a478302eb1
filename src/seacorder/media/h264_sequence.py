"""Sequence parameter sets of H.264 (ITU-T H.264, 7.3.2.1.1): whether pictures may have fields, and a picture that ends
higher up. Pure.

H.264 codes a picture from its upper left corner on, row of macroblocks by row of macroblocks, and no row of a keyframe
refers to one below it, but for the filter over the edges of blocks. So a decoder that is told that the picture is only
some rows high decodes just these, and they are the picture's.
"""

from seacorder.media.bits import Bits

ROW = 16
"""Lines of a row of macroblocks."""
_HIGH_PROFILES = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})
_CROPPED_BELOW = 3


def may_have_fields(sps: bytes) -> bool:
    """False where a sequence parameter set, without its header, rules out fields."""
    bits = Bits(sps)
    try:
        skip_to_size(bits)
        for _ in range(2):
            bits.unsigned()
        return bits.number(1) == 0
    except EOFError:
        return True


def lowered(sps: bytes, lines: int) -> bytes | None:
    """The sequence parameter set of a picture that has only this one's upper `lines`, a multiple of `ROW`.

    `sps` is a whole NAL unit. None where the picture may have fields, is not higher than that, or cannot be read.
    """
    bits = Bits(sps[1:])
    whole, length = bits.rest()
    try:
        skip_to_size(bits)
        bits.unsigned()
        before = length - bits.left
        rows = bits.unsigned() + 1
        at_flags = bits.left
        if bits.number(1) == 0 or lines < ROW or lines // ROW >= rows:
            return None
        bits.number(1)
        crops = [bits.unsigned() for _ in range(4)] if bits.number(1) else [0] * 4
    except EOFError:
        return None
    crops[_CROPPED_BELOW] = 0
    text = f"{whole:0{length}b}"
    flags = text[length - at_flags :][:2]
    shown = "1" + "".join(map(code, crops))
    changed = text[:before] + code(lines // ROW - 1) + flags + shown + text[length - bits.left :]
    return unit_of(sps[:1], changed.rstrip("0")[:-1])


def unit_of(head: bytes, text: str) -> bytes:
    """A NAL unit with this header, of bits that are written as text, without the stop bit."""
    text += "1"
    text += "0" * (-len(text) % 8)
    return head + _protected(int(text, 2).to_bytes(len(text) // 8, "big"))


def code(number: int) -> str:
    """An Exp-Golomb code, ue(v)."""
    return f"{number + 1:0{2 * (number + 1).bit_length() - 1}b}"


def _protected(block: bytes) -> bytes:
    """With emulation prevention bytes (7.4.1)."""
    out = bytearray()
    for value in block:
        if value <= 3 and out[-2:] == b"\x00\x00":
            out.append(3)
        out.append(value)
    return bytes(out)


def skip_to_size(bits: Bits) -> int:
    """Over all that stands before the width. Returns how many pictures a picture may refer to (max_num_ref_frames)."""
    profile = bits.number(8)
    bits.number(16)
    bits.unsigned()
    if profile in _HIGH_PROFILES:
        _skip_high(bits)
    bits.unsigned()
    order = bits.unsigned()
    if order == 0:
        bits.unsigned()
    elif order == 1:
        bits.number(1)
        for _ in range(2):
            bits.signed()
        for _ in range(bits.unsigned() & 0xFF):
            bits.signed()
    references = bits.unsigned()
    bits.number(1)
    return references


def _skip_high(bits: Bits) -> None:
    chroma = bits.unsigned()
    if chroma == 3:
        bits.number(1)
    for _ in range(2):
        bits.unsigned()
    bits.number(1)
    if bits.number(1):
        for place in range(12 if chroma == 3 else 8):
            if bits.number(1):
                _skip_scaling(bits, 16 if place < 6 else 64)


def _skip_scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
