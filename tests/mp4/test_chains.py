"""Of the chains of fragments that damage leaves, those are kept that are at their places; a copy only fills holes."""

from dataclasses import replace

import pytest

from seacorder.mp4.boxes import StoredSample
from seacorder.mp4.chains import Chain, kept_fragments
from seacorder.mp4.fragments import Fragment

SIZE = 100
"""Bytes of each fragment, where a test does not say otherwise."""
END = 100 * SIZE
"""Of a file of a hundred fragments."""


def fragment(number: int, at: int, size: int = SIZE) -> Fragment:
    return Fragment(at, at + 60, at + size, number, (StoredSample(1, at + 68, size - 68, number * 40),))


def chain(first: int, last: int, at: int | None = None, size: int = SIZE) -> Chain:
    """Fragments `first` to `last`, from offset `at` on; without it they are at their own place."""
    begin = (first - 1) * size if at is None else at
    return [fragment(number, begin + (number - first) * size, size) for number in range(first, last + 1)]


def kept(*chains: Chain) -> list[Fragment]:
    return kept_fragments(chains, 0, END)


def numbers(fragments: list[Fragment]) -> list[int]:
    return [one.number for one in fragments]


def test_chains_that_fit_behind_each_other_are_all_kept() -> None:
    chains = chain(1, 7), chain(9, 9), chain(25, 60)
    assert kept(*chains) == [*chains[0], *chains[1], *chains[2]]
    assert kept() == []


def test_a_copy_of_an_earlier_place_fills_a_hole_and_takes_no_fragment_away() -> None:
    before, copy, behind = chain(1, 7), chain(5, 19, at=770), chain(25, 90)
    found = kept(before, copy, behind)
    assert numbers(found) == [*range(1, 20), *range(25, 91)]
    assert found[:6] == before[:6]
    assert found[-66:] == behind


def test_a_copy_of_a_later_place_fills_a_hole_and_takes_no_fragment_away() -> None:
    before, copy, behind = chain(1, 75), chain(83, 97, at=7530), chain(93, 102)
    found = kept(before, copy, behind)
    assert numbers(found) == [*range(1, 76), *range(83, 103)]
    assert found[:75] == before
    assert found[-10:] == behind


def test_the_last_fragment_before_damage_is_taken_from_elsewhere_if_it_is_there_whole() -> None:
    """Damage may reach into the last one's samples, which its description does not show."""
    before, copy, behind = chain(1, 7), chain(5, 19, at=770), chain(25, 90)
    assert kept(before, copy, behind)[6] == copy[2]
    before, copy, behind = chain(1, 75), chain(83, 97, at=7530), chain(97, 102)
    assert kept(before, copy, behind)[-6] == behind[0]
    before, copy, behind = chain(1, 7), chain(7, 7, at=770), chain(25, 90)
    assert kept(before, copy, behind)[6] == before[6], "it is the last one in both"
    before, copy, behind = chain(1, 10), chain(91, 100, at=1030), chain(95, 100)
    assert kept(before, copy, behind)[-1] == behind[-1], "nothing is behind it that could be damaged"


def test_a_copy_that_cannot_stand_where_it_is_gives_way_to_a_shorter_chain() -> None:
    """19 to 33 stand where 1 to 17 should be, and 18 would not be there."""
    copy, own, behind = chain(19, 33, at=150), chain(18, 27), chain(45, 102)
    assert kept(copy, own, behind) == [*own, *behind]


def test_a_copy_gives_way_even_if_its_original_is_lost_and_its_numbers_fit() -> None:
    before, copy, own, behind = chain(1, 12), chain(60, 82, at=1230), chain(37, 57), chain(91, 100)
    assert kept(before, copy, own, behind) == [*before, *own, *behind]


def test_of_another_file_nothing_is_taken_where_its_fragments_are_others() -> None:
    before, foreign, behind = chain(1, 10), chain(5, 24, at=1020, size=97), chain(31, 60)
    assert kept(before, foreign, behind) == [*before, *behind]


@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_a_damaged_time_at_the_end_of_a_chain_costs_no_other_chain(place: int) -> None:
    chains = [chain(1, 20), chain(25, 40), chain(45, 70)]
    changed = chains[1][place]
    leaping = 0 if place == 0 else 1 << 40
    chains[1][place] = replace(changed, samples=(replace(changed.samples[0], dts=leaping),))
    assert numbers(kept(*chains)) == [*range(1, 21), *range(25, 41), *range(45, 71)]


@pytest.mark.parametrize("number", [0, 3, 1 << 31])
def test_a_damaged_number_costs_its_fragment_alone(number: int) -> None:
    before, behind = chain(1, 20), chain(22, 40)
    assert kept(before, [replace(chain(21, 21)[0], number=number)], behind) == [*before, *behind]


def test_a_short_chain_between_two_holes_stays_whatever_was_lost_there() -> None:
    """A lost keyframe is longer than the usual fragment, what is lost behind the chain is shorter."""
    before, middle, behind = chain(1, 40), chain(42, 43, at=9000), chain(60, 90, at=9300)
    assert kept(before, middle, behind) == [*before, *middle, *behind]


def test_of_very_many_chains_the_longest_are_kept() -> None:
    chains = [chain(number, number + number % 3 // 2) for number in range(1, 9_000, 4)]
    found = kept(*chains)
    assert len(found) >= 2_000
    assert numbers(found) == sorted(numbers(found))
