"""How many frames are missing between two: by the camera's clock where it tells it, else by arrivals."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seacorder.model.capture_time import AGREEMENT_NS, Captured, distance, frame_distance_ns, frames_between

FRAME_NS = 40_000_000
CAMERA_AHEAD_NS = -(10**18)
DELAYS = st.integers(0, 120_000_000).map(lambda ns: ns | 1)
"""Never exactly half a frame."""


def captured(count: int, delay_ns: int = 0, *, tells: bool = True) -> Captured:
    """Frame `count` of a camera; its arrival was so late."""
    at_ns = count * FRAME_NS
    return Captured(at_ns + delay_ns, at_ns + CAMERA_AHEAD_NS if tells else None)


@given(st.integers(1, 10_000), DELAYS, DELAYS)
def test_the_camera_s_clock_counts_exactly_however_late_frames_come(missing: int, late: int, later: int) -> None:
    found = distance(captured(0, late), captured(missing + 1, later))
    assert (found.frames_between(FRAME_NS), found.is_by_camera) == (missing, True)


@given(st.integers(10, 500), DELAYS, st.integers(10, 500))
def test_the_errors_of_a_run_in_which_the_camera_told_nothing_cancel_out(missing: int, late: int, later: int) -> None:
    """The counts of the holes on both sides of it add up to what is missing."""
    short = captured(missing + 1, late, tells=False)
    ahead_ns = CAMERA_AHEAD_NS
    before = distance(captured(0), short, ahead_ns).frames_between(FRAME_NS)
    after = distance(short, captured(missing + later + 2), ahead_ns).frames_between(FRAME_NS)
    assert before is not None
    assert after is not None
    assert before + after == missing + later


def test_a_clock_that_the_camera_has_not_confirmed_measures_and_is_an_estimate() -> None:
    for first, second in ((True, False), (False, True), (True, True)):
        before = replace(captured(0), is_unconfirmed=first)
        found = distance(before, replace(captured(5, 70_000_000), is_unconfirmed=second))
        assert (found.frames_between(FRAME_NS), found.is_by_camera) == (4, False)


def test_a_camera_s_clock_that_was_set_meanwhile_is_not_believed() -> None:
    after = captured(100)
    assert after.camera_ns is not None
    was_set = Captured(after.instant_ns, after.camera_ns + AGREEMENT_NS + FRAME_NS)
    found = distance(captured(0), was_set)
    assert (found.frames_between(FRAME_NS), found.is_by_camera) == (99, False)


@given(st.integers(1, 1000), st.sampled_from([15.0, 25.0, 30000 / 1001, 60.0]))
def test_what_is_missing_between_two_frames_follows_from_the_rate(missing: int, rate: float) -> None:
    usual_ns = frame_distance_ns(rate)
    assert frames_between(round((missing + 1) * usual_ns), usual_ns) == missing


def test_two_frames_that_are_closer_than_usual_have_lost_none_between_them() -> None:
    assert frames_between(FRAME_NS // 4, FRAME_NS) == 0


def test_without_a_rate_the_missing_frames_are_unknown() -> None:
    assert frames_between(FRAME_NS, frame_distance_ns(0)) is None


def test_without_a_rate_nobody_knows() -> None:
    assert distance(captured(0), captured(5)).frames_between(0) is None
