"""Clips beside a recording and without one, over fake workers."""


import pytest

from control.bridge import Bridge
from seacorder.base.errors import NotPossible
from seacorder.model.channel import ChannelState
from seacorder.model.command import StartClip, StartRecording, StopClip, TakeFramegrab
from seacorder.model.recording import FileKind, FileState
from seacorder.model.settings import PathTemplates, SettingsChange

LIVE, FAILED = ChannelState.LIVE, ChannelState.FAILED


async def test_a_clip_runs_on_every_live_channel_from_one_instant(bridge: Bridge) -> None:
    await bridge.start(LIVE, FAILED)
    result = await bridge.recorder.start_clip()
    assert [(one.channel, one.ok) for one in result.channels] == [("Bow", True), ("Stern", False)]
    (order,) = bridge["Bow"].told(StartClip)
    assert (order.clip_id, order.instant, order.recording_id) == (result.id, result.instant, None)
    assert order.naming.file_template == PathTemplates().anomaly
    assert not bridge["Stern"].told(StartClip)
    assert bridge.recorder.is_clip_recording()
    assert bridge.recorder.status().is_clip_recording
    assert not bridge.recorder.is_clip_recording(FileKind.ANOMALY)


async def test_a_second_clip_start_is_the_same_clip(bridge: Bridge) -> None:
    await bridge.start()
    assert await bridge.recorder.start_clip() == await bridge.recorder.start_clip()


async def test_clip_and_anomaly_run_beside_each_other(bridge: Bridge) -> None:
    await bridge.start()
    clip = await bridge.recorder.start_clip()
    anomaly = await bridge.recorder.start_clip(FileKind.ANOMALY)
    assert clip.id != anomaly.id
    assert [order.kind for order in bridge["Bow"].told(StartClip)] == [FileKind.CLIP, FileKind.ANOMALY]


async def test_stop_ends_the_clip_and_the_catalogue_has_it(bridge: Bridge) -> None:
    await bridge.start()
    started = await bridge.recorder.start_clip()
    bridge.pass_seconds(1)
    stopped = await bridge.recorder.stop_clip()
    assert stopped.id == started.id
    assert not bridge.recorder.is_clip_recording()
    assert bridge["Bow"].told(StopClip)[0].instant == stopped.instant
    rows = await bridge.rows("clips")
    assert {(row.id, row.state) for row in rows} == {(started.id, FileState.WHOLE)}
    assert len(rows) == 2


async def test_stop_without_a_clip_is_fine(bridge: Bridge) -> None:
    await bridge.start()
    assert (await bridge.recorder.stop_clip()).ok


async def test_without_a_live_channel_a_clip_is_refused(bridge: Bridge) -> None:
    await bridge.start(FAILED, FAILED)
    with pytest.raises(NotPossible, match=r"Bow is failed\."):
        await bridge.recorder.start_clip()
    assert not bridge.recorder.is_clip_recording()


async def test_a_clip_that_no_channel_can_store_is_refused_and_withdrawn(bridge: Bridge) -> None:
    await bridge.start()
    bridge["Bow"].refusal = bridge["Stern"].refusal = "The disk is full."
    with pytest.raises(NotPossible, match="The disk is full"):
        await bridge.recorder.start_clip()
    assert bridge["Bow"].told(StopClip)
    bridge["Bow"].refusal = ""
    assert (await bridge.recorder.start_clip()).ok


async def test_the_clip_of_a_lost_worker_is_interrupted_then_repaired(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_clip()
    bridge["Bow"].lose()
    assert bridge.recorder.is_clip_recording()
    bridge["Stern"].lose()
    assert not bridge.recorder.is_clip_recording()
    await bridge.event("file_repaired", 2)
    assert {clip.state for clip in await bridge.rows("clips")} == {FileState.REPAIRED}
    bridge["Bow"].come_back()
    bridge["Bow"].beat()
    assert (await bridge.recorder.start_clip()).ok


async def test_what_belongs_to_a_recording_has_its_directory(bridge: Bridge) -> None:
    await bridge.start()
    recording = await bridge.recorder.start_recording()
    bridge.clock.advance(60)
    await bridge.recorder.start_clip()
    await bridge.recorder.take_framegrab()
    worker = bridge["Bow"]
    clip, grab = worker.told(StartClip)[0], worker.told(TakeFramegrab)[0]
    assert clip.naming.directory_utc_ns == grab.naming.directory_utc_ns == recording.instant.utc_ns
    assert clip.recording_id == grab.recording_id == recording.id
    assert clip.naming.file_utc_ns == clip.instant.utc_ns
    assert worker.told(StartRecording)[0].naming.directory_utc_ns == recording.instant.utc_ns


async def test_outside_a_recording_the_directory_is_kept_until_one_is_set(bridge: Bridge) -> None:
    await bridge.start()

    async def directory_utc_ns() -> int:
        bridge.clock.advance(1)
        await bridge.recorder.take_framegrab("Bow")
        found: int = bridge["Bow"].told(TakeFramegrab)[-1].naming.directory_utc_ns
        return found

    first = await directory_utc_ns()
    assert await directory_utc_ns() == first
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=5))
    assert await directory_utc_ns() == first
    await bridge.recorder.change_settings(SettingsChange(directory_template=PathTemplates().directory))
    assert await directory_utc_ns() > first
