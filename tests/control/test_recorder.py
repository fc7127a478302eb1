"""Recording, as `api` and `cli` see it: what an operator does and what may happen meanwhile, over fake workers."""

import asyncio
from dataclasses import replace

import pytest

from control.bridge import Bridge, impatient
from seacorder.base.errors import NotPossible
from seacorder.base.message import Message
from seacorder.model.channel import ChannelState
from seacorder.model.command import StartRecording, StopRecording
from seacorder.model.encoding import EncodingStatus
from seacorder.model.event import Severity
from seacorder.model.loss import Loss, LossCause
from seacorder.model.outcome import CommandFailed
from seacorder.model.recording import FileKind, FileState, FileStatus, RecordingState
from seacorder.model.report import FileExamined
from seacorder.model.settings import SettingsChange

LIVE, FAILED = ChannelState.LIVE, ChannelState.FAILED


async def test_start_gives_one_instant_to_all_channels(bridge: Bridge) -> None:
    await bridge.start()
    result = await bridge.recorder.start_recording()
    assert [one.channel for one in result.channels] == ["Bow", "Stern"]
    assert all(one.ok for one in result.channels)
    bow, stern = (bridge[name].told(StartRecording)[0] for name in ("Bow", "Stern"))
    assert bow.instant == stern.instant == result.instant
    assert bow.request != stern.request
    assert (bow.recording_id, bow.naming, bow.schedule) == (stern.recording_id, stern.naming, stern.schedule)
    assert bow.naming.directory_utc_ns == bow.naming.file_utc_ns == result.instant.utc_ns


async def test_it_records_right_after_start_and_not_after_stop(bridge: Bridge) -> None:
    await bridge.start()
    assert not bridge.recorder.is_recording()
    await bridge.recorder.start_recording()
    assert bridge.recorder.is_recording()
    bridge.pass_seconds(1)
    assert bridge.recorder.is_recording()
    await bridge.recorder.stop_recording()
    assert not bridge.recorder.is_recording()


async def test_what_a_restart_would_break_off_is_told(bridge: Bridge) -> None:
    def fact() -> str:
        why = bridge.recorder.against_restart()
        return "" if why is None else why.fact

    await bridge.start()
    assert fact() == ""
    await bridge.recorder.start_recording()
    await bridge.recorder.start_clip(FileKind.CLIP)
    assert fact() == "A recording is on."
    await bridge.recorder.stop_recording()
    assert fact() == "A clip is on."
    await bridge.recorder.stop_clip(FileKind.CLIP)
    exports = bridge.recorder.exports
    sending = asyncio.ensure_future(exports.open(exports.order("r1", "A recording")))
    await asyncio.sleep(0)
    assert fact() == "An archive of recordings is being sent."
    sending.cancel()
    await asyncio.wait({sending})
    while exports.is_making:
        await asyncio.sleep(0)
    assert fact() == ""


async def test_it_does_not_record_when_no_bytes_reach_a_file(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.clock.advance(2)
    assert not bridge.recorder.is_recording()
    bridge["Stern"].beat()
    assert bridge.recorder.is_recording()


async def test_a_second_start_is_the_same_recording(bridge: Bridge) -> None:
    await bridge.start()
    first, second = await asyncio.gather(bridge.recorder.start_recording(), bridge.recorder.start_recording())
    assert first == second
    assert len(bridge["Bow"].told(StartRecording)) == 1


async def test_a_second_start_tells_what_each_channel_has_come_to(bridge: Bridge) -> None:
    await bridge.start(LIVE, FAILED)
    await bridge.recorder.start_recording()
    bridge["Stern"].open_part(bridge["Stern"].told(StartRecording)[0])
    bridge["Stern"].beat(LIVE)
    bridge["Bow"].lose()
    again = await bridge.recorder.start_recording()
    assert [one.ok for one in again.channels] == [False, True]
    assert "Bow" in again.reasons


async def test_a_stop_tells_whose_file_could_not_be_finished(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge["Stern"].lose()
    result = await bridge.recorder.stop_recording()
    assert (result.ok, result.is_complete, [one.channel for one in result.failed]) == (True, False, ["Stern"])
    assert not bridge.recorder.is_recording()


async def test_a_channel_that_never_recorded_has_nothing_to_finish(bridge: Bridge) -> None:
    await bridge.start(LIVE, FAILED)
    await bridge.recorder.start_recording()
    bridge["Stern"].lose()
    assert (await bridge.recorder.stop_recording()).is_complete


async def test_stop_while_idle_is_fine(bridge: Bridge) -> None:
    await bridge.start()
    result = await bridge.recorder.stop_recording()
    assert result.ok
    assert result.id == ""


async def test_a_channel_without_a_picture_joins_later(bridge: Bridge) -> None:
    await bridge.start(LIVE, FAILED)
    result = await bridge.recorder.start_recording()
    assert [one.ok for one in result.channels] == [True, False]
    assert result.channels[1].why == Message(
        "Stern is not being recorded yet. Stern is failed.", "It joins by itself as soon as it has a picture."
    )
    assert not bridge["Stern"].told(StopRecording)
    bridge["Stern"].open_part(bridge["Stern"].told(StartRecording)[0])
    assert [part.channel for part in await bridge.rows("parts")] == ["Bow", "Stern"]


async def test_without_any_picture_start_is_refused_and_withdrawn(bridge: Bridge) -> None:
    await bridge.start(FAILED, FAILED)
    with pytest.raises(CommandFailed, match=r"Bow is failed\. Stern is failed\.") as refused:
        await bridge.recorder.start_recording()
    assert [(one.channel, one.ok) for one in refused.value.outcome.channels] == [("Bow", False), ("Stern", False)]
    assert "joins by itself" not in "".join(event.text for event in bridge.recorder.events.after(0))
    assert bridge["Bow"].told(StopRecording)
    assert bridge["Stern"].told(StopRecording)
    assert not bridge.recorder.is_recording()
    assert await bridge.rows("recordings") == ()
    assert "recording_refused" in bridge.kinds()


@impatient
async def test_a_hung_worker_does_not_hold_up_the_others(bridge: Bridge) -> None:
    await bridge.start()
    bridge["Bow"].is_hung = True
    result = await bridge.recorder.start_recording()
    assert [one.ok for one in result.channels] == [False, True]
    assert "did not confirm within" in result.channels[0].reason.text


def encode(bridge: Bridge, *names: str) -> None:
    """Those channels are live and being encoded, and their encoder has given nothing yet."""
    for name in names:
        worker = bridge[name]
        worker.is_hung = True
        worker.status = replace(worker.status, encoding=EncodingStatus("Encoded.", "libx265"))
        worker.beat()


@impatient
async def test_a_start_is_not_complete_while_one_is_encoded_and_another_away(bridge: Bridge) -> None:
    await bridge.start(LIVE, FAILED)
    encode(bridge, "Bow")
    first = await bridge.recorder.start_recording()
    again = await bridge.recorder.start_recording()
    assert [(one.ok, one.is_complete) for one in (first, again)] == [(True, False), (True, False)]
    assert [[one.is_coming for one in result.channels] for result in (first, again)] == [[True, False]] * 2


@impatient
async def test_a_channel_that_is_slow_to_encode_is_no_reason_to_refuse_a_start(bridge: Bridge) -> None:
    await bridge.start()
    encode(bridge, "Bow", "Stern")
    result = await bridge.recorder.start_recording()
    assert result.ok
    assert [one.ok for one in result.channels] == [False, False]
    assert "still being encoded" in result.channels[0].reason.text
    assert not bridge.recorder.is_recording()
    assert (await bridge.recorder.start_recording()).ok
    assert (len(bridge["Bow"].told(StartRecording)), bridge["Bow"].told(StopRecording)) == (1, [])
    assert [row.state for row in await bridge.rows("recordings")] == [RecordingState.RUNNING]
    bridge["Bow"].open_part(bridge["Bow"].told(StartRecording)[0])
    bridge["Bow"].beat()
    assert bridge.recorder.is_recording()
    assert [part.channel for part in await bridge.rows("parts")] == ["Bow"]


@pytest.mark.parametrize("frames", [0, 25])
async def test_encoded_pictures_that_wait_for_the_disk_are_a_reason_to_refuse_a_start(
    bridge: Bridge, frames: int
) -> None:
    await bridge.start()
    encode(bridge, "Bow")
    bridge["Stern"].is_hung = True
    starting = asyncio.ensure_future(bridge.recorder.start_recording())
    await bridge.until(lambda: bool(bridge["Bow"].told(StartRecording)))
    why = Message("The disk is gone.") if frames == 0 else None
    waiting = FileStatus("R", "/x", 1, 0, frames, 0, 0, why=why)
    bridge["Bow"].report(replace(bridge["Bow"].status, recording=waiting))
    bridge.reach_limits()
    with pytest.raises(CommandFailed):
        await starting
    assert [order.is_withdrawn for order in bridge["Bow"].told(StopRecording)] == [True]


@impatient
async def test_is_recording_does_not_wait_for_a_start(bridge: Bridge) -> None:
    await bridge.start()
    bridge["Bow"].is_hung = bridge["Stern"].is_hung = True
    starting = asyncio.ensure_future(bridge.recorder.start_recording())
    await asyncio.sleep(0)
    assert not bridge.recorder.is_recording()
    with pytest.raises(NotPossible):
        await starting


async def test_the_catalogue_has_the_recording_and_its_parts(bridge: Bridge) -> None:
    await bridge.start()
    started = await bridge.recorder.start_recording()
    (running,) = await bridge.rows("recordings")
    assert (running.id, running.state, running.end_utc_ns) == (started.id, RecordingState.RUNNING, None)
    bridge.pass_seconds(3)
    stopped = await bridge.recorder.stop_recording()
    (finished,) = await bridge.rows("recordings")
    assert (finished.state, finished.end_utc_ns) == (RecordingState.FINISHED, stopped.instant.utc_ns)
    assert {part.state for part in await bridge.rows("parts")} == {FileState.WHOLE}


async def test_a_restarted_worker_takes_the_recording_up_in_a_new_part(bridge: Bridge) -> None:
    await bridge.start()
    started = await bridge.recorder.start_recording()
    bridge.pass_seconds(4)
    bridge["Bow"].lose()
    bridge.clock.advance(2)
    bridge["Bow"].come_back()
    first, second = bridge["Bow"].told(StartRecording)
    assert second == replace(first, request=second.request, instant=second.instant, first_part=2)
    assert second.instant.monotonic_ns == bridge.clock.monotonic_ns()
    assert bridge.recorder.status().channels[0].restarts == 1
    assert {"worker_lost", "worker_back", "part_interrupted"} <= set(bridge.kinds())
    assert (await bridge.rows("recordings"))[0].id == started.id


async def test_a_killed_worker_is_a_loss_between_the_examined_frames(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(4)
    part = bridge["Bow"].part
    assert part is not None
    end_utc_ns = bridge.clock.utc_ns() + 40_000_000
    bridge.examined[part.path] = FileExamined(
        part.path, FileState.INTERRUPTED, frames=102, bytes=7, newest_frame_utc_ns=end_utc_ns
    )
    bridge["Bow"].lose()
    bridge.clock.advance(2)
    bridge["Bow"].come_back()
    await bridge.event("loss_noted")
    (loss,) = await bridge.rows("losses")
    assert (loss.channel, loss.cause) == ("Bow", LossCause.WORKER_KILLED)
    assert (loss.from_utc_ns, loss.to_utc_ns) == (end_utc_ns, bridge.clock.utc_ns())
    assert loss.frames == 48
    assert bridge.recorder.status().channels[0].missing.of_recording == 1
    interrupted = (await bridge.rows("parts", channel="Bow"))[0]
    assert (interrupted.state, interrupted.frames, interrupted.bytes) == (FileState.INTERRUPTED, 102, 7)


async def test_a_worker_killed_twice_before_a_frame_is_one_loss(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(4)
    lost_utc_ns = bridge.clock.utc_ns()
    bridge["Bow"].lose()
    bridge["Bow"].refusal = "No picture yet."
    bridge["Bow"].come_back()
    bridge.clock.advance(1)
    bridge["Bow"].lose()
    bridge["Bow"].refusal = ""
    bridge.clock.advance(1)
    bridge["Bow"].come_back()
    await bridge.event("loss_noted")
    assert [loss.from_utc_ns for loss in await bridge.rows("losses")] == [lost_utc_ns]


async def test_a_workers_own_loss_inside_the_hole_is_not_counted_twice(bridge: Bridge) -> None:
    await bridge.start()
    started = await bridge.recorder.start_recording()
    bridge["Bow"].lose()
    bridge["Bow"].refusal = "No picture yet."
    bridge["Bow"].come_back()
    now = bridge.clock.utc_ns()
    bridge["Bow"].report(Loss("Bow", now, now + 5, 1, LossCause.RECONNECT, started.id))
    bridge["Stern"].report(Loss("Stern", now, now + 5, 1, LossCause.RECONNECT, started.id))
    assert [loss.channel for loss in await bridge.rows("losses")] == ["Stern"]


async def test_without_restart_on_failure_the_channel_stays_out(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(restart_on_failure=False))
    await bridge.recorder.start_recording()
    bridge["Bow"].lose()
    bridge["Bow"].come_back()
    assert len(bridge["Bow"].told(StartRecording)) == 1
    assert "channel_not_recording" in bridge.kinds()


async def test_a_hole_that_lasts_to_the_stop_ends_there(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge["Bow"].lose()
    bridge.clock.advance(3)
    stopped = await bridge.recorder.stop_recording()
    assert [one.ok for one in stopped.channels] == [False, True]
    await bridge.event("file_repaired")
    (loss,) = await bridge.rows("losses")
    assert loss.to_utc_ns == stopped.instant.utc_ns
    assert (await bridge.rows("parts", channel="Bow"))[0].state is FileState.REPAIRED


async def test_a_start_can_be_followed_by_another_recording(bridge: Bridge) -> None:
    await bridge.start()
    first = await bridge.recorder.start_recording()
    await bridge.recorder.stop_recording()
    second = await bridge.recorder.start_recording()
    assert second.id != first.id
    assert [row.id for row in await bridge.rows("recordings")] == [first.id, second.id]


async def test_status_tells_the_whole_truth(bridge: Bridge) -> None:
    await bridge.start(LIVE, FAILED)
    started = await bridge.recorder.start_recording()
    bridge.pass_seconds(2)
    status = bridge.recorder.status()
    assert (status.is_recording, status.recording_id, status.recording_seconds) == (True, started.id, 2.0)
    assert [view.is_recording for view in status.channels] == [True, False]
    assert [view.recording_seconds for view in status.channels] == [2.0, 0.0]
    assert [view.status.state for view in status.channels] == [LIVE, FAILED]
    assert status.channels[0].address == "rtsp://***@cam/Bow"
    assert status.volume.total_bytes > 0
    assert status.volume.seconds_left == pytest.approx(status.volume.free_bytes * 8 / 8_000_000)
    bridge["Bow"].lose()
    lost = bridge.recorder.status().channels[0]
    assert (lost.status.state, lost.is_recording) == (FAILED, False)
    assert lost.status.why is not None


async def test_stop_of_the_program_finishes_the_recording(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    assert not bridge.recorder.has_finished_files
    bridge.recorder.announce_end()
    await bridge.recorder.stop()
    assert bridge.recorder.has_finished_files
    told = [event.kind for event in bridge.recorder.events.after(0)]
    assert told.count("program_stopping") == 1
    bridge.build()
    await bridge.start()
    (recording,) = await bridge.rows("recordings")
    assert recording.state is RecordingState.FINISHED
    assert not bridge["Bow"].told(StartRecording)


async def test_events_go_on_counting_over_restarts(bridge: Bridge) -> None:
    await bridge.start()
    newest = bridge.recorder.events.newest_cursor
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    assert bridge.recorder.events.after(0)[0].cursor > newest
    assert bridge.recorder.events.after(0)[0].severity is Severity.INFO


async def test_a_stop_says_of_which_channels_there_is_a_file(bridge: Bridge) -> None:
    await bridge.start(ChannelState.LIVE, ChannelState.FAILED)
    await bridge.recorder.start_recording()
    bridge.pass_seconds(70)
    result = await bridge.recorder.stop_recording()
    assert [(one.channel, one.ok, one.was_asked) for one in result.channels] == [
        ("Bow", True, True), ("Stern", True, False),
    ]
    (stopped,) = [event for event in bridge.recorder.events.after(0) if event.kind == "recording_stopped"]
    assert stopped.fact == (
        f"Recording {result.id} has been stopped after 1 min 10 s. 1 of 2 channels had files; no frame of Stern was "
        "recorded."
    )


async def test_a_stop_of_channels_that_all_have_files_says_nothing_of_them(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(5)
    result = await bridge.recorder.stop_recording()
    assert all(one.was_asked for one in result.channels)
    stopped = bridge.recorder.events.after(0)[-1]
    assert stopped.fact == f"Recording {result.id} has been stopped after 5 s."
