"""A channel that shares its process leaves it to encode, and never while something is recorded."""

import pytest

from control.bridge import NAMES, Bridge
from seacorder.model.channel import ChannelState
from seacorder.model.command import ChangeEncoding
from seacorder.model.recording import FileKind
from seacorder.model.settings import ChannelChange, RecorderSettings, SettingsChange, TakesEffect

BURN_BOW = SettingsChange(channel=ChannelChange("Bow", burn_in=True))


@pytest.fixture
async def grouped(bridge: Bridge) -> Bridge:
    """Two channels in one process."""
    bridge.channels_per_process = 8
    bridge.build()
    await bridge.start()
    return bridge


async def test_channels_that_pass_through_share_a_process(grouped: Bridge) -> None:
    assert [names for names, _ in grouped.supervisor.groups] == [NAMES]


async def test_by_default_two_channels_have_a_process_each(bridge: Bridge) -> None:
    await bridge.start()
    assert not bridge.supervisor.groups


async def test_who_encodes_from_the_beginning_is_in_no_group(bridge: Bridge) -> None:
    bridge.channels_per_process, bridge.first_settings = 8, RecorderSettings(burn_in=True)
    bridge.build()
    await bridge.start()
    assert not bridge.supervisor.groups


async def test_while_idle_it_leaves_at_once_and_begins_with_the_change(grouped: Bridge) -> None:
    grouped["Bow"].on_start = lambda: grouped["Bow"].beat(ChannelState.LIVE)
    await grouped.recorder.change_settings(BURN_BOW)
    bow, stern = grouped["Bow"], grouped["Stern"]
    assert (bow.is_in_group, stern.is_in_group) == (False, True)
    assert bow.first_message.encoding.burn_in
    assert not bow.told(ChangeEncoding)
    assert grouped.recorder.channel_settings()[0].takes_effect is TakesEffect.NOW


async def test_while_a_recording_runs_it_waits_for_its_end_although_that_splits(grouped: Bridge) -> None:
    await grouped.recorder.start_recording()
    await grouped.recorder.change_settings(BURN_BOW)
    grouped.pass_seconds(60 * 25)
    assert grouped["Bow"].is_in_group
    assert not grouped["Bow"].told(ChangeEncoding)
    assert grouped.recorder.channel_settings()[0].takes_effect is TakesEffect.AFTER_RECORDING
    await grouped.recorder.stop_recording()
    assert not grouped["Bow"].is_in_group
    assert grouped["Bow"].first_message.encoding.burn_in


async def test_it_waits_for_the_end_of_a_clip(grouped: Bridge) -> None:
    await grouped.recorder.start_clip(FileKind.CLIP)
    await grouped.recorder.change_settings(BURN_BOW)
    assert grouped["Bow"].is_in_group
    await grouped.recorder.stop_clip(FileKind.CLIP)
    grouped.pass_seconds(1)
    assert not grouped["Bow"].is_in_group


async def test_a_change_that_is_taken_back_in_time_moves_nobody(grouped: Bridge) -> None:
    await grouped.recorder.start_recording()
    await grouped.recorder.change_settings(BURN_BOW)
    await grouped.recorder.change_settings(SettingsChange(channel=ChannelChange("Bow", burn_in=False)))
    await grouped.recorder.stop_recording()
    grouped.pass_seconds(1)
    assert grouped["Bow"].is_in_group


async def test_it_does_not_come_back_when_it_passes_through_again(grouped: Bridge) -> None:
    grouped["Bow"].on_start = lambda: grouped["Bow"].beat(ChannelState.LIVE)
    await grouped.recorder.change_settings(BURN_BOW)
    await grouped.recorder.change_settings(SettingsChange(channel=ChannelChange("Bow", burn_in=False)))
    assert not grouped["Bow"].is_in_group
    assert not grouped["Bow"].told(ChangeEncoding)[-1].encoding.burn_in
