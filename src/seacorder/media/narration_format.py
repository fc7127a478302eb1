"""The format of narration, which is known before a word has been said: a file has its track from the start."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av

from seacorder.media.aac import aac_template
from seacorder.model.narration import FRAME_SAMPLES, SAMPLE_RATE
from seacorder.model.sample import Track, TrackFormat

_LAYOUTS = {1: "mono", 2: "stereo"}
_BITS_PER_SECOND = 64_000


@dataclass(frozen=True, slots=True)
class NarrationFormat:
    """AAC, low complexity, SAMPLE_RATE."""

    track: TrackFormat
    template: Any
    silence: bytes
    """The packet of nothing at all."""


@lru_cache(maxsize=2)
def narration_format(channels: int) -> NarrationFormat:
    """For 1 or 2 channels."""
    layout = _LAYOUTS[channels]
    template = aac_template(SAMPLE_RATE, layout)
    track = TrackFormat(
        Track.AUDIO,
        "aac",
        Fraction(1, SAMPLE_RATE),
        bytes(template.codec_context.extradata),
        sample_rate=SAMPLE_RATE,
        channels=channels,
    )
    return NarrationFormat(track, template, _silence(layout))


def _silence(layout: str) -> bytes:
    encoder: Any = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE, layout, "fltp"
    encoder.time_base, encoder.bit_rate = Fraction(1, SAMPLE_RATE), _BITS_PER_SECOND
    packets: list[Any] = []
    for number in range(4):
        frame = av.AudioFrame(format="fltp", layout=layout, samples=FRAME_SAMPLES)
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, number * FRAME_SAMPLES, encoder.time_base
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        packets += encoder.encode(frame)
    return bytes(packets[-1])
