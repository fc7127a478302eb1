"""The blackbox's log of survey data: beside that of a recording, and by commands of its own."""

from typing import Any

import pytest

from seacorder.model.command import SetContext
from seacorder.model.data_log import (
    ChangeDataLog,
    DataLogPlan,
    DataLogSettings,
    StartBlackboxLog,
    StartDataLog,
    StopBlackboxLog,
    StopDataLog,
)
from seacorder.model.dive_context import DiveContext
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.recording import FileKind
from seacorder.telemetry.blackbox_log import BlackboxLog

NOW = Instant(1, 2)
NAMING = Naming("/bb", "", 0, "x", 0, FileKind.RECORDING)
PLAN = DataLogPlan(1, NAMING, "/bb", SplitSchedule(1, 0), reevaluate_tags=True)
START = StartDataLog("blackbox-1", NOW, PLAN, DataLogSettings())


class Told:
    """A log that only listens; and with which reserve it was made."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.reserves: list[int] = []

    def make(self, reserve_bytes: int) -> Any:
        self.reserves.append(reserve_bytes)
        return self

    def carry_out(self, command: object) -> None:
        self.heard.append(command)

    def on_chunks(self, source: str, chunks: object) -> None:
        self.heard.append((source, chunks))

    def on_readings(self, readings: object) -> None:
        self.heard.append(readings)

    def look(self, now_ns: int) -> None:
        self.heard.append(now_ns)

    def stop(self) -> None:
        self.heard.append("stop")


@pytest.fixture
def told() -> Told:
    return Told()


def test_until_it_is_asked_for_it_does_nothing(told: Told) -> None:
    log = BlackboxLog(told.make)
    log.on_chunks("ROV", ())
    log.on_readings([])
    log.look(1)
    log.carry_out(START)  # that of a recording
    log.stop()
    assert (told.heard, told.reserves) == ([], [])


def test_it_begins_with_what_was_said_before_and_hears_everything_from_then_on(told: Told) -> None:
    log = BlackboxLog(told.make)
    context = SetContext(NOW, DiveContext(dive="12"))
    log.carry_out(context)
    log.carry_out(StartBlackboxLog(START, 5))
    log.on_chunks("ROV", ())
    log.carry_out(StopBlackboxLog(7, NOW))
    assert told.heard == [context, START, ("ROV", ()), StopDataLog(7, NOW)]
    assert told.reserves == [5]


@pytest.mark.parametrize("command", [START, ChangeDataLog(PLAN), StopDataLog(1, NOW)])
def test_the_commands_of_a_recording_do_not_touch_it(told: Told, command: object) -> None:
    log = BlackboxLog(told.make)
    log.carry_out(StartBlackboxLog(START, 5))
    told.heard.clear()
    log.carry_out(command)
    assert told.heard == []


def test_a_stop_without_a_log_is_answered_all_the_same(told: Told) -> None:
    BlackboxLog(told.make).carry_out(StopBlackboxLog(7, NOW))
    assert told.heard == [StopDataLog(7, NOW)]


def test_a_log_that_begins_after_a_stop_has_its_own_reserve(told: Told) -> None:
    log = BlackboxLog(told.make)
    log.carry_out(StopBlackboxLog(7, NOW))
    log.carry_out(StartBlackboxLog(START, 5))
    assert told.reserves[-1] == 5
    assert told.heard == [StopDataLog(7, NOW), START]
