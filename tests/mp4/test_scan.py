"""The scan finds every fragment that no damage touches, wherever the damage is and whatever it left."""

import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.damage import fragments_of, interrupted, spoiled
from fakes.footage import Recipe
from seacorder.mp4.scan import ScanResult, scan

RECIPES = [Recipe(frames=60, group=20), Recipe(frames=60, group=20, b_frames=2, sound=True)]
BLOCKS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(1, 6000), st.sampled_from(["zeros", "ones", "random", "of another place"])),
    min_size=1,
    max_size=4,
)


def scanned(content: bytes, begin: int) -> ScanResult:
    return scan(io.BytesIO(content), begin, len(content))


@pytest.mark.parametrize("recipe", RECIPES, ids=["pictures", "B-frames and sound"])
def test_without_damage_all_are_there(recipe: Recipe) -> None:
    content = interrupted(recipe)
    told = fragments_of(content)
    found = scanned(content, told[0][0])
    assert [(one.at, one.end) for one in found.fragments] == told
    assert (found.damaged, found.end) == ((), len(content))
    assert [one.number for one in found.fragments] == list(range(1, len(told) + 1))
    assert sum(one.track == 1 for fragment in found.fragments for one in fragment.samples) == recipe.frames


@settings(max_examples=200, deadline=None)
@given(blocks=BLOCKS, kind=st.integers(0, 1))
def test_damage_anywhere_costs_only_what_it_touches(blocks: list[tuple[float, int, str]], kind: int) -> None:
    content = interrupted(RECIPES[kind])
    told = fragments_of(content)
    first, damaged = told[0][0], content
    touched: list[tuple[int, int]] = []
    for share, size, how in blocks:
        at = first + int(share * (len(content) - first - 1))
        damaged = spoiled(damaged, at, size, how)
        touched.append((at, min(at + size, len(content))))
    untouched = [(a, b) for a, b in told if all(end <= a or b <= begin for begin, end in touched)]
    found = scanned(damaged, first)
    places = {(one.at, one.end) for one in found.fragments}
    assert len(places) >= len(untouched)
    if all(how != "of another place" for _, _, how in blocks):
        assert places >= set(untouched)
    assert all(hole.begin < hole.end for hole in found.damaged)
    covered = sorted([*places, *((hole.begin, hole.end) for hole in found.damaged)])
    assert covered[0][0] == first
    assert all(before[1] == after[0] for before, after in pairwise(covered))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(place=st.floats(0, 1), size=st.integers(1, 3000), seed=st.integers(0, 1 << 30), kind=st.integers(0, 1))
def test_a_block_of_another_place_hides_nothing(place: float, size: int, seed: int, kind: int) -> None:
    """As long as the block is a small part of the file, a quarter at most. By chance a copy fits: once in 40,000."""
    content = interrupted(RECIPES[kind])
    told = fragments_of(content)
    first = told[0][0]
    at = first + int(place * (len(content) - first - 1))
    damaged = spoiled(content, at, size, "of another place", seed)
    untouched = {content[a:b] for a, b in told if b <= at or at + size <= a}
    found = scanned(damaged, first)
    assert {damaged[one.at : one.end] for one in found.fragments} >= untouched
    assert all(one.end <= other.at for one, other in pairwise(found.fragments))


@settings(max_examples=100, deadline=None)
@given(size=st.integers(0, 10_000_000))
def test_a_cut_is_no_damage(size: int) -> None:
    content = interrupted(RECIPES[1])
    told = fragments_of(content)
    first = told[0][0]
    cut = content[: first + size % (len(content) - first)]
    found = scanned(cut, first)
    assert found.damaged == ()
    whole = [one for one in found.fragments if one.end <= len(cut)]
    assert [(one.at, one.end) for one in whole] == [one for one in told if one[1] <= len(cut)]


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 40_000, 1, 0])
@pytest.mark.parametrize("box", ["moof", "mdat"])
def test_a_box_that_says_it_is_a_giant_hides_nothing_behind_it(size: int, box: str) -> None:
    content = interrupted(RECIPES[0])
    told = fragments_of(content)
    at, end = told[30]
    moof = int.from_bytes(content[at : at + 4], "big")
    place = at if box == "moof" else at + moof
    damaged = content[:place] + size.to_bytes(4, "big") + content[place + 4 :]
    found = scanned(damaged, told[0][0])
    places = [(one.at, one.end) for one in found.fragments]
    expected = [one for one in told if one != (at, end) or box == "mdat"]  # the moof alone says where its samples are
    assert places == expected


def test_a_time_that_leaps_costs_its_fragment_alone() -> None:
    content = interrupted(RECIPES[0])
    told = fragments_of(content)
    at = content.index(b"tfdt", told[20][0]) + 8
    for value in (0, 1 << 40):
        damaged = content[:at] + value.to_bytes(8, "big") + content[at + 8 :]
        found = scanned(damaged, told[0][0])
        assert [(one.at, one.end) for one in found.fragments] == told[:20] + told[21:]
        assert [(hole.begin, hole.end) for hole in found.damaged] == [told[20]]


def test_fragments_of_an_earlier_file_in_a_lost_block_are_not_taken() -> None:
    """A block that an earlier, longer file had used: its fragments are whole, and numbered otherwise."""
    content, other = interrupted(RECIPES[0]), interrupted(Recipe(frames=200, group=20))
    told, foreign = fragments_of(content), fragments_of(other)
    begin, end = told[10][0], told[30][0]
    stale = other[foreign[120][0] : foreign[120][0] + end - begin]
    found = scanned(content[:begin] + stale.ljust(end - begin, b"\0") + content[end:], told[0][0])
    assert [(one.at, one.end) for one in found.fragments] == told[:10] + told[30:]
