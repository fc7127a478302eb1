"""What settings are accepted, as values; and how a change reaches files and the catalogue."""

import math
from dataclasses import replace

import pytest

from control.bridge import Bridge
from seacorder.base.errors import BadRequest
from seacorder.control.settings.rules import apply_change, check_encoders, encoder_name, encoders_asked, encoding_of
from seacorder.model.command import ChangeRecording, StartRecording
from seacorder.model.encoders import BY_NAME, SHORT_NAMES, SOFTWARE
from seacorder.model.encoding import EncodingSettings
from seacorder.model.instant import NS_PER_MINUTE
from seacorder.model.settings import (
    ChannelChange,
    ChannelEncoding,
    PathTemplates,
    RecorderSettings,
    SettingsChange,
    StoredSettings,
)

FIRST = RecorderSettings()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bitrate_mbits", -1.0),
        ("bitrate_mbits", math.nan),
        ("bitrate_mbits", 1e6),
        ("frame_rate", -0.1),
        ("frame_rate", math.inf),
        ("split_time_minutes", 0.04),
        ("split_time_minutes", -1.0),
        ("split_time_minutes", 1440.5),
        ("split_time_minutes", math.nan),
        ("resolution", (1920, 0)),
        ("resolution", (-1, -1)),
        ("resolution", (100_000, 10)),
        ("encoder", "betamax"),
        ("filename_template", " / "),
        ("filename_template", ".."),
        ("directory_template", "x" * 2000),
    ],
)
def test_what_is_out_of_range_is_refused_with_its_field(field: str, value: object) -> None:
    with pytest.raises(BadRequest) as refused:
        apply_change(FIRST, SettingsChange(**{field: value}))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("minutes", [0, 0.05, 10, 1440])
def test_split_times_at_the_edges_are_accepted(minutes: float) -> None:
    assert apply_change(FIRST, SettingsChange(split_time_minutes=minutes)).split_time_minutes == minutes


def test_only_what_was_sent_changes() -> None:
    changed = apply_change(FIRST, SettingsChange(anomaly_template="x", resolution=(1280, 720)))
    assert changed == replace(FIRST, resolution=(1280, 720), templates=PathTemplates(anomaly="x"))


def test_clips_can_follow_the_anomaly_template_again() -> None:
    own = apply_change(FIRST, SettingsChange(clip_template="clip"))
    assert own.templates.clip_or_anomaly == "clip"
    assert apply_change(own, SettingsChange(clip_template=None)) == FIRST


def test_malformed_tags_are_text() -> None:
    template = "${channelname}\\${yyyy]\\${MM}\\${dd}"
    assert apply_change(FIRST, SettingsChange(directory_template=template)).templates.directory == template


@pytest.mark.parametrize("text", ["copy", "N265", *SHORT_NAMES, *BY_NAME])
def test_encoders_have_short_names_and_ffmpegs(text: str) -> None:
    assert encoder_name(text) == text.lower()


def test_an_encoder_that_is_not_used_is_not_asked_for() -> None:
    smart = replace(FIRST, encoder="n265")
    own = {"Bow": ChannelEncoding(is_smart=False), "Stern": ChannelEncoding()}
    assert encoders_asked(smart, {"Stern": ChannelEncoding()}) == {}
    assert encoders_asked(smart, own) == {"Bow": "n265"}
    by_hand = replace(smart, is_smart_encoding=False)
    assert encoders_asked(by_hand, own) == {None: "n265", "Bow": "n265", "Stern": "n265"}
    assert encoders_asked(replace(FIRST, is_smart_encoding=False), own) == {}


def test_an_encoder_that_is_lacking_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadRequest, match="copy, x264, x265, libsvtav1"):
        check_encoders({None: "n265"}, SOFTWARE)
    with pytest.raises(BadRequest, match="which channel Bow would use"):
        check_encoders({"Bow": "h264_qsv"}, SOFTWARE)
    check_encoders({None: "x265", "Bow": "libx264"}, SOFTWARE)


def test_a_channel_has_its_own_values_then_the_files_then_the_recorders() -> None:
    own = {"Bow": ChannelEncoding(encoder="x265", frame_rate=5.0, burn_in=True)}
    change = SettingsChange(encoder="x264", channel=ChannelChange("Bow", frame_rate=10.0, burn_in=False))
    changed = apply_change(FIRST, change)
    assert encoding_of("Bow", changed, own) == EncodingSettings(encoder="x265", frame_rate=10.0, burn_in=False)
    assert encoding_of("Stern", changed, own) == EncodingSettings(encoder="x264")
    taken_back = apply_change(changed, SettingsChange(channel=ChannelChange("Bow", frame_rate=None, burn_in=None)))
    assert taken_back.channels == {}
    assert encoding_of("Bow", taken_back, own) == EncodingSettings(encoder="x265", frame_rate=5.0, burn_in=True)


@pytest.mark.parametrize(
    ("field", "value"), [("bitrate_mbits", -1.0), ("frame_rate", math.nan), ("resolution", (5, 0)), ("encoder", "vhs")]
)
def test_a_channels_own_values_are_checked_alike(field: str, value: object) -> None:
    with pytest.raises(BadRequest) as refused:
        apply_change(FIRST, SettingsChange(channel=ChannelChange("Bow", **{field: value})))  # type: ignore[arg-type]
    assert refused.value.field == field


async def test_settings_are_kept_over_restarts(bridge: Bridge) -> None:
    bridge.first_settings = replace(FIRST, split_time_minutes=3)
    bridge.build()
    await bridge.start()
    assert bridge.recorder.settings.split_time_minutes == 3
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=5, recording_directory="Job1"))
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    assert bridge.recorder.settings == replace(FIRST, split_time_minutes=5, recording_directory="Job1")
    await bridge.recorder.start_recording()
    assert bridge["Bow"].told(StartRecording)[0].naming.base_folder == str(bridge.folder / "Job1")


@pytest.mark.parametrize(
    "change",
    [
        SettingsChange(split_time_minutes=5, frame_rate=-1),
        SettingsChange(split_time_minutes=5, recording_directory="../x"),
        SettingsChange(split_time_minutes=5, inspection_directory="/etc"),
        SettingsChange(split_time_minutes=5, encoder="n265", is_smart_encoding=False),
    ],
)
async def test_a_failed_change_changes_nothing(bridge: Bridge, change: SettingsChange) -> None:
    await bridge.start()
    with pytest.raises(BadRequest):
        await bridge.recorder.change_settings(change)
    assert bridge.recorder.settings == FIRST
    await bridge.catalogue.flush()
    assert bridge.catalogue.load_settings() == StoredSettings(FIRST)


async def test_the_encoders_are_asked_for_once(bridge: Bridge) -> None:
    await bridge.start()
    for encoder in ("x264", "x265"):
        await bridge.recorder.change_settings(SettingsChange(encoder=encoder, is_smart_encoding=False))
    assert [name for name, _, _ in bridge.supervisor.launches].count("encoder probe") == 1


async def test_a_change_reaches_the_running_recording_at_the_next_split(bridge: Bridge) -> None:
    await bridge.start()
    started = await bridge.recorder.start_recording()
    bridge.clock.advance(60)
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=2, filename_template="new"))
    for name in ("Bow", "Stern"):
        (change,) = bridge[name].told(ChangeRecording)
        assert change.from_ns == started.instant.monotonic_ns + 10 * NS_PER_MINUTE
        assert change.schedule.next_after(change.from_ns) == change.from_ns + 2 * NS_PER_MINUTE
        assert change.naming.file_template == "new"
        assert change.naming.directory_utc_ns == started.instant.utc_ns


async def test_a_change_that_does_not_concern_files_is_not_sent(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.recorder.change_settings(SettingsChange(bitrate_mbits=4, anomaly_template="x"))
    assert not bridge["Bow"].told(ChangeRecording)


async def test_a_restarted_worker_keeps_the_old_name_and_gets_the_waiting_change(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.recorder.change_settings(SettingsChange(filename_template="new"))
    bridge["Bow"].lose()
    bridge["Bow"].come_back()
    first, second = bridge["Bow"].told(StartRecording)
    assert second.naming == first.naming
    assert bridge["Bow"].told(ChangeRecording)[-1].naming.file_template == "new"
    bridge.clock.advance(11 * 60)
    bridge["Bow"].lose()
    bridge["Bow"].come_back()
    assert bridge["Bow"].told(StartRecording)[-1].naming.file_template == "new"


async def test_a_directory_can_be_made_without_being_selected(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.create_directory("Job2/Dive1")
    assert (bridge.folder / "Job2" / "Dive1").is_dir()
    assert bridge.recorder.settings == FIRST
    with pytest.raises(BadRequest):
        await bridge.recorder.create_directory("../x")


async def test_a_kept_folder_that_is_no_longer_allowed_gives_way_to_the_root(bridge: Bridge) -> None:
    bridge.first_settings = replace(FIRST, recording_directory="/elsewhere")
    bridge.build()
    await bridge.start()
    assert "directory_given_up" in bridge.kinds()
    assert (await bridge.recorder.start_recording()).ok
    assert bridge["Bow"].told(StartRecording)[0].naming.base_folder == str(bridge.folder)
