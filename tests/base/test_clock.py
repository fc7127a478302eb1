"""The machine's clocks."""

import time
from pathlib import Path

import pytest

from seacorder.base import clock
from seacorder.base.clock import NS_PER_MS, SystemClock


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
