"""Decodes one wanted frame out of a group of pictures, with every bit of it as any player would show it.

Each packet is copied for the decoder, because the sinks' own thread sets the times of the shared ones when it muxes
them. Nothing is passed over on the way: FFmpeg's `skip_frame` saved no time on what was measured, and for H.265 it is
not exact (a picture that nothing in its own temporal layer refers to may be referred to from a higher one).
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import av

from seacorder.base.errors import InputFailed
from seacorder.media.packets import copied_packet
from seacorder.model.sample import Sample, SourceFormat

THREADS_MAX = 4
_DECODERS = {"av1": "libdav1d"}
"""FFmpeg's own decoder `av1` works with some hardware only."""


def decoder_for(codec: str) -> Any:
    """An unopened decoder of FFmpeg's for a codec by FFmpeg's name."""
    return av.CodecContext.create(_DECODERS.get(codec, codec), "r")


def wanted_of(samples: Sequence[Sample], instant_ns: int) -> Sample:
    """The newest frame captured at or before `instant_ns`; the oldest of all when there is none."""
    before = [sample for sample in samples if sample.instant_ns <= instant_ns]
    if before:
        return max(before, key=lambda sample: sample.instant_ns)
    return min(samples, key=lambda sample: sample.instant_ns)


def decode(samples: Sequence[Sample], wanted: Sample, source: SourceFormat) -> tuple[Any, Sample]:
    """The decoded picture of `wanted`, with its sample.

    When it cannot be decoded: of the newest one before it, or else of the first one after it, as at the beginning of
    a group whose first shown pictures are predicted from the group before. `samples` begin with a keyframe and are in
    decoding order. InputFailed when nothing can be decoded. Blocks for as long as decoding takes.
    """
    decoder = _decoder(source, threads=1 if len(samples) == 1 else min(THREADS_MAX, os.cpu_count() or 1))
    best: Any = None
    for frame in _frames(decoder, samples, wanted, source):
        if frame.pts is not None and (best is None or _is_nearer(frame.pts, best.pts, wanted.pts)):
            best = frame
        if frame.pts == wanted.pts:
            break
    if best is None:
        raise InputFailed("The picture cannot be decoded; see whether the camera's own page shows one.")
    by_pts = {sample.pts: sample for sample in samples}
    return best, by_pts.get(best.pts, wanted)


def _is_nearer(pts: int, best: int, wanted: int) -> bool:
    """Before the wanted one the later is nearer, and anything before it is nearer than what comes after it."""
    if pts <= wanted:
        return best > wanted or pts > best
    return wanted < pts < best


def _decoder(source: SourceFormat, *, threads: int) -> Any:
    decoder = decoder_for(source.video.codec)
    if source.video.extradata:
        decoder.extradata = source.video.extradata
    decoder.thread_count = threads
    decoder.thread_type = "FRAME" if threads > 1 else "NONE"
    return decoder


def _frames(decoder: Any, samples: Sequence[Sample], wanted: Sample, source: SourceFormat) -> Iterator[Any]:
    for sample in samples:
        # A copy, because the sinks' own thread sets the times of the shared packet when it muxes it.
        packet = copied_packet(bytes(sample.packet))
        packet.pts, packet.dts, packet.time_base = sample.pts, sample.dts, source.video.time_base
        yield from _tried(decoder, packet)
        if sample is wanted:
            break
    yield from _tried(decoder, None)


def _tried(decoder: Any, packet: Any) -> list[Any]:
    """A damaged packet costs its own picture at most."""
    try:
        return list(decoder.decode(packet))
    except av.FFmpegError:
        return []
