"""Sound whose stamps are right, wrong, or jump: where it stands beside when it came."""

import itertools
import random
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seacorder.inputs.rtp.sound_clock import SoundClock

MS = 1_000_000
RATE = 16_000
LENGTH = Fraction(1024, RATE)


def places(
    clock: SoundClock,
    stamp: Callable[[int], float],
    count: int,
    *,
    length: Fraction = LENGTH,
    came: Callable[[int], float] | None = None,
) -> list[int]:
    """Where packets stand; `stamp` and `came` (seconds) of a packet's number."""
    came = came or (lambda number: number * float(length))
    return [clock.take(round(stamp(number)), length, 0, round(came(number) * 1e9)) for number in range(count)]


@pytest.mark.parametrize("factor", [1, 90_000 / RATE, 8000 / RATE, 48_000 / RATE, 48 / 44.1, 44.1 / 48, 0, 1000])
def test_sound_is_as_long_as_its_samples(factor: float) -> None:
    found = places(SoundClock(RATE), lambda number: number * 1024 * factor, 1000)
    assert abs(found[-1] - found[0] - 999 * 1024) <= RATE // 10
    assert all(after > before for before, after in itertools.pairwise(found))


def test_right_stamps_stay_as_they_are() -> None:
    clock, chance = SoundClock(RATE), random.Random(3)
    found = places(clock, lambda number: number * 1024, 2000, came=lambda number: number * 0.064 + chance.random() / 4)
    assert found == [number * 1024 for number in range(2000)]
    assert not clock.is_counted


def test_a_slow_drift_between_two_good_clocks_is_the_stamps_own() -> None:
    clock = SoundClock(RATE)
    found = places(clock, lambda number: number * 1024 * 1.0005, 8000)
    assert found == [round(number * 1024 * 1.0005) for number in range(8000)]


def test_a_pause_of_the_camera_is_a_pause() -> None:
    later = lambda number: 5 if number >= 100 else 0  # noqa: E731
    found = places(
        SoundClock(RATE),
        lambda number: number * 1024 + later(number) * RATE,
        200,
        came=lambda number: number * 0.064 + later(number),
    )
    assert found == [number * 1024 + later(number) * RATE for number in range(200)]


@pytest.mark.parametrize("seconds", [-4, 4, 60])
def test_a_jump_of_the_stamps_alone_is_none(seconds: int) -> None:
    clock = SoundClock(RATE)
    found = places(clock, lambda number: number * 1024 + (seconds * RATE if number >= 100 else 0), 300)
    assert found == [number * 1024 for number in range(300)]
    assert clock.shift == seconds * RATE


def test_one_wrong_stamp_moves_nothing() -> None:
    found = places(SoundClock(RATE), lambda number: number * 1024 + (7000 if number == 50 else 0), 300)
    assert found == [number * 1024 for number in range(300)]


def test_counted_sound_pauses_with_its_camera() -> None:
    later = lambda number: 5 if number >= 200 else 0  # noqa: E731
    clock = SoundClock(RATE)
    found = places(clock, lambda number: number * 5760, 400, came=lambda number: number * 0.064 + later(number))
    assert clock.is_counted
    assert found[399] - found[0] == pytest.approx(399 * 1024 + 5 * RATE, abs=RATE // 10)


def test_a_network_that_holds_sound_up_is_no_pause_of_counted_sound() -> None:
    held = lambda number: max(number * 0.064, 12.0) if 100 < number < 190 else number * 0.064  # noqa: E731
    found = places(SoundClock(RATE), lambda number: number * 5760, 400, came=held)
    assert found[399] - found[0] == pytest.approx(399 * 1024, abs=RATE // 10)


def test_packets_that_are_lost_leave_their_place() -> None:
    clock = SoundClock(RATE)
    for number in range(10):
        clock.take(number * 5760, LENGTH, 0, number * 64 * MS)
    assert clock.take(13 * 5760, LENGTH, 3, 13 * 64 * MS) == 13 * 1024


def test_what_has_no_known_length_is_as_it_is_stamped() -> None:
    clock = SoundClock(RATE)
    assert [clock.take(time, Fraction(0), 0, 0) for time in (5, 9_999_999, 7)] == [5, 9_999_999, 7]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-(1 << 34), 1 << 34), st.integers(0, 3), st.integers(0, 400)), max_size=60))
def test_any_stamps_have_a_place(packets: list[tuple[int, int, int]]) -> None:
    clock, now_ns = SoundClock(RATE), 0
    for time, missing, later_ms in packets:
        now_ns += later_ms * MS
        assert isinstance(clock.take(time, LENGTH, missing, now_ns), int)
