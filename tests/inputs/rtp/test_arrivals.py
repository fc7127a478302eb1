"""When packets came that lay in the kernel until they were read together."""

from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_MS
from seacorder.inputs.rtp.arrivals import Burst, at_once

RATE = 90_000


def arrivals_ms(burst: Burst, timestamps: list[int], newest: int) -> list[float]:
    return [one / NS_PER_MS for one in burst.arrivals(timestamps, newest, RATE)]


def test_the_example_of_the_module() -> None:
    burst = Burst(1190 * NS_PER_MS, 1000 * NS_PER_MS)
    assert arrivals_ms(burst, [45_000, 54_000, 63_000], 63_000) == [1000, 1090, 1190]


def test_the_newest_byte_may_be_of_a_picture_that_is_not_finished() -> None:
    burst = Burst(1190 * NS_PER_MS, 1000 * NS_PER_MS)
    assert arrivals_ms(burst, [54_000, 57_600], 61_200) == [1110, 1150]


def test_the_count_may_wrap_within_a_burst() -> None:
    burst = Burst(1190 * NS_PER_MS, 1000 * NS_PER_MS)
    assert arrivals_ms(burst, [0xFFFF_FFFF - 3599, 0], 0) == [1150, 1190]


def test_pictures_that_are_sent_ahead_of_others_come_in_the_order_in_which_they_are_sent() -> None:
    burst = Burst(1190 * NS_PER_MS, 1000 * NS_PER_MS)
    assert arrivals_ms(burst, [10_800, 3600, 7200], 10_800) == [1110, 1150, 1190]


def test_sound_comes_at_a_steady_pace() -> None:
    assert Burst(1200, 1000).evenly(4) == [1050, 1100, 1150, 1200]
    assert Burst(1200, 1000).evenly(0) == []
    assert at_once(77).evenly(3) == [77, 77, 77]


def test_what_is_read_as_it_comes_came_now() -> None:
    assert at_once(77).arrivals([9000, 1, 0xFFFF_FFFF], 5, RATE) == [77, 77, 77]


@given(
    st.integers(0, 10**15),
    st.integers(0, 10**10),
    st.lists(st.integers(0, 0xFFFF_FFFF), max_size=30),
    st.integers(0, 0xFFFF_FFFF),
)
def test_whatever_a_camera_stamps_nothing_comes_before_the_last_read_or_after_the_newest_byte(
    after_ns: int, width_ns: int, timestamps: list[int], newest: int
) -> None:
    found = Burst(after_ns + width_ns, after_ns).arrivals(timestamps, newest, RATE)
    assert len(found) == len(timestamps)
    assert found == sorted(found)
    assert all(after_ns <= one <= after_ns + width_ns for one in found)
