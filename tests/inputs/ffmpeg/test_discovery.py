"""What is found on this machine: a real X screen; sound by texts as the kernel writes them."""

from pathlib import Path

import pytest

from rig.fixtures import StartScreen
from seacorder.inputs.ffmpeg.discovery import screens, sound_inputs

CARDS = """\
 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xf7f10000 irq 131
 1 [Device         ]: USB-Audio - USB Audio Device
                      C-Media Electronics Inc. USB Audio Device at usb-0000:00:14.0-2, full speed
"""
PCM = """\
00-00: ALC887-VD Analog : ALC887-VD Analog : playback 1 : capture 1
00-03: HDMI 0 : HDMI 0 : playback 1
00-02: ALC887-VD Alt Analog : ALC887-VD Alt Analog : capture 1
01-00: USB Audio : USB Audio : playback 1 : capture 1
"""


def test_sound_devices_that_record_are_found_by_the_names_of_their_cards() -> None:
    found = [(one.address, one.name) for one in sound_inputs(CARDS, PCM)]
    assert found == [
        ("alsa:plughw:CARD=PCH,DEV=0", "ALC887-VD Analog"),
        ("alsa:plughw:CARD=PCH,DEV=2", "ALC887-VD Alt Analog"),
        ("alsa:plughw:CARD=Device,DEV=0", "USB Audio"),
    ]
    assert sound_inputs("", "") == sound_inputs("--- no soundcards ---\n", "") == ()


@pytest.mark.screen
def test_screens_are_found_with_their_sizes(start_screen: StartScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = start_screen(640, 480), start_screen(321, 181)
    monkeypatch.delenv("DISPLAY", raising=False)
    found = {one.address: (one.name, one.fault) for one in screens()}
    assert found[f"screen:?display={first.display}"] == ("X11 screen, 640x480", "")
    assert found[f"screen:?display={second.display}"] == ("X11 screen, 321x181", "")


def test_a_screen_that_is_not_there_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert screens(tmp_path) == ()
    monkeypatch.setenv("DISPLAY", ":987")
    [found] = screens(tmp_path)
    assert found.address == "screen:?display=:987"
    assert "Check that X11 runs there" in found.fault
