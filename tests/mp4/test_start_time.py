"""The box with the start time: its bytes are those of the standard, and it is found wherever a file ends."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.footage import Recipe, footage
from fakes.mp4_writing import written_by
from seacorder.mp4.boxes import NotMp4, boxes, last_box, made
from seacorder.mp4.index import index_of
from seacorder.mp4.index_maker import moved
from seacorder.mp4.start_time import (
    BehindFileType,
    start_time_box,
    start_time_box_of,
    start_time_in,
    with_start_time,
)

FILE_TYPE = made(b"ftyp", b"iso5", bytes(4))
MEDIA = made(b"mdat", bytes(40))
NEW_YEAR_2026_NS = 1_767_225_600_000_000_000


def test_its_bytes_are_those_of_the_standard() -> None:
    """425 years, of which 103 had a leap day, after the first day of 1601, in units of 100 ns."""
    days = 425 * 365 + 103
    box = start_time_box(NEW_YEAR_2026_NS)
    assert box.endswith(struct.pack(">I4sIIQ", 24, b"cstb", 1, 1, days * 86_400 * 10_000_000))
    (meta,) = boxes(box, 0, len(box))
    inside = list(boxes(box, meta.body + 4, meta.end))
    assert [one.kind for one in (meta, *inside)] == [b"meta", b"hdlr", b"cstb"]


@given(st.integers(0, 4 * 10**18))
def test_what_is_written_is_read(utc_ns: int) -> None:
    header = with_start_time(FILE_TYPE + MEDIA, utc_ns)
    assert start_time_in(header) == utc_ns // 100 * 100
    assert header.replace(start_time_box_of(header), b"") == FILE_TYPE + MEDIA


@pytest.mark.parametrize("size", [0, 5, len(FILE_TYPE), len(FILE_TYPE) + 60])
def test_a_file_that_ends_in_front_of_it_says_nothing(size: int) -> None:
    assert start_time_in(with_start_time(FILE_TYPE + MEDIA, 5_000)[:size]) is None


@pytest.mark.parametrize(
    "table", [b"", struct.pack(">I", 0), struct.pack(">III", 1, 1, 7), struct.pack(">IIQ", 0, 1, 7)]
)
def test_one_without_an_entry_says_nothing(table: bytes) -> None:
    meta = made(b"meta", bytes(4), made(b"hdlr", bytes(25)), made(b"cstb", table))
    assert start_time_in(FILE_TYPE + meta + MEDIA) is None
    assert start_time_in(FILE_TYPE + made(b"meta", bytes(4), made(b"hdlr", bytes(25))) + MEDIA) is None


def test_a_muxer_does_not_notice_what_is_put_behind_its_first_box() -> None:
    out = io.BytesIO()
    file = BehindFileType(out, b"between")
    assert file.tell() == 0
    assert file.write(FILE_TYPE + MEDIA) == len(FILE_TYPE + MEDIA)
    assert file.tell() == len(FILE_TYPE + MEDIA)
    assert file.seek(len(FILE_TYPE)) == len(FILE_TYPE)
    file.write(b"1234")
    assert file.seek(2) == 2
    file.write(b"56")
    assert out.getvalue() == FILE_TYPE[:2] + b"56" + FILE_TYPE[4:] + b"between" + b"1234" + MEDIA[4:]


def test_a_first_write_without_a_whole_box_is_refused() -> None:
    with pytest.raises(NotMp4):
        BehindFileType(io.BytesIO(), b"between").write(FILE_TYPE[:7])


def test_an_index_is_moved_and_nothing_else_of_it_changes() -> None:
    film = footage(Recipe(sound=True))
    _, closed = written_by("FFmpeg's", film, film.samples)
    index = closed[last_box(closed, b"moov").at :]
    for by in (69, (1 << 32) - 1):  # places beyond 4 GiB take eight bytes
        for track, old in zip(index_of(moved(index, by)), index_of(index), strict=True):
            assert [(one.offset - by, one.size, one.dts) for one in track.samples] == [
                (one.offset, one.size, one.dts) for one in old.samples
            ]
    assert moved(moved(index, 5), -5) == index


@pytest.mark.parametrize("moov", [b"", made(b"moov", made(b"trak", made(b"mdia", made(b"minf", made(b"stbl")))))])
def test_an_index_without_places_is_not_moved(moov: bytes) -> None:
    with pytest.raises(NotMp4):
        moved(moov, 5)
