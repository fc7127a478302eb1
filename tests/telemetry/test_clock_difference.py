"""When a source's clock counts as wrong."""

from seacorder.base.clock import NS_PER_SECOND
from seacorder.telemetry.clock_difference import HOLD_NS, ClockDifference

WEEKS_1024 = -1024 * 7 * 86_400 * NS_PER_SECOND


def test_a_difference_beyond_the_bound_is_wrong_after_ten_seconds_and_right_again_after_ten() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    for second in range(11):
        assert not clock.is_wrong
        clock.take(WEEKS_1024, second * NS_PER_SECOND)
    assert clock.is_wrong
    assert clock.newest_ns == WEEKS_1024
    for second in range(11, 22):
        assert clock.is_wrong
        clock.take(NS_PER_SECOND, second * NS_PER_SECOND)
    assert not clock.is_wrong


def test_a_single_bad_record_is_no_alarm() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    clock.take(WEEKS_1024, 0)
    clock.take(0, NS_PER_SECOND)
    clock.take(WEEKS_1024, HOLD_NS + 2 * NS_PER_SECOND)
    assert not clock.is_wrong


def test_without_a_bound_nothing_is_wrong() -> None:
    clock = ClockDifference(0)
    for second in range(30):
        clock.take(WEEKS_1024, second * NS_PER_SECOND)
    assert not clock.is_wrong
