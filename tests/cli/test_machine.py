"""`seacorder inputs` and `seacorder encoders` say what this machine has, with no recorder running."""

import json

import pytest

from rig.fixtures import StartScreen
from seacorder.cli.machine import told
from seacorder.inputs.ffmpeg.discovery import FoundInput, FoundInputs
from seacorder.inputs.ffmpeg.v4l2 import OfferedFormat, OfferedSize
from seacorder.model.address.address import parse_address
from seacorder.model.encoders import ENCODERS


@pytest.mark.screen
def test_a_screen_is_listed_with_the_address_to_write(real_command, start_screen: StartScreen) -> None:
    address = f"screen:?display={start_screen(640, 480).display}"
    ended = real_command("inputs", "--json")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert set(found) == {"cameras", "screens", "sound"}
    [screen] = [one for one in found["screens"] if one["address"] == address]
    assert screen == {"address": address, "name": "X11 screen, 640x480", "offers": [], "fault": ""}
    parse_address(screen["address"])
    assert address in real_command("inputs").out


def test_nothing_is_said_to_be_nothing() -> None:
    assert told(FoundInputs((), (), ())) == [
        "Capture cards and USB cameras: none found.",
        "Screens: none found.",
        "Sound: none found.",
    ]


def test_a_device_is_listed_with_what_it_offers_and_what_is_wrong_with_it() -> None:
    size = OfferedSize(1920, 1080, (30.0, 15.0))
    camera = FoundInput("v4l2:/dev/video0", "Webcam", (OfferedFormat("mjpeg", (size, OfferedSize(640, 480, ()))),))
    locked_out = "may not be opened by this user; add the user to the group video"
    locked = FoundInput("v4l2:/dev/video2", "Card", fault=locked_out)
    assert told(FoundInputs((camera, locked), (), ())) == [
        "Capture cards and USB cameras: input of a [[channels]] table",
        "  v4l2:/dev/video0    Webcam",
        "      format=mjpeg: 1920x1080 up to 30 a second, 640x480",
        "  v4l2:/dev/video2    Card",
        "      may not be opened by this user; add the user to the group video",
        "Screens: none found.",
        "Sound: none found.",
    ]


def test_encoders_lists_what_this_machine_has_without_a_recorder(seacorder) -> None:
    ended = seacorder("encoders", "--json")
    rows = {row["name"]: row for row in json.loads(ended.out)}
    assert (ended.code, list(rows)) == (0, [encoder.name for encoder in ENCODERS])
    assert rows["libx264"] == {
        "name": "libx264", "short_name": "x264", "codec": "h264", "is_hardware": False, "runs_on": "software",
        "is_usable": True, "sentence": "",
    }
    assert all(row["is_usable"] or row["sentence"].endswith(".") for row in rows.values())


def test_the_table_of_encoders_is_for_people(seacorder) -> None:
    ended = seacorder("encoders")
    assert ended.code == 0
    assert all(encoder.name in ended.out for encoder in ENCODERS)
    assert "NVIDIA NVENC" in ended.out
