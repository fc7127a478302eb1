"""Which picture a still shows: the newest at or before the instant, and a neighbour where it cannot be decoded."""

from hypothesis import given
from hypothesis import strategies as st

from seacorder.media.still_decoder import _is_nearer, wanted_of
from seacorder.model.sample import Sample, Track


def samples_at(instants: list[int]) -> list[Sample]:
    return [
        Sample(Track.VIDEO, None, at, at, 1, number == 0, 1, at, at, number) for number, at in enumerate(instants)
    ]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30, unique=True), st.integers(-10, 1010))
def test_the_newest_frame_at_or_before_the_instant_is_wanted(instants: list[int], instant: int) -> None:
    """Frames are in decoding order, so their instants are not sorted."""
    before = [at for at in instants if at <= instant]
    assert wanted_of(samples_at(instants), instant).instant_ns == (max(before) if before else min(instants))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20, unique=True), st.integers(0, 50))
def test_the_nearest_one_before_is_better_than_any_after(shown: list[int], wanted: int) -> None:
    best = shown[0]
    for pts in shown[1:]:
        best = pts if _is_nearer(pts, best, wanted) else best
    before = [pts for pts in shown if pts <= wanted]
    assert best == (max(before) if before else min(shown))
