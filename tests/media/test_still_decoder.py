"""Which picture a still shows: the newest at or before the instant, and a neighbour where it cannot be decoded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.footage import Recipe, footage
from seacorder.media.still_decoder import THREADS_MAX, _is_nearer, _nearest, decode, needed_for, threads_for, wanted_of
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


_LAYERS = "log-level=none:keyint=10:min-keyint=10:scenecut=0:open-gop=0:bframes=3:temporal-layers=2"


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(b_frames=3),
        Recipe(codec="libx265", b_frames=3),
        Recipe(codec="libx265", b_frames=3, options=(("x265-params", _LAYERS),)),
    ],
    ids=["H.264", "H.265", "H.265 in layers"],
)
def test_pictures_that_no_other_needs_are_left_out_and_nothing_changes(recipe: Recipe) -> None:
    made = footage(recipe)
    group = made.video[50:60]
    decoded = 0
    for wanted in group:
        needed = needed_for(group, wanted, made.source)
        frame, sample = decode(group, wanted, made.source)
        whole = _nearest(group, wanted, made.source, 1)
        assert sample is wanted
        assert frame.pts == wanted.pts
        assert [bytes(plane) for plane in frame.planes] == [bytes(plane) for plane in whole.planes]
        decoded += len(needed)
    assert decoded < 0.8 * sum(range(1, 1 + len(group)))


def test_without_pictures_that_no_other_needs_each_one_up_to_the_wanted_is_decoded() -> None:
    made = footage(Recipe())
    group = made.video[50:60]
    assert needed_for(group, group[6], made.source) == group[:7]


def test_decoders_share_the_cores() -> None:
    assert threads_for(1, 8, 1) == 1, "nothing to share"
    assert [threads_for(20, 2, at_once) for at_once in (1, 2, 8)] == [2, 1, 1]
    assert [threads_for(20, 16, at_once) for at_once in (1, 2, 8, 16)] == [THREADS_MAX, THREADS_MAX, 2, 1]
