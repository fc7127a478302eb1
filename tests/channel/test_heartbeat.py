"""When a worker's heartbeat comes: once a second, twice while a file is written."""

import pytest

from fakes.clock import FakeClock
from fakes.sink import FakeSink
from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.assembly import Assembly, assemble
from seacorder.channel.outputs import Output, Slot
from seacorder.channel.worker import Heartbeat
from seacorder.model.channel import ChannelSettings, ChannelStatus
from seacorder.model.command import StartRecording
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.recording import FileKind
from seacorder.model.report import Report


class Beating:
    """A worker's heartbeat whose turns a test takes, without threads and without time."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.reports: list[Report] = []
        self.wakes = 0
        self.parts: Assembly = assemble(
            ChannelSettings(0, "Bow", "test:"), self.clock, self.reports.append, self._wake
        )
        self._heartbeat = Heartbeat(self.parts, lambda: None)

    def _wake(self) -> None:
        self.wakes += 1

    def beats_within(self, seconds: float) -> int:
        """How many heartbeats are sent when each turn comes exactly when it is due."""
        self.reports.clear()
        until_ns = self.clock.monotonic_ns() + round(seconds * NS_PER_SECOND)
        while self.clock.monotonic_ns() < until_ns:
            self.clock.wait_until(self._heartbeat.turn(self.clock.monotonic_ns()))
        return sum(isinstance(report, ChannelStatus) for report in self.reports)

    def due_in_seconds(self) -> float:
        now_ns = self.clock.monotonic_ns()
        return (self._heartbeat.turn(now_ns) - now_ns) / NS_PER_SECOND


@pytest.fixture
def beating() -> Beating:
    return Beating()


def output() -> Output:
    return Output("r", FakeSink(), start_ns=0)


def test_a_channel_that_writes_nothing_reports_once_a_second(beating: Beating) -> None:
    assert beating.beats_within(10.0) == 10


@pytest.mark.parametrize("slot", list(Slot))
def test_a_channel_that_writes_a_file_reports_twice_a_second(beating: Beating, slot: Slot) -> None:
    beating.parts.channel.outputs.open(slot, output())
    assert beating.beats_within(10.0) == 20


def test_a_file_that_begins_makes_the_next_report_come_sooner(beating: Beating) -> None:
    beating.beats_within(1.0)
    assert beating.due_in_seconds() == 1.0
    beating.clock.advance(0.125)
    beating.parts.channel.outputs.open(Slot.RECORDING, output())
    assert beating.due_in_seconds() == 0.375


def test_a_recording_that_starts_wakes_the_heartbeat(beating: Beating) -> None:
    now, naming = Instant.now(beating.clock), Naming("/data", "", 0, "x", 0, FileKind.RECORDING)
    beating.parts.carry_out(StartRecording(1, "R", now, naming, SplitSchedule(0, 0), reevaluate_tags=False))
    assert beating.wakes == 1
    assert beating.parts.is_writing
