"""Sound that begins late is given an edit list, and nothing else of the index changes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.damage import closed, index_at
from fakes.footage import Recipe
from seacorder.mp4.boxes import Box, NotMp4, boxes, child, made, word
from seacorder.mp4.index import index_of
from seacorder.mp4.sound_begin import sound_begun_late

SOUND = Recipe(frames=40, b_frames=3, sound=True)


def moov_with(entries: list[tuple[int, int]], *, is_long: bool = False) -> bytes:
    """An index of one track of sound, 48,000 units a second, as far as it is needed here."""
    ticks = sum(count * lasts for count, lasts in entries)
    duration = struct.pack(">QQIQ" if is_long else ">IIII", 0, 0, 48_000, ticks)
    head = (b"\1" if is_long else b"\0") + bytes(3)
    stts = made(b"stts", bytes(4), struct.pack(">I", len(entries)), *(struct.pack(">II", *one) for one in entries))
    hdlr = made(b"hdlr", bytes(8), b"soun", bytes(12))
    mdia = made(b"mdia", made(b"mdhd", head, duration, bytes(4)), hdlr, made(b"minf", made(b"stbl", stts)))
    mvhd = made(b"mvhd", bytes(4), struct.pack(">IIII", 0, 0, 90_000, 0))
    return made(b"moov", mvhd, made(b"trak", made(b"tkhd", bytes(84)), mdia))


def track_of(index: bytearray) -> Box:
    return child(index, Box(b"moov", 0, 8, len(index)), b"trak")


durations = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4_000)), min_size=1, max_size=5)


@given(durations, st.integers(1, 200_000), st.booleans(), st.booleans())
def test_the_first_sample_gets_its_length_and_the_edit_the_rest(
    entries: list[tuple[int, int]], late: int, is_long: bool, is_alone: bool
) -> None:
    (count, lasts), *others = entries
    stretched = [(1, lasts + late), *([] if is_alone else [(count, lasts)]), *others]
    index = sound_begun_late(moov_with(stretched, is_long=is_long), late)
    trak = track_of(index)
    assert trak.end == len(index)
    stts = child(index, trak, b"mdia", b"minf", b"stbl", b"stts")
    told = [struct.unpack_from(">II", index, stts.body + 8 + 8 * at) for at in range(word(index, stts.body + 4))]
    assert told == [(1, lasts), *stretched[1:]]
    mdhd = child(index, trak, b"mdia", b"mdhd")
    total = sum(one * ticks for one, ticks in told)
    assert struct.unpack_from(">Q" if is_long else ">I", index, mdhd.body + (24 if is_long else 16)) == (total,)
    elst = child(index, trak, b"edts", b"elst")
    assert word(index, elst.body + 4) == 2
    empty, nothing, _, plays, begin, _ = struct.unpack_from(">QqIQqI", index, elst.body + 8)
    assert (nothing, begin) == (-1, 0)
    assert abs(empty / 90_000 - late / 48_000) <= 1 / 90_000
    assert 0 <= plays / 90_000 - total / 48_000 <= 1 / 90_000


def test_a_first_sample_that_is_like_its_neighbours_is_told_apart() -> None:
    index = sound_begun_late(moov_with([(10, 1024)]), 500)
    stts = child(index, track_of(index), b"mdia", b"minf", b"stbl", b"stts")
    assert bytes(index[stts.body + 4 : stts.end]) == struct.pack(">IIIII", 2, 1, 524, 9, 1024)


def test_what_does_not_fit_is_refused_and_what_is_not_late_stays() -> None:
    index = moov_with([(1, 1024)])
    assert sound_begun_late(index, 0) == index
    with pytest.raises(NotMp4, match="not as long as it is late"):
        sound_begun_late(index, 1024)
    with pytest.raises(NotMp4, match="edit list"):
        sound_begun_late(sound_begun_late(moov_with([(1, 2048), (4, 1024)]), 1024), 10)


def test_a_recorded_file_keeps_its_pictures_and_its_length() -> None:
    content = closed(SOUND)
    index = content[index_at(content) :]
    moov = Box(b"moov", 0, 8, len(index))
    [pictures, _] = [box for box in boxes(index, moov.body, moov.end) if box.kind == b"trak"]
    assert [box.kind for box in boxes(index, pictures.body, pictures.end)] == [b"tkhd", b"mdia"]
    for track in index_of(index):
        assert track.ticks == track.header_ticks
