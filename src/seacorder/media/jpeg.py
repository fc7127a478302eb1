"""Makes JPEG files of decoded pictures, with the right colours.

JFIF means BT.601 in full range. Video is mostly BT.709 in limited range; where a source does not tell, BT.709 is
assumed from 720 lines on and BT.601 below. The picture is converted in YCbCr, not by way of RGB.

Chroma keeps the source's subsampling: finer would invent detail, coarser would lose it. Pillow takes only 4:4:4 and
subsamples by averaging; each chroma value is therefore repeated, and the average of equal values is the value itself.

Pillow is imported when the first JPEG is made: it costs a worker 3 MB, and most workers never need it.
"""

import io
from fractions import Fraction
from typing import Any

from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

QUALITY = 95
PICTURE_QUALITY = 80
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.SMPTE170M,
    7: Colorspace.SMPTE240M,
}
"""MatrixCoefficients of ISO/IEC 23091-2 (H.273), and the converter's names for them."""
_HD_LINES = 720


def encode(frame: Any, *, quality: int = QUALITY, exif: bytes = b"", size: tuple[int, int] | None = None) -> bytes:
    """A JPEG of `frame`, full size unless `size` (width, height in pixels) says otherwise. Blocks for some 20 ms."""
    from PIL import Image

    width, height = size or (frame.width, frame.height)
    converted = VideoReformatter().reformat(
        frame,
        width,
        height,
        "yuv444p",
        src_colorspace=_matrix(frame),
        dst_colorspace=Colorspace.ITU601,
        src_color_range=_range(frame),
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.POINT if size is None else Interpolation.AREA,
    )
    planes = [
        Image.frombuffer("L", (width, height), bytes(plane), "raw", "L", plane.line_size, 1)
        for plane in converted.planes
    ]
    out = io.BytesIO()
    Image.merge("YCbCr", planes).save(out, "JPEG", quality=quality, subsampling=_subsampling(frame), exif=exif)
    return out.getvalue()


def shown_size(frame: Any, width: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Width and height for a small picture: `width` square pixels wide, no wider than the source, even numbers."""
    aspect = Fraction(frame.width, frame.height) * (pixel_aspect or 1)
    width = max(16, min(width, frame.width)) // 2 * 2
    return width, max(2, round(width / aspect) // 2 * 2)


def _matrix(frame: Any) -> Any:
    value = int(frame.colorspace)
    if value in _MATRICES:
        return _MATRICES[value]
    return Colorspace.ITU709 if frame.height >= _HD_LINES else Colorspace.ITU601


def _range(frame: Any) -> Any:
    is_full = int(frame.color_range) == int(ColorRange.JPEG) or frame.format.name.startswith("yuvj")
    return ColorRange.JPEG if is_full else ColorRange.MPEG


def _subsampling(frame: Any) -> int:
    """Pillow's number: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0."""
    name = frame.format.name
    if "444" in name or name.startswith(("rgb", "bgr", "gbr")):
        return 0
    return 1 if "422" in name else 2
