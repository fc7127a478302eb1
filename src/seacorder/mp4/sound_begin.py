"""When the sound of a closed file begins: an edit list (ISO/IEC 14496-12, 8.6.6), exact to the tick. Pure.

FFmpeg's muxer for hybrid files writes no edit list. When sound begins later than the first picture, it puts the first
sound packet at the first picture's time and makes it last until the second packet: one packet is heard too early, and a
gap follows. `sound_begun_late` gives that packet its own duration again and puts an empty edit before the sound.

An example: sound begins 20 ms after the pictures, in packets of 21 ms. The muxer's first packet begins at 0 and lasts
41 ms. Afterwards it lasts 21 ms, and the edit list says: nothing for 20 ms, then the sound from its beginning.
"""

import struct

from seacorder.mp4.boxes import HEADER_BYTES, Box, Data, NotMp4, boxes, child, made, word

_NORMAL_SPEED = 0x0001_0000
_NOTHING = -1
"""The media time of an empty edit."""


def sound_begun_late(data: Data, late_ticks: int) -> bytearray:
    """The same `moov`, whose sound begins `late_ticks` (in the sound track's units) after the file. Raises NotMp4."""
    index = bytearray(data)
    moov = Box(b"moov", 0, HEADER_BYTES, len(index))
    trak = next((box for box in boxes(index, moov.body, moov.end) if _is_sound(index, box)), None)
    if trak is None or late_ticks <= 0:
        return index
    if any(box.kind == b"edts" for box in boxes(index, trak.body, trak.end)):
        raise NotMp4("an edit list is there already")
    mdhd = child(index, trak, b"mdia", b"mdhd")
    units, ticks = _times(index, mdhd)
    movie_units, _ = _times(index, child(index, moov, b"mvhd"))
    stts = _stts_path(index, trak)
    more = _shorten_first(index, [moov, *stts], late_ticks)
    at = mdhd.body + (24 if index[mdhd.body] == 1 else 16)
    _put(index, at, ticks - late_ticks, is_long=index[mdhd.body] == 1)
    late = (late_ticks * movie_units + units // 2) // units
    length = -(-(ticks - late_ticks) * movie_units // units)
    edits = made(b"edts", made(b"elst", b"\1\0\0\0" + struct.pack(">I", 2), _edit(late, _NOTHING), _edit(length, 0)))
    behind = child(index, Box(b"trak", trak.at, trak.body, trak.end + more), b"tkhd").end
    index[behind:behind] = edits
    for box in (moov, trak):
        struct.pack_into(">I", index, box.at, word(index, box.at) + len(edits))
    return index


def _is_sound(index: bytearray, box: Box) -> bool:
    if box.kind != b"trak":
        return False
    hdlr = child(index, box, b"mdia", b"hdlr")
    return bytes(index[hdlr.body + 8 : hdlr.body + 12]) == b"soun"


def _stts_path(index: bytearray, trak: Box) -> list[Box]:
    path = [trak]
    for kind in (b"mdia", b"minf", b"stbl", b"stts"):
        path.append(child(index, path[-1], kind))
    return path


def _shorten_first(index: bytearray, path: list[Box], ticks: int) -> int:
    """Makes the first sample shorter by `ticks`; returns by how many bytes the table has grown."""
    stts = path[-1]
    entries, count, lasts = (word(index, stts.body + at) for at in (4, 8, 12))
    if not entries or lasts <= ticks:
        raise NotMp4("a first sample that is not as long as it is late")
    if count == 1:
        struct.pack_into(">I", index, stts.body + 12, lasts - ticks)
        return 0
    struct.pack_into(">II", index, stts.body + 8, count - 1, lasts)
    index[stts.body + 8 : stts.body + 8] = struct.pack(">II", 1, lasts - ticks)
    struct.pack_into(">I", index, stts.body + 4, entries + 1)
    for box in path:
        struct.pack_into(">I", index, box.at, word(index, box.at) + 8)
    return 8


def _times(index: bytearray, box: Box) -> tuple[int, int]:
    """(units a second, duration in these units) of an `mvhd` or `mdhd` box."""
    if index[box.body] == 1:
        units, duration = word(index, box.body + 20), word(index, box.body + 24) << 32 | word(index, box.body + 28)
    else:
        units, duration = word(index, box.body + 12), word(index, box.body + 16)
    if not units:
        raise NotMp4("times without units")
    return units, duration


def _put(index: bytearray, at: int, value: int, *, is_long: bool) -> None:
    struct.pack_into(">Q" if is_long else ">I", index, at, value)


def _edit(duration: int, media_time: int) -> bytes:
    return struct.pack(">QqI", duration, media_time, _NORMAL_SPEED)
