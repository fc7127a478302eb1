"""Makes small H.264 of a channel's pictures, for players that cannot play what is recorded.

It runs in a process of its own (`preview_process`), on one thread. Every picture is decoded, since others refer to it,
but only some are encoded.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.encoding.encoder import Encoder, EncoderOrder, Looks
from seacorder.media.packets import copied_packet
from seacorder.media.still_decoder import decoder_for, tried
from seacorder.model.live import LiveReport, LiveStream
from seacorder.model.sample import Sample, SourceFormat, Track
from seacorder.sinks.live.muxer import LiveMuxer

WIDTH = 640
BIT_RATE = 900_000
RATE = Fraction(25, 2)
"""Pictures a second at most."""
LEAST_STEP_NS = NS_PER_SECOND * 2 // 25 - 5 * NS_PER_MS
KEYFRAME_NS = 2 * NS_PER_SECOND
TIME_BASE = Fraction(1, 90_000)
_ENCODER, _PRESET = "libx264", "ultrafast"
_COLOUR = (1, 2, 2, 2)
"""Limited range; the rest is not told."""
_UNANSWERED = 64


class Preview:
    """One channel's."""

    def __init__(self) -> None:
        self._source: SourceFormat | None = None
        self._decoder: Any = None
        self._waiting: dict[int, Sample] = {}
        """By presentation time: packets whose pictures have not come out of the decoder."""
        self._encoder: Encoder | None = None
        self._looks: Looks | None = None
        self._encoded: dict[int, Sample] = {}
        self._newest_ns: int | None = None
        """Capture time (monotonic) of the newest picture that was encoded."""
        self._keyframe_ns = 0
        self._muxer = LiveMuxer(LiveStream.PREVIEW, None)

    def begin(self, source: SourceFormat) -> None:
        """What follows has this format, and begins with a keyframe."""
        self._source = source
        self._decoder = decoder_for(source.video.codec)
        if source.video.extradata:
            self._decoder.extradata = source.video.extradata
        self._decoder.thread_count, self._decoder.thread_type = 1, "NONE"
        self._waiting.clear()

    def take(self, sample: Sample) -> Iterator[LiveReport]:
        """What comes of a packet. Blocks while it decodes and encodes; raises av.FFmpegError where the encoder
        fails."""
        if self._source is None:
            return
        packet = copied_packet(bytes(sample.packet))
        packet.pts, packet.dts, packet.time_base = sample.pts, sample.dts, self._source.video.time_base
        self._waiting[sample.pts] = sample
        if len(self._waiting) > _UNANSWERED:
            self._waiting.pop(next(iter(self._waiting)))
        for frame in tried(self._decoder, packet):
            shown = self._waiting.pop(frame.pts, None)
            if shown is not None and self._is_due(shown.instant_ns):
                yield from self._encode(frame, shown)

    def _is_due(self, instant_ns: int) -> bool:
        return self._newest_ns is None or instant_ns - self._newest_ns >= LEAST_STEP_NS

    def _encode(self, frame: Any, shown: Sample) -> Iterator[LiveReport]:
        encoder, looks = self._encoder, looks_of(frame, self._aspect)
        is_new = encoder is None or looks != self._looks
        if encoder is None or is_new:
            encoder = Encoder(EncoderOrder(_ENCODER, _PRESET, BIT_RATE, RATE, TIME_BASE, 1, looks))
            self._encoder, self._looks = encoder, looks
        as_keyframe = is_new or shown.instant_ns - self._keyframe_ns >= KEYFRAME_NS
        if as_keyframe:
            self._keyframe_ns = shown.instant_ns
        self._newest_ns = shown.instant_ns
        pts = shown.instant_ns * 9 // 100_000
        self._encoded[pts] = shown
        small = frame.reformat(width=looks.width, height=looks.height, format=looks.pixel_format)
        for packet in encoder.encode(small, pts, as_keyframe=as_keyframe):
            of = self._encoded.pop(packet.pts, shown)
            sample = Sample(
                Track.VIDEO, bytes(packet), packet.pts, packet.pts, 0, packet.is_keyframe, packet.size,
                of.instant_ns, of.utc_ns, of.number,
            )  # fmt: skip
            yield from self._muxer.take(sample, encoder.format)

    @property
    def _aspect(self) -> Fraction:
        """A pixel's width divided by its height."""
        told = None if self._source is None else self._source.templates[Track.VIDEO].codec_context.sample_aspect_ratio
        return Fraction(told) if told else Fraction(1)


def looks_of(frame: Any, aspect: Fraction) -> Looks:
    """Size and format of the small picture: square pixels, even sides, never larger than the picture itself."""
    shown_width = frame.width * aspect
    width = min(WIDTH, frame.width) // 2 * 2
    height = max(2, round(width * frame.height / shown_width / 2) * 2)
    return Looks(width, height, "yuv420p", _COLOUR, Fraction(0))
