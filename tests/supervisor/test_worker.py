"""The life of workers, with real processes that are really killed."""

import asyncio
import logging
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from seacorder.base.errors import WorkerLost
from seacorder.base.message import Message
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import ChangeRecording, StopRecording, TakePicture
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileKind
from seacorder.model.report import Answer, JpegPicture
from seacorder.supervisor.state import IllegalMove, WorkerState
from supervisor.yard import PATIENCE_SECONDS, QUICK, WORKERS, Yard

NOW = Instant(1, 1)
CHANGE = ChangeRecording(0, Naming("/", "", 0, "", 0, FileKind.RECORDING), SplitSchedule(0, 0), reevaluate_tags=False)


async def test_it_starts_reports_and_stops_in_order(yard: Yard) -> None:
    worker = yard.start("obedient")
    assert worker.state is WorkerState.STARTING
    await yard.heard.report()
    assert worker.state is WorkerState.RUNNING
    await worker.stop()
    assert worker.state is WorkerState.STOPPED
    assert worker.pid is None
    assert yard.heard.reports[-1].why == Message("finished")
    assert yard.heard.lost == []


async def test_requests_get_their_own_answers(yard: Yard) -> None:
    worker = yard.start("obedient")
    await yard.heard.until(lambda: yard.heard.started)
    numbers = [yard.supervisor.next_request() for _ in range(20)]
    asked = (worker.request(TakePicture(number, 100 + number), PATIENCE_SECONDS) for number in numbers)
    pictures = await asyncio.gather(*asked)
    assert [(picture.request, len(picture.jpeg)) for picture in pictures if isinstance(picture, JpegPicture)] == [
        (number, 100 + number) for number in numbers
    ]
    assert not [report for report in yard.heard.reports if isinstance(report, JpegPicture)]


async def test_a_large_answer_comes_whole(yard: Yard) -> None:
    worker = yard.start("obedient")
    await yard.heard.until(lambda: yard.heard.started)
    picture = await worker.request(TakePicture(yard.supervisor.next_request(), 3_000_000), PATIENCE_SECONDS)
    assert isinstance(picture, JpegPicture)
    assert picture.jpeg == b"x" * 3_000_000


async def test_a_request_that_is_not_answered_fails_alone(yard: Yard) -> None:
    worker = yard.start("obedient")
    await yard.heard.report()
    with pytest.raises(WorkerLost, match=r"did not confirm within 0\.05 s"):
        await worker.request(TakePicture(yard.supervisor.next_request(), 0), 0.05)
    picture = await worker.request(TakePicture(yard.supervisor.next_request(), 1), PATIENCE_SECONDS)
    assert isinstance(picture, JpegPicture)
    assert worker.restarts == 0


async def test_what_is_sent_on_start_follows_the_first_message(yard: Yard) -> None:
    worker = yard.start("obedient", first=ChannelSettings(3, "Stern", "test:"))
    await yard.heard.until(lambda: yard.heard.started)
    answer = await worker.request(StopRecording(yard.supervisor.next_request(), NOW), PATIENCE_SECONDS)
    assert isinstance(answer, Answer)
    assert "name='Stern'" in answer.outcome.reason.fact


async def test_the_programs_settings_do_not_reach_workers(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEACORDER_SECRET", "rtsp://user:password@camera")
    worker = yard.start("obedient")
    await yard.heard.until(lambda: yard.heard.started)
    answer = await worker.request(StopRecording(yard.supervisor.next_request(), NOW), PATIENCE_SECONDS)
    assert isinstance(answer, Answer)
    assert answer.outcome.path is None


async def test_a_terminals_interrupt_does_not_reach_workers(yard: Yard) -> None:
    worker = yard.start("obedient")
    await yard.heard.report()
    assert worker.pid is not None
    assert os.getsid(worker.pid) == worker.pid != os.getsid(0)


async def test_a_killed_worker_is_back(yard: Yard) -> None:
    worker = yard.start("obedient")
    await yard.heard.report()
    pid = worker.pid
    assert pid is not None
    open_request = asyncio.create_task(worker.request(TakePicture(yard.supervisor.next_request(), 0), 60))
    await yard.heard.report()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerLost, match="its recording process has stopped"):
        await open_request
    await yard.heard.until(lambda: len(yard.heard.started) == 2)
    await yard.heard.report()
    assert worker.state is WorkerState.RUNNING
    assert worker.restarts == 1
    assert worker.pid not in {None, pid}
    assert yard.heard.lost == ["signal 9"]


async def test_a_stopped_process_counts_as_hung(yard: Yard) -> None:
    worker = yard.start("obedient", limits=replace(QUICK, heartbeat_seconds=0.6))
    await yard.heard.report()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    await yard.heard.until(lambda: len(yard.heard.started) > 1)
    assert yard.heard.lost[0] == "it hung for 0.6 s"


async def test_a_silent_worker_is_killed_and_started_anew(yard: Yard) -> None:
    worker = yard.start("hanging", limits=replace(QUICK, heartbeat_seconds=0.3))
    await yard.heard.until(lambda: len(yard.heard.started) == 3)
    assert worker.restarts == 2
    assert yard.heard.lost[0] == "it hung for 0.3 s"


async def test_a_worker_that_never_reports_is_killed(yard: Yard) -> None:
    yard.start("mute", limits=replace(QUICK, start_seconds=0.3))
    await yard.heard.until(lambda: yard.heard.lost)
    assert yard.heard.lost[0] == "it did not report within 0.3 s of its start"


async def test_a_crash_is_told_with_its_reason_and_without_secrets(
    yard: Yard, caplog: pytest.LogCaptureFixture
) -> None:
    yard.start("crashing")
    await yard.heard.until(lambda: len(yard.heard.started) == 3)
    assert yard.heard.lost[0] == "exit code 1: RuntimeError: no codec for rtsp://***@camera/1"
    assert "Traceback" in caplog.text
    assert "secret" not in caplog.text


async def test_a_module_that_is_not_there_is_told(yard: Yard) -> None:
    yard.start("no_such_worker")
    await yard.heard.until(lambda: yard.heard.lost)
    assert "No module named" in yard.heard.lost[0]


async def test_a_worker_that_does_not_read_is_lost(yard: Yard) -> None:
    worker = yard.start("deaf", limits=replace(QUICK, outbox_bytes=4096))
    await yard.heard.report()
    accepted = 0
    while worker.send(CHANGE):
        accepted += 1
        assert accepted < 20_000
    await yard.heard.until(lambda: yard.heard.lost)
    assert yard.heard.lost[0] == "it no longer read its commands"


async def test_a_flood_leaves_the_loop_and_the_log_alone(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    limits = replace(QUICK, reports_per_second=200, log_lines_at_once=10, log_lines_per_second=1)
    begin = time.monotonic()
    yard.start("flooding", limits=limits)
    other = yard.start("obedient")
    await yard.heard.until(lambda: len(yard.heard.started) == 2)
    picture = await other.request(TakePicture(yard.supervisor.next_request(), 5), PATIENCE_SECONDS)
    assert isinstance(picture, JpegPicture)
    await yard.heard.until(lambda: len(yard.heard.reports) > 300)
    lines = [record for record in caplog.records if "a packet is bad" in record.message]
    assert len(lines) <= 10 + 1 + (time.monotonic() - begin)


async def test_a_report_that_is_no_value_of_the_model_is_not_built(yard: Yard, tmp_path: Path) -> None:
    marker = tmp_path / "made by a worker"
    yard.start("garbled", MARKER=str(marker))
    await yard.heard.until(lambda: yard.heard.lost)
    assert "not a report" in yard.heard.lost[0]
    assert not marker.exists()


async def test_one_run_ends_by_itself(yard: Yard) -> None:
    worker = yard.start("once", first=7, restarts=False)
    await worker.ended()
    assert worker.state is WorkerState.STOPPED
    assert yard.heard.reports == [Answer(7, ChannelOutcome("once", ok=True))]
    assert yard.heard.lost == []


async def test_one_run_that_fails_is_told_and_not_repeated(yard: Yard) -> None:
    worker = yard.start("crashing", restarts=False)
    await worker.ended()
    assert worker.state is WorkerState.STOPPED
    assert len(yard.heard.lost) == 1


async def test_a_worker_that_does_not_finish_is_killed_at_the_limit(yard: Yard) -> None:
    worker = yard.start("hanging", limits=replace(QUICK, stop_seconds=0.3))
    await yard.heard.report()
    await worker.stop()
    assert worker.state is WorkerState.STOPPED


async def test_now_kills_at_once_while_a_stop_waits(yard: Yard) -> None:
    worker = yard.start("hanging", limits=replace(QUICK, stop_seconds=1000.0))
    await yard.heard.report()
    stopping = asyncio.create_task(yard.supervisor.stop())
    while worker.state is not WorkerState.STOPPING:
        await asyncio.sleep(0)
    yard.supervisor.stop_now()
    await asyncio.wait_for(stopping, PATIENCE_SECONDS)
    assert worker.state is WorkerState.STOPPED


async def test_it_can_be_stopped_while_it_waits_to_restart(yard: Yard) -> None:
    worker = yard.start("crashing", limits=replace(QUICK, first_delay_seconds=1000, longest_delay_seconds=1000))
    await yard.heard.until(lambda: yard.heard.lost)
    await asyncio.sleep(0)
    assert worker.state is WorkerState.WAITING
    await asyncio.wait_for(worker.stop(), PATIENCE_SECONDS)
    assert worker.state is WorkerState.STOPPED


async def test_it_can_be_stopped_before_it_has_begun(yard: Yard) -> None:
    worker = yard.start("obedient")
    await worker.stop()
    assert worker.state is WorkerState.STOPPED
    assert yard.heard.lost == []


async def test_it_can_be_started_again_but_not_twice(yard: Yard) -> None:
    worker = yard.start("obedient")
    with pytest.raises(IllegalMove):
        worker.start()
    await worker.stop()
    worker.start()
    await yard.heard.report()
    assert worker.state is WorkerState.RUNNING


async def test_a_stopped_worker_takes_nothing(yard: Yard) -> None:
    worker = yard.start("obedient")
    await worker.stop()
    assert not worker.send(CHANGE)
    with pytest.raises(WorkerLost, match="not running"):
        await worker.request(TakePicture(yard.supervisor.next_request(), 1), PATIENCE_SECONDS)


async def test_a_fault_in_a_callback_does_not_end_the_watch(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_name: str) -> None:
        raise RuntimeError("a fault in control")

    worker = yard.start("obedient")
    assert worker.pid is None
    object.__setattr__(worker._callbacks, "on_started", fail)
    await yard.heard.report()
    assert worker.state is WorkerState.RUNNING
    assert "a fault in control" in caplog.text


async def test_log_lines_keep_their_level_and_no_secret(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    worker = yard.start("obedient")
    await yard.heard.report()
    worker.send(CHANGE)
    await worker.stop()
    lines = [(record.levelno, record.message) for record in caplog.records]
    assert (logging.WARNING, "Bow: lost rtsp://***@camera/1") in lines
    assert (logging.WARNING, "Bow obedient:   a second line of it") in lines


async def test_workers_finish_when_the_control_process_is_killed(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    env = {**os.environ, "PYTHONPATH": str(WORKERS), "MARKER": str(marker)}
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "parent", env=env, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    worker_pid = int(await parent.stdout.readline())
    end = asyncio.Event()
    handle = os.pidfd_open(worker_pid)
    asyncio.get_running_loop().add_reader(handle, end.set)
    parent.kill()
    await parent.communicate()
    await asyncio.wait_for(end.wait(), PATIENCE_SECONDS)
    asyncio.get_running_loop().remove_reader(handle)
    os.close(handle)
    assert marker.read_text() == "finished"
