"""What control does about narration: who is told where to hear it, and that it takes no part in what pictures do."""

import pytest

from control.bridge import NAMES, Bridge
from seacorder.base.message import Message
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.command import HearNarration, StartRecording, StopRecording
from seacorder.model.narration import NarrationSettings, NarratorStatus, SoundState

TOKEN = "t" * 64


def with_narration(bridge: Bridge, into: str = "all") -> Bridge:
    bridge.narrator = ChannelSettings(
        len(NAMES), "Talk", "alsa:default", narrator=NarrationSettings(TOKEN, into=into), picture_watch=False
    )
    bridge.build()
    return bridge


def says(bridge: Bridge, port: int, state: SoundState = SoundState.LIVE) -> None:
    why = None if state is SoundState.LIVE else Message("The plug was pulled.")
    status = NarratorStatus(state, why, port, -20.0, -10.0)
    now = bridge.clock.utc_ns()
    bridge["Talk"].report(ChannelStatus("Talk", ChannelState.LIVE, now, None, narrator=status))


def told(bridge: Bridge, channel: str) -> list[HearNarration]:
    return bridge[channel].told(HearNarration)


async def test_every_channel_is_told_where_to_hear_it_once(bridge: Bridge) -> None:
    await with_narration(bridge).start()
    says(bridge, 4000)
    says(bridge, 4000)
    assert told(bridge, "Bow") == told(bridge, "Stern") == [HearNarration(4000, TOKEN)]


async def test_a_new_narrator_and_a_new_worker_find_each_other(bridge: Bridge) -> None:
    await with_narration(bridge).start()
    says(bridge, 4000)
    bridge["Talk"].lose()
    bridge["Talk"].come_back()
    says(bridge, 4001)
    bridge["Bow"].lose()
    bridge["Bow"].come_back()
    assert told(bridge, "Stern") == [HearNarration(4000, TOKEN), HearNarration(4001, TOKEN)]
    assert told(bridge, "Bow")[-1] == HearNarration(4001, TOKEN)


async def test_while_there_is_no_narrator_nobody_is_sent_to_it(bridge: Bridge) -> None:
    await with_narration(bridge).start()
    says(bridge, 4000)
    bridge["Talk"].lose()
    bridge["Bow"].lose()
    bridge["Bow"].come_back()
    assert told(bridge, "Bow") == [HearNarration(4000, TOKEN)]


async def test_status_shows_it_and_no_secret(bridge: Bridge) -> None:
    await with_narration(bridge).start()
    says(bridge, 4000, SoundState.FAILED)
    view = bridge.recorder.status().narration
    assert view is not None
    assert (view.name, view.into, view.narrator.state, view.restarts) == ("Talk", "all", SoundState.FAILED, 0)
    (alarm,) = bridge.recorder.status().alarms
    assert (alarm.kind, alarm.channel) == ("audio_failed", "Talk")
    assert TOKEN not in repr(bridge.recorder.status())
    assert TOKEN not in repr(bridge.narrator)
    assert TOKEN not in repr(told(bridge, "Bow"))


async def test_it_is_no_channel(bridge: Bridge) -> None:
    await with_narration(bridge).start()
    says(bridge, 4000)
    assert [view.status.channel for view in bridge.recorder.status().channels] == list(NAMES)
    result = await bridge.recorder.start_recording()
    assert [one.channel for one in result.channels] == list(NAMES)
    grab = await bridge.recorder.take_framegrab()
    assert [one.channel for one in grab.channels] == list(NAMES)
    await bridge.recorder.stop_recording()
    assert bridge["Talk"].told(StartRecording) == bridge["Talk"].told(StopRecording) == []


async def test_lost_in_the_middle_of_a_recording_it_costs_no_channel_anything(bridge: Bridge) -> None:
    await with_narration(bridge).start()
    says(bridge, 4000)
    await bridge.recorder.start_recording()
    bridge["Talk"].lose()
    assert bridge.recorder.is_recording()
    assert "audio_failed" in {alarm.kind for alarm in bridge.recorder.status().alarms}
    bridge["Talk"].come_back()
    says(bridge, 4001)
    assert bridge.recorder.status().alarms == ()
    await bridge.recorder.stop_recording()
    assert await bridge.rows("losses") == ()


class TestFileOfItsOwn:
    """`into = "file"`."""

    async def test_it_records_at_the_same_instant_and_is_stopped_with_the_rest(self, bridge: Bridge) -> None:
        await with_narration(bridge, "file").start()
        says(bridge, 4000)
        result = await bridge.recorder.start_recording()
        (order,) = bridge["Talk"].told(StartRecording)
        assert (order.instant, order.recording_id) == (result.instant, result.id)
        bridge.pass_seconds(2)
        stopped = await bridge.recorder.stop_recording()
        assert [one.channel for one in stopped.channels] == list(NAMES)
        parts = await bridge.rows("parts")
        assert sorted(part.channel for part in parts) == ["Bow", "Stern", "Talk"]

    async def test_a_start_without_pictures_is_refused_though_sound_is_there(self, bridge: Bridge) -> None:
        await with_narration(bridge, "file").start(ChannelState.FAILED, ChannelState.FAILED)
        says(bridge, 4000)
        with pytest.raises(Exception, match=r"Nothing is being recorded\."):
            await bridge.recorder.start_recording()
        assert bridge["Talk"].told(StartRecording) == []

    async def test_isrecording_is_about_pictures_alone(self, bridge: Bridge) -> None:
        await with_narration(bridge, "file").start()
        says(bridge, 4000)
        await bridge.recorder.start_recording()
        for _ in range(3):
            bridge.clock.advance(1)
            bridge["Talk"].beat()
        assert not bridge.recorder.is_recording()

    async def test_a_new_narrator_goes_on_in_a_new_part_and_the_hole_is_a_loss(self, bridge: Bridge) -> None:
        await with_narration(bridge, "file").start()
        says(bridge, 4000)
        await bridge.recorder.start_recording()
        bridge.pass_seconds(2)
        bridge["Talk"].beat()
        bridge["Talk"].lose()
        bridge.pass_seconds(1)
        bridge["Talk"].come_back()
        assert bridge["Talk"].told(StartRecording)[-1].first_part == 2
        await bridge.event("loss_noted")
        await bridge.recorder.stop_recording()
        (loss,) = await bridge.rows("losses")
        assert (loss.channel, loss.cause) == ("Talk", "worker_killed")
