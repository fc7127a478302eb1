"""Decodes one wanted frame out of a group of pictures, as fast as may be without changing a bit of it.

Frames that no other frame is predicted from (and that are not the wanted one) are passed over: that is exact. Each
packet is copied for the decoder, because the sinks' own thread sets the times of the shared ones when it muxes them.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import av

from seacorder.base.errors import InputFailed
from seacorder.model.sample import Sample, SourceFormat

THREADS_MAX = 4


def wanted_of(samples: Sequence[Sample], instant_ns: int) -> Sample:
    """The newest frame captured at or before `instant_ns`; the oldest of all when there is none."""
    before = [sample for sample in samples if sample.instant_ns <= instant_ns]
    if before:
        return max(before, key=lambda sample: sample.instant_ns)
    return min(samples, key=lambda sample: sample.instant_ns)


def decode(samples: Sequence[Sample], wanted: Sample, source: SourceFormat) -> tuple[Any, Sample]:
    """The decoded picture of `wanted`, with its sample; when it cannot be decoded, of the newest one before it.

    `samples` begin with a keyframe and are in decoding order. InputFailed when nothing can be decoded. Blocks for as
    long as decoding takes.
    """
    decoder = _decoder(source, threads=1 if len(samples) == 1 else min(THREADS_MAX, os.cpu_count() or 1))
    best: Any = None
    for frame in _frames(decoder, samples, wanted, source):
        if frame.pts is None or frame.pts > wanted.pts:
            continue
        if best is None or frame.pts > best.pts:
            best = frame
        if frame.pts == wanted.pts:
            break
    if best is None:
        raise InputFailed("The picture cannot be decoded; see whether the camera's own page shows one.")
    by_pts = {sample.pts: sample for sample in samples}
    return best, by_pts.get(best.pts, wanted)


def _decoder(source: SourceFormat, *, threads: int) -> Any:
    decoder: Any = av.CodecContext.create(source.video.codec, "r")
    if source.video.extradata:
        decoder.extradata = source.video.extradata
    decoder.thread_count = threads
    decoder.thread_type = "FRAME" if threads > 1 else "NONE"
    return decoder


def _frames(decoder: Any, samples: Sequence[Sample], wanted: Sample, source: SourceFormat) -> Iterator[Any]:
    for sample in samples:
        decoder.skip_frame = "DEFAULT" if sample is wanted else "NONREF"
        packet = av.Packet(bytes(sample.packet))
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
