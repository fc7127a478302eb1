"""`seacorder inputs` says what is there, or plainly that nothing is, with no recorder running."""

import json

import pytest

from rig.fixtures import StartScreen
from seacorder.cli.inputs import told
from seacorder.inputs.ffmpeg.discovery import FoundInput, FoundInputs
from seacorder.inputs.ffmpeg.v4l2 import OfferedFormat, OfferedSize
from seacorder.model.address.address import parse_address


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
    locked = FoundInput("v4l2:/dev/video2", "Card", fault="may not be opened by this user; add it to the group video")
    assert told(FoundInputs((camera, locked), (), ())) == [
        "Capture cards and USB cameras: input of a [[channels]] table",
        "  v4l2:/dev/video0    Webcam",
        "      format=mjpeg: 1920x1080 up to 30 a second, 640x480",
        "  v4l2:/dev/video2    Card",
        "      may not be opened by this user; add it to the group video",
        "Screens: none found.",
        "Sound: none found.",
    ]
