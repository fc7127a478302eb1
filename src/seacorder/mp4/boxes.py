"""Boxes: a size of four bytes, a kind of four letters, then the content (ISO/IEC 14496-12, 4.2). Pure."""

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

HEADER_BYTES = 8
_HEADER = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")
_WORD = struct.Struct(">I")

Data = bytes | bytearray | memoryview


class NotMp4(ValueError):
    """The bytes are not what the standard demands."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box in some bytes. `at`, `body` and `end` are offsets into these."""

    kind: bytes
    at: int
    body: int
    """Offset of its content, after the header of 8 or 16 bytes."""
    end: int


@dataclass(frozen=True, slots=True)
class StoredSample:
    """One picture or one piece of sound, as an index or a fragment describes it: where it is and when it is decoded."""

    track: int
    offset: int
    """Of its first byte in the file."""
    size: int
    dts: int
    """Decoding time, in the track's own units."""

    @property
    def end(self) -> int:
        """Offset of the first byte behind it."""
        return self.offset + self.size


def box_at(data: Data, at: int, end: int) -> Box:
    """The box at `at`, which must end at or before `end`. Raises NotMp4."""
    if at < 0 or at + HEADER_BYTES > end:  # negative: a search met a box's name in the first bytes, without its size
        raise NotMp4("a box without a whole header")
    size, kind = _HEADER.unpack_from(data, at)
    body = at + HEADER_BYTES
    if size == 1 and body + _LARGE.size <= end:
        (size,) = _LARGE.unpack_from(data, body)
        body += _LARGE.size
    if size < body - at or at + size > end:
        raise NotMp4(f"a box of {size} bytes where {end - at} are left")
    return Box(bytes(kind), at, body, at + size)


def boxes(data: Data, at: int, end: int) -> Iterator[Box]:
    """All boxes from `at` to `end`, which they must fill exactly. Raises NotMp4."""
    while at < end:
        box = box_at(data, at, end)
        yield box
        at = box.end


def last_box(data: Data, kind: bytes) -> Box:
    """The last box in the bytes, which must be of that kind and preceded by whole boxes. Raises NotMp4."""
    box = next(iter(deque(boxes(data, 0, len(data)), maxlen=1)), None)
    if box is None or box.kind != kind:
        raise NotMp4(f"no {kind.decode('latin-1')} box at the end")
    return box


def child(data: Data, parent: Box, *path: bytes) -> Box:
    """The first box of each kind in `path`, each inside the one before; `parent` contains the first. Raises NotMp4."""
    found = parent
    for kind in path:
        inside = (box for box in boxes(data, found.body, found.end) if box.kind == kind)
        box = next(inside, None)
        if box is None:
            raise NotMp4(f"no {kind.decode('latin-1')} box")
        found = box
    return found


def word(data: Data, at: int) -> int:
    """The big-endian number in the four bytes at `at`. Raises NotMp4 when there are fewer."""
    try:
        value: int = _WORD.unpack_from(data, at)[0]
    except struct.error as fault:
        raise NotMp4("a box that is too short") from fault
    return value


def made(kind: bytes, *content: Data) -> bytes:
    """A box of that kind around `content`."""
    body = b"".join(content)
    return _HEADER.pack(HEADER_BYTES + len(body), kind) + body
