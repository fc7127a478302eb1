"""Decoding times from presentation times, also for a source whose clock is broken."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.rtp.decoding_times import DEEPEST, LONGEST_BACK_TICKS, PictureOrder

FRAME = 3600
IBBP = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8]
PYRAMID = [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11]


def always(_content: bytes) -> bool:
    return True


def times(depth: int, shown: list[int], may_precede: Callable[[bytes], bool] | None = None) -> list[int]:
    order = PictureOrder(depth, 10, may_precede)
    return [order.decoding_time(pts * 10) for pts in shown]


def test_without_reordering_they_are_the_same() -> None:
    assert times(0, [0, 1, 2, 5]) == [0, 10, 20, 50]


def test_with_reordering_they_are_ahead_by_its_depth() -> None:
    assert times(1, IBBP) == [number * 10 - 10 for number in range(len(IBBP))]
    assert times(2, PYRAMID) == [number * 10 - 20 for number in range(len(PYRAMID))]


def test_a_depth_that_was_not_told_is_found() -> None:
    dts = times(0, PYRAMID * 1 + [pts + 16 for pts in PYRAMID], always)
    steps = [after - before for before, after in itertools.pairwise(dts)]
    assert all(step > 0 for step in steps[4:])


@given(st.integers(0, 4), st.lists(st.integers(-(10**6), 10**6), max_size=60), st.sampled_from([None, always]))
def test_never_after_presentation(
    depth: int, shown: list[int], may_precede: Callable[[bytes], bool] | None
) -> None:
    order = PictureOrder(depth, 3000, may_precede)
    for pts in shown:
        dts = order.decoding_time(pts)
        assert order.is_stray or dts <= pts


@given(st.lists(st.integers(-(10**6), 10**6), max_size=60))
def test_a_stream_that_rules_reordering_out_is_decoded_as_it_is_shown(shown: list[int]) -> None:
    assert times(0, shown) == [pts * 10 for pts in shown]


def test_only_a_picture_that_can_be_shown_earlier_makes_a_stream_reorder() -> None:
    order = PictureOrder(0, FRAME, lambda content: content == b"B")
    for pts, content in ((0, b"P"), (10, b"P"), (9, b"P"), (20, b"P")):
        assert order.decoding_time(pts, content=content) == pts
    assert not order.reorders
    order.decoding_time(15, content=b"B")
    assert order.reorders


@pytest.mark.parametrize("stray", [-4 * 90_000, -90_000, 7 * 90_000, 90_000 * 9800])
def test_a_single_stray_time_changes_none_of_the_others(stray: int) -> None:
    shown = [0, *((pts + 4 * turn) * FRAME for turn in range(25) for pts in (4, 2, 1, 3))]
    wrong = 40
    order = PictureOrder(2, FRAME)
    dts = [order.decoding_time(pts + (stray if number == wrong else 0)) for number, pts in enumerate(shown)]
    steps = [after - before for before, after in itertools.pairwise(dts)]
    assert min(steps) > 0
    assert max(steps) <= 2 * FRAME
    assert all(decoded <= pts for number, (decoded, pts) in enumerate(zip(dts, shown, strict=True)) if number != wrong)


def test_times_that_began_anew_are_followed_from_the_second_on() -> None:
    order = PictureOrder(2, FRAME)
    for pts in PYRAMID:
        order.decoding_time(pts * FRAME)
    later = [order.decoding_time(pts * FRAME - 10**7) + 10**7 for pts in (*PYRAMID, 16, 14, 13, 15)]
    assert later[-6:] == [number * FRAME for number in range(9, 15)]


def test_a_pause_is_no_stray_time() -> None:
    order = PictureOrder(1, FRAME)
    for pts in (0, FRAME, 2 * FRAME):
        order.decoding_time(pts)
    order.decoding_time(10 * 90_000, waited=10 * 90_000)
    assert not order.is_stray


def test_a_rate_that_was_told_far_too_slow_delays_the_first_picture_by_little() -> None:
    assert PictureOrder(2, 90_000).decoding_time(0) == -2 * LONGEST_BACK_TICKS


def test_a_clock_that_stands_repeats_the_decoding_time() -> None:
    order = PictureOrder(0, FRAME)
    times = [0, FRAME, FRAME, FRAME, 2 * FRAME]
    assert [order.decoding_time(pts) for pts in times] == times


def test_a_clock_that_runs_backward_is_not_taken_for_ever_deeper_reordering() -> None:
    order = PictureOrder(0, FRAME, always)
    times = [(pts, order.decoding_time(pts)) for pts in range(1000 * FRAME, 0, -FRAME)]
    assert all(0 <= pts - dts <= (DEEPEST + 1) * FRAME for pts, dts in times)
