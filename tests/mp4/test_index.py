"""The index: what it says is read, what does not fit is refused, and every header becomes as long as its own tables."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.damage import closed, index_at
from fakes.footage import Recipe
from seacorder.mp4.boxes import Box, NotMp4, child, word
from seacorder.mp4.index import index_of, lengthened

RECIPES = [
    pytest.param(Recipe(frames=40), id="H.264"),
    pytest.param(Recipe(frames=40, b_frames=3), id="B-frames"),
    pytest.param(Recipe(frames=40, b_frames=3, sound=True), id="B-frames and sound"),
    pytest.param(Recipe(codec="libx265", frames=40, b_frames=2), id="H.265"),
]


def moov_of(recipe: Recipe) -> bytes:
    content = closed(recipe)
    return content[index_at(content) :]


def shortened(moov: bytes, ticks: int) -> bytes:
    """As the muxer leaves it: the last sample as long as the others, and the headers `ticks` shorter than that."""
    index = bytearray(moov)
    root = Box(b"moov", 0, 8, len(index))
    stts = child(index, root, b"trak", b"mdia", b"minf", b"stbl", b"stts")
    mdhd, mvhd = child(index, root, b"trak", b"mdia", b"mdhd"), child(index, root, b"mvhd")
    entries = word(index, stts.body + 4)
    step = word(index, stts.body + 12)
    last = stts.body + 8 + 8 * (entries - 1)
    total = word(index, mdhd.body + 16) - word(index, last + 4) + step
    struct.pack_into(">I", index, last + 4, step)
    struct.pack_into(">I", index, mdhd.body + 16, total - ticks)
    struct.pack_into(">I", index, mvhd.body + 16, 1)
    return bytes(index)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recorded_file_says_as_much_as_its_index(recipe: Recipe) -> None:
    for track in index_of(moov_of(recipe)):
        assert track.header_ticks == track.ticks
        assert track.header_ticks > track.last_shown
        assert not track.is_short


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_short_header_is_made_as_long_as_the_index(recipe: Recipe) -> None:
    before = moov_of(recipe)
    short = shortened(before, 512)
    assert index_of(short)[0].is_short
    mended = lengthened(short)
    video = index_of(mended)[0]
    assert (video.header_ticks, video.is_short) == (video.ticks, False)
    assert [one.offset for one in video.samples] == [one.offset for one in index_of(before)[0].samples]
    assert lengthened(mended) == mended


def test_the_last_of_many_equal_durations_gets_an_entry_of_its_own() -> None:
    mended = bytearray(moov_of(Recipe(frames=40, b_frames=3)))
    root = Box(b"moov", 0, 8, len(mended))
    stts = child(mended, root, b"trak", b"mdia", b"minf", b"stbl", b"stts")
    rows = [struct.unpack_from(">II", mended, stts.body + 8 + 8 * row) for row in range(word(mended, stts.body + 4))]
    assert rows[-1] == (1, 3 * 512)  # its own, and twice the delay of a frame with which the first is shown
    assert rows[-2][1] == 512


@settings(max_examples=150, deadline=None)
@given(at=st.floats(0, 1), size=st.integers(1, 64), seed=st.binary(min_size=64, max_size=64))
def test_bytes_that_are_anything_are_read_or_refused(at: float, size: int, seed: bytes) -> None:
    moov = moov_of(Recipe(frames=40, b_frames=3, sound=True))
    place = int(at * (len(moov) - size))
    damaged = moov[:place] + seed[:size] + moov[place + size :]
    for read in (index_of, lengthened):
        try:
            read(damaged)
        except NotMp4 as fault:
            assert str(fault)  # noqa: PT017 - both ends are right, nothing else is
