"""The log says what each setting is now."""

from dataclasses import fields, replace

import pytest

from seacorder.control.settings.change_sentence import change_sentence
from seacorder.model.settings import ChannelEncoding, PathTemplates, RecorderSettings

BEFORE = RecorderSettings()
FOLDERS = {"recording_directory": "/data/Dive 1"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"recording_directory": "Dive 1"}, 'recording directory is now "Dive 1" (/data/Dive 1)'),
        ({"recording_directory": "/data/Dive 1"}, 'recording directory is now "/data/Dive 1"'),
        ({"inspection_directory": "C:\\Job"}, 'inspection directory is now "C:\\\\Job"'),
        ({"split_time_minutes": 7.5}, "split time is now 7.5 minutes"),
        ({"split_time_minutes": 0.0}, "split time is now 0 (files are never split)"),
        ({"restart_on_failure": False}, "restart on failure is now off"),
        ({"is_smart_encoding": False}, "smart encoding is now off"),
        ({"resolution": (1280, 720)}, "resolution is now 1280x720"),
        ({"frame_rate": 12.5}, "frame rate is now 12.5 a second"),
        ({"bitrate_mbits": 8.0}, "bitrate is now 8 Mbit/s"),
        ({"encoder": "x264"}, 'encoder is now "x264"'),
        ({"templates": PathTemplates(filename="${channelname}\nx")}, 'filename template is now "${channelname}\\nx"'),
        ({"channels": {"Bow": ChannelEncoding(burn_in=True)}}, "burn in of Bow is now on"),
    ],
)
def test_each_change_is_told_with_its_value(change: dict, said: str) -> None:
    assert change_sentence(BEFORE, replace(BEFORE, **change), FOLDERS) == f"Settings changed: {said}."


def test_what_is_taken_back_is_told_too() -> None:
    clip = replace(BEFORE, templates=PathTemplates(clip="x"))
    own = replace(BEFORE, channels={"Bow": ChannelEncoding(encoder="x264")}, recording_directory="Dive 1")
    assert change_sentence(clip, BEFORE, {}) == (
        "Settings changed: clip template is now unset (clips follow the anomaly template)."
    )
    assert change_sentence(own, BEFORE, {"recording_directory": "/data"}) == (
        "Settings changed: recording directory is now the storage root (/data); "
        "encoder of Bow is now not set (as for all channels)."
    )


def test_no_change_is_no_sentence() -> None:
    assert change_sentence(BEFORE, BEFORE, FOLDERS) == ""


def test_no_setting_is_forgotten() -> None:
    other = {bool: True, float: 3.0, str: "x", tuple: (3, 3), type(None): "x"}
    for field in fields(RecorderSettings):
        value = getattr(BEFORE, field.name)
        if field.name not in {"templates", "channels"}:
            changed = not value if isinstance(value, bool) else other[type(value)]
            assert change_sentence(BEFORE, replace(BEFORE, **{field.name: changed}), {}), field.name
