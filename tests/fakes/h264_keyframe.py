"""One keyframe of H.264, encoded as x264 is told."""

import io
from fractions import Fraction
from typing import Any

import av

from fakes.footage import picture
from seacorder.media.parameter_sets import find

SIZE = (320, 188)
"""The last row of macroblocks is cropped."""


def keyframe(params: str, form: str = "yuv420p", profile: str = "") -> tuple[tuple[bytes, ...], bytes]:
    """The parameter sets and the packet of one, both as byte streams."""
    with av.open(io.BytesIO(), "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = *SIZE, form
        stream.gop_size = 1
        stream.options = {"x264-params": params} | ({"profile": profile} if profile else {})
        frame = picture(5, SIZE).reformat(format=form)
        frame.pts, frame.time_base = 0, Fraction(1)
        (packet,) = [*stream.encode(frame), *stream.encode(None)]
        return find(bytes(stream.codec_context.extradata), "h264").all, bytes(packet)
