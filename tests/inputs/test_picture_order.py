"""Decoding times, also for a source whose clock is broken."""

from seacorder.inputs.picture_order import DEEPEST, PictureOrder

FRAME = 3600


def test_a_clock_that_stands_repeats_the_decoding_time() -> None:
    order = PictureOrder(0, FRAME)
    times = [0, FRAME, FRAME, FRAME, 2 * FRAME]
    assert [order.decoding_time(pts) for pts in times] == times


def test_a_clock_that_runs_backward_is_not_taken_for_ever_deeper_reordering() -> None:
    order = PictureOrder(0, FRAME)
    times = [(pts, order.decoding_time(pts)) for pts in range(1000 * FRAME, 0, -FRAME)]
    assert all(0 <= pts - dts <= (DEEPEST + 1) * FRAME for pts, dts in times)
