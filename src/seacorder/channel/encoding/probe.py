"""Tries which encoders work on this machine: `python -m seacorder.channel.encoding.probe`.

Started as a process of its own by the control process and by `seacorder encoders`. That FFmpeg lists an encoder means
nothing: its driver or device may be missing, and a driver may crash or hang. So each one encodes some small pictures
with the options of a recording. Each result is sent at once, so that whoever started this knows which encoder ended it.
"""

import logging
import os
from fractions import Fraction
from typing import cast

import av
import av.error
import av.logging

from seacorder.base import log as logs
from seacorder.base.pipe import Link
from seacorder.base.processor import no_real_time_threads
from seacorder.channel.encoding.encoder_options import ENCODERS
from seacorder.model.command import TryEncoders
from seacorder.model.encoders import NEEDS, known_encoder
from seacorder.model.report import EncoderTried

log = logging.getLogger(__name__)

WIDTH, HEIGHT = 320, 192
"""Pixels; above the least size that hardware encoders take."""
PICTURES = 3
_NICENESS = 10
"""Recordings come first."""


def tried(name: str) -> EncoderTried:
    """Whether this encoder really gives packets here, and if not, why. Blocks for some seconds while a driver
    starts."""
    if name not in av.codecs_available:
        return EncoderTried(name, False, f"The FFmpeg that runs here does not have it{_needs('; it needs ', name)}.")
    with av.logging.Capture(local=False) as said:
        try:
            size = _encoded_bytes(name)
        except (av.error.FFmpegError, ValueError, OSError) as error:
            log.debug("%s does not open: %s", name, error)
            # The first line is nearest to the cause; the later ones only say that it could not be opened.
            why = next((text.strip() for level, _, text in said if level <= av.logging.ERROR), "") or str(error)
            return EncoderTried(name, False, f"It does not open{_needs('; it needs ', name)} ({why.rstrip('.')}).")
    return EncoderTried(name, True) if size else EncoderTried(name, False, "It opens, but gives no pictures.")


def _needs(lead: str, name: str) -> str:
    encoder = known_encoder(name)
    needed = NEEDS.get(encoder.runs_on) if encoder else None
    return f"{lead}{needed}" if needed else ""


def _encoded_bytes(name: str) -> int:
    codec = cast(av.VideoCodecContext, av.CodecContext.create(name, "w"))
    codec.width, codec.height = WIDTH, HEIGHT
    kind = ENCODERS[name]
    codec.pix_fmt, codec.options = kind.pixel_formats[0], kind.options(kind.default_preset)
    codec.time_base = Fraction(1, 25)
    with no_real_time_threads():
        codec.open()
    packets = []
    for number in range(PICTURES):
        frame = av.VideoFrame(WIDTH, HEIGHT, codec.pix_fmt)
        frame.pts = number
        packets += codec.encode(frame)
    packets += codec.encode(None)
    return sum(packet.size for packet in packets)


def probe(link: Link) -> None:
    """Tries the encoders that the first message names, and sends a result for each. Raises SystemExit without one."""
    order = next(link.messages(), None)
    if not isinstance(order, TryEncoders):
        raise SystemExit("This tries encoders for `seacorder serve`; you want `seacorder encoders`.")
    for name in order.names:
        link.send(tried(name))


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    # SVT-AV1 writes to standard error itself, whatever FFmpeg's log level; 1 means errors only.
    os.environ.setdefault("SVT_LOG", "1")
    logs.set_up_worker("encoders")
    av.logging.set_level(av.logging.ERROR)
    probe(Link.from_stdio())
