"""Decodes one wanted frame of a group of pictures, bit for bit as any player would show it.

All frames from the keyframe up to the wanted one are decoded. FFmpeg's `skip_frame` would leave out those to which no
other refers; it saved no time in measurements, and for H.265 it is not exact: a picture to which nothing in its own
temporal layer refers may be referred to from a higher one.
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
"""Decoders to use in place of FFmpeg's default: its own `av1` works on some hardware only."""


def decoder_for(codec: str) -> Any:
    """An unopened PyAV decoder for a codec, given by FFmpeg's name."""
    return av.CodecContext.create(_DECODERS.get(codec, codec), "r")


def wanted_of(samples: Sequence[Sample], instant_ns: int) -> Sample:
    """The newest frame captured at or before `instant_ns`; the oldest frame when all are later."""
    before = [sample for sample in samples if sample.instant_ns <= instant_ns]
    if before:
        return max(before, key=lambda sample: sample.instant_ns)
    return min(samples, key=lambda sample: sample.instant_ns)


def decode(samples: Sequence[Sample], wanted: Sample, source: SourceFormat) -> tuple[Any, Sample]:
    """The decoded picture (a PyAV frame) of `wanted`, and the sample that it is of.

    `samples` begin with a keyframe and are in decoding order. Where `wanted` cannot be decoded, the newest picture
    before it is taken, or else the first one after it: the first pictures shown of a group may be predicted from the
    group before, which is not there. InputFailed when nothing can be decoded. Blocks for as long as decoding takes.
    """
    decoder = _decoder(source, threads=1 if len(samples) == 1 else min(THREADS_MAX, os.cpu_count() or 1))
    best: Any = None
    for frame in _frames(decoder, samples, wanted, source):
        if frame.pts is not None and (best is None or _is_nearer(frame.pts, best.pts, wanted.pts)):
            best = frame
        if frame.pts == wanted.pts:
            break
    if best is None:
        raise InputFailed("The picture cannot be decoded.", "See whether the camera's own page shows one.")
    by_pts = {sample.pts: sample for sample in samples}
    return best, by_pts.get(best.pts, wanted)


def _is_nearer(pts: int, best: int, wanted: int) -> bool:
    """Whether `pts` is a better choice than `best`: a picture before `wanted` is better than any after it."""
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
    """The pictures that are ready after `packet`; none of a damaged one, and decoding goes on."""
    try:
        return list(decoder.decode(packet))
    except av.FFmpegError:
        return []
