"""Tracks: the description of what the samples are (size, codec, parameter sets), and new headers made of it. Pure.

The header of a fragmented file and the index of a closed one describe each track with the same `trak` box, apart from
the sample tables in it. So where one of them is damaged the other can stand in.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from seacorder.mp4.boxes import HEADER_BYTES, Box, Data, NotMp4, box_at, boxes, child, made, word

MOVIE_UNITS = 1000
"""Units a second of the movie's own times, as FFmpeg writes them: milliseconds."""
_ENTRY_BYTES = {b"vide": 78, b"soun": 28}
"""Bytes of a sample entry before the boxes inside it, by the track's handler."""
_TABLES = {b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"sgpd", b"sbgp", b"sdtp", b"cslg"}
_EMPTY_TABLES = made(b"stts", bytes(8)) + made(b"stsc", bytes(8)) + made(b"stsz", bytes(12)) + made(b"stco", bytes(8))
_UNIT_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
FILE_TYPE = made(b"ftyp", b"iso5", struct.pack(">I", 512), b"iso5iso6mp41")


@dataclass(frozen=True, slots=True)
class TrackHead:
    """The description of one track, without sample tables: ready for a header in front of fragments."""

    number: int
    handler: bytes
    units: int
    """Units a second of its times."""
    trak: bytes


def tracks_in(data: Data) -> tuple[TrackHead, ...]:
    """Every `trak` box that is whole, anywhere in the bytes. Of two with the same track number the first counts."""
    found: dict[int, TrackHead] = {}
    content = bytes(data)
    place = content.find(b"trak")
    while place >= 0:
        try:
            head = _track_of(content, box_at(content, place - 4, len(content)))
            found.setdefault(head.number, head)
        except NotMp4:
            pass
        place = content.find(b"trak", place + 1)
    return tuple(found[number] for number in sorted(found))


def metadata_in(data: Data) -> bytes:
    """The first `udta` box that is whole; empty when there is none."""
    content = bytes(data)
    place = content.find(b"udta")
    while place >= 0:
        try:
            box = box_at(content, place - 4, len(content))
            _must_be_whole(content, box)
            return content[box.at : box.end]
        except NotMp4:
            place = content.find(b"udta", place + 1)
    return b""


def head_for(tracks: Iterable[TrackHead], metadata: bytes = b"", units: int = MOVIE_UNITS) -> bytes:
    """`ftyp` and `moov` of a file whose fragments follow; `units` a second has the movie."""
    tracks = tuple(tracks)
    last = struct.pack(">I", max((track.number for track in tracks), default=0) + 1)
    movie = struct.pack(">5I", 0, 0, 0, units, 0) + struct.pack(">IH10x", 0x10000, 0x0100) + _UNIT_MATRIX
    mvhd = made(b"mvhd", movie, bytes(24), last)
    trex = [made(b"trex", struct.pack(">6I", 0, track.number, 1, 0, 0, 0)) for track in tracks]
    return FILE_TYPE + made(b"moov", mvhd, *(track.trak for track in tracks), made(b"mvex", *trex), metadata)


def _must_be_whole(data: Data, udta: Box) -> None:
    for box in boxes(data, udta.body, udta.end):
        if box.kind == b"meta":
            for _ in boxes(data, box.body + 4, box.end):
                pass


def _track_of(data: Data, trak: Box) -> TrackHead:
    if trak.kind != b"trak":
        raise NotMp4("no trak box")
    tkhd, mdia = child(data, trak, b"tkhd"), child(data, trak, b"mdia")
    mdhd, hdlr = child(data, mdia, b"mdhd"), child(data, mdia, b"hdlr")
    number = word(data, tkhd.body + (20 if data[tkhd.body] == 1 else 12))
    units = word(data, mdhd.body + (20 if data[mdhd.body] == 1 else 12))
    handler = bytes(data[hdlr.body + 8 : hdlr.body + 12])
    stsd = child(data, mdia, b"minf", b"stbl", b"stsd")
    if not number or not units:
        raise NotMp4("a track without a number or units")
    _must_describe(data, stsd, handler)
    return TrackHead(number, handler, units, _without_tables(data, trak))


def _must_describe(data: Data, stsd: Box, handler: bytes) -> None:
    """NotMp4 when a sample entry lacks the configuration that decoders need."""
    entries = list(boxes(data, stsd.body + 8, stsd.end))
    if len(entries) != word(data, stsd.body + 4) or not entries:
        raise NotMp4("a stsd of another length than it says")
    for entry in entries:
        inside = entry.body + _ENTRY_BYTES.get(handler, entry.end - entry.body)
        for box in boxes(data, inside, entry.end):
            if not any(data[box.body : box.end]) and box.kind in {b"avcC", b"hvcC", b"av1C", b"esds"}:
                raise NotMp4("an empty configuration")


def _without_tables(data: Data, box: Box) -> bytes:
    """The same box with empty sample tables and without an edit list."""
    if box.kind not in {b"trak", b"mdia", b"minf", b"stbl"}:
        return bytes(data[box.at : box.end])
    inside = [_without_tables(data, one) for one in boxes(data, box.body, box.end) if one.kind not in _TABLES]
    if box.kind == b"stbl":
        inside.append(_EMPTY_TABLES)
    elif box.kind == b"trak":
        inside = [one for one in inside if one[4:HEADER_BYTES] != b"edts"]
    return made(box.kind, *inside)
