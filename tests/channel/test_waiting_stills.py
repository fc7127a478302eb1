"""Stills that wait for their frame: each is taken once, in time."""

import pytest

from seacorder.channel.waiting_stills import WaitingStill, WaitingStills

SECOND = 1_000_000_000


@pytest.fixture
def taken() -> list[str]:
    return []


@pytest.fixture
def stills(taken: list[str]) -> WaitingStills:
    made = WaitingStills()
    made.add(WaitingStill(5 * SECOND, 9 * SECOND, lambda: taken.append("first")))
    made.add(WaitingStill(7 * SECOND, 8 * SECOND, lambda: taken.append("second")))
    return made


def test_one_is_taken_when_no_frame_before_its_instant_can_still_come(stills: WaitingStills, taken: list[str]) -> None:
    stills.serve(5 * SECOND, now_ns=0)  # a frame captured at that very instant may still come
    assert taken == []
    stills.serve(6 * SECOND, now_ns=0)
    stills.serve(6 * SECOND, now_ns=0)
    assert taken == ["first"]


def test_one_that_has_waited_long_enough_is_taken_of_what_there_is(stills: WaitingStills, taken: list[str]) -> None:
    assert stills.next_deadline_ns == 8 * SECOND
    stills.serve(0, now_ns=8 * SECOND)
    assert (taken, stills.next_deadline_ns) == (["second"], 9 * SECOND)
    stills.serve(0, now_ns=9 * SECOND)
    assert (taken, stills.next_deadline_ns) == (["second", "first"], None)
