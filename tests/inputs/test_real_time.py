"""Waiting ends when it is time, or when somebody stops it."""

from fakes.clock import FakeClock
from seacorder.base.clock import NS_PER_SECOND
from seacorder.inputs.real_time import RealTime


def test_what_is_due_is_not_waited_for() -> None:
    clock = FakeClock()
    RealTime(clock).wait_until(clock.monotonic_ns() - NS_PER_SECOND)
    RealTime(clock).wait_until(clock.monotonic_ns())
    assert not RealTime(clock).is_stopped


def test_nothing_is_waited_for_after_a_stop() -> None:
    clock = FakeClock()
    real_time = RealTime(clock)
    real_time.stop()
    real_time.wait_until(clock.monotonic_ns() + 3600 * NS_PER_SECOND)
    assert real_time.is_stopped
