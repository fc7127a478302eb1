"""Templates outlive their connection; what is no frame rate is none; small pictures keep their shape."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from rig.web_camera import jpegs
from seacorder.base.errors import InputFailed
from seacorder.media.formats import probe_for_mp4, probe_mpeg_audio, probe_pictures, sane_rate, source_format
from seacorder.media.jpeg import shown_size
from seacorder.media.packets import copied_packet, picture_packet

TIME_BASE = Fraction(1, 90_000)


def test_a_format_of_single_pictures() -> None:
    [picture] = jpegs(count=1)
    found = source_format(probe_pictures("mjpeg", picture, TIME_BASE), None, frame_rate=Fraction(25))
    assert (found.video.codec, found.video.width, found.video.height) == ("mjpeg", 320, 180)
    assert (found.video.time_base, found.audio) == (TIME_BASE, None)
    assert found.fits(source_format(probe_pictures("mjpeg", picture, TIME_BASE), None, frame_rate=None))


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(InputFailed, match="cannot be read"):
        probe_pictures("yuv4mpegpipe", b"no picture", TIME_BASE)
    with pytest.raises(InputFailed, match="cannot be read"):
        probe_for_mp4("h264", b"\x00\x00\x00\x01\x65no parameter sets", TIME_BASE)
    assert probe_mpeg_audio(b"no frame") is None


@pytest.mark.parametrize(
    ("rate", "sane"),
    [(Fraction(25), True), (Fraction(30_000, 1001), True), (Fraction(1, 10), True), (Fraction(90_000), False),
     (Fraction(1, 60), False)],
)  # fmt: skip
def test_frame_rates_are_believed_within_limits(rate: Fraction, sane: bool) -> None:
    assert sane_rate(rate) == (rate if sane else None)
    assert sane_rate(None) is None


def test_packets_of_bytes() -> None:
    packet = picture_packet(b"picture", 3600, TIME_BASE)
    assert (bytes(packet), packet.pts, packet.dts, packet.is_keyframe) == (b"picture", 3600, 3600, True)
    assert packet.time_base == TIME_BASE
    assert bytes(copied_packet(b"content")) == b"content"


@pytest.mark.parametrize(
    ("size", "aspect", "width", "shown"),
    [
        ((1920, 1080), None, 320, (320, 180)),
        ((720, 576), Fraction(16, 11), 320, (320, 176)),
        ((160, 120), None, 320, (160, 120)),
        ((641, 361), None, 321, (320, 180)),
    ],
)
def test_small_pictures(
    size: tuple[int, int], aspect: Fraction | None, width: int, shown: tuple[int, int]
) -> None:
    frame = SimpleNamespace(width=size[0], height=size[1])
    assert shown_size(frame, width, aspect) == shown
