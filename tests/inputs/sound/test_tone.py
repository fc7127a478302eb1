"""The test tone: what it says can be read back, and begins with the second."""

from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from seacorder.inputs.sound.tone import BIT_SAMPLES, RATE, markers, tone


def floats(samples: "array[int]") -> "array[float]":
    return array("f", [sample / 32768 for sample in samples])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**33), st.integers(0, RATE - 1))
def test_each_second_begins_at_its_sample_and_says_which_it_is(second: int, offset: int) -> None:
    heard = list(markers(floats(tone(second * RATE + offset, 3 * RATE))))
    assert len(heard) >= 2
    for one in heard:
        assert (one.sample + offset) % RATE == 0
        assert one.second == (second + (one.sample + offset) // RATE) % 256


def test_pieces_fit_together() -> None:
    whole = tone(17 * RATE - 100, 1000)
    assert tone(17 * RATE - 100, 300) + tone(17 * RATE + 200, 700) == whole


def test_nothing_is_heard_in_silence() -> None:
    assert list(markers(array("f", bytes(4 * RATE)))) == []


def test_a_second_whose_first_bits_were_lost_is_not_read() -> None:
    """Where sound was lost, silence stands for it."""
    whole = floats(tone(40 * RATE, 2 * RATE))
    for first in range(0, 17 * BIT_SAMPLES, 97):
        heard = list(markers(array("f", bytes(4 * (RATE + first))) + whole[first:]))
        assert [one.second for one in heard] == [41]
    for second in range(256):
        cut = floats(tone(second * RATE, RATE))[2 * BIT_SAMPLES :]
        assert list(markers(array("f", bytes(4 * RATE)) + cut)) == []
