"""When a source's clock counts as wrong, and when its time has gone back."""

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.instant import Instant
from seacorder.telemetry.clock_difference import DATED_NS, HOLD_NS, ClockDifference

WEEKS_1024 = -1024 * 7 * 86_400 * NS_PER_SECOND
BEGIN_UTC_NS = 1_600_000_000 * NS_PER_SECOND


def at(seconds: float) -> Instant:
    return Instant(int(seconds * NS_PER_SECOND), BEGIN_UTC_NS + int(seconds * NS_PER_SECOND))


def differ(clock: ClockDifference, difference_ns: int, seconds: float, kind: str = "RMC") -> None:
    """A record came then, with a time that differs so from this machine's; RMC has a date, GGA has none."""
    clock.take(at(seconds).utc_ns + difference_ns, at(seconds), kind, has_date=kind == "RMC")


def test_a_difference_beyond_the_bound_is_wrong_after_ten_seconds_and_right_again_after_ten() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    for second in range(11):
        assert not clock.is_wrong
        differ(clock, WEEKS_1024, second)
    assert clock.is_wrong
    assert clock.newest_ns == WEEKS_1024
    for second in range(11, 22):
        assert clock.is_wrong
        differ(clock, NS_PER_SECOND, second)
    assert not clock.is_wrong


def test_a_receiver_1024_weeks_behind_is_wrong_though_its_times_without_a_date_seem_right() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    for second in range(11):
        differ(clock, WEEKS_1024, second)
        differ(clock, -NS_PER_SECOND, second + 0.2, "GGA")
    assert clock.is_wrong
    assert clock.newest_ns == WEEKS_1024
    assert clock.steps_back == 0


def test_times_without_a_date_count_where_no_dates_come() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    differ(clock, NS_PER_SECOND, 0, "GGA")
    assert clock.newest_ns == NS_PER_SECOND
    differ(clock, WEEKS_1024, 1)
    differ(clock, NS_PER_SECOND, DATED_NS / NS_PER_SECOND, "GGA")
    assert clock.newest_ns == WEEKS_1024
    differ(clock, NS_PER_SECOND, 1 + DATED_NS / NS_PER_SECOND, "GGA")
    assert clock.newest_ns == NS_PER_SECOND


def test_a_single_bad_record_is_no_alarm() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    differ(clock, WEEKS_1024, 0)
    differ(clock, 0, 1)
    differ(clock, WEEKS_1024, 2 + HOLD_NS / NS_PER_SECOND)
    assert not clock.is_wrong


def test_without_a_bound_nothing_is_wrong() -> None:
    clock = ClockDifference(0)
    for second in range(30):
        differ(clock, WEEKS_1024, second)
    assert not clock.is_wrong


def test_each_step_back_is_counted_once_for_its_kind_of_record() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    for second, said in enumerate((100, 101, 102, 89, 90, 91, 60, 61)):
        clock.take(said * NS_PER_SECOND, at(second), "RMC", has_date=True)
    assert clock.steps_back == 2


def test_records_of_one_instant_in_any_order_are_no_step_back() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    for second in range(100, 110):
        clock.take(second * NS_PER_SECOND, at(second), "ZDA", has_date=True)
        clock.take((second - 4) * NS_PER_SECOND, at(second), "PTSAG", has_date=True)
        clock.take((second - 2) * NS_PER_SECOND, at(second), "ZDA", has_date=True)
    assert clock.steps_back == 0


def test_a_stream_that_stood_still_and_comes_late_has_not_gone_back() -> None:
    clock = ClockDifference(2 * NS_PER_SECOND)
    for said in range(100, 110):
        clock.take(said * NS_PER_SECOND, at(max(said, 108)), "RMC", has_date=True)
    assert clock.steps_back == 0
