"""The heartbeats of a process: each channel its own beat, and who gives the turns."""

import logging

import pytest

from fakes.clock import FakeClock
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.heap import COLLECT_SECONDS
from seacorder.base.speaker import speaker
from seacorder.channel.pulse import LATE_NS, Pulse


class Heart:
    """Wants a turn every `seconds`; `fails` raises in each."""

    def __init__(self, seconds: float, *, fails: bool = False) -> None:
        self.seconds = seconds
        self.fails = fails
        self.turns: list[int] = []
        self.spoke_for = ""

    def turn(self, now_ns: int) -> int:
        self.turns.append(now_ns)
        self.spoke_for = speaker()
        if self.fails:
            raise ValueError("a fault")
        return now_ns + round(self.seconds * NS_PER_SECOND)


def test_the_next_turn_is_due_when_the_first_of_all_hearts_is() -> None:
    clock = FakeClock()
    pulse = Pulse(clock)
    pulse.add("Bow", Heart(1.0))
    pulse.add("Stern", Heart(0.5))
    assert pulse.turn() == clock.monotonic_ns() + NS_PER_SECOND // 2


def test_without_a_heart_it_wakes_for_the_collector_alone() -> None:
    clock = FakeClock()
    assert Pulse(clock).turn() == clock.monotonic_ns() + round(COLLECT_SECONDS * NS_PER_SECOND)


def test_one_that_fails_takes_no_turn_from_the_others(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    pulse, good = Pulse(FakeClock()), Heart(1.0)
    pulse.add("Bow", Heart(1.0, fails=True))
    pulse.add("Stern", good)
    pulse.turn()
    assert (len(good.turns), good.spoke_for) == (1, "Stern")
    assert "A status report" in caplog.text


def test_one_that_was_removed_gets_no_more_turns_and_its_successor_stays() -> None:
    pulse, old, new = Pulse(FakeClock()), Heart(1.0), Heart(1.0)
    pulse.add("Bow", old)
    pulse.add("Bow", new)
    pulse.remove("Bow", old)
    pulse.turn()
    assert (len(old.turns), len(new.turns)) == (0, 1)
    pulse.remove("Bow", new)
    pulse.turn()
    assert len(new.turns) == 1


def test_the_loop_gives_a_turn_when_it_is_due_and_not_before() -> None:
    clock, heart = FakeClock(), Heart(0.5)
    pulse = Pulse(clock)
    pulse.add("Bow", heart)
    for _ in range(6):
        pulse.pass_by()
        clock.advance(0.25)
    assert len(heart.turns) == 3


def test_the_thread_leaves_turns_to_a_loop_that_comes_by_and_takes_over_from_one_that_does_not() -> None:
    clock, late_seconds = FakeClock(), LATE_NS / NS_PER_SECOND
    pulse = Pulse(clock)
    pulse.add("Bow", Heart(0.5))
    assert pulse.seconds_to_turn() == 0.0
    pulse.turn()
    assert pulse.seconds_to_turn() == 0.5
    pulse.pass_by()
    assert pulse.seconds_to_turn() == 0.5 + late_seconds
    clock.advance(late_seconds)
    assert pulse.seconds_to_turn() == 0.0


def test_one_that_fails_is_tried_again_and_does_not_hold_the_loop_up() -> None:
    clock, heart = FakeClock(), Heart(0.5, fails=True)
    pulse = Pulse(clock)
    pulse.add("Bow", heart)
    for _ in range(8):
        pulse.pass_by()
        clock.advance(0.25)
    assert len(heart.turns) == 2
