"""When packets came that lay in the kernel until they were read together."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_MS
from seacorder.channel.timing.clock_offset import ClockOffset
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


BEGUN = (45_000, 999 * NS_PER_MS)


def test_a_picture_whose_end_has_lain_came_when_its_beginning_came() -> None:
    burst = Burst(1190 * NS_PER_MS, 1000 * NS_PER_MS, has_lain=True)
    assert burst.arrivals([45_000, 54_000], 63_000, RATE, BEGUN) == [999 * NS_PER_MS, 1090 * NS_PER_MS]
    assert burst.arrivals([54_000], 63_000, RATE, BEGUN) == [1090 * NS_PER_MS]
    assert burst.arrivals([], 63_000, RATE, BEGUN) == []


def test_a_picture_that_was_read_as_it_came_or_came_slowly_came_when_it_was_whole() -> None:
    assert at_once(77).arrivals([9000, 1], 5, RATE, (9000, 70)) == [77, 77]
    late = Burst(1230 * NS_PER_MS, 1220 * NS_PER_MS, has_lain=True)
    assert late.arrivals([45_000], 45_000, RATE, BEGUN) == [1230 * NS_PER_MS]


RECORDED = (
    (3689.70, 3678.84, 6),
    (3889.80, 3874.92, 6),
    (3901.10, 3900.55, 1),
    (4090.40, 4074.92, 5),
    (4289.80, 4278.93, 6),
)
"""Reads of a real sender (GStreamer) of 30 pictures a second: (ms of the read, ms at which the kernel says that the
newest byte came, whole pictures). It sends a picture in one piece 0.5 ms after its capture, but holds it back while the
one before is not acknowledged. The third read waited for what came next; the others are a fifth of a second apart."""
FIRST_NUMBER = 105
"""Of the first picture. Picture n was captured at n / 30 s, and its RTP time is 3000 n."""


def capture_errors(reads: Sequence[tuple[float, float, int]]) -> list[float]:
    """How much later than they were captured pictures seem to have been captured, in ms, in the order of the reads."""
    offset, found, number, before_ns = ClockOffset(), [], FIRST_NUMBER, 0
    for read_ms, came_ms, count in reads:
        stamps = [3000 * (number + one) for one in range(count)]
        burst = Burst(int(came_ms * NS_PER_MS), before_ns or int((read_ms - 200) * NS_PER_MS))
        for stamp, arrived_ns in zip(stamps, burst.arrivals(stamps, stamps[-1], RATE), strict=True):
            found.append(offset.learn(stamp * 100_000 // 9, arrived_ns) / NS_PER_MS)
        number, before_ns = number + count, int(read_ms * NS_PER_MS)
    return found


def test_reads_that_wait_for_the_beginning_of_a_picture_make_capture_times_exact() -> None:
    errors = capture_errors(RECORDED)
    assert errors[-1] == pytest.approx(0.55, abs=0.01)


def test_bursts_alone_leave_the_delay_of_what_was_held_back() -> None:
    first, second, _, (read_ms, came_ms, _), last = RECORDED
    errors = capture_errors((first, second, (read_ms, came_ms, 6), last))
    assert errors[-1] == pytest.approx(8.25, abs=0.01)


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
