"""Tries which of the known encoders open on this machine: `python -m seacorder.channel.encoders`.

A process of its own, run once by the control process: that an encoder is listed says nothing, the driver or the
device may be missing, and a driver may crash. Each is made to encode two small pictures. Tells the encoders found so
far after each one, so that a crash costs only those that come after; the safe ones come first.
"""

import logging
from fractions import Fraction
from typing import cast

import av
import av.error

from seacorder.base import log as logs
from seacorder.base.pipe import Link
from seacorder.model.report import EncodersFound

log = logging.getLogger(__name__)

ENCODERS = (
    "libx264",
    "libx265",
    "h264_nvenc",
    "hevc_nvenc",
    "h264_qsv",
    "hevc_qsv",
    "h264_amf",
    "hevc_amf",
)
WIDTH, HEIGHT = 320, 192
"""Above the least size that hardware encoders take."""
_QUIET = {"libx265": {"x265-params": "log-level=none"}}


def opens(name: str) -> bool:
    """True when this encoder really gives bytes here. Blocks for up to some seconds while a driver starts."""
    try:
        codec = cast(av.VideoCodecContext, av.CodecContext.create(name, "w"))
        codec.width, codec.height = WIDTH, HEIGHT
        codec.pix_fmt = "nv12" if name.endswith("_qsv") else "yuv420p"
        codec.time_base = Fraction(1, 25)
        codec.options = _QUIET.get(name, {})
        packets = []
        for number in range(2):
            frame = av.VideoFrame(WIDTH, HEIGHT, codec.pix_fmt)
            frame.pts = number
            packets += codec.encode(frame)
        packets += codec.encode(None)
        return any(packet.size for packet in packets)
    except (av.error.FFmpegError, ValueError, OSError) as error:
        log.debug("%s does not open: %s", name, error)
        return False


def probe(link: Link) -> None:
    """Reports the encoders that open, growing."""
    found: frozenset[str] = frozenset()
    for name in ENCODERS:
        if opens(name):
            found |= {name}
        link.send(EncodersFound(found))


if __name__ == "__main__":
    logs.set_up(process="encoders")
    probe(Link.from_stdio())
