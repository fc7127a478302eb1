"""The index of a closed file (`moov`, ISO/IEC 14496-12, 8.6 and 8.7): where each sample is, and how long it lasts.
Pure.

`lengthened` corrects two durations in an index that FFmpeg's muxer for hybrid files has written, for tracks with
B-frames. Players that trust the header's duration (GStreamer) would leave out the last pictures:

- the duration in the track's header is one frame shorter than the sum of the durations in the track's own table;
- that sum itself is too short. A picture is shown later than it is decoded, so the picture that is shown last ends
  later than the sum, by the delay of the first picture.

An example, 25 frames a second with a delay of 2 frames: 100 pictures are decoded in 4.00 s and the last one shown ends
at 4.08 s. The muxer writes 3.96 s into the header. Afterwards the sample that is decoded last lasts 0.08 s longer, and
the headers say 4.08 s.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from operator import mul

from seacorder.mp4.boxes import HEADER_BYTES, Box, Data, NotMp4, StoredSample, boxes, child, word

_REORDERED_AT_MOST = 64
"""The picture that is shown last is searched for among this many that are decoded last."""
_LONGEST = 0xFFFFFFFF
_MOST_SAMPLES = 1 << 24
"""Limit for samples of one common size: the index spends no bytes on them, so any count could stand there."""


@dataclass(frozen=True, slots=True)
class IndexedTrack:
    """What an index says about one track. Times are in the track's own units."""

    number: int
    handler: bytes
    samples: tuple[StoredSample, ...]
    ticks: int
    """The sum of all samples' durations."""
    header_ticks: int
    """The duration in the track's header (`mdhd`)."""
    units: int
    """Units a second."""
    last_shown: int
    """The time at which the picture that is shown last begins to be shown; 0 for a track without reordered pictures."""

    @property
    def is_short(self) -> bool:
        """True when players that trust the header's duration leave out its end."""
        return self.missing_ticks > 0

    @property
    def missing_ticks(self) -> int:
        """How much the header's duration is too short."""
        return max(0, self.ticks - self.header_ticks, self.last_shown + 1 - self.header_ticks)


def index_of(data: Data) -> tuple[IndexedTrack, ...]:
    """What the index in a `moov` box says. Raises NotMp4 when its tables do not fit each other."""
    moov = whole_moov(data)
    units_of(data, child(data, moov, b"mvhd"))
    return tuple(_track(data, trak) for trak in traks_in(data, moov))


def lengthened(data: Data) -> bytearray:
    """The same `moov`, with durations that reach to the end of the picture that is shown last. Raises NotMp4.

    It may be 8 bytes a track longer, and the places of the samples stay as they were. So it must be the last box of its
    file.
    """
    index = bytearray(data)
    longest = 0
    for number in range(len(traks_in(index, whole_moov(index)))):
        longest = max(longest, _lengthen(index, number))
    mvhd = child(index, whole_moov(index), b"mvhd")
    _put_duration(index, mvhd, max(longest, _duration(index, mvhd)))
    return index


def whole_moov(data: Data) -> Box:
    """The `moov` box that the bytes are. Raises NotMp4."""
    if len(data) < HEADER_BYTES or bytes(data[4:8]) != b"moov" or word(data, 0) != len(data):
        raise NotMp4("no moov box")
    return Box(b"moov", 0, HEADER_BYTES, len(data))


def traks_in(data: Data, moov: Box) -> list[Box]:
    """The `trak` box of each track."""
    return [box for box in boxes(data, moov.body, moov.end) if box.kind == b"trak"]


def _lengthen(index: bytearray, number: int) -> int:
    """Corrects the durations of one track; returns its duration then, in the movie's units."""
    moov = whole_moov(index)
    trak = traks_in(index, moov)[number]
    stbl = child(index, trak, b"mdia", b"minf", b"stbl")
    ticks, _, shown = _durations(index, stbl)
    if shown > ticks:
        _lengthen_last_sample(index, (moov, trak), shown - ticks)
        ticks = shown
    trak = traks_in(index, whole_moov(index))[number]
    mdhd, tkhd = child(index, trak, b"mdia", b"mdhd"), child(index, trak, b"tkhd")
    movie_units, units = units_of(index, child(index, whole_moov(index), b"mvhd")), units_of(index, mdhd)
    in_movie = -(-ticks * movie_units // units)
    if ticks and _duration(index, mdhd) != ticks:
        _put_duration(index, mdhd, ticks)
        _put_duration(index, tkhd, in_movie)
        _lengthen_edit(index, trak, in_movie)
    return in_movie


def _durations(data: Data, stbl: Box) -> tuple[int, int, int]:
    """(sum of all samples' durations, begin and end of the picture that is shown last)."""
    counts, ticks = pairs(data, child(data, stbl, b"stts"))
    total = decoded = sum(map(mul, counts, ticks))
    durations = [*islice(_backwards(counts, ticks), _REORDERED_AT_MOST)]
    # Once the sample that is decoded last was made longer, its duration is not how long its picture is shown.
    shown_for = [min(durations[:2]), *durations[1:]] if durations else []
    last_begin = last_end = 0
    for duration, shown, shift in zip(durations, shown_for, _last_shifts(data, stbl), strict=False):
        decoded -= duration
        if decoded + shift >= last_begin:
            last_begin, last_end = decoded + shift, decoded + shift + shown
    return total, last_begin, last_end


def _last_shifts(data: Data, stbl: Box) -> Iterator[int]:
    """For the last samples, last first, how much later than decoded each is shown. Empty without reordered pictures."""
    ctts = next((box for box in boxes(data, stbl.body, stbl.end) if box.kind == b"ctts"), None)
    if ctts is None:
        return
    counts, shifts = pairs(data, ctts)
    left = _REORDERED_AT_MOST
    for count, shift in zip(reversed(counts), reversed(shifts), strict=True):
        for _ in range(min(count, left)):
            yield shift - (1 << 32 if shift >= 1 << 31 else 0)
        left -= min(count, left)
        if not left:
            return


def _backwards(counts: tuple[int, ...], values: tuple[int, ...]) -> Iterator[int]:
    for count, value in zip(reversed(counts), reversed(values), strict=True):
        for _ in range(count):
            yield value


def _lengthen_last_sample(index: bytearray, parents: tuple[Box, Box], more: int) -> None:
    """Makes the last sample longer by `more` units: in place if it has its own table entry, else with a new entry."""
    trak = parents[1]
    path = [*parents]
    for kind in (b"mdia", b"minf", b"stbl", b"stts"):
        path.append(child(index, path[-1], kind))
    stts = path[-1]
    entries = word(index, stts.body + 4)
    last = stts.body + 8 + 8 * (entries - 1)
    count, ticks = word(index, last), word(index, last + 4)
    if ticks + more > _LONGEST or trak.end > len(index):
        return
    if count == 1:
        struct.pack_into(">I", index, last + 4, ticks + more)
        return
    struct.pack_into(">I", index, last, count - 1)
    index[stts.end : stts.end] = struct.pack(">II", 1, ticks + more)
    struct.pack_into(">I", index, stts.body + 4, entries + 1)
    for box in path:
        struct.pack_into(">I", index, box.at, word(index, box.at) + 8)


def _is_long(data: Data, box: Box) -> bool:
    return data[box.body] == 1


def units_of(data: Data, box: Box) -> int:
    """Units a second, of an `mvhd` or `mdhd` box. Raises NotMp4."""
    units = word(data, box.body + (20 if _is_long(data, box) else 12))
    if not units:
        raise NotMp4("times without units")
    return units


def _duration_at(data: Data, box: Box) -> int:
    short = 20 if box.kind == b"tkhd" else 16
    return box.body + (short + 8 if _is_long(data, box) else short)


def _duration(data: Data, box: Box) -> int:
    at = _duration_at(data, box)
    return word(data, at) << 32 | word(data, at + 4) if _is_long(data, box) else word(data, at)


def _put_duration(index: bytearray, box: Box, value: int) -> None:
    if _is_long(index, box):
        struct.pack_into(">Q", index, _duration_at(index, box), value)
    elif value < _LONGEST:
        struct.pack_into(">I", index, _duration_at(index, box), value)


def _lengthen_edit(index: bytearray, trak: Box, in_movie: int) -> None:
    """Makes an edit list with one edit, which plays the whole track, as long as the track."""
    try:
        elst = child(index, trak, b"edts", b"elst")
    except NotMp4:
        return
    if word(index, elst.body + 4) != 1:
        return
    if _is_long(index, elst):
        struct.pack_into(">Q", index, elst.body + 8, in_movie)
    else:
        struct.pack_into(">I", index, elst.body + 8, in_movie)


def pairs(data: Data, box: Box) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The two columns of a table of pairs."""
    values = column(data, box, 2)
    return values[::2], values[1::2]


def column(data: Data, box: Box, width: int, skip: int = 4) -> tuple[int, ...]:
    """All numbers of a table with `width` numbers a row, whose count stands `skip` bytes from its begin."""
    count = word(data, box.body + skip)
    begin = box.body + skip + 4
    if begin + 4 * width * count != box.end:
        raise NotMp4(f"a {box.kind.decode('latin-1')} of another length than it says")
    return struct.unpack_from(f">{width * count}I", data, begin)


def _track(data: Data, trak: Box) -> IndexedTrack:
    mdia, tkhd = child(data, trak, b"mdia"), child(data, trak, b"tkhd")
    mdhd, hdlr, stbl = (child(data, mdia, *path) for path in ((b"mdhd",), (b"hdlr",), (b"minf", b"stbl")))
    number = word(data, tkhd.body + (20 if _is_long(data, tkhd) else 12))
    counts, ticks = pairs(data, child(data, stbl, b"stts"))
    sizes, offsets = _sizes(data, stbl), _chunk_offsets(data, stbl)
    if sum(counts) != len(sizes) or not all(sizes):
        raise NotMp4("an index whose tables have other numbers of samples")
    _must_fit(data, stbl, len(sizes))
    samples: list[StoredSample] = []
    places = _offsets(data, stbl, offsets, sizes)
    dts = 0
    for place, size, duration in zip(places, sizes, _each(counts, ticks), strict=True):
        samples.append(StoredSample(number, place, size, dts))
        dts += duration
    total, last_shown, _ = _durations(data, stbl)
    handler = bytes(data[hdlr.body + 8 : hdlr.body + 12])
    return IndexedTrack(number, handler, tuple(samples), total, _duration(data, mdhd), units_of(data, mdhd), last_shown)


def _each(counts: tuple[int, ...], values: tuple[int, ...]) -> Iterator[int]:
    for count, value in zip(counts, values, strict=True):
        for _ in range(count):
            yield value


def _must_fit(data: Data, stbl: Box, samples: int) -> None:
    """NotMp4 when the table of display times or that of keyframes does not fit the number of samples."""
    for box in boxes(data, stbl.body, stbl.end):
        if box.kind == b"ctts" and sum(pairs(data, box)[0]) != samples:
            raise NotMp4("a ctts for another number of samples")
        if box.kind == b"stss":
            keys = column(data, box, 1)
            if any(second <= first for first, second in pairwise((0, *keys))) or (keys and keys[-1] > samples):
                raise NotMp4("a stss that does not count up")


def _sizes(data: Data, stbl: Box) -> tuple[int, ...]:
    box = child(data, stbl, b"stsz")
    same, count = word(data, box.body + 4), word(data, box.body + 8)
    if same:
        if count > _MOST_SAMPLES:
            raise NotMp4("more samples than a file can have")
        return (same,) * count
    return column(data, box, 1, skip=8)


def _chunk_offsets(data: Data, stbl: Box) -> tuple[int, ...]:
    for box in boxes(data, stbl.body, stbl.end):
        if box.kind in {b"stco", b"co64"}:
            return chunk_offsets(data, box)
    raise NotMp4("no table of chunks")


def chunk_offsets(data: Data, box: Box) -> tuple[int, ...]:
    """The places of a track's chunks, from an `stco` or `co64` box. Raises NotMp4."""
    if box.kind == b"stco":
        return column(data, box, 1)
    halves = column(data, box, 2)
    return tuple(high << 32 | low for high, low in zip(halves[::2], halves[1::2], strict=True))


def _offsets(data: Data, stbl: Box, offsets: tuple[int, ...], sizes: tuple[int, ...]) -> list[int]:
    """The offset of each sample: samples lie in chunks, without gaps, and `stsc` says how many are in which chunks."""
    rows = column(data, child(data, stbl, b"stsc"), 3)
    firsts = (*rows[::3], len(offsets) + 1)
    if firsts[0] != 1 or any(second <= first for first, second in pairwise(firsts)):
        raise NotMp4("a stsc that does not count up")
    places: list[int] = []
    for (first, behind), each in zip(pairwise(firsts), rows[1::3], strict=True):
        if (behind - first) * each > len(sizes) - len(places):
            raise NotMp4("an index whose chunks have more samples")
        for place in offsets[first - 1 : behind - 1]:
            for size in sizes[len(places) : len(places) + each]:
                places.append(place)
                place += size  # noqa: PLW2901 - the next one in this chunk
    if len(places) != len(sizes):
        raise NotMp4("an index whose chunks have fewer samples")
    return places
