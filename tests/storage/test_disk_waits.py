"""How long channels that share a thread may wait for disks together."""

import pytest

from fakes.clock import FakeClock
from seacorder.base.clock import NS_PER_SECOND
from seacorder.storage.disk_waits import AGAIN_NS, TOGETHER_NS, SharedWaits

LIMIT = TOGETHER_NS / NS_PER_SECOND


def test_waits_of_several_channels_end_together() -> None:
    clock = FakeClock()
    waits = SharedWaits(clock)
    assert waits(0.25) == LIMIT
    clock.advance(0.1)
    assert waits(0.25) == pytest.approx(LIMIT - 0.1), "the second one has what the first one left"
    clock.advance(0.1)
    assert waits(0.25) == 0


def test_a_short_wait_is_not_made_longer() -> None:
    assert SharedWaits(FakeClock())(0.01) == 0.01


def test_after_some_time_there_is_an_allowance_again() -> None:
    clock = FakeClock()
    waits = SharedWaits(clock)
    waits(0.25)
    clock.advance(1.0)
    assert waits(0.25) == 0
    clock.advance(AGAIN_NS / NS_PER_SECOND - 1.0)
    assert waits(0.25) == LIMIT
