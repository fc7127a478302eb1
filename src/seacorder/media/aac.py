"""AAC (ISO/IEC 14496-3, low complexity): transcodes sound that MP4 cannot carry, and has the format of narration.

Times of transcoded sound are counted in samples from the first packet's time on, so that jitter in the source's times
does not tear it. Where the count and the source's time differ by more than `DRIFT_SECONDS` (sound is missing, or the
source's clock drifts) the count begins anew from the source's time. The encoder's delay is in its packets' times, so
sound stays with the picture.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
from av.error import FFmpegError

from seacorder.media.formats import detached
from seacorder.model.narration import SAMPLE_RATE
from seacorder.model.sample import Track, TrackFormat

UNREADABLE = (FFmpegError, ValueError)
"""What opening or decoding sound raises when FFmpeg cannot read it."""
FRAME_SAMPLES = 1024
DRIFT_SECONDS = 0.2
BITS_PER_SECOND_AND_CHANNEL = 64_000
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_PASSED_WITH_CONFIGURATION = {"aac": 2, "opus": 19}
_MPEG_AUDIO = ("mp1", "mp2", "mp3")
_MP3_RATES = range(16_000, 48_001)
"""Rates that MP4 takes. A higher one is no sample rate but the clock of RTP, 90 kHz: a session description does not
tell the sample rate of MPEG audio."""


def can_pass(context: Any) -> bool:
    """True when MP4 can carry the sound of this codec context as it is. AAC and Opus need a configuration record."""
    codec: str = context.codec.canonical_name
    if codec == "mp3":
        return context.sample_rate in _MP3_RATES
    return len(context.extradata or b"") >= _PASSED_WITH_CONFIGURATION.get(codec, 1 << 30)


class AacTranscoder:
    """Takes packets of one audio stream and gives AAC packets; `template` is their format. One thread."""

    def __init__(self, stream: Any) -> None:
        """One of `UNREADABLE` when this sound cannot be decoded."""
        context = stream.codec_context
        self._source_base = Fraction(stream.time_base)
        self._decode = context.decode
        is_rate_known = context.codec.canonical_name not in _MPEG_AUDIO or context.sample_rate <= _MP3_RATES[-1]
        rate = next((rate for rate in _RATES if rate <= context.sample_rate), 8000) if is_rate_known else 48_000
        layout = "mono" if is_rate_known and context.channels == 1 else "stereo"
        self.time_base = Fraction(1, rate)
        self._encoder = _encoder(rate, layout)
        self._layout = layout
        self._resampler = self._new_resampler()
        self._fifo = av.AudioFifo()
        self._next_pts: int | None = None
        self.template = aac_template(rate, layout)

    def packets(self, packet: Any) -> Iterator[Any]:
        """AAC packets that are ready after `packet`; a packet that cannot be decoded is left out."""
        try:
            frames = [made for frame in self._decode(packet) for made in self._resampled(frame)]
        except FFmpegError:
            return
        if packet.pts is not None and frames:
            self._anchor(round(packet.pts * self._source_base / self.time_base))
        for frame in frames:
            frame.pts = None
            self._fifo.write(frame)
        yield from self._encoded()

    def rest(self) -> Iterator[Any]:
        """The last packets, at the end of the source. Nothing may be transcoded after it."""
        frame = self._fifo.read(0, partial=True) if self._next_pts is not None else None
        if frame is not None:
            frame.pts, frame.time_base = self._next_pts, self.time_base
            yield from self._encoder.encode(frame)
            yield from self._encoder.encode(None)

    def _resampled(self, frame: Any) -> list[Any]:
        try:
            return self._resampler.resample(frame)
        except ValueError:
            # The source has changed its sample rate or channels. The AAC keeps its own.
            self._resampler = self._new_resampler()
            return self._resampler.resample(frame)

    def _new_resampler(self) -> av.AudioResampler:
        return av.AudioResampler(format="fltp", layout=self._layout, rate=self.time_base.denominator)

    def _anchor(self, source_pts: int) -> None:
        """Compares the count with `source_pts`, the time of the sample after those that wait in the queue."""
        waiting = self._fifo.samples
        drift = 0 if self._next_pts is None else abs(self._next_pts + waiting - source_pts)
        if self._next_pts is None or drift * self.time_base > DRIFT_SECONDS:
            self._next_pts = source_pts - waiting

    def _encoded(self) -> Iterator[Any]:
        while self._next_pts is not None and (frame := self._fifo.read(FRAME_SAMPLES)) is not None:
            frame.pts, frame.time_base = self._next_pts, self.time_base
            self._next_pts += FRAME_SAMPLES
            yield from self._encoder.encode(frame)


def _encoder(rate: int, layout: str) -> Any:
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = rate, layout, "fltp"
    encoder.time_base = Fraction(1, rate)
    encoder.bit_rate = BITS_PER_SECOND_AND_CHANNEL * (1 if layout == "mono" else 2)
    return encoder


def aac_template(rate: int, layout: str) -> Any:
    """A template of AAC at `rate`. A file is written to memory and read back: so it gets its configuration record."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=rate, layout=layout)
        out.mux(stream.encode(_silence(rate, layout, 0)) + stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        return detached(container.streams.audio[0], Fraction(1, rate))


@dataclass(frozen=True, slots=True)
class NarrationFormat:
    """The format of narration, known before a word is said, so that a file has its track from the start."""

    track: TrackFormat
    template: Any
    silence: bytes
    """An AAC packet of silence."""


@lru_cache(maxsize=2)
def narration_format(channels: int) -> NarrationFormat:
    """AAC at SAMPLE_RATE with 1 or 2 channels."""
    layout = "mono" if channels == 1 else "stereo"
    template = aac_template(SAMPLE_RATE, layout)
    track = TrackFormat(
        Track.AUDIO,
        "aac",
        Fraction(1, SAMPLE_RATE),
        bytes(template.codec_context.extradata),
        sample_rate=SAMPLE_RATE,
        channels=channels,
    )
    return NarrationFormat(track, template, _silent_packet(layout))


def _silent_packet(layout: str) -> bytes:
    """The fourth packet of a silence: by then the encoder has settled, and every further one is the same."""
    encoder = _encoder(SAMPLE_RATE, layout)
    packets: list[Any] = []
    for number in range(4):
        packets += encoder.encode(_silence(SAMPLE_RATE, layout, number * FRAME_SAMPLES))
    return bytes(packets[-1])


def _silence(rate: int, layout: str, pts: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout=layout, samples=FRAME_SAMPLES)
    frame.sample_rate, frame.pts, frame.time_base = rate, pts, Fraction(1, rate)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame
