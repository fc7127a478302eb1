"""The log is bounded for each channel; the event list has everything."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from control.bridge import Bridge
from fakes.clock import FakeClock
from seacorder.base.message import Message
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.alarms.actions import ACTIONS
from seacorder.control.events.journal import LINES_AT_ONCE, LINES_PER_SECOND, Journal
from seacorder.control.events.log import EventKind
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.channel import ChannelState
from seacorder.model.event import Severity
from seacorder.supervisor.worker import STARTED_AGAIN


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def journal(tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> Iterator[Journal]:
    catalogue = Catalogue(tmp_path / "seacorder.db", clock)
    catalogue.open()
    caplog.set_level(logging.INFO)
    yield Journal(clock, catalogue)
    catalogue.close()


async def test_a_flood_of_one_channel_is_left_out_of_the_log_and_counted(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(50):
        journal.warn(EventKind.CHANNEL_NOT_RECORDING, "Bow has gone.", channel="Bow")
    journal.warn(EventKind.CHANNEL_NOT_RECORDING, "Stern has gone.", channel="Stern")
    journal.alarm(EventKind.WORKER_LOST, "The worker was lost.", channel="Bow")
    messages = [record.getMessage() for record in caplog.records if record.name == "seacorder.events"]
    assert messages.count("Bow has gone.") == LINES_AT_ONCE
    assert messages[-2] == "Stern has gone."
    left_out = 50 - LINES_AT_ONCE
    rest = f"({left_out} more messages about Bow were left out here; they are in /api/v1/events)"
    assert messages[-1] == f"Bow: The worker was lost. {rest}"
    assert len(journal.events.after(0)) == 52


async def test_alarms_and_the_rest_together_are_a_line_a_second(
    journal: Journal, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A camera with two alarms each seven seconds, and something to say about everything else."""
    for second in range(70):
        if second % 7 == 0:
            journal.alarm(EventKind.WORKER_LOST, f"The worker was lost, {second}.", channel="Bow")
            journal.alarm(EventKind.REPAIR_FAILED, f"The camera has gone, {second}.", channel="Bow")
        journal.warn(EventKind.CHANNEL_NOT_RECORDING, "Bow has gone.", channel="Bow")
        clock.advance(1.0)
    lines = [record for record in caplog.records if record.name == "seacorder.events"]
    assert 10 < len(lines) <= LINES_AT_ONCE + 70 * LINES_PER_SECOND + 1


@pytest.mark.parametrize("severity", [Severity.ALARM, Severity.WARNING])
async def test_an_alarm_whose_begin_is_in_the_log_has_its_end_there(
    journal: Journal, caplog: pytest.LogCaptureFixture, severity: Severity
) -> None:
    """Also when the channel has used up its lines meanwhile."""
    alarm = Alarm(AlarmKind.CAMERA_FAILED, "Bow", severity, 0, "Bow is gone.", "Look at it.")
    journal.alarm_raised(alarm, is_logged=True)
    for _ in range(20):
        journal.warn(EventKind.LOSS_NOTED, "Bow has lost 1 frame.", channel="Bow")
    journal.alarm_cleared(alarm, "Bow is back.")
    messages = [record.getMessage() for record in caplog.records if record.name == "seacorder.events"]
    assert messages[0] == f"Bow is gone. Look at it. [{severity} camera_failed]"
    assert messages[-1].startswith("Bow is back. [camera_failed ended]")
    journal.alarm_cleared(alarm, "Bow is back once more.")
    assert not any("once more" in record.getMessage() for record in caplog.records), "one end for each begin"


async def test_an_alarm_whose_begin_was_left_out_of_the_log_has_no_end_there_either(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        journal.warn(EventKind.LOSS_NOTED, "Bow has lost 1 frame.", channel="Bow")
    journal.alarm(EventKind.WORKER_LOST, "The worker was lost.", channel="Bow")
    alarm = Alarm(AlarmKind.CAMERA_FAILED, "Bow", Severity.WARNING, 0, "Bow is gone.", "Look at it.")
    journal.alarm_raised(alarm, is_logged=True)
    journal.alarm_cleared(alarm, "Bow is back.")
    messages = [record.getMessage() for record in caplog.records if record.name == "seacorder.events"]
    assert not any("Bow is gone" in message or "Bow is back" in message for message in messages)
    assert [event.kind for event in journal.events.after(0)][-2:] == ["alarm_raised", "alarm_cleared"]


async def test_what_became_of_files_is_in_the_log_whole(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    """All night a file a second, and a camera that says something as often."""
    for number in range(100):
        journal.note(EventKind.PART_OPENED, f"Bow records into {number}.", channel="Bow")
        journal.warn(EventKind.CHANNEL_NOT_RECORDING, "Bow has gone.", channel="Bow")
        journal.note(EventKind.PART_CLOSED, f"Bow has closed {number}.", channel="Bow")
        journal.warn(EventKind.LOSS_NOTED, f"Bow has lost {number} frames.", channel="Bow")
    messages = [record.getMessage() for record in caplog.records if record.name == "seacorder.events"]
    for said in ("records into", "has closed"):
        assert sum(said in message for message in messages) == 100
    assert sum("has gone" in message or "has lost" in message for message in messages) <= LINES_AT_ONCE


@pytest.mark.parametrize(
    ("state", "fact", "action", "kind"),
    [
        (ChannelState.FAILED, "Bow has no picture. The camera refuses it. No recording is on.", "Set the password.",
         AlarmKind.CAMERA_FAILED),
        (ChannelState.STALLED, "Bow sends no picture, though it is connected. No recording is on.",
         ACTIONS[AlarmKind.CAMERA_STALLED], AlarmKind.CAMERA_STALLED),
    ],
)
async def test_a_bad_camera_is_one_line(
    bridge: Bridge, caplog: pytest.LogCaptureFixture, state: ChannelState, fact: str, action: str, kind: AlarmKind
) -> None:
    caplog.set_level(logging.INFO)
    await bridge.start()
    caplog.clear()
    bridge["Bow"].status = replace(bridge["Bow"].status, state=state)
    bridge["Bow"].status = replace(bridge["Bow"].status, why=Message("The camera refuses it.", "Set the password."))
    bridge["Bow"].beat()
    await bridge.event("alarm_raised")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "seacorder.events"]
    assert line == f"{fact} {action} [warning {kind}]"
    assert [event.kind for event in bridge.recorder.events.after(0)][-2:] == [f"channel_{state}", "alarm_raised"]


async def test_a_lost_worker_is_one_line(bridge: Bridge, caplog: pytest.LogCaptureFixture) -> None:
    await bridge.start()
    caplog.clear()
    bridge["Bow"].lose("signal 9")
    await bridge.event("alarm_raised")
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == f"Bow: its recording process stopped unexpectedly (signal 9). {STARTED_AGAIN}"
