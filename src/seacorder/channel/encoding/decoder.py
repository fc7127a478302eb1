"""Decodes a source's packets; each picture keeps the sample that it came as."""

from dataclasses import dataclass
from typing import Any

import av

from seacorder.channel.encoding.frame_queue import Arrival
from seacorder.media.formats import detached
from seacorder.media.packets import copied_packet
from seacorder.model.sample import Sample, SourceFormat, Track

RAW = "rawvideo"
UNANSWERED = 64
"""So many packets may wait for their pictures; a decoder that holds one longer will not give its picture out."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One picture of the source."""

    frame: Any
    sample: Sample
    arrived_ns: int
    """Monotonic time at which its packet was complete."""


class Decoder:
    """One source format. One thread; a decode blocks without holding the interpreter's lock."""

    def __init__(self, source: SourceFormat) -> None:
        video = source.video
        self._source = source
        self._is_raw = video.codec == RAW
        self._waiting: dict[int, Arrival] = {}
        told: Any = source.templates[Track.VIDEO]
        # A context made from the stream knows its display matrix. The colour fields that only the demuxer knew are in
        # the template's context.
        self._home = detached(told, video.time_base)
        context = self._context = self._home.codec_context
        for name in ("color_range", "color_primaries", "color_trc", "colorspace"):
            setattr(context, name, getattr(told.codec_context, name))
        # Threads that each decode a frame would each hold one back, and free packets without holding the interpreter's
        # lock.
        context.thread_type, context.thread_count = "SLICE", 1
        self.damaged: list[Sample] = []
        """Packets that gave no picture; whoever lists them as lost takes them out."""

    @property
    def pixel_aspect(self) -> Any:
        """A pixel's width divided by its height; None or 0 where neither stream nor container tells."""
        told: Any = self._source.templates[Track.VIDEO].codec_context
        return told.sample_aspect_ratio or self._context.sample_aspect_ratio

    def decode(self, arrival: Arrival) -> list[Decoded]:
        """The pictures that are ready with this packet, in the order in which they are shown. Blocks while it
        decodes."""
        sample = arrival.sample
        packet = sample.packet if self._is_raw else _copy_of(sample)
        packet.pts, packet.dts = sample.pts, sample.dts
        packet.time_base = self._source.video.time_base
        self._waiting[sample.pts] = arrival
        try:
            frames = self._context.decode(packet)
        except av.FFmpegError:
            self.damaged.append(self._waiting.pop(sample.pts).sample)
            return []
        if len(self._waiting) > UNANSWERED + len(frames):
            oldest = next(iter(self._waiting))
            self.damaged.append(self._waiting.pop(oldest).sample)
        return self._matched(frames)

    def flush(self) -> list[Decoded]:
        """The pictures that the decoder still holds. Packets without a picture are damaged then."""
        try:
            left = self._matched(self._context.decode(None))
        except av.FFmpegError:
            left = []
        self.damaged.extend(arrival.sample for arrival in self._waiting.values())
        self._waiting.clear()
        return left

    def _matched(self, frames: list[Any]) -> list[Decoded]:
        found = []
        for frame in frames:
            arrival = self._waiting.pop(frame.pts, None)
            if arrival is not None:
                found.append(Decoded(frame, arrival.sample, arrival.arrived_ns))
        return found


def _copy_of(sample: Sample) -> Any:
    """A copy, because a sink may have the packet as well and set its times."""
    packet = copied_packet(bytes(sample.packet))
    packet.is_keyframe = sample.is_keyframe
    return packet
