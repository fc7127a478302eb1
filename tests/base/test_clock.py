"""The machine's clocks."""

import time
from pathlib import Path

import pytest

from seacorder.base import clock
from seacorder.base.clock import NS_PER_MS, SystemClock, Timebase, both_ns, utc_ahead_ns
from seacorder.model.instant import Instant

AHEAD_NS = 1_700_000_000_000_000_000


def test_instants_of_one_boot_have_one_timebase() -> None:
    first, second = SystemClock().timebase(), SystemClock().timebase()
    assert first.boot == second.boot
    assert first.asleep_ns >= 0


def test_where_the_system_does_not_tell_its_boot_that_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_BOOT_ID", tmp_path / "none")
    assert SystemClock().timebase().boot == ""


@pytest.mark.parametrize(("slept_ns", "told_ns"), [(0, 0), (NS_PER_MS // 2, 0), (9_000 * NS_PER_MS, 8_999 * NS_PER_MS)])
def test_the_time_between_two_readings_is_no_sleep(
    slept_ns: int, told_ns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    monkeypatch.setattr(time, "monotonic_ns", lambda: 1_000)
    monkeypatch.setattr(time, "clock_gettime_ns", lambda _: 1_000 + slept_ns, raising=False)
    assert SystemClock().timebase().asleep_ns == told_ns


def test_a_wait_between_the_two_readings_is_no_sleep_either(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SlowClock(10 * NS_PER_MS, 0)
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    monkeypatch.setattr(time, "monotonic_ns", clock.monotonic_ns)
    monkeypatch.setattr(time, "clock_gettime_ns", lambda _: clock.utc_ns() - AHEAD_NS, raising=False)
    assert SystemClock().timebase().asleep_ns == 0


class SlowClock:
    """Between monotonic time and UTC the process waits: as the n-th of `waits_ns` says, then as the last."""

    def __init__(self, *waits_ns: int) -> None:
        self._waits_ns = list(waits_ns)
        self._now_ns = 5_000
        self.readings = 0

    def monotonic_ns(self) -> int:
        return self._now_ns

    def utc_ns(self) -> int:
        self._now_ns += self._waits_ns[min(self.readings, len(self._waits_ns) - 1)]
        self.readings += 1
        return AHEAD_NS + self._now_ns

    def timebase(self) -> Timebase:
        return Timebase()


def test_both_clocks_are_read_once_where_nothing_waits() -> None:
    clock = SlowClock(40)
    assert both_ns(clock) == (5_000, AHEAD_NS + 5_040)
    assert clock.readings == 1


@pytest.mark.parametrize("waits_ns", [[10 * NS_PER_MS, 0], [NS_PER_MS, NS_PER_MS, 0]])
def test_both_clocks_are_read_again_where_the_process_waited_in_between(waits_ns: list[int]) -> None:
    assert utc_ahead_ns(SlowClock(*waits_ns)) == AHEAD_NS


def test_where_the_process_waits_each_time_the_shortest_wait_counts() -> None:
    waits_ns = [ms * NS_PER_MS for ms in (9, 4, 7, 3, 8, 5, 6, 9)]
    assert utc_ahead_ns(SlowClock(*waits_ns)) == AHEAD_NS + 3 * NS_PER_MS


def test_an_instant_is_one_moment_on_both_clocks() -> None:
    instant = Instant.now(SlowClock(10 * NS_PER_MS, 0))
    assert instant.utc_ns - instant.monotonic_ns == AHEAD_NS
