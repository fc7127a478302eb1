"""How a change of encoding reaches the workers: when, and what a new worker begins with."""

import asyncio
from dataclasses import replace

import pytest

from control.bridge import Bridge
from fakes.recorder import settled
from seacorder.base.errors import BadRequest
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import ChangeEncoding, StartRecording
from seacorder.model.encoders import SOFTWARE
from seacorder.model.encoding import EncodingSettings, EncodingStatus
from seacorder.model.instant import NS_PER_MINUTE
from seacorder.model.settings import ChannelChange, ChannelEncoding, RecorderSettings, SettingsChange, TakesEffect

BY_HAND = SettingsChange(encoder="x264", is_smart_encoding=False, bitrate_mbits=3.0)
ASKED = EncodingSettings(is_smart=False, encoder="x264", bitrate_mbits=3.0)


def changes(bridge: Bridge, name: str) -> list[ChangeEncoding]:
    return bridge[name].told(ChangeEncoding)


def begins_with(bridge: Bridge, name: str) -> ChannelSettings:
    settings = bridge[name].first_message
    assert isinstance(settings, ChannelSettings)
    return settings


async def test_while_idle_a_change_holds_from_now(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(BY_HAND)
    for name in ("Bow", "Stern"):
        change = changes(bridge, name)[-1]
        assert (change.from_ns, change.encoding) == (bridge.clock.monotonic_ns(), ASKED)
        assert change.machine.encoders == ("libx264", "libx265")
    assert {view.takes_effect for view in bridge.recorder.channel_settings()} == {TakesEffect.NOW}


async def test_the_machine_is_shared_by_those_that_encode(bridge: Bridge) -> None:
    bridge.cores = 6.0
    bridge.build()
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(channel=ChannelChange("Bow", burn_in=True)))
    assert begins_with(bridge, "Bow").machine.cores == 6.0
    await bridge.recorder.change_settings(SettingsChange(burn_in=True))
    assert begins_with(bridge, "Bow").machine.cores == 3.0


async def test_a_running_recording_follows_at_its_next_split(bridge: Bridge) -> None:
    await bridge.start()
    started = await bridge.recorder.start_recording()
    bridge.clock.advance(60)
    await bridge.recorder.change_settings(BY_HAND)
    change = changes(bridge, "Bow")[-1]
    assert change.from_ns == started.instant.monotonic_ns + 10 * NS_PER_MINUTE
    view = bridge.recorder.channel_settings()[0]
    assert (view.takes_effect, view.in_force) == (TakesEffect.NEXT_SPLIT, ASKED)
    assert view.from_utc_ns == started.instant.utc_ns + 10 * NS_PER_MINUTE


async def test_a_change_for_a_split_that_never_comes_holds_from_the_stop(bridge: Bridge) -> None:
    """Else the next recording would begin with the settings of the one before."""
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.recorder.change_settings(BY_HAND)
    before = len(changes(bridge, "Bow"))
    bridge.pass_seconds(60)
    assert len(changes(bridge, "Bow")) == before, "while the recording runs it is told once"
    await bridge.recorder.stop_recording()
    change = changes(bridge, "Bow")[-1]
    assert (change.from_ns, change.encoding) == (bridge.clock.monotonic_ns(), ASKED)
    assert bridge.recorder.channel_settings()[0].takes_effect is TakesEffect.NOW


async def test_a_clip_outlasts_the_recording_whose_split_a_change_waited_for(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.recorder.start_clip()
    await bridge.recorder.change_settings(BY_HAND)
    await bridge.recorder.stop_recording()
    before = len(changes(bridge, "Bow"))
    bridge.pass_seconds(1)
    assert len(changes(bridge, "Bow")) == before
    await bridge.recorder.stop_clip()
    bridge.pass_seconds(0.5)
    assert changes(bridge, "Bow")[-1].from_ns <= bridge.clock.monotonic_ns()


async def test_a_recording_that_never_splits_keeps_what_it_began_with(bridge: Bridge) -> None:
    bridge.first_settings = RecorderSettings(split_time_minutes=0)
    bridge.build()
    await bridge.start()
    await bridge.recorder.start_recording()
    before = len(changes(bridge, "Bow"))
    await bridge.recorder.change_settings(BY_HAND)
    bridge.pass_seconds(60)
    assert len(changes(bridge, "Bow")) == before
    assert bridge.recorder.channel_settings()[0].takes_effect is TakesEffect.AFTER_RECORDING
    await bridge.recorder.stop_recording()
    assert changes(bridge, "Bow")[-1].encoding == ASKED
    assert bridge.recorder.channel_settings()[0].takes_effect is TakesEffect.NOW


async def test_what_waits_goes_with_the_split_that_was_set_meanwhile(bridge: Bridge) -> None:
    bridge.first_settings = RecorderSettings(split_time_minutes=0)
    bridge.build()
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.recorder.change_settings(BY_HAND)
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=2))
    split_ns = bridge.clock.monotonic_ns() + 2 * NS_PER_MINUTE
    assert changes(bridge, "Bow")[-1].from_ns == split_ns
    bridge.pass_seconds(30)
    await bridge.recorder.change_settings(SettingsChange(reevaluate_tags_on_split=True))
    bridge.pass_seconds(0.5)
    assert changes(bridge, "Bow")[-1].from_ns == split_ns, "a change of names does not put the split off"
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=1))
    corrected_ns = bridge.clock.monotonic_ns() + NS_PER_MINUTE
    bridge.pass_seconds(0.5)
    assert changes(bridge, "Bow")[-1].from_ns == corrected_ns


async def test_a_clip_keeps_what_it_began_with(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_clip()
    await bridge.recorder.change_settings(BY_HAND)
    assert changes(bridge, "Bow") == []
    await bridge.recorder.stop_clip()
    bridge.pass_seconds(0.5)
    assert changes(bridge, "Bow")[-1].encoding == ASKED


async def test_a_new_worker_begins_with_what_is_in_force(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(BY_HAND)
    told = len(changes(bridge, "Bow"))
    bridge["Bow"].lose()
    bridge["Bow"].come_back()
    assert begins_with(bridge, "Bow").encoding == ASKED
    assert begins_with(bridge, "Bow").address == "rtsp://me:secret@cam/Bow"
    assert len(changes(bridge, "Bow")) == told


async def test_a_new_worker_of_a_running_recording_does_not_wait_for_the_split(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.recorder.change_settings(BY_HAND)
    bridge["Bow"].lose()
    bridge["Bow"].come_back()
    assert begins_with(bridge, "Bow").encoding == ASKED
    assert bridge.recorder.channel_settings()[0].takes_effect is TakesEffect.NOW
    assert len(bridge["Bow"].told(StartRecording)) == 2


async def test_a_change_of_other_settings_tells_the_workers_nothing(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(anomaly_template="x"))
    assert changes(bridge, "Bow") == []


async def test_pass_through_channels_start_without_a_look_for_encoders(bridge: Bridge) -> None:
    await bridge.start()
    assert "encoder probe" not in [name for name, _, _ in bridge.supervisor.launches]


async def test_the_encoders_are_known_before_a_channel_that_encodes_begins(bridge: Bridge) -> None:
    bridge.own_encodings = {"Bow": ChannelEncoding(burn_in=True)}
    bridge.build()
    await bridge.recorder.start()
    assert bridge["Stern"].is_up
    await bridge.until(lambda: bridge["Bow"].is_up)
    assert begins_with(bridge, "Bow").machine.encoders == ("libx264", "libx265")


async def test_the_encoders_of_the_run_before_are_used_at_once_and_looked_at_again(bridge: Bridge) -> None:
    bridge.own_encodings = {"Bow": ChannelEncoding(burn_in=True)}
    bridge.build()
    await bridge.recorder.start()
    await bridge.until(lambda: bridge["Bow"].is_up)
    await bridge.recorder.stop()
    bridge.encoders = {*SOFTWARE, "h264_qsv"}
    bridge.build()
    await bridge.recorder.start()
    assert bridge["Bow"].is_up
    await bridge.until(lambda: changes(bridge, "Bow") != [])
    assert changes(bridge, "Bow")[0].machine.encoders == ("h264_qsv", *SOFTWARE)


async def test_a_channel_that_turns_out_to_encode_is_told_of_the_machine(bridge: Bridge) -> None:
    await bridge.start()
    worker = bridge["Stern"]
    worker.status = replace(worker.status, encoding=EncodingStatus("Encoded …", "libx264"))
    worker.beat()
    await bridge.until(lambda: bool(changes(bridge, "Stern")) and bool(changes(bridge, "Stern")[-1].machine.encoders))


async def test_what_was_decided_is_said_for_each_channel(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(channel=ChannelChange("Stern", burn_in=True)))
    bow, stern = bridge.recorder.channel_settings()
    assert bow.plan is not None
    assert bow.plan.is_pass_through
    assert stern.plan is not None
    assert (stern.plan.encoder, stern.own) == ("libx264", ChannelEncoding(burn_in=True))
    assert stern.in_force == EncodingSettings(burn_in=True)


async def test_a_channels_own_settings_are_kept_over_restarts(bridge: Bridge) -> None:
    await bridge.start()
    own = ChannelChange("Bow", encoder="X265", is_smart=False, resolution=(640, 480))
    await bridge.recorder.change_settings(SettingsChange(channel=own))
    await bridge.recorder.stop()
    bridge.build()
    await bridge.recorder.start()
    expected = EncodingSettings(is_smart=False, encoder="x265", resolution=(640, 480))
    assert [view.in_force for view in bridge.recorder.channel_settings()] == [expected, EncodingSettings()]
    await bridge.until(lambda: bridge["Bow"].is_up)
    assert begins_with(bridge, "Bow").encoding == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (ChannelChange("Keel", burn_in=True), "channel"),
        (ChannelChange("Bow", encoder="n264", is_smart=False), "encoder"),
    ],
)
async def test_a_refused_channel_change_changes_nothing(bridge: Bridge, change: ChannelChange, field: str) -> None:
    await bridge.start()
    before = bridge.recorder.channel_settings()
    with pytest.raises(BadRequest) as refused:
        await bridge.recorder.change_settings(SettingsChange(channel=change))
    assert refused.value.field == field
    assert bridge.recorder.channel_settings() == before


async def test_an_encoder_that_all_channels_would_use_is_refused_without_naming_one(bridge: Bridge) -> None:
    """Even where channels have settings of their own."""
    await bridge.start()
    for name in ("Bow", "Stern"):
        await bridge.recorder.change_settings(SettingsChange(channel=ChannelChange(name, burn_in=True)))
    with pytest.raises(BadRequest) as refused:
        await bridge.recorder.change_settings(replace(BY_HAND, encoder="n264"))
    assert "has no encoder 'n264'." in refused.value.fact


async def test_a_change_is_answered_when_it_is_in_force(bridge: Bridge) -> None:
    await bridge.start()
    for name in ("Bow", "Stern"):
        worker = bridge[name]
        worker.status = replace(worker.status, encoding=EncodingStatus("As it comes.", "copy"))
        worker.beat()
    change = asyncio.create_task(bridge.recorder.change_settings(BY_HAND))
    await bridge.until(lambda: all(changes(bridge, name) != [] for name in ("Bow", "Stern")))
    for name in ("Bow", "Stern"):
        assert not change.done()
        worker, from_ns = bridge[name], changes(bridge, name)[-1].from_ns
        worker.status = replace(worker.status, encoding=EncodingStatus("Encoded.", "libx264", asked_from_ns=from_ns))
        worker.beat()
        await settled()
    await bridge.until(change.done)


async def test_what_smart_encoding_does_not_use_is_no_change(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(encoder="n265", bitrate_mbits=1.0, is_smart_encoding=True))
    assert changes(bridge, "Bow") == []
    assert bridge.recorder.channel_settings()[0].in_force.encoder == "n265"
