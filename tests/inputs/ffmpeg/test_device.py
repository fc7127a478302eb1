"""Devices: a real X screen as one, and what is said of those that are not there."""

import errno
import itertools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from rig.fixtures import StartScreen
from rig.inputs import made
from rig.recording import shown
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Input
from seacorder.inputs.ffmpeg import v4l2
from seacorder.inputs.ffmpeg.device import device_capture
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.model.address.address import DeviceAddress
from seacorder.model.sample import SourcePacket, Track


def packets_of(source: Input) -> Iterator[SourcePacket]:
    return (item for item in source.packets() if isinstance(item, SourcePacket))


@pytest.mark.screen
def test_what_is_shown_is_captured_in_its_order_and_colours(start_screen: StartScreen) -> None:
    screen = start_screen(640, 360)
    picture = TestPicture(640, 360, "SCREEN", 9)
    screen.show(picture.frame(0, 0))
    source = made(f"screen:?display={screen.display}&rate=50&cursor=0")
    found = source.open()
    packets, wanted = packets_of(source), 0
    seen: list[SourcePacket] = []
    for packet in itertools.islice(packets, 500):
        seen.append(packet)
        [reading] = shown(found, [packet])
        assert reading is not None
        assert reading.number in (wanted, wanted - 1)
        if reading.number == wanted:
            wanted += 1
            screen.show(picture.frame(wanted, 0))
        if wanted == 20:
            break
    source.close()
    assert wanted == 20
    assert (found.video.codec, found.video.pixel_format, found.frame_rate) == ("rawvideo", "bgr0", 50)
    [frame] = found.templates[Track.VIDEO].codec_context.decode(seen[0].packet)
    assert bytes(frame.planes[0])[(60 * 640 + 20) * 4 :][:3] == _bar_colour(picture, 20, 60)


def _bar_colour(picture: TestPicture, x: int, y: int) -> bytes:
    plane = picture.frame(0, 0).reformat(format="bgr0").planes[0]
    return bytes(plane)[y * plane.line_size + x * 4 :][:3]


@pytest.mark.screen
def test_a_part_of_a_screen_of_any_size(start_screen: StartScreen) -> None:
    screen = start_screen(640, 360)
    screen.show(TestPicture(640, 360, "SCREEN", 9).frame(5, 0))
    source = made(f"screen:?display={screen.display}&size=101x51&offset=33,77&rate=20&cursor=0")
    found = source.open()
    taken = list(itertools.islice(packets_of(source), 10))
    source.close()
    assert (found.video.width, found.video.height, found.frame_rate) == (101, 51, 20)
    [frame] = found.templates[Track.VIDEO].codec_context.decode(taken[0].packet)
    whole = TestPicture(640, 360, "SCREEN", 9).frame(5, 0).reformat(format="bgr0").planes[0]
    for line in (0, 50):
        part = bytes(frame.planes[0])[line * frame.planes[0].line_size :][: 101 * 4]
        assert _without_fourth(part) == _without_fourth(
            bytes(whole)[(77 + line) * whole.line_size + 33 * 4 :][: 101 * 4]
        )
    times = [(packet.pts or 0, packet.arrived_ns - taken[0].arrived_ns) for packet in taken]
    assert all(abs(pts / 1_000_000 - ns / NS_PER_SECOND) < 1e-5 for pts, ns in times)


def _without_fourth(pixels: bytes) -> list[bytes]:
    return [pixels[at : at + 3] for at in range(0, len(pixels), 4)]


@pytest.mark.screen
def test_screens_that_cannot_be_captured_are_said(
    start_screen: StartScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = start_screen(320, 180)
    for options, sentence in {
        f"display={screen.display}&size=321x180": "smaller than its address asks for",
        f"display={screen.display}&size=320x180&offset=1,0": "smaller than its address asks for",
        "display=:999": "Check that X11 runs there",
    }.items():
        source = made(f"screen:?{options}")
        with pytest.raises(InputFailed, match=sentence):
            source.open()
        source.close()
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(InputFailed, match="the variable DISPLAY is not set"):
        made("screen:")
    monkeypatch.setenv("DISPLAY", screen.display)
    source = made("screen:")
    assert source.open().video.width == 320
    source.close()


@pytest.mark.screen
def test_a_screen_that_goes_away_is_said(start_screen: StartScreen) -> None:
    screen = start_screen(320, 180)
    source = made(f"screen:?display={screen.display}&rate=50")
    source.open()
    packets = packets_of(source)
    assert len(list(itertools.islice(packets, 3))) == 3
    screen.close()
    with pytest.raises(InputFailed, match="Check that X11 runs there"):
        list(packets)
    source.close()


def test_a_device_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "video0").write_text("no device")
    for path, sentence in {
        "/dev/video77": "is not there. Check its cable; `seacorder inputs`",
        str(tmp_path / "video0"): "does not do what its address asks for. Omit size, rate and format",
    }.items():
        source = made(f"v4l2:{path}?size=640x480&rate=30&format=mjpeg")
        with pytest.raises(InputFailed, match=sentence):
            source.open()
        source.close()


@pytest.mark.parametrize(("kind", "system"), [("dshow", "Windows"), ("avfoundation", "macOS")])
def test_devices_of_other_systems_are_said(kind: str, system: str) -> None:
    if kind in av.formats_available:
        pytest.skip(f"this system has {kind}")
    with pytest.raises(InputFailed, match=f"inputs are those of {system}"):
        made(f"{kind}:Some camera")


def test_a_device_is_asked_for_what_its_address_says() -> None:
    capture = device_capture(DeviceAddress("v4l2", "/dev/video0", (1280, 720), None, "nv12"))
    assert (capture.name, capture.format) == ("/dev/video0", "video4linux2,v4l2")
    assert capture.options == {"video_size": "1280x720", "input_format": "nv12"}


class Kernel:
    """Answers as linux/videodev2.h says that a driver does; laid out by hand, field by field."""

    def __init__(self, capabilities: int = 0x8520_0001, own: int = 0x0520_0001) -> None:
        self.capabilities, self.own = capabilities, own

    def ioctl(self, _handle: int, request: int, block: bytearray) -> int:
        assert len(block) == request >> 16 & 0x3FFF
        index, code = struct.unpack_from("<2I", block)
        if request & 0xFF == 0x00:
            block[16:48] = b"USB Grabber".ljust(32, b"\0")
            struct.pack_into("<2I", block, 84, self.capabilities, self.own)
        elif request & 0xFF == 0x02:
            assert code == 1
            struct.pack_into("<4s", block, 44, self._item([b"MJPG", b"YUYV"], index))
        elif request & 0xFF == 0x4A:
            if code == int.from_bytes(b"YUYV", "little"):
                struct.pack_into("<7I", block, 8, 3, 16, 720 + self._item([0], index), 2, 16, 576, 2)
            else:
                struct.pack_into("<3I", block, 8, 1, *self._item([(1920, 1080), (1280, 720)], index))
        else:
            struct.pack_into("<3I", block, 16, 1, *self._item([(1, 25), (1001, 30000)], index))
        return 0

    def _item(self, items: list[Any], index: int) -> Any:
        if index >= len(items):
            raise OSError(errno.EINVAL, "no more of them")
        return items[index]


def test_what_a_device_offers_is_asked_for_by_ioctl() -> None:
    device = v4l2.describe("/dev/video0", 0, Kernel().ioctl)
    assert device is not None
    assert device.name == "USB Grabber"
    offered = [f"{one.name} {', '.join(map(str, one.sizes))}" for one in device.formats]
    assert offered == [
        "mjpeg 1920x1080 up to 29.97 a second, 1280x720 up to 29.97 a second",
        "yuyv422 720x576 up to 29.97 a second",
    ]


def test_devices_that_give_no_pictures_are_left_out() -> None:
    """UVC cameras have a second device for what is not picture; a card may have one for output."""
    assert v4l2.describe("/dev/video1", 0, Kernel(own=0x0480_0000).ioctl) is None
    assert v4l2.describe("/dev/video1", 0, Kernel(capabilities=0x2).ioctl) is None


def test_no_device_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "video0").write_text("no device")
    assert v4l2.devices(tmp_path) == []
    assert v4l2.offered_by(str(tmp_path / "video0")) == ""
    assert v4l2.offered_by("/dev/video77") == ""
