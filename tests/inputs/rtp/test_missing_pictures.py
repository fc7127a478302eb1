"""What a lossy network took is counted to the picture, from the first pair of pictures on, and nothing else is."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.rtp_stream import framed, pictures, read_in_chunks
from seacorder.inputs.rtp.decoding_times import MissingPictures

FRAME = 3000


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(st.sets(st.integers(1, 200), max_size=120), st.integers(0, 99), st.integers(100, 3000))
def test_every_picture_that_a_packet_was_lost_of_is_told_by_the_next_one(
    codec: str, lost: set[int], seed: int, size: int
) -> None:
    made = pictures(codec, 20, size, random.Random(seed))
    frames = framed([payload for picture in made for payload in picture], 65_500)
    stream = b"".join(frame for number, frame in enumerate(frames) if number not in lost)
    kept = read_in_chunks(stream, itertools.repeat(5000), codec)
    missing = MissingPictures(FRAME)
    told = [missing.before(unit.timestamp, damaged=unit.damaged, lost=unit.lost) for unit in kept]
    holes = [(after.timestamp - before.timestamp) // FRAME - 1 for before, after in itertools.pairwise(kept)]
    assert told[1:] == holes
    assert told[:1] in ([], [0])
    # Each packet and each damaged picture is told once.
    assert sum(unit.lost for unit in kept) <= len(lost)
    assert sum(unit.damaged for unit in kept) <= 20 - len(kept)


@given(st.lists(st.integers(-(10**9), 10**9), max_size=40))
def test_nothing_is_missing_where_nothing_was_lost(times: list[int]) -> None:
    missing = MissingPictures(FRAME)
    assert not any(missing.before(dts, damaged=0, lost=0) for dts in times)


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 5), st.integers(0, 20)), max_size=40))
def test_no_clock_makes_more_missing_than_packets_were_lost(told: list[tuple[int, int, int]]) -> None:
    missing = MissingPictures(FRAME)
    for dts, damaged, lost in told:
        assert 0 <= missing.before(dts, damaged=damaged, lost=lost) <= damaged + lost


def test_a_rate_that_was_told_wrong_is_found_out_after_two_distances() -> None:
    missing = MissingPictures(FRAME)
    for dts in (0, 6000, 12_000):
        missing.before(dts, damaged=0, lost=0)
    assert missing.before(30_000, damaged=1, lost=9) == 2


def test_with_no_steady_rate_what_came_damaged_is_told() -> None:
    missing = MissingPictures(0)
    for dts in (0, 3000, 90_000, 93_000, 400_000):
        missing.before(dts, damaged=0, lost=0)
    assert missing.before(500_000, damaged=2, lost=50) == 2
