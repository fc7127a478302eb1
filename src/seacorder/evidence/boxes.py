"""The outer boxes of an MP4 (ISO/IEC 14496-12, 4.2): how a file stands, without reading its pictures."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the outer boxes say."""

    has_header: bool
    """A `moov` box is wholly there, so a player can begin."""
    is_whole: bool
    """Indexed: one `moov` for all pictures, nothing cut off, no fragments."""
    readable_bytes: int
    """Up to here it makes sense: what a cut has left of a box of which nothing can be used is not counted."""


def layout_of(path: Path) -> Layout:
    """Walks the outer boxes. OSError when the file cannot be read."""
    size = path.stat().st_size
    boxes: list[tuple[bytes, int]] = []
    awaits_fragments = False
    offset = 0
    with path.open("rb") as file:
        while offset < size:
            kind, length = _box_at(file, offset, size)
            if length < _HEADER.size or offset + length > size:
                break
            boxes.append((kind, offset))
            if kind == b"moov":
                awaits_fragments = _contains(file, offset, length, b"mvex")
            offset += length
        else:
            kind = b""
    kinds = {name for name, _ in boxes}
    has_header = b"moov" in kinds
    is_whole = has_header and b"mdat" in kinds and offset == size and b"moof" not in kinds and not awaits_fragments
    return Layout(has_header, is_whole, _readable_bytes(boxes, kind, offset, size))


def _readable_bytes(boxes: list[tuple[bytes, int]], cut_kind: bytes, cut_at: int, size: int) -> int:
    """A cut `mdat` still has the pictures at its beginning; another cut box, or a `moof` without one, has nothing."""
    if cut_at < size and cut_kind == b"mdat" and size > cut_at + 2 * _HEADER.size:
        return size
    if boxes and boxes[-1][0] == b"moof":
        return boxes[-1][1]
    return cut_at


def _box_at(file: BinaryIO, offset: int, end: int) -> tuple[bytes, int]:
    """Kind and length of the box at `offset`; length 0 when not even that is there."""
    file.seek(offset)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return b"", 0
    length, kind = _HEADER.unpack(header)
    if length == 0:
        return kind, end - offset
    if length == 1:
        large = file.read(_LARGE.size)
        return kind, _LARGE.unpack(large)[0] if len(large) == _LARGE.size else 0
    return kind, length


def _contains(file: BinaryIO, offset: int, length: int, wanted: bytes) -> bool:
    """True when the box has a child of that kind."""
    child, end = offset + _HEADER.size, offset + length
    while child < end:
        kind, size = _box_at(file, child, end)
        if kind == wanted:
            return True
        if size < _HEADER.size:
            return False
        child += size
    return False
