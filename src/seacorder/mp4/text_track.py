"""A track of timed text, `tx3g` (3GPP TS 26.245): its description in a header, and its samples. Pure.

Each sample is a text that is shown from its time until the next one's; an empty one shows nothing. So the samples cover
the file from its begin without a gap.
"""

import struct

from seacorder.mp4.boxes import HEADER_BYTES, NotMp4, boxes, child, made, word
from seacorder.mp4.tracks import TrackHead, tracks_in

TEXT_UNITS = 1000
"""Units a second of the track's times: milliseconds, as in the files of subtitles."""
_HANDLER = b"sbtl"
_TEXT_BYTES_MAX = 0xFFFF
_UNDETERMINED = 0x55C4
"""The language `und`, five bits a letter."""
_UNIT_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_ENABLED_IN_MOVIE = 3
_SUBTITLES = 2
"""The alternate group: of several text tracks a player shows one."""
_CENTRED, _AT_BOTTOM = 1, -1
_FONT, _FONT_SIZE, _WHITE = 1, 18, b"\xff\xff\xff\xff"
_EMPTY_TABLES = made(b"stts", bytes(8)) + made(b"stsc", bytes(8)) + made(b"stsz", bytes(12)) + made(b"stco", bytes(8))


def text_sample(text: str) -> bytes:
    """A sample: the length of the text, and its UTF-8, cut between characters where it is too long."""
    content = text.encode()[:_TEXT_BYTES_MAX].decode(errors="ignore").encode()
    return struct.pack(">H", len(content)) + content


def with_text_track(header: bytes) -> tuple[bytes, int]:
    """The same header of a fragmented file with a track of timed text more, and the number of that track.

    Raises NotMp4 when it is no such header.
    """
    number = max((track.number for track in tracks_in(header)), default=0) + 1
    moov = next((box for box in boxes(header, 0, len(header)) if box.kind == b"moov"), None)
    if moov is None:
        raise NotMp4("no moov box")
    inside: list[bytes] = []
    for box in boxes(header, moov.body, moov.end):
        content = header[box.at : box.end]
        if box.kind == b"mvhd":
            content = content[:-4] + struct.pack(">I", max(number + 1, word(content, len(content) - 4)))
        elif box.kind == b"mvex":
            inside.append(_trak(number))
            content = made(b"mvex", content[HEADER_BYTES:], made(b"trex", struct.pack(">6I", 0, number, 1, 0, 0, 0)))
        inside.append(content)
    child(header, moov, b"mvex")
    return header[: moov.at] + made(b"moov", *inside) + header[moov.end :], number


def text_track(number: int) -> TrackHead:
    """The description of a text track with that number."""
    return TrackHead(number, _HANDLER, TEXT_UNITS, _trak(number))


def _trak(number: int) -> bytes:
    flags = struct.pack(">I", _ENABLED_IN_MOVIE)
    place = struct.pack(">8x4H", 0, _SUBTITLES, 0, 0) + _UNIT_MATRIX + bytes(8)
    tkhd = made(b"tkhd", flags, struct.pack(">5I", 0, 0, number, 0, 0), place)
    mdhd = made(b"mdhd", struct.pack(">5IHH", 0, 0, 0, TEXT_UNITS, 0, _UNDETERMINED, 0))
    hdlr = made(b"hdlr", bytes(8), _HANDLER, bytes(12), b"SubtitleHandler\0")
    dinf = made(b"dinf", made(b"dref", struct.pack(">II", 0, 1), made(b"url ", struct.pack(">I", 1))))
    stbl = made(b"stbl", made(b"stsd", struct.pack(">II", 0, 1), _entry()), _EMPTY_TABLES)
    minf = made(b"minf", made(b"nmhd", bytes(4)), dinf, stbl)
    return made(b"trak", tkhd, made(b"mdia", mdhd, hdlr, minf))


def _entry() -> bytes:
    """How the text looks: white, centred at the bottom. Most players have their own style."""
    look = struct.pack(">Ibb4x8x", 0, _CENTRED, _AT_BOTTOM)
    style = struct.pack(">HHHBB", 0, 0, _FONT, 0, _FONT_SIZE) + _WHITE
    fonts = made(b"ftab", struct.pack(">HHB", 1, _FONT, 10), b"Sans-Serif")
    return made(b"tx3g", bytes(6), struct.pack(">H", 1), look, style, fonts)


def text_track_of(header: bytes) -> int | None:
    """The number of the text track that a header describes; None if it has none."""
    return next((track.number for track in tracks_in(header) if track.handler == _HANDLER), None)


