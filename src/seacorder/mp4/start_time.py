"""The box that says at which UTC the times of a file begin: `cstb`, in a `meta` box at the top level. Pure.

Its form is that of the ONVIF Export File Format, 5.3 (the same text is IEC 62676-2-32): a count, and for each entry the
number of a track and the UTC of the media time 0, in units of 100 ns since 1601-01-01. One entry, for the first track,
is enough; the other tracks have their places beside it in the file itself. A `meta` box needs a handler (ISO/IEC
14496-12, 8.11.1): `null`, which means that the box only holds something.

The box stands behind the first one, `ftyp`: there it is at the top level of a file that grows as well as of a closed
one, in which everything behind the two `free` boxes lies in an `mdat`.
"""

import os
import struct
from typing import Protocol

from seacorder.mp4.boxes import Box, Data, NotMp4, box_at, boxes, child, made

START_TIME_WITHIN_BYTES = 4096
"""So much of a file's beginning is enough to find the box."""
_FIRST_TRACK = 1
_UNIT_NS = 100
_UNIX_EPOCH = 116_444_736_000_000_000
"""1970-01-01 in units of the box."""
_ENTRY = struct.Struct(">IQ")
_VERSION_BYTES = 4


def start_time_box(utc_ns: int, track: int = _FIRST_TRACK) -> bytes:
    """The `meta` box for a file in which the time 0 is this UTC, in nanoseconds since 1970."""
    units = max(0, _UNIX_EPOCH + utc_ns // _UNIT_NS)
    handler = made(b"hdlr", bytes(_VERSION_BYTES + 4), b"null", bytes(12), b"\0")
    entries = struct.pack(">I", 1) + _ENTRY.pack(track, units)
    return made(b"meta", bytes(_VERSION_BYTES), handler, made(b"cstb", entries))


def start_time_in(head: Data) -> int | None:
    """The UTC, in nanoseconds since 1970, that a file's beginning says for its time 0; None if it says none.

    Of several entries the first counts. `head` may end anywhere.
    """
    meta = _meta_in(head)
    if meta is None:
        return None
    try:
        inside = Box(b"meta", meta.at, meta.body + _VERSION_BYTES, meta.end)
        table = child(head, inside, b"cstb")
        count, (_, units) = head[table.body : table.body + 4], _ENTRY.unpack_from(head, table.body + 4)
    except (NotMp4, struct.error):
        return None
    is_whole = table.end - table.body >= 4 + _ENTRY.size and any(count)
    return (int(units) - _UNIX_EPOCH) * _UNIT_NS if is_whole else None


def start_time_box_of(header: Data) -> bytes:
    """The whole `meta` box in front of a file's media; empty if there is none."""
    meta = _meta_in(header)
    return b"" if meta is None else bytes(header[meta.at : meta.end])


def with_start_time(header: bytes, utc_ns: int) -> bytes:
    """The header of a file with that box behind its first one. Raises NotMp4."""
    place = box_at(header, 0, len(header)).end
    return header[:place] + start_time_box(utc_ns) + header[place:]


def _meta_in(head: Data) -> Box | None:
    try:
        for box in boxes(head, 0, len(head)):
            if box.kind == b"meta":
                return box
    except NotMp4:
        return None  # the media, which lie behind it, are only there in part
    return None


class MuxerTarget(Protocol):
    """What a muxer writes to."""

    def write(self, data: bytes, /) -> int: ...

    def seek(self, offset: int, whence: int = ..., /) -> int: ...

    def tell(self) -> int: ...


class BehindFileType:
    """A file-like object for a muxer: puts bytes behind the first box, of which the muxer knows nothing.

    All places that the muxer writes into its index are too small by their length (`index_maker.moved`). Its first write
    must contain the whole first box. One thread.
    """

    def __init__(self, file: MuxerTarget, inserted: bytes = b"") -> None:
        self._file = file
        self.inserted = inserted
        """May be set until the first write."""
        self._place: int | None = None
        """Where they are, once they are."""

    def write(self, data: bytes) -> int:
        """Writes at the position. NotMp4 if the first bytes are not a whole box."""
        if self._place is not None or not self.inserted:
            return self._file.write(data)
        content = bytes(data)
        self._place = box_at(content, 0, len(content)).end
        self._file.write(content[: self._place] + self.inserted + content[self._place :])
        return len(content)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the position, which is the muxer's own."""
        is_behind = whence == os.SEEK_SET and self._place is not None and offset >= self._place
        return self._own(self._file.seek(offset + len(self.inserted) if is_behind else offset, whence))

    def tell(self) -> int:
        """The position, as the muxer counts it."""
        return self._own(self._file.tell())

    def seekable(self) -> bool:
        """Always."""
        return True

    def writable(self) -> bool:
        """Always."""
        return True

    def _own(self, position: int) -> int:
        return position if self._place is None or position <= self._place else position - len(self.inserted)
