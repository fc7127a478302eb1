"""The strip: what is drawn is read, through hard compression and scaling; and noise is never taken for a strip."""

import random
from fractions import Fraction
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.inputs.pattern.strip import StripReading

readings = st.builds(
    StripReading, st.integers(0, 255), st.integers(0, 2**32 - 1), st.integers(0, 2**48 - 1)
)


@given(readings, st.integers(160, 400), st.integers(80, 300), st.integers(0, 40))
def test_what_is_drawn_is_read(reading: StripReading, half_width: int, half_height: int, extra: int) -> None:
    width, height = 2 * half_width, 2 * half_height
    stride = width + extra
    luma = bytearray(stride * height)
    strip.draw(luma, stride, width, height, reading)
    assert len(luma) == stride * height
    assert strip.read(luma, stride, width, height) == reading


@given(readings, st.integers(32, 330), st.integers(40, 170))
def test_what_fits_is_read(reading: StripReading, width: int, height: int) -> None:
    luma = bytearray(width * height)
    assert strip.fits(width, height)
    strip.draw(luma, width, width, height, reading)
    assert strip.read(luma, width, width, height) == reading


@given(readings, st.integers(0, 3), st.integers(0, 31))
def test_a_wrong_cell_is_not_believed(reading: StripReading, row: int, column: int) -> None:
    luma = bytearray(320 * 160)
    strip.draw(luma, 320, 320, 160, reading)
    for line in range(row * 4, row * 4 + 4):
        for point in range(line * 320 + column * 10, line * 320 + column * 10 + 10):
            luma[point] = 252 - luma[point]
    assert strip.read(luma, 320, 320, 160) is None


@pytest.mark.parametrize("luma", [bytes(320 * 180), b"\xff" * (320 * 180), random.Random(1).randbytes(320 * 180)])
def test_other_pictures_have_no_strip(luma: bytes) -> None:
    assert strip.read(luma, 320, 320, 180) is None


@pytest.mark.parametrize(("encoder", "codec"), [("libx264", "h264"), ("libx265", "hevc")])
@pytest.mark.parametrize(("width", "height"), [(320, 180), (320, 160), (640, 480), (1280, 720)])
def test_it_survives_hard_compression(encoder: str, codec: str, width: int, height: int) -> None:
    frames = _through(encoder, codec, width, height, crf=45)
    read = [strip.read(memoryview(f.planes[0]), f.planes[0].line_size, f.width, f.height) for f in frames]
    assert read == [StripReading(7, number, 1_700_000_000_000 + 40 * number) for number in range(len(frames))]


@pytest.mark.parametrize(("width", "height"), [(320, 180), (352, 288), (1000, 562), (1920, 1080)])
def test_it_survives_scaling(width: int, height: int) -> None:
    picture = TestPicture(1280, 720, "BOW", 2).frame(4711, 1_700_000_000_123)
    scaled = picture.reformat(width=width, height=height)
    assert strip.read(memoryview(scaled.planes[0]), scaled.planes[0].line_size, width, height) == StripReading(
        2, 4711, 1_700_000_000_123
    )


def _through(encoder: str, codec: str, width: int, height: int, *, crf: int) -> list[Any]:
    context: Any = av.CodecContext.create(encoder, "w")
    context.width, context.height, context.pix_fmt, context.time_base = width, height, "yuv420p", Fraction(1, 25)
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": str(crf)}
    if codec == "hevc":
        context.options = context.options | {"x265-params": "log-level=none"}
    decoder: Any = av.CodecContext.create(codec, "r")
    picture = TestPicture(width, height, "BOW", 7)
    found: list[Any] = []
    for number in range(15):
        frame = picture.frame(number, 1_700_000_000_000 + 40 * number)
        frame.pts = number
        for packet in context.encode(frame):
            found += decoder.decode(packet)
    for packet in context.encode(None):
        found += decoder.decode(packet)
    return found + decoder.decode(None)
