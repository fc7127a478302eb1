"""Names that a client gives to the next files: folder, name, number; each used once."""

import pytest

from control.bridge import Bridge
from seacorder.base.errors import BadRequest, NotPossible
from seacorder.control.settings.given_names import split_name
from seacorder.model.channel import ChannelState
from seacorder.model.command import ChangeRecording, StartClip, StartRecording, TakeFramegrab
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


@pytest.mark.parametrize("text", ["", "  ", "a/", "..", "a/.mp4"])
def test_a_text_without_a_name(text: str) -> None:
    with pytest.raises(BadRequest):
        split_name(text)


def names(bridge: Bridge, command: type) -> list[str]:
    told = bridge["Bow"].told(command)
    return [str(path_for(one.naming, "Bow", "mp4").relative_to(bridge.folder)) for one in told]


async def test_the_next_recording_is_called_so_and_the_one_after_it_is_not(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.name_next(FileKind.RECORDING, "Job/Dive 12.avi")
    assert bridge.recorder.number_next(FileKind.RECORDING, 7) == 7
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording) == ["Job/Dive 12@Bow_007.mp4"]
    await bridge.recorder.change_settings(SettingsChange(split_time_minutes=5.0))
    assert names(bridge, ChangeRecording) == ["Job/Dive 12@Bow_007.mp4"]
    await bridge.recorder.stop_recording()
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[1].startswith("DATA_")


async def test_a_number_alone_stands_behind_the_usual_name_and_counts_on(bridge: Bridge) -> None:
    await bridge.start()
    assert bridge.recorder.number_next(FileKind.RECORDING) == bridge.recorder.number_next(FileKind.RECORDING) == 1
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[0].endswith("@Bow_001.mp4")
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    assert bridge.recorder.number_next(FileKind.ANOMALY) == 2


async def test_a_start_that_fails_keeps_the_name(bridge: Bridge) -> None:
    await bridge.start(ChannelState.FAILED, ChannelState.FAILED)
    await bridge.recorder.name_next(FileKind.RECORDING, "Dive 12")
    with pytest.raises(NotPossible):
        await bridge.recorder.start_recording()
    bridge["Bow"].beat(ChannelState.LIVE)
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[-1].endswith("/Dive 12@Bow.mp4")


async def test_an_anomaly_and_a_framegrab(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.name_next(FileKind.ANOMALY, "Crack")
    await bridge.recorder.start_anomaly()
    await bridge.recorder.take_framegrab("Bow", "stills/Crack")
    assert names(bridge, StartClip)[0].endswith("/Crack@Bow.mp4")
    assert names(bridge, TakeFramegrab) == ["stills/Crack.mp4"]


async def test_a_folder_that_is_not_allowed_changes_nothing(bridge: Bridge) -> None:
    await bridge.start()
    with pytest.raises(BadRequest):
        await bridge.recorder.name_next(FileKind.RECORDING, "../../x")
    await bridge.recorder.start_recording()
    assert names(bridge, StartRecording)[0].startswith("DATA_")


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
