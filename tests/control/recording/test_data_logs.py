"""The log of survey data is begun, changed and ended with its recording."""

from collections.abc import Callable

import pytest

from control.bridge import Bridge, impatient
from fakes.workers import FakeWorker
from seacorder.control.telemetry.telemetry import WORKER_NAME
from seacorder.model.command import SetContext
from seacorder.model.data_log import ChangeDataLog, StartDataLog, StopDataLog
from seacorder.model.dive_context import ContextChange
from seacorder.model.recording import FileKind
from seacorder.model.settings import SettingsChange
from seacorder.model.telemetry import TelemetrySettings, TelemetrySource


@pytest.fixture
def with_survey(bridge: Bridge) -> Bridge:
    bridge.telemetry = TelemetrySettings((TelemetrySource("ROV", "udp://:1"),))
    bridge.build()
    return bridge


async def test_it_has_the_recordings_instants_and_a_name_by_its_own_template(with_survey: Bridge) -> None:
    bridge = with_survey
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(data_log_template="log", split_time_minutes=5.0))
    started = await bridge.recorder.start_recording()
    (order,) = bridge[WORKER_NAME].told(StartDataLog)
    assert (order.recording_id, order.instant) == (started.id, started.instant)
    plan = order.plan
    assert (plan.naming.kind, plan.naming.file_template) == (FileKind.DATA, "log")
    assert plan.naming.directory_utc_ns == started.instant.utc_ns
    assert (plan.schedule.origin_ns, plan.schedule.period_ns) == (started.instant.monotonic_ns, 300 * 10**9)
    stopped = await bridge.recorder.stop_recording()
    assert [one.instant for one in bridge[WORKER_NAME].told(StopDataLog)] == [stopped.instant]
    assert stopped.ok


async def test_the_second_disk_is_told_of_both_kinds_of_files(bridge: Bridge) -> None:
    bridge.telemetry = TelemetrySettings((TelemetrySource("ROV", "udp://:1"),))
    bridge.fallback_root = "/second"
    bridge.build()
    await bridge.start()
    await bridge.recorder.start_recording()
    (order,) = bridge[WORKER_NAME].told(StartDataLog)
    assert (order.plan.naming.fallback_folder, order.plan.track_fallback) == ("/second", "/second")


async def test_new_names_and_splits_reach_it_with_the_channels(with_survey: Bridge) -> None:
    bridge = with_survey
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=2.0))
    (change,) = bridge[WORKER_NAME].told(ChangeDataLog)
    assert change.plan.schedule.period_ns == 120 * 10**9


async def test_a_new_process_takes_the_log_up_and_knows_the_context(with_survey: Bridge) -> None:
    bridge = with_survey
    await bridge.start()
    await bridge.recorder.change_context(ContextChange(dive="12"))
    started = await bridge.recorder.start_recording()
    bridge.clock.advance(3)
    bridge[WORKER_NAME].lose()
    bridge[WORKER_NAME].come_back()
    first, again = bridge[WORKER_NAME].told(StartDataLog)
    assert again.recording_id == first.recording_id == started.id
    assert again.instant.monotonic_ns == first.instant.monotonic_ns + 3 * 10**9
    assert [one.context.dive for one in bridge[WORKER_NAME].told(SetContext)][-1] == "12"


def hang(worker: FakeWorker) -> None:
    worker.is_hung = True


@impatient
@pytest.mark.parametrize(("befall", "said"), [
    (FakeWorker.lose, "does not run. The log of survey data was not finished."),
    (hang, "did not answer in 0.05 s. It may still finish the log of survey data."),
])  # fmt: skip
async def test_a_worker_that_cannot_finish_the_log_is_said_and_delays_no_stop(
    with_survey: Bridge, befall: Callable[[FakeWorker], None], said: str
) -> None:
    bridge = with_survey
    await bridge.start()
    await bridge.recorder.start_recording()
    befall(bridge[WORKER_NAME])
    assert (await bridge.recorder.stop_recording()).ok
    await bridge.event("data_log_failed")
    (event,) = [one for one in bridge.recorder.events.after(0) if one.kind == "data_log_failed"]
    assert event.fact == f"The process that reads the instruments {said} Its files can be read as they stand."


async def test_a_start_that_is_refused_begins_none(with_survey: Bridge) -> None:
    bridge = with_survey
    await bridge.start()
    for name in ("Bow", "Stern"):
        bridge[name].refusal = "no"
    with pytest.raises(Exception, match="Nothing is being recorded"):
        await bridge.recorder.start_recording()
    assert not bridge[WORKER_NAME].told(StartDataLog)
