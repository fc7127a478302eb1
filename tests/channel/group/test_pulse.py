"""The heartbeats of a group: one thread, each channel its own beat."""

import logging

import pytest

from fakes.clock import FakeClock
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.heap import COLLECT_SECONDS
from seacorder.base.speaker import speaker
from seacorder.channel.group.pulse import Pulse


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
