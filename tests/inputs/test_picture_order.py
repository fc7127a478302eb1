"""Decoding times from presentation times, also for a source whose clock is broken."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.picture_order import DEEPEST, PictureOrder

FRAME = 3600
IBBP = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8]
PYRAMID = [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11]


def times(depth: int, shown: list[int]) -> list[int]:
    order = PictureOrder(depth, 10)
    return [order.decoding_time(pts * 10) for pts in shown]


def test_without_reordering_they_are_the_same() -> None:
    assert times(0, [0, 1, 2, 5]) == [0, 10, 20, 50]


def test_with_reordering_they_are_ahead_by_its_depth() -> None:
    assert times(1, IBBP) == [number * 10 - 10 for number in range(len(IBBP))]
    assert times(2, PYRAMID) == [number * 10 - 20 for number in range(len(PYRAMID))]


def test_a_depth_that_was_not_told_is_found() -> None:
    dts = times(0, PYRAMID * 1 + [pts + 16 for pts in PYRAMID])
    steps = [after - before for before, after in itertools.pairwise(dts)]
    assert all(step > 0 for step in steps[4:])


@given(st.integers(0, 4), st.lists(st.integers(-(10**6), 10**6), max_size=60))
def test_never_after_presentation(depth: int, shown: list[int]) -> None:
    order = PictureOrder(depth, 3000)
    assert all(order.decoding_time(pts) <= pts for pts in shown)


def test_a_clock_that_stands_repeats_the_decoding_time() -> None:
    order = PictureOrder(0, FRAME)
    times = [0, FRAME, FRAME, FRAME, 2 * FRAME]
    assert [order.decoding_time(pts) for pts in times] == times


def test_a_clock_that_runs_backward_is_not_taken_for_ever_deeper_reordering() -> None:
    order = PictureOrder(0, FRAME)
    times = [(pts, order.decoding_time(pts)) for pts in range(1000 * FRAME, 0, -FRAME)]
    assert all(0 <= pts - dts <= (DEEPEST + 1) * FRAME for pts, dts in times)
