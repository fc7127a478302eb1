"""Reads the size of a picture from its own header, without decoding it. Pure.

JPEG: ITU-T T.81, B.2.2 (frame header). MPEG-1 and MPEG-2: ISO/IEC 13818-2, 6.2.2.1 (sequence header). PNG: W3C, 11.2.2.
"""

from collections.abc import Callable

_NO_SOF = {0xC4, 0xC8, 0xCC}
"""Markers between 0xC0 and 0xCF that begin no frame header."""
_STANDALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length."""
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"

Size = tuple[int, int]


def size_of(codec: str, content: memoryview) -> Size | None:
    """Width and height in pixels; None for codecs that are not known here, or when the header cannot be read."""
    read = _READERS.get(codec)
    return None if read is None else read(content)


def _jpeg(content: memoryview) -> Size | None:
    at, end = 2, len(content)
    while at + 9 <= end and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SOF:
            height, width = _number(content, at + 5), _number(content, at + 7)
            return (width, height) if width and height else None
        at += 2 + _number(content, at + 2)
    return None


def _mpeg(content: memoryview) -> Size | None:
    at = bytes(content[:256]).find(b"\x00\x00\x01\xb3")
    if at < 0 or at + 7 > len(content):
        return None
    both = int.from_bytes(content[at + 4 : at + 7], "big")
    return both >> 12, both & 0xFFF


def _png(content: memoryview) -> Size | None:
    if bytes(content[:8]) != _PNG_HEAD or len(content) < 24:
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _number(content: memoryview, at: int) -> int:
    return content[at] << 8 | content[at + 1]


_READERS: dict[str, Callable[[memoryview], Size | None]] = {
    "mjpeg": _jpeg,
    "mpeg1video": _mpeg,
    "mpeg2video": _mpeg,
    "png": _png,
}
