"""Decodes one wanted frame of a group of pictures, bit for bit as any player would show it.

Decoded are the keyframe and all pictures up to the wanted one to which another may refer; the others are left out, as
the standards allow. FFmpeg's own `skip_frame` is not used: for H.265 it is not exact, because a picture to which
nothing in its own temporal layer refers may be referred to from a higher one.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import av

from seacorder.base.errors import InputFailed
from seacorder.media.packets import copied_packet
from seacorder.media.units import referred_to
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


def decode(samples: Sequence[Sample], wanted: Sample, source: SourceFormat, at_once: int = 1) -> tuple[Any, Sample]:
    """The decoded picture (a PyAV frame) of `wanted`, and the sample that it is of.

    `samples` begin with a keyframe and are in decoding order. Where `wanted` cannot be decoded, the newest picture
    before it is taken, or else the first one after it: the first pictures shown of a group may be predicted from the
    group before, which is not there. InputFailed when nothing can be decoded. Blocks for as long as decoding takes.

    `at_once`: how many processes decode at the same time, this one included; they share the processor's cores.
    """
    needed = needed_for(samples, wanted, source)
    best = _nearest(needed, wanted, source, at_once)
    if (best is None or best.pts != wanted.pts) and len(needed) < len(samples):
        best = _nearest(samples, wanted, source, at_once)
    if best is None:
        raise InputFailed("The picture cannot be decoded.", "See whether the camera's own page shows one.")
    by_pts = {sample.pts: sample for sample in samples}
    return best, by_pts.get(best.pts, wanted)


def needed_for(samples: Sequence[Sample], wanted: Sample, source: SourceFormat) -> list[Sample]:
    """Those of `samples` that a decoder must have seen to show `wanted`, and this itself, in decoding order."""
    until = samples[: 1 + next(place for place, sample in enumerate(samples) if sample is wanted)]
    video = source.video
    referred = referred_to([bytes(sample.packet) for sample in until], video.codec, video.extradata)
    return [sample for sample, is_needed in zip(until, referred, strict=True) if is_needed or sample is wanted]


def threads_for(pictures: int, cores: int, at_once: int) -> int:
    """How many threads decode: with more in all than there are cores, each costs more than it brings."""
    return 1 if pictures == 1 else max(1, min(THREADS_MAX, cores // at_once))


def _nearest(samples: Sequence[Sample], wanted: Sample, source: SourceFormat, at_once: int) -> Any:
    """The picture of `wanted`, or the one that comes nearest to it; None where none can be decoded."""
    decoder = _decoder(source, threads=threads_for(len(samples), os.cpu_count() or 1, at_once))
    best: Any = None
    for frame in _frames(decoder, samples, wanted, source):
        if frame.pts is not None and (best is None or _is_nearer(frame.pts, best.pts, wanted.pts)):
            best = frame
        if frame.pts == wanted.pts:
            break
    return best


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
        yield from tried(decoder, packet)
        if sample is wanted:
            break
    yield from tried(decoder, None)


def tried(decoder: Any, packet: Any) -> list[Any]:
    """The pictures that are ready after `packet`; none of a damaged one, and decoding goes on."""
    try:
        return list(decoder.decode(packet))
    except av.FFmpegError:
        return []
