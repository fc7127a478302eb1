"""Names that a client gives to the next files: folder, name, number; each used once, and kept over restarts until then.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.bridge import Bridge, impatient
from fakes.clock import FakeClock
from fakes.journal import journal_of
from seacorder.base.errors import BadRequest, CatalogueFailed, NotPossible
from seacorder.control.settings.given_names import STEM_BYTES_MAX, GivenName, GivenNames, split_name
from seacorder.control.settings.naming import NamingBase
from seacorder.model.channel import ChannelState
from seacorder.model.command import ChangeRecording, StartClip, StartRecording, TakeFramegrab
from seacorder.model.file_name import SEQUENCE_MAX, Naming
from seacorder.model.recording import FileKind
from seacorder.model.settings import SettingsChange
from seacorder.storage.names import path_for


@pytest.mark.parametrize(
    ("text", "folder", "stem"),
    [
        ("Dive 12", None, "Dive 12"),
        ("Dive 12.mp4", None, "Dive 12"),
        ("Dive 1.2", None, "Dive 1.2"),
        ("a\\b/Dive.MPEG", "a/b", "Dive"),
        ("C:\\tmp\\x.avi", "C:/tmp", "x"),
        ("C:\\x", "C:/", "x"),
        ("/x", "/", "x"),
    ],
)
def test_a_text_is_folder_and_name(text: str, folder: str | None, stem: str) -> None:
    assert split_name(text) == (folder, stem)


@pytest.mark.parametrize("text", ["", "  ", "a/", "..", ". .", "a/.mp4", "é" * (STEM_BYTES_MAX // 2 + 1)])
def test_a_text_without_a_name_or_with_one_too_long(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        split_name(text)
    assert refused.value.field == "filename"


@given(st.text(min_size=1, max_size=2000))
def test_whatever_the_text_the_name_is_one_component_that_keeps_the_channel_and_the_number(text: str) -> None:
    try:
        _, stem = split_name(text)
    except BadRequest:
        return
    base = NamingBase("/data", "/data")
    naming = GivenName(None, stem, SEQUENCE_MAX).applied(Naming("/data", "", 0, "x", 0, FileKind.RECORDING), 2, base)
    path = path_for(naming, "Bow camera of the vehicle", "mp4")
    assert path.parent == Path("/data")
    assert path.name.endswith("@Bow camera of the vehicle_999999.mp4")


def names(bridge: Bridge, command: type) -> list[str]:
    told = bridge["Bow"].told(command)
    return [str(path_for(one.naming, "Bow", "mp4").relative_to(bridge.folder)) for one in told]


async def run_again(bridge: Bridge) -> None:
    bridge.build()
    await bridge.start()


async def test_the_next_recording_is_called_so_and_the_one_after_it_is_not(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.name_next(FileKind.RECORDING, "Job/Dive 12.avi")
    assert await bridge.recorder.number_next(FileKind.RECORDING, 7) == 7
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording) == ["Job/Dive 12@Bow_007.mp4"]
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=5.0))
    assert names(bridge, ChangeRecording) == ["Job/Dive 12@Bow_007.mp4"]
    await bridge.recorder.stop_recording()
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[1].startswith("DATA_")


async def test_a_number_alone_stands_behind_the_usual_name_and_counts_on(bridge: Bridge) -> None:
    await bridge.start()
    asked = [await bridge.recorder.number_next(FileKind.RECORDING) for _ in range(2)]
    assert asked == [1, 1]
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[0].endswith("@Bow_001.mp4")
    await bridge.recorder.stop()
    await run_again(bridge)
    assert await bridge.recorder.number_next(FileKind.ANOMALY) == 2


async def test_a_number_that_waits_for_its_recording_is_not_free(bridge: Bridge) -> None:
    await bridge.start()
    assert await bridge.recorder.number_next(FileKind.RECORDING) == 1
    assert await bridge.recorder.number_next(FileKind.ANOMALY) == 2


async def test_when_the_numbers_are_used_up_one_must_be_sent(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.number_next(FileKind.RECORDING, SEQUENCE_MAX)
    with pytest.raises(BadRequest, match=r"No number is free: 999999 is taken\. Send one"):
        await bridge.recorder.number_next(FileKind.ANOMALY)
    assert await bridge.recorder.number_next(FileKind.ANOMALY, 0) == 0


@pytest.mark.parametrize("ends_in_order", [True, False])
async def test_names_and_numbers_are_kept_over_a_restart_and_used_once(bridge: Bridge, ends_in_order: bool) -> None:
    await bridge.start()
    await bridge.recorder.name_next(FileKind.RECORDING, "Job/Dive 12")
    await bridge.recorder.number_next(FileKind.RECORDING, 41)
    await bridge.recorder.name_next(FileKind.ANOMALY, "Crack")
    await (bridge.recorder.stop() if ends_in_order else bridge.crash())
    await run_again(bridge)
    await bridge.recorder.start_anomaly()
    await bridge.recorder.start_recording()
    assert names(bridge, StartClip)[0].endswith("/Crack@Bow.mp4")
    assert names(bridge, StartRecording) == ["Job/Dive 12@Bow_041.mp4"]
    await bridge.recorder.stop_recording()
    await bridge.recorder.stop()
    await run_again(bridge)
    assert await bridge.recorder.number_next(FileKind.RECORDING) == 42
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[0].endswith("@Bow_042.mp4")
    assert names(bridge, StartRecording)[0].startswith("DATA_")


async def test_a_recording_that_goes_on_after_a_crash_keeps_its_name(bridge: Bridge) -> None:
    """And leaves the next recording the name that was given for it."""
    await bridge.start()
    await bridge.recorder.name_next(FileKind.RECORDING, "Dive 12")
    await bridge.recorder.number_next(FileKind.RECORDING, 7)
    await bridge.recorder.start_recording()
    await bridge.recorder.name_next(FileKind.RECORDING, "Dive 13")
    for _ in range(2):
        bridge.pass_seconds(5)
        bridge.recorder._housekeeping.go()
        await bridge.crash()
        bridge.clock.advance(60)
        await run_again(bridge)
        assert [name.rpartition("/")[2] for name in names(bridge, StartRecording)] == ["Dive 12@Bow_007.mp4"]
    await bridge.recorder.stop_recording()
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[-1].endswith("/Dive 13@Bow.mp4")


async def test_a_recording_without_a_name_goes_on_without_one(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    await bridge.recorder.name_next(FileKind.RECORDING, "Dive 13")
    bridge.pass_seconds(5)
    bridge.recorder._housekeeping.go()
    await bridge.crash()
    await run_again(bridge)
    assert "Dive 13" not in names(bridge, StartRecording)[0]


async def test_a_start_that_fails_keeps_the_name(bridge: Bridge) -> None:
    await bridge.start(ChannelState.FAILED, ChannelState.FAILED)
    await bridge.recorder.name_next(FileKind.RECORDING, "Dive 12")
    await bridge.recorder.number_next(FileKind.RECORDING)
    await bridge.recorder.name_next(FileKind.ANOMALY, "Crack")
    for start in (bridge.recorder.start_recording, bridge.recorder.start_anomaly):
        with pytest.raises(NotPossible):
            await start()
    await bridge.recorder.name_next(FileKind.RECORDING, "Dive 12B")
    bridge["Bow"].beat(ChannelState.LIVE)
    await bridge.recorder.start_recording()
    await bridge.recorder.start_anomaly()
    assert names(bridge, StartRecording)[-1].endswith("/Dive 12B@Bow_001.mp4")
    assert names(bridge, StartClip)[-1].endswith("/Crack@Bow.mp4")


async def test_a_name_that_comes_while_a_start_is_under_way_is_for_the_one_after(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.name_next(FileKind.RECORDING, "Dive 12")
    bridge["Stern"].is_hung = True

    async def named_meanwhile() -> None:
        await bridge.until(lambda: bool(bridge["Bow"].told(StartRecording)))
        await bridge.recorder.name_next(FileKind.RECORDING, "Dive 13")
        bridge.reach_limits()
        bridge["Stern"].is_hung = False

    async with asyncio.TaskGroup() as group:
        group.create_task(bridge.recorder.start_recording())
        group.create_task(named_meanwhile())
    await bridge.recorder.stop_recording()
    await bridge.recorder.start_recording()
    told = [name.rpartition("/")[2] for name in names(bridge, StartRecording)]
    assert told == ["Dive 12@Bow.mp4", "Dive 13@Bow.mp4"]


async def test_an_anomaly_and_a_framegrab(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.name_next(FileKind.ANOMALY, "Crack")
    await bridge.recorder.start_anomaly()
    await bridge.recorder.take_framegrab("Bow", "stills/Crack")
    await bridge.recorder.take_framegrab(None, "stills/Crack.jpg")
    assert names(bridge, StartClip)[0].endswith("/Crack@Bow.mp4")
    assert names(bridge, TakeFramegrab) == ["stills/Crack.mp4", "stills/Crack@Bow.mp4"]


async def test_a_folder_that_is_not_allowed_changes_nothing(bridge: Bridge) -> None:
    await bridge.start()
    with pytest.raises(BadRequest, match=r'^Its folder contains "\.\."') as refused:
        await bridge.recorder.name_next(FileKind.RECORDING, "../../x")
    assert refused.value.field == "filename"
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[0].startswith("DATA_")


class Kept:
    """A catalogue that keeps one text; `fails` is what storing it raises."""

    def __init__(self, text: str | None = None) -> None:
        self.text = text
        self.fails: CatalogueFailed | None = None

    def setting(self, _name: str) -> str | None:
        return self.text

    def save_text(self, _name: str, text: str) -> None:
        self.text = text

    async def flush(self) -> None:
        if self.fails is not None:
            raise self.fails


async def anything(text: str) -> str:
    return text


async def only_job(text: str) -> str:
    if text != "/data/Job":
        raise BadRequest(f"Directory {text} is outside of the allowed folders.", "Allowed is /data.")
    return text


async def loaded(kept: Kept, folder_of: Any = anything) -> tuple[GivenNames, list[str]]:
    made, told = GivenNames(kept), journal_of(FakeClock())  # type: ignore[arg-type]
    await made.load(folder_of, told)
    return made, [event.fact for event in told.events.after(0)]


async def test_what_cannot_be_stored_does_not_hold() -> None:
    kept = Kept()
    given_names, _ = await loaded(kept)
    await given_names.give(FileKind.RECORDING, GivenName(None, "Dive 12"))
    kept.fails = CatalogueFailed("The disk is full.")
    with pytest.raises(CatalogueFailed):
        await given_names.give(FileKind.RECORDING, GivenName(None, "Dive 13"))
    with pytest.raises(CatalogueFailed):
        await given_names.number(FileKind.ANOMALY, 7)
    assert given_names.next(FileKind.RECORDING) == GivenName(None, "Dive 12")
    assert given_names.next(FileKind.ANOMALY) == GivenName()
    assert (await loaded(kept))[0].next(FileKind.RECORDING) == GivenName(None, "Dive 12")


async def test_a_folder_that_is_no_longer_allowed_is_given_up_at_the_start() -> None:
    kept = Kept()
    given_names, _ = await loaded(kept)
    await given_names.give(FileKind.RECORDING, GivenName("/elsewhere", "Dive 12"))
    await given_names.number(FileKind.RECORDING, 7)
    await given_names.give(FileKind.ANOMALY, GivenName("/data/Job", "Crack"))
    again, told = await loaded(kept, only_job)
    assert again.next(FileKind.RECORDING) == GivenName(sequence=7)
    assert again.next(FileKind.ANOMALY) == GivenName("/data/Job", "Crack")
    assert told == [
        "The next recording is named by its template. Directory /elsewhere is outside of the allowed folders."
    ]


async def test_what_a_later_version_has_kept_is_ignored() -> None:
    later = {"next": {"Recording": {"stem": "Dive 12", "colour": "red"}, "Sonar": {"stem": "x"}}, "lowest": 3}
    given_names, told = await loaded(Kept(json.dumps(later)))
    assert (given_names.next(FileKind.RECORDING), told) == (GivenName(None, "Dive 12"), [])


def test_the_second_volume_serves_a_folder_that_a_client_has_named_too() -> None:
    base = NamingBase("/data/x", "/data/x", root="/data", fallback_root="/spare")
    naming = Naming("/data/x", "DATA", 0, "f", 0, FileKind.RECORDING, fallback_folder="/spare/x")
    named = GivenName("/data/Job", "Dive 12").applied(naming, 1, base)
    assert (named.base_folder, named.fallback_folder, named.file_template) == ("/data/Job", "/spare/Job", "Dive 12")


# What `filename` of the integration service answers.


async def test_the_current_file_is_known_when_the_start_is_answered(bridge: Bridge) -> None:
    """Before the first heartbeat that speaks of it."""
    await bridge.start()
    current = bridge.recorder.current_file
    assert (current(FileKind.RECORDING), current(FileKind.ANOMALY)) == ("", "")
    await bridge.recorder.start_recording()
    await bridge.recorder.start_anomaly()
    part, clip = bridge["Bow"].part, bridge["Bow"].anomaly
    assert part is not None
    assert clip is not None
    assert (current(FileKind.RECORDING), current(FileKind.ANOMALY)) == (part.path, clip.path)
    assert current(FileKind.CLIP) == ""
    bridge["Bow"].open_part(bridge["Bow"].told(StartRecording)[0], 2)
    assert current(FileKind.RECORDING) == part.path.replace("_001", "_002")
    await bridge.recorder.stop_anomaly()
    await bridge.recorder.stop_recording()
    assert (current(FileKind.RECORDING), current(FileKind.ANOMALY)) == ("", "")


async def test_the_current_file_is_the_first_channels_that_has_one(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge["Bow"].lose()
    part = bridge["Stern"].part
    assert part is not None
    assert bridge.recorder.current_file(FileKind.RECORDING) == part.path


# Anomalies.


async def test_an_anomaly_is_an_observation_as_long_as_its_video(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_anomaly()
    await bridge.recorder.start_anomaly()
    (one,) = bridge.recorder.observations.open
    assert (one.code, one.observation_class) == ("ANOMALY", "anomaly")
    bridge.clock.advance(5)
    await bridge.recorder.stop_anomaly()
    assert bridge.recorder.observations.open == ()
    await bridge.recorder.stop_anomaly()
    rows = await bridge.rows("observations")
    assert [(row.number, row.state) for row in rows] == [(1, "closed")]


@impatient
async def test_an_anomaly_begins_and_ends_with_its_commands_however_long_their_answers_take(bridge: Bridge) -> None:
    await bridge.start()
    bridge["Stern"].is_hung = True
    at = list[int]()
    for command in (bridge.recorder.start_anomaly, bridge.recorder.stop_anomaly):
        at.append(bridge.clock.utc_ns())
        answer = asyncio.create_task(command())
        await asyncio.sleep(0)
        bridge.clock.advance(1.5)
        await answer
    (row,) = await bridge.rows("observations")
    assert [row.start_utc_ns, row.end_utc_ns] == at


async def test_an_anomaly_and_a_clip_do_not_touch_each_other(bridge: Bridge) -> None:
    await bridge.start()
    recorder = bridge.recorder
    first = await recorder.start_clip()
    second = await recorder.start_anomaly()
    assert first.id != second.id
    await recorder.stop_clip()
    assert (recorder.is_clip_recording(), recorder.is_clip_recording(FileKind.ANOMALY)) == (False, True)
    assert bridge["Bow"].anomaly is not None
    await recorder.start_clip()
    await recorder.stop_anomaly()
    assert (recorder.is_clip_recording(), recorder.is_clip_recording(FileKind.ANOMALY)) == (True, False)
    assert bridge["Bow"].clip is not None


async def test_an_anomaly_that_a_crash_has_left_open_gets_the_next_video(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_anomaly()
    await bridge.recorder.observations.stop()
    await bridge.crash()
    await run_again(bridge)
    (left,) = bridge.recorder.observations.open
    started = await bridge.recorder.start_anomaly()
    assert [one.id for one in bridge.recorder.observations.open] == [left.id]

    def is_linked() -> bool:
        (one,) = bridge.recorder.observations.open
        return started.id in {clip.id for clip in one.followed.clips}

    await bridge.until(is_linked)
    await bridge.recorder.stop_anomaly()
    assert bridge.recorder.observations.open == ()


async def test_the_disk_that_is_watched_is_that_of_the_folder_that_a_client_has_named(bridge: Bridge) -> None:
    """Its free space is what `status` answers, and its alarms warn."""
    await bridge.start()
    recordings = bridge.recorder._recordings
    await bridge.recorder.name_next(FileKind.RECORDING, "Job/Dive 12")
    assert recordings.folders == (str(bridge.folder), None)
    await bridge.recorder.start_recording()
    assert recordings.folders == (str(bridge.folder / "Job"), None)
    await bridge.recorder.stop_recording()
    assert recordings.folders == (str(bridge.folder), None)
