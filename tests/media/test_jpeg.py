"""JPEG files: colours, subsampling and head for every kind of picture, and the planes left alone where they fit."""

import io
from typing import Any

import av
import pytest
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from PIL import Image

from seacorder.media.jpeg import PICTURE_STEP, _converted, encode, with_metadata

RGB = (200, 90, 60)
LAYERS = {"yuv420p": (2, 2), "yuv422p": (2, 1), "yuv444p": (1, 1)}


def filled(form: str, size: tuple[int, int], *, full: bool = False) -> Any:
    """One colour; in BT.709 from 720 lines on, else in BT.601."""
    frame = av.VideoFrame(*size, "rgb24")
    (plane,) = frame.planes
    plane.update((bytes(RGB) * size[0]).ljust(plane.line_size, b"\0") * size[1])
    if form == "rgb24":
        return frame
    return VideoReformatter().reformat(
        frame, *size, form, dst_colorspace=Colorspace.ITU709 if size[1] >= 720 else Colorspace.ITU601,
        dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
    )  # fmt: skip


@pytest.mark.parametrize("size", [(64, 48), (32, 720), (33, 25)])
@pytest.mark.parametrize(
    "form",
    ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuv420p10le", "yuv422p10le", "nv12", "rgb24", "yuyv422"],
)
def test_colours_and_subsampling_are_those_of_the_picture(form: str, size: tuple[int, int]) -> None:
    frame = filled(form, size, full=form.startswith("yuvj"))
    with Image.open(io.BytesIO(encode(frame))) as image:
        assert image.size == size
        expected = "yuv444p" if form in {"yuv444p", "rgb24"} else "yuv422p" if "422" in form else "yuv420p"
        across, down = image.layer[0][1] / image.layer[1][1], image.layer[0][2] / image.layer[1][2]
        assert (across, down) == LAYERS[expected]
        seen = image.convert("RGB").getpixel((size[0] // 2, size[1] // 2))
    assert all(abs(a - b) <= 3 for a, b in zip(seen, RGB, strict=True)), seen


@pytest.mark.parametrize("form", ["yuvj420p", "yuvj422p", "yuvj444p"])
def test_a_picture_that_fits_is_not_copied(form: str) -> None:
    frame = filled(form, (64, 48), full=True)
    assert _converted(frame) is frame


def test_the_file_begins_as_jfif_then_exif_and_names_no_library() -> None:
    exif = b"Exif\0\0MM\0\x2a" + bytes(500)
    content = with_metadata(encode(filled("yuv420p", (64, 48))), exif)
    assert content.startswith(b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1")
    assert content[20:24] == b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big")
    assert content[24 : 24 + len(exif)] == exif
    assert content[24 + len(exif) :].startswith(b"\xff\xdb")
    assert content.endswith(b"\xff\xd9")
    assert b"Lavc" not in content


def test_a_framegrab_is_as_near_as_the_finest_quantisation_and_a_small_picture_smaller() -> None:
    frame = filled("yuvj420p", (640, 360), full=True)
    luma = frame.planes[0]
    original = bytes(value * 37 % 200 for value in range(251)) * (luma.buffer_size // 251 + 1)
    luma.update(original[: luma.buffer_size])
    fine, coarse = encode(frame), encode(frame, step=PICTURE_STEP)
    with Image.open(io.BytesIO(fine)) as image:
        image.draft("YCbCr", image.size)
        seen = image.getchannel(0).tobytes()
    shown = b"".join(bytes(luma)[line * luma.line_size :][:640] for line in range(360))
    assert sum(abs(a - b) for a, b in zip(seen, shown, strict=True)) / len(shown) < 1.2
    assert len(coarse) < 0.8 * len(fine)
