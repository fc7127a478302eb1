"""One track's media time: what becomes of single timestamps. Ticks of a millisecond, a frame each 40."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_MS
from seacorder.channel.timing.track_times import SQUEEZE, Step, TrackTimes

FRAME = 40


def steps(stamps: list[int | None], arrivals: list[int] | None = None) -> list[tuple[int, Step]]:
    """(step, what became of its own time) of each packet behind the first."""
    times = TrackTimes(Fraction(1, 1000), FRAME)
    arrived = arrivals or [FRAME * number for number in range(len(stamps))]
    found, last = [], times.begin(0, stamps[0], arrived[0] * NS_PER_MS)
    for stamp, at in zip(stamps[1:], arrived[1:], strict=True):
        out = times.take(stamp, at * NS_PER_MS)
        found.append((out - last, times.kind))
        last = out
    return found


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [(86_080, Step.BACKWARD), (95_080, Step.JUMPED), (90_040, Step.REPEATED), (None, Step.MISSING)],
)
def test_one_wrong_timestamp_costs_one_corrected_step(wrong: int | None, kind: Step) -> None:
    found = steps([90_000, 90_040, wrong, 90_120, 90_160])
    assert found == [(FRAME, Step.KEPT), (FRAME, kind), (FRAME, Step.KEPT), (FRAME, Step.KEPT)]


def test_a_count_that_begins_anew_is_followed_from_its_second_timestamp_on() -> None:
    found = steps([90_000, 90_040, 0, 40, 80])
    assert [kind for _, kind in found] == [Step.KEPT, Step.BACKWARD, Step.KEPT, Step.KEPT]


def test_two_clocks_that_take_turns_cost_one_corrected_step() -> None:
    found = steps([90_000, 90_040, 500, 90_120, 580, 90_200, 660])
    assert [kind for _, kind in found].count(Step.KEPT) == 5


def test_a_pause_inside_of_a_new_count_has_its_length() -> None:
    assert steps([90_000, 90_040, 0, 40], [0, 40, 1_040, 1_080])[1] == (1_000, Step.BACKWARD)


def test_a_late_packet_keeps_its_own_time() -> None:
    assert steps([0, 40, 80, 120], [0, 40, 900, 910]) == [(FRAME, Step.KEPT)] * 3


def test_packets_without_times_that_come_in_one_go_are_squeezed() -> None:
    found = steps([0, None, None, None], [0, 0, 0, 0])
    assert found == [(FRAME // SQUEEZE, Step.MISSING)] * 3


def test_on_a_steady_source_a_long_step_tells_how_many_never_came() -> None:
    times = TrackTimes(Fraction(1, 1000), FRAME, counts_skipped=True)
    times.begin(0, 0, 0)
    stamps = [*range(FRAME, 60 * FRAME, FRAME), 63 * FRAME]
    for stamp in stamps:
        times.take(stamp, stamp * NS_PER_MS)
    assert times.skipped == 3


@given(st.lists(st.tuples(st.none() | st.integers(-(2**33), 2**33), st.integers(0, 5_000)), max_size=60))
def test_media_time_always_rises(packets: list[tuple[int | None, int]]) -> None:
    times, arrived = TrackTimes(Fraction(1, 1000), FRAME), 0
    last = times.begin(0, 0, 0)
    for stamp, wait in packets:
        arrived += wait
        out = times.take(stamp, arrived * NS_PER_MS)
        assert out > last
        last = out


def test_the_watch_is_told_exactly_how_far_media_time_was_held_back() -> None:
    times = TrackTimes(Fraction(1, 1000), FRAME)
    times.begin(0, 0, 0)
    times.watch.lead_ns = -50 * NS_PER_MS
    told, moved = [], times.watch.moved

    def tell(by_ns: int) -> None:
        told.append(by_ns)
        moved(by_ns)

    times.watch.moved = tell  # type: ignore[method-assign]
    for number in range(1, 6):
        times.take(number * FRAME, number * FRAME * NS_PER_MS)
    assert times.media == 5 * FRAME - 50
    assert told == [-20 * NS_PER_MS, -20 * NS_PER_MS, -10 * NS_PER_MS]
