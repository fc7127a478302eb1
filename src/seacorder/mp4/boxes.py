"""One box after the other (ISO/IEC 14496-12, 4.2). Everything else here is made of these."""

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
    """The bytes are not what the standard says that they must be."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box stands in the bytes that it was found in."""

    kind: bytes
    at: int
    body: int
    """Where its content begins."""
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
    """The box at `at`, which must end at `end` or before. Raises NotMp4."""
    if at + HEADER_BYTES > end:
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
    """The box of that kind with which the bytes end, after whole boxes. Raises NotMp4 when they end otherwise."""
    box = next(iter(deque(boxes(data, 0, len(data)), maxlen=1)), None)
    if box is None or box.kind != kind:
        raise NotMp4(f"no {kind.decode('latin-1')} box at the end")
    return box


def child(data: Data, parent: Box, *path: bytes) -> Box:
    """The first box under `parent` along `path`. Raises NotMp4 when there is none."""
    found = parent
    for kind in path:
        inside = (box for box in boxes(data, found.body, found.end) if box.kind == kind)
        box = next(inside, None)
        if box is None:
            raise NotMp4(f"no {kind.decode('latin-1')} box")
        found = box
    return found


def word(data: Data, at: int) -> int:
    """A number of four bytes. Raises NotMp4 where there are fewer."""
    try:
        value: int = _WORD.unpack_from(data, at)[0]
    except struct.error as fault:
        raise NotMp4("a box that is too short") from fault
    return value


def made(kind: bytes, *content: Data) -> bytes:
    """A box of that kind around `content`."""
    body = b"".join(content)
    return _HEADER.pack(HEADER_BYTES + len(body), kind) + body
