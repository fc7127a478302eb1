"""Channels are added, changed and removed while the program runs, and no recording is disturbed by it."""

import asyncio
from dataclasses import replace

import pytest

from control.bridge import PATIENCE_SECONDS, Bridge
from seacorder.base.errors import BadRequest
from seacorder.base.message import Message
from seacorder.config.schema import Settings
from seacorder.control.live.live_views import LiveViews
from seacorder.model.blackbox import BlackboxSettings, StartBlackbox
from seacorder.model.channel import ChannelState
from seacorder.model.command import StartRecording
from seacorder.model.live import LiveStream, TileRefused
from seacorder.model.loss import LossCause
from seacorder.model.setup import Difference

CAMERAS = {"Bow": "rtsp://cam/bow", "Stern": "rtsp://cam/stern"}
NEW = "rtsp://cam/new"
WITH_TMS = {**CAMERAS, "TMS": NEW}
BOW_MOVED = {**CAMERAS, "Bow": NEW}


def settings_of(cameras: dict[str, str]) -> Settings:
    return Settings.model_validate({"channels": [{"name": one, "input": address} for one, address in cameras.items()]})


@pytest.fixture
async def running(bridge: Bridge) -> Bridge:
    """A recorder with both cameras, live."""
    bridge.channels = settings_of(CAMERAS).channel_settings()
    bridge.build()
    await bridge.start()
    return bridge


async def put(bridge: Bridge, cameras: dict[str, str], *changed: str) -> None:
    """Somebody has changed these on the page."""
    await bridge.recorder.channel_changes.use(settings_of(cameras), changed)


def names(bridge: Bridge) -> list[str]:
    return [one.status.channel for one in bridge.recorder.status().channels]


def waiting(bridge: Bridge) -> dict[str, Difference]:
    return {one.status.channel: one.change_waiting for one in bridge.recorder.status().channels}


async def settled(bridge: Bridge) -> None:
    """A round of housekeeping, and what it begins."""
    bridge.recorder.channel_changes.look()
    if (work := bridge.recorder.channel_changes._work) is not None:
        await work


def can_be_watched(views: LiveViews, name: str) -> bool:
    try:
        views.viewer().watch(1, name, LiveStream.MAIN)
    except BadRequest:
        return False
    return True


async def test_a_new_channel_joins_the_running_recording_and_the_others_hear_nothing(running: Bridge) -> None:
    started = await running.recorder.start_recording()
    before = {name: (running[name], list(running[name].commands)) for name in CAMERAS}
    await put(running, WITH_TMS, "TMS")
    running["TMS"].beat()
    assert names(running) == ["Bow", "Stern", "TMS"]
    assert running["TMS"].first_message.address == NEW
    assert [order.recording_id for order in running["TMS"].told(StartRecording)] == [started.id]
    assert can_be_watched(running.recorder.live, "TMS")
    assert {name: (running[name], running[name].commands) for name in CAMERAS} == before
    assert [one.channel for one in (await running.recorder.stop_recording()).channels] == ["Bow", "Stern", "TMS"]


async def test_an_idle_channel_gets_another_worker_and_a_recording_that_is_started_has_it(running: Bridge) -> None:
    old, stern = running["Bow"], running["Stern"]
    await put(running, BOW_MOVED, "Bow")
    assert not old.is_up
    assert running["Bow"] is not old
    assert running["Bow"].first_message.address == NEW
    assert running["Stern"] is stern
    assert waiting(running) == {"Bow": Difference.NONE, "Stern": Difference.NONE}
    running["Bow"].beat()
    assert [one.channel for one in (await running.recorder.start_recording()).channels if one.ok] == ["Bow", "Stern"]


async def test_a_channel_that_is_recorded_is_changed_when_the_recording_is_over(running: Bridge) -> None:
    await running.recorder.start_recording()
    running.pass_seconds(1)
    old = running["Bow"]
    await put(running, BOW_MOVED, "Bow")
    assert waiting(running) == {"Bow": Difference.CHANGED, "Stern": Difference.NONE}
    old.beat(ChannelState.FAILED, "Its plug was pulled.")  # it comes back by itself: the change goes on waiting
    await settled(running)
    assert running["Bow"] is old
    await running.recorder.stop_recording()
    running.pass_seconds(1)
    await settled(running)
    assert running["Bow"] is not old
    assert running["Bow"].first_message.address == NEW
    assert waiting(running)["Bow"] is Difference.NONE
    assert "has taken effect" in running.recorder.events.after(0)[-1].fact


async def test_a_dead_camera_of_the_running_recording_gets_its_right_address_at_once(running: Bridge) -> None:
    await running.recorder.start_recording()
    running.pass_seconds(1)
    old = running["Bow"]
    last = old.status.recording
    assert last is not None
    running.clock.advance(10)
    old.report(replace(old.status, state=ChannelState.FAILED, why=Message("It does not answer.")))
    await put(running, BOW_MOVED, "Bow")
    assert not old.is_up
    assert [order.first_part for order in running["Bow"].told(StartRecording)] == [2]
    (loss,) = await running.rows("losses")
    assert (loss.channel, loss.cause, loss.from_utc_ns) == ("Bow", LossCause.RECONNECT, last.newest_stored_utc_ns)
    assert loss.to_utc_ns == running.clock.utc_ns()  # the new process has a picture at once
    assert not [one for one in running.kinds() if one == "worker_lost"]


async def test_an_idle_channel_that_is_removed_is_gone_with_its_alarm_and_its_live_view(running: Bridge) -> None:
    running["Stern"].beat(ChannelState.FAILED, "It does not answer.")
    running.recorder.status()
    viewer = running.recorder.live.viewer()
    viewer.watch(7, "Stern", LiveStream.MAIN)
    old = running["Stern"]
    await put(running, {"Bow": CAMERAS["Bow"]}, "Stern")
    assert names(running) == ["Bow"]
    assert not running.recorder.status().alarms
    assert not old.is_up
    old.report(old.status)  # what was still in its pipe
    assert names(running) == ["Bow"]
    assert not can_be_watched(running.recorder.live, "Stern")
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert isinstance(await anext(viewer.messages()), TileRefused)
    cleared = [one.fact for one in running.recorder.events.after(0) if one.kind == "alarm_cleared"]
    assert "because the channel is changed or removed" in cleared[-1]


async def test_a_removed_channel_is_recorded_to_the_end_and_can_come_back_before_it(running: Bridge) -> None:
    await running.recorder.start_recording()
    running.pass_seconds(1)
    stern = running["Stern"]
    await put(running, {"Bow": CAMERAS["Bow"]}, "Stern")
    assert waiting(running) == {"Bow": Difference.NONE, "Stern": Difference.REMOVED}
    await put(running, CAMERAS, "Stern")
    assert waiting(running)["Stern"] is Difference.NONE
    await put(running, {"Bow": CAMERAS["Bow"]}, "Stern")
    await running.recorder.stop_recording()
    running.pass_seconds(1)
    await settled(running)
    assert (names(running), stern.is_up) == (["Bow"], False)


async def test_a_recorded_channel_that_gets_another_name_is_connected_to_once(running: Bridge) -> None:
    await running.recorder.start_recording()
    running.pass_seconds(1)
    await put(running, {"Bow": CAMERAS["Bow"], "Aft": CAMERAS["Stern"]}, "Stern", "Aft")
    assert names(running) == ["Bow", "Stern"]
    assert running.recorder.channel_changes.waiting("Aft") is Difference.ADDED
    await running.recorder.stop_recording()
    running.pass_seconds(1)
    await settled(running)
    assert names(running) == ["Bow", "Aft"]


async def test_a_clip_is_not_cut_off(running: Bridge) -> None:
    await running.recorder.start_clip()
    running.pass_seconds(1)
    old = running["Bow"]
    await put(running, BOW_MOVED, "Bow")
    assert running["Bow"] is old
    await running.recorder.stop_clip()
    running.pass_seconds(1)
    await settled(running)
    assert running["Bow"] is not old


async def test_who_shares_a_process_is_not_touched_by_a_neighbour_that_leaves_or_comes(bridge: Bridge) -> None:
    bridge.channels, bridge.channels_per_process = settings_of(CAMERAS).channel_settings(), 8
    bridge.build()
    await bridge.start()
    stern = bridge["Stern"]
    await put(bridge, {**BOW_MOVED, "TMS": NEW}, "Bow", "TMS")
    assert [bridge[name].is_in_group for name in ("Bow", "Stern", "TMS")] == [False, True, False]
    assert bridge["Stern"] is stern
    assert stern.is_up


async def test_the_blackbox_has_a_new_channel_from_its_start_on(bridge: Bridge) -> None:
    bridge.blackbox = BlackboxSettings(str(bridge.folder / "box"), tuple(CAMERAS), 10_000_000)
    bridge.channels = settings_of(CAMERAS).channel_settings()
    bridge.build()
    await bridge.start()
    box = {"blackbox": {"root": str(bridge.folder / "box")}}
    cameras = [{"name": name, "input": address} for name, address in WITH_TMS.items()]
    await bridge.recorder.channel_changes.use(Settings.model_validate({**box, "channels": cameras}), {"TMS"})
    assert bridge["TMS"].told(StartBlackbox)
    assert [one.name for one in bridge.recorder.blackbox.view().channels] == list(WITH_TMS)


async def test_nothing_is_started_any_more_when_the_program_ends(running: Bridge) -> None:
    await running.recorder.start_recording()
    running.pass_seconds(1)
    await put(running, BOW_MOVED, "Bow")
    old = running["Bow"]
    await running.recorder.stop()
    assert running["Bow"] is old
