"""Makes the index of a closed file (`moov`, ISO/IEC 14496-12, 8.2 to 8.7) from what its fragments hold. Pure.

The sample tables are put into the track descriptions of the file's own header, so header and index always describe the
tracks alike. Sound that begins later than the file has an edit list that says so, exact to the tick.
"""

import struct
from collections.abc import Callable

from seacorder.mp4.boxes import HEADER_BYTES, Box, Data, NotMp4, boxes, child, made, word
from seacorder.mp4.index import chunk_offsets, whole_moov
from seacorder.mp4.sample_table import SampleTable
from seacorder.mp4.tracks import TrackHead, metadata_in, tracks_in

_SHORT = 1 << 32
_NORMAL_SPEED = 0x0001_0000
_NOTHING = -1
"""The media time of an empty edit."""


def index_for(header: bytes, tables: dict[int, SampleTable]) -> bytes:
    """The `moov` box for a file that begins with `header` and has the samples of `tables`, by track number.

    Raises NotMp4 when the header is none.
    """
    mvhd = _box(header, b"mvhd")
    units = word(mvhd, HEADER_BYTES + (20 if mvhd[HEADER_BYTES] == 1 else 12))
    traks, longest = [], 0
    for track in tracks_in(header):
        trak, length = _trak(track, tables.get(track.number, SampleTable()), units)
        traks.append(trak)
        longest = max(longest, length)
    return made(b"moov", _lasting(mvhd, longest), *traks, metadata_in(header))


def with_track(moov: bytes, head: TrackHead, table: SampleTable) -> bytes:
    """The index of a closed file with a track more, whose number is above those that it has. Raises NotMp4."""
    whole = Box(b"moov", 0, HEADER_BYTES, len(moov))
    mvhd = child(moov, whole, b"mvhd")
    units = word(moov, mvhd.body + (20 if moov[mvhd.body] == 1 else 12))
    inside = [moov[box.at : box.end] for box in boxes(moov, HEADER_BYTES, len(moov))]
    last = max(place for place, box in enumerate(inside) if box[4:HEADER_BYTES] in {b"mvhd", b"trak"})
    numbered = [
        box[:-4] + struct.pack(">I", head.number + 1) if box[4:HEADER_BYTES] == b"mvhd" else box for box in inside
    ]
    trak, _ = _trak(head, table, units)
    return made(b"moov", *numbered[: last + 1], trak, *numbered[last + 1 :])


def moved(moov: Data, by: int) -> bytes:
    """The index of a closed file for the same samples `by` bytes further behind. Raises NotMp4.

    It may become longer, where places begin to need eight bytes, so it must be the last box of its file.
    """
    return _moved(bytes(moov), whole_moov(moov), by)


def _moved(data: bytes, box: Box, by: int) -> bytes:
    if box.kind in {b"stco", b"co64"}:
        places = [place + by for place in chunk_offsets(data, box)]
        is_long = box.kind == b"co64" or max(places, default=0) >= _SHORT
        kind, number = (b"co64", "Q") if is_long else (b"stco", "I")
        return made(kind, struct.pack(f">II{len(places)}{number}", 0, len(places), *places))
    if box.kind not in {b"moov", b"trak", b"mdia", b"minf", b"stbl"}:
        return data[box.at : box.end]
    inside = list(boxes(data, box.body, box.end))
    if box.kind == b"stbl" and not any(one.kind in {b"stco", b"co64"} for one in inside):
        raise NotMp4("no table of chunks")
    return made(box.kind, *(_moved(data, one, by) for one in inside))


def _box(header: bytes, kind: bytes) -> bytes:
    moov = next(box for box in boxes(header, 0, len(header)) if box.kind == b"moov")
    found = child(header, moov, kind)
    return header[found.at : found.end]


def _trak(track: TrackHead, table: SampleTable, movie_units: int) -> tuple[bytes, int]:
    """The `trak` box and when the track ends, in units of the movie."""
    late = (table.begin * movie_units + track.units // 2) // track.units
    length = -(-table.ticks * movie_units // track.units)
    edits = b""
    if late:
        edits = made(b"edts", made(b"elst", b"\1\0\0\0", struct.pack(">I", 2), _edit(late, _NOTHING), _edit(length, 0)))
    makers: dict[bytes, Callable[[bytes], bytes]] = {
        b"tkhd": lambda box: _lasting(box, late + length) + edits,
        b"mdhd": lambda box: _lasting(box, table.ticks),
        b"stbl": lambda box: made(b"stbl", _description(box), table.boxes()),
    }
    return _rebuilt(track.trak, Box(b"trak", 0, HEADER_BYTES, len(track.trak)), makers), late + length


def _rebuilt(data: bytes, box: Box, makers: dict[bytes, Callable[[bytes], bytes]]) -> bytes:
    """The same box, in which every box of a kind in `makers` is what its maker makes of it."""
    if box.kind in makers:
        return makers[box.kind](data[box.at : box.end])
    if box.kind not in {b"trak", b"mdia", b"minf"}:
        return data[box.at : box.end]
    return made(box.kind, *(_rebuilt(data, one, makers) for one in boxes(data, box.body, box.end)))


def _description(stbl: bytes) -> bytes:
    stsd = child(stbl, Box(b"stbl", 0, HEADER_BYTES, len(stbl)), b"stsd")
    return stbl[stsd.at : stsd.end]


def _lasting(box: bytes, ticks: int) -> bytes:
    """An `mvhd`, `tkhd` or `mdhd` box with that duration; with numbers of eight bytes where four are too few."""
    kind, body = box[4:HEADER_BYTES], box[HEADER_BYTES:]
    between = 8 if kind == b"tkhd" else 4
    if body[0] == 0:
        made_at, changed_at = struct.unpack_from(">II", body, 4)
        rest, middle = body[16 + between :], body[12 : 12 + between]
    else:
        made_at, changed_at = struct.unpack_from(">QQ", body, 4)
        rest, middle = body[28 + between :], body[20 : 20 + between]
    is_long = max(made_at, changed_at, ticks) >= _SHORT
    number = "Q" if is_long else "I"
    changes, duration = struct.pack(f">2{number}", made_at, changed_at), struct.pack(f">{number}", ticks)
    return made(kind, bytes((is_long,)), body[1:4], changes, middle, duration, rest)


def _edit(duration: int, media_time: int) -> bytes:
    return struct.pack(">QqI", duration, media_time, _NORMAL_SPEED)
