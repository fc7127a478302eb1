"""All samples of a closed file with their times, as its index (`moov`, ISO/IEC 14496-12, 8.6) says them. Pure.

`fragments.samples_of` says the same of a file that is being written.
"""

import struct
from collections.abc import Iterator
from itertools import chain, repeat

from seacorder.mp4.boxes import HEADER_BYTES, Box, Data, NotMp4, boxes, child, word
from seacorder.mp4.fragments import TimedSample
from seacorder.mp4.index import IndexedTrack, column, index_of, pairs, traks_in, units_of, whole_moov

_NOTHING = -1
"""The media time of an empty edit."""


def samples_in(data: Data) -> dict[int, list[TimedSample]]:
    """By track, in the order in which they are decoded. What an edit list moves is moved. Raises NotMp4."""
    moov = whole_moov(data)
    movie_units = units_of(data, child(data, moov, b"mvhd"))
    described = zip(index_of(data), traks_in(data, moov), strict=True)
    return {track.number: _samples(data, track, trak, movie_units) for track, trak in described}


def _samples(data: Data, track: IndexedTrack, trak: Box, movie_units: int) -> list[TimedSample]:
    late, keys = _late(data, trak, movie_units), _keyframes(data, trak)
    rows = zip(track.samples, _durations(data, trak), _shifts(data, trak), strict=False)
    return [
        TimedSample(one.track, one.offset, one.size, one.dts + late, lasts, shift, number in keys or not keys)
        for number, (one, lasts, shift) in enumerate(rows, start=1)
    ]


def _table(data: Data, trak: Box, kind: bytes) -> Box | None:
    stbl = child(data, trak, b"mdia", b"minf", b"stbl")
    return next((box for box in boxes(data, stbl.body, stbl.end) if box.kind == kind), None)


def _durations(data: Data, trak: Box) -> Iterator[int]:
    stts = _table(data, trak, b"stts")
    if stts is None:
        raise NotMp4("no stts box")
    return chain.from_iterable(repeat(ticks, count) for count, ticks in zip(*pairs(data, stts), strict=True))


def _shifts(data: Data, trak: Box) -> Iterator[int]:
    ctts = _table(data, trak, b"ctts")
    if ctts is None:
        return repeat(0)
    rows = zip(*pairs(data, ctts), strict=True)
    return chain.from_iterable(repeat(shift - (shift >> 31 << 32), count) for count, shift in rows)


def _keyframes(data: Data, trak: Box) -> frozenset[int]:
    """The numbers of the keyframes, from 1; empty: each sample is one."""
    stss = _table(data, trak, b"stss")
    return frozenset() if stss is None else frozenset(column(data, stss, 1))


def _late(data: Data, trak: Box, movie_units: int) -> int:
    """By how much the track's times are moved by its edit list, in its own units."""
    try:
        elst = child(data, trak, b"edts", b"elst")
    except NotMp4:
        return 0
    units = units_of(data, child(data, trak, b"mdia", b"mdhd"))
    row = struct.Struct(">QqI" if data[elst.body] == 1 else ">IiI")
    count = word(data, elst.body + 4)
    if elst.body + HEADER_BYTES + count * row.size != elst.end:
        raise NotMp4("an elst of another length than it says")
    late = 0
    for number in range(count):
        lasts, begins, _ = row.unpack_from(data, elst.body + HEADER_BYTES + number * row.size)
        if begins != _NOTHING:
            return late - int(begins)
        late += (int(lasts) * units + movie_units // 2) // movie_units
    return late
