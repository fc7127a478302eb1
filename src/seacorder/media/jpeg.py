"""Makes JPEG files of decoded pictures, with the right colours.

JFIF means BT.601 in full range. Video is mostly BT.709 in limited range; where a source does not tell, BT.709 is
assumed from 720 lines on and BT.601 below. The planes are converted as they are, not by way of RGB, and go straight
into FFmpeg's encoder. A picture that is in BT.601 and full range already is not converted at all.

Chroma keeps the source's subsampling: finer would invent detail, coarser would lose it.
"""

from fractions import Fraction
from typing import Any

import av
from av.filter import Graph
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

STEP = 1
"""The coarseness of a framegrab's quantisation: an eighth of MPEG-1's intra matrix, which is the finest there is. Its
files are as large as with libjpeg's quality 95, and 2 to 3 dB nearer to the picture."""
PICTURE_STEP = 3
"""The same of the page's small picture: about libjpeg's quality 80."""
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.SMPTE170M,
    7: Colorspace.SMPTE240M,
}
"""MatrixCoefficients of ISO/IEC 23091-2 (H.273), and the converter's names for them."""
_FILTER_NAMES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m"}
"""The same numbers, and the names of the filter that converts planes."""
_BT709, _BT601 = 1, 6
_HD_LINES = 720
_PLANAR = frozenset({"yuv420p", "yuv422p", "yuv444p"})
_CONVERTED = _PLANAR | {f"{form}{bits}le" for form in _PLANAR for bits in (10, 12)}
"""Pixel formats that the filter converts, where width and height are even."""
_SOI = b"\xff\xd8"
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
"""JFIF 1.01, without a density (ITU-T T.871, 10.1)."""
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
"""What an XMP packet's segment begins with (ISO 16684-3, 6.2)."""
_COMMENT, _EXIF = b"\xff\xfe", b"\xff\xe1"


def encode(frame: Any, *, step: int = STEP, size: tuple[int, int] | None = None) -> bytes:
    """A JPEG of `frame`, full size unless `size` (width, height in pixels) says otherwise. Blocks for some 20 ms."""
    picture = _converted(frame) if size is None else _reformatted(frame, size)
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, picture.format.name
    encoder.time_base = Fraction(1, 1)
    encoder.color_range = int(ColorRange.JPEG)
    encoder.thread_count = 1
    encoder.qmin = encoder.qmax = step
    picture.pts = 0
    content = b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
    return _SOI + _JFIF + content[_pictures_begin(content) :]


def with_metadata(picture: bytes, exif: bytes = b"", xmp: bytes = b"") -> bytes:
    """The same JPEG of `encode` with metadata in front of the picture.

    `exif`: a block that begins with `Exif`, at most 65,533 bytes long. `xmp`: a packet of at most 65,504 bytes.
    """
    begin = len(_SOI + _JFIF)
    about = b"".join(
        _EXIF + (len(block) + 2).to_bytes(2, "big") + block for block in (exif, xmp and _XMP + xmp) if block
    )
    return b"".join((picture[:begin], about, memoryview(picture)[begin:]))


def shown_size(frame: Any, width: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Width and height for a small picture: `width` square pixels wide, no wider than the source, even numbers."""
    aspect = Fraction(frame.width, frame.height) * (pixel_aspect or 1)
    width = max(16, min(width, frame.width)) // 2 * 2
    return width, max(2, round(width / aspect) // 2 * 2)


def _converted(frame: Any) -> Any:
    """The picture in BT.601 and full range, eight bits deep."""
    form = frame.format.name.replace("yuvj", "yuv")
    if form not in _CONVERTED or frame.width % 2 or frame.height % 2:
        return _reformatted(frame, (frame.width, frame.height))
    matrix, is_full = _matrix(frame), _is_full(frame)
    if form in _PLANAR and is_full and _MATRICES[matrix] == _MATRICES[_BT601]:
        return frame
    graph = Graph()
    graph.threads = 1
    given = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format.name, time_base=Fraction(1, 1)
    )
    # Only the matrix and the range change: primaries and curve are said to be the same on both sides.
    same = "iprimaries=bt709:primaries=bt709:itrc=bt709:trc=bt709:fast=1"
    here, there = f"ispace={_FILTER_NAMES[matrix]}:irange={'pc' if is_full else 'tv'}", "space=smpte170m:range=pc"
    convert = graph.add("colorspace", f"{here}:{there}:{same}:format={_planar(frame)}")
    taken = graph.add("buffersink")
    given.link_to(convert)
    convert.link_to(taken)
    graph.configure()
    frame.pts = 0
    given.push(frame)
    return taken.pull()


def _reformatted(frame: Any, size: tuple[int, int]) -> Any:
    """The same for any pixel format and any size, at a higher cost: the converter goes by way of RGB."""
    is_same_size = size == (frame.width, frame.height)
    return VideoReformatter().reformat(
        frame,
        *size,
        _planar(frame),
        src_colorspace=_MATRICES[_matrix(frame)],
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.JPEG if _is_full(frame) else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.POINT if is_same_size else Interpolation.AREA,
    )


def _matrix(frame: Any) -> int:
    value = int(frame.colorspace)
    if value in _MATRICES:
        return value
    return _BT709 if frame.height >= _HD_LINES else _BT601


def _is_full(frame: Any) -> bool:
    return int(frame.color_range) == int(ColorRange.JPEG) or frame.format.name.startswith("yuvj")


def _planar(frame: Any) -> str:
    """The eight bit format with the source's subsampling."""
    name = frame.format.name
    if "444" in name or name.startswith(("rgb", "bgr", "gbr")):
        return "yuv444p"
    return "yuv422p" if "422" in name else "yuv420p"


def _pictures_begin(content: bytes) -> int:
    """Where the tables begin, behind SOI and the encoder's own comment."""
    at = len(_SOI)
    while content[at : at + 2] == _COMMENT:
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return at
