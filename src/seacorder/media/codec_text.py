"""What browsers and other players call a codec (RFC 6381), by the configuration record of a track. Pure.

`avc1.640028` is H.264 with profile 100 at level 4.0. With this text a browser says whether it can play a stream before
it has seen a byte of it.
"""

_SHORTEST = {"avcC": 4, "hvcC": 13, "av1C": 4}
"""By the kind of a record: how many bytes the text needs."""


def codec_text(kind: str, record: bytes) -> str | None:
    """The text for a record of the kind `avcC`, `hvcC` or `av1C`; None for others, and for one that is too short."""
    if len(record) < _SHORTEST.get(kind, len(record) + 1):
        return None
    return {"avcC": _h264, "hvcC": _h265, "av1C": _av1}[kind](record)


def _h264(record: bytes) -> str:
    """ISO/IEC 14496-15, E.3: profile, constraints and level, as they stand in the parameter set."""
    return f"avc1.{record[1:4].hex().upper()}"


def _h265(record: bytes) -> str:
    """ISO/IEC 14496-15, E.3: profile, the profiles that it fits (in reverse order of bits), tier with level, and the
    constraints without the zeros at their end."""
    space, tier, profile = record[1] >> 6, record[1] >> 5 & 1, record[1] & 0x1F
    fits = int(f"{int.from_bytes(record[2:6], 'big'):032b}"[::-1], 2)
    constraints = "".join(f".{value:X}" for value in record[6:12].rstrip(b"\0"))
    return f"hvc1.{('', 'A', 'B', 'C')[space]}{profile}.{fits:X}.{'LH'[tier]}{record[12]}{constraints}"


def _av1(record: bytes) -> str:
    """AV1 Codec ISO Media File Format Binding, 5: profile, level with tier, bit depth."""
    profile, level, tier = record[1] >> 5, record[1] & 0x1F, record[2] >> 7
    is_high, is_twelve = record[2] >> 6 & 1, record[2] >> 5 & 1
    depth = 12 if is_high and is_twelve else 10 if is_high else 8
    return f"av01.{profile}.{level:02d}{'MH'[tier]}.{depth:02d}"
