"""A client's change keeps the keys that it set; the settings file holds for all others, and for what is taken back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.bridge import Bridge
from seacorder.base.errors import BadRequest
from seacorder.control.settings.overrides import KEYS, names_set, override_message, overrides, taken_back
from seacorder.control.settings.rules import apply_change
from seacorder.model.settings import (
    ChannelChange,
    ChannelEncoding,
    Override,
    PathTemplates,
    RecorderSettings,
    SettingsChange,
    StoredSettings,
)

FIRST = RecorderSettings()
CHANGES = [
    SettingsChange(split_time_minutes=0.5),
    SettingsChange(is_smart_encoding=False, encoder="x264"),
    SettingsChange(filename_template="a", clip_template="b"),
    SettingsChange(resolution=(640, 480), restart_on_failure=False),
    SettingsChange(recording_directory="Job1"),
    SettingsChange(channel=ChannelChange("Bow", encoder="x265")),
]


async def begin_again(bridge: Bridge, first: RecorderSettings) -> None:
    """The program ends; the operator edits the settings file; it begins again."""
    await bridge.recorder.stop()
    bridge.first_settings = first
    bridge.build()
    await bridge.start()


async def test_an_edit_of_the_file_reaches_every_key_that_no_client_has_set(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=0.5, event_template="E"))
    edited = RecorderSettings(
        split_time_minutes=30, bitrate_mbits=7, templates=PathTemplates(event="file", filename="dive_${channelname}")
    )
    await begin_again(bridge, edited)
    in_force = bridge.recorder.settings
    assert in_force == replace(edited, split_time_minutes=0.5, templates=replace(edited.templates, event="E"))


async def test_where_the_client_and_the_file_differ_the_log_and_the_status_say_so(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=0.5, frame_rate=5))
    assert [one.key for one in bridge.recorder.status().overrides] == [
        "recording.frame_rate", "recording.split_time_minutes"
    ]
    await begin_again(bridge, RecorderSettings(split_time_minutes=30, frame_rate=5))
    assert bridge.recorder.status().overrides == (Override("recording.split_time_minutes", 0.5, 30),)
    (told,) = [one for one in bridge.recorder.events.after(0) if one.kind == "setting_overridden"]
    fact = "recording.split_time_minutes is 0.5, set by a client. The settings file says 30, which has no effect now."
    assert told.fact == fact
    assert told.action.endswith("run `seacorder settings reset recording.split_time_minutes`.")


async def test_what_is_taken_back_is_the_files_again_also_after_a_restart(bridge: Bridge) -> None:
    bridge.first_settings = replace(FIRST, split_time_minutes=30, burn_in=True)
    bridge.build()
    await bridge.start()
    for change in CHANGES:
        await bridge.recorder.change_settings(change)
    await bridge.recorder.reset_settings(["recording.split_time_minutes", "templates.clip", "recording_directory"])
    in_force = bridge.recorder.settings
    assert (in_force.split_time_minutes, in_force.templates.clip, in_force.recording_directory) == (30, None, None)
    assert (in_force.encoder, in_force.templates.filename) == ("x264", "a")
    await bridge.recorder.reset_settings()
    assert bridge.recorder.settings == bridge.first_settings
    assert bridge.recorder.status().overrides == ()
    await begin_again(bridge, replace(FIRST, split_time_minutes=7, encoder="x265"))
    assert bridge.recorder.settings == bridge.first_settings


async def test_a_key_that_there_is_not_is_refused_with_those_there_are(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_settings(SettingsChange(frame_rate=5))
    for key in ("split_time", "recording", "channels.Bow.name", "channels.encoder", "", "server.host"):
        with pytest.raises(BadRequest, match=r"recording\.split_time_minutes"):
            await bridge.recorder.reset_settings([key])
    with pytest.raises(BadRequest, match="no channel 'Mast'"):
        await bridge.recorder.reset_settings(["recording.frame_rate", "channels.Mast.encoder"])
    assert bridge.recorder.settings.frame_rate == 5


def test_a_channels_own_value_is_held_against_what_the_file_comes_to_for_it() -> None:
    own = {"Bow": ChannelEncoding(encoder="x264"), "Stern": ChannelEncoding()}
    changed = apply_change(FIRST, SettingsChange(channel=ChannelChange("Bow", encoder="x265", burn_in=False)))
    changed = apply_change(changed, SettingsChange(channel=ChannelChange("Stern", is_smart=False)))
    assert overrides(StoredSettings(changed), FIRST, own) == (
        Override("channels.Bow.encoder", "x265", "x264"), Override("channels.Stern.smart_encoding", False, True)
    )
    back = list(taken_back(["channels.Bow.encoder", "channels.Stern.smart_encoding"], FIRST))
    for change in back:
        changed = apply_change(changed, change)
    assert overrides(StoredSettings(changed), FIRST, own) == ()


@given(st.lists(st.sampled_from(CHANGES)), st.sampled_from(sorted(KEYS.values())))
def test_after_any_changes_a_key_that_is_taken_back_is_overridden_no_more(
    changes: list[SettingsChange], key: str
) -> None:
    settings, names = FIRST, frozenset[str]()
    for change in changes:
        settings, names = apply_change(settings, change), names | names_set(change)
    for change in taken_back([key], FIRST):
        settings, names = apply_change(settings, change), names - names_set(change)
    left = {one.key for one in overrides(StoredSettings(settings, names), FIRST, {"Bow": ChannelEncoding()})}
    assert key not in left
    for change in taken_back(left, FIRST):
        settings, names = apply_change(settings, change), names - names_set(change)
    assert overrides(StoredSettings(settings, names), FIRST, {"Bow": ChannelEncoding()}) == ()


@pytest.mark.parametrize(
    ("in_force", "in_file", "said"),
    [
        (0.5, 30.0, "is 0.5, set by a client. The settings file says 30, which has no effect now."),
        (True, False, "is true, set by a client. The settings file says false, which has no effect now."),
        ((640, 480), (0, 0), "is [640, 480], set by a client. The settings file says [0, 0], which has no effect now."),
        ("a", None, 'is "a", set by a client. The settings file says unset, which has no effect now.'),
    ],
)
def test_the_sentence_has_both_values_as_the_file_would(in_force, in_file, said: str) -> None:
    message = override_message(Override("recording.x", in_force, in_file))
    assert message.fact == f"recording.x {said}"
    assert message.action == "To use the settings file's value, run `seacorder settings reset recording.x`."
