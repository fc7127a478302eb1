"""The grid of an encoded channel's pictures: exact, nearest, nothing invented over a hole."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.channel.encoding.frame_rate_grid import HOLE_SECONDS, Grid, PictureCounts, time_base_of


def shown(grid: Grid, times: list[Fraction]) -> dict[int, Fraction]:
    """Which picture, by its time, stands at each point."""
    points: dict[int, Fraction] = {}
    for place, time in enumerate(times):
        before, now = grid.take(time)
        points.update(dict.fromkeys(before, times[place - 1]))
        points.update(dict.fromkeys(now, time))
    return points


def steady(rate: Fraction, count: int) -> list[Fraction]:
    return [5 + n / rate for n in range(count)]


@pytest.mark.parametrize(("source", "target"), [(25, 25), (25, 50), (50, 25), (30, 25), (25, 30), (60, 24), (15, 60)])
def test_each_point_shows_the_nearest_picture_and_the_account_balances(source: int, target: int) -> None:
    counts = PictureCounts()
    grid = Grid(Fraction(target), counts)
    times = steady(Fraction(source), 200)
    points = shown(grid, times)
    assert sorted(points) == list(range(len(points)))
    for point, time in points.items():
        at = grid.time_of(point)
        assert abs(time - at) == min(abs(other - at) for other in times)
    used = len(set(points.values()))
    assert counts.repeated == len(points) - used - _repeats_of_last(points, times)
    assert counts.passed_over == len([time for time in times[:-1] if time not in points.values()])


def _repeats_of_last(points: dict[int, Fraction], times: list[Fraction]) -> int:
    """The last picture's account is still open."""
    return max(0, list(points.values()).count(times[-1]) - 1)


def test_a_steady_source_at_its_own_rate_waits_for_no_other_picture() -> None:
    grid = Grid(Fraction(25), PictureCounts())
    jitter = [Fraction((-1) ** n, 2000) for n in range(100)]
    for place, time in enumerate(steady(Fraction(25), 100)):
        before, now = grid.take(time + jitter[place])
        assert (before, now) == ([], [place])


@given(st.lists(st.fractions(Fraction(1, 200), Fraction(1)), min_size=2, max_size=60))
def test_points_follow_each_other_without_a_gap_whatever_the_distances(distances: list[Fraction]) -> None:
    times = [sum(distances[:n], Fraction(0)) for n in range(len(distances) + 1)]
    points = shown(Grid(Fraction(25), PictureCounts()), times)
    assert sorted(points) == list(range(len(points)))


def test_nothing_is_repeated_over_a_hole_and_the_grid_stays_exact() -> None:
    grid = Grid(Fraction(25), PictureCounts())
    times = [*steady(Fraction(25), 10), 5 + Fraction(9, 25) + HOLE_SECONDS + Fraction(1, 100) + Fraction(1, 25)]
    points = shown(grid, times)
    assert sorted(points)[:10] == list(range(10))
    assert sorted(points)[10:] == [60]
    assert points[60] == times[-1]
    assert grid.time_of(60) == 5 + Fraction(60, 25)


def test_pictures_lost_to_overload_are_not_replaced_by_others() -> None:
    grid = Grid(Fraction(25), PictureCounts())
    times = steady(Fraction(25), 20)
    assert shown(grid, times[:5])
    grid.leave_hole()
    assert grid.take(times[15]) == ([], [15])


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30_000, 1001), Fraction(60_000, 1001), Fraction(15, 2)])
def test_every_point_is_a_whole_number_of_the_time_base(rate: Fraction) -> None:
    time_base = time_base_of(rate)
    assert (1 / rate / time_base).denominator == 1
    assert time_base <= Fraction(1, 10_000)
