"""The sound of an open FFmpeg container: packets that MP4 carries, each with a time, from the first picture on."""

import logging
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from seacorder.media.aac import FRAME_SAMPLES, UNREADABLE, AacTranscoder, can_pass
from seacorder.media.formats import detached
from seacorder.model.sample import SourcePacket, Track

log = logging.getLogger(__name__)

HELD_PACKETS = 512
"""What came before the first picture; more than ten seconds of AAC."""
HELD_BEFORE = Fraction(1)
"""Seconds before the first picture's own time from which sound is kept; what begins a file leaves out the rest."""


class TrackSound:
    """Of one connection, one thread. Without a stream, or with one that cannot be read, it gives nothing."""

    def __init__(self, stream: Any | None, source: str) -> None:
        """`stream` is an open container's; `source` is what sentences call it, without credentials."""
        self._transcoder: AacTranscoder | None = None
        self.stream = stream
        self.template = self._open(source)
        """Of the sound that will come out; None without sound, or when it cannot be read."""
        self._frame_ticks = 0 if self.template is None else _frame_ticks(stream)
        self._next: int | None = None
        self._held: deque[tuple[Any, int]] = deque(maxlen=HELD_PACKETS)

    def packets(self, packet: Any, arrived_ns: int) -> Iterator[SourcePacket]:
        """What has become of one packet of the source."""
        if packet.size:
            self._give_time(packet)
            made = (packet,) if self._transcoder is None else self._transcoder.packets(packet)
            yield from (_sound(one, arrived_ns) for one in made)

    def hold(self, packet: Any, arrived_ns: int) -> None:
        """Keeps a packet that came before the first picture: it may belong beside it."""
        if packet.size:
            self._give_time(packet)
            self._held.append((packet, arrived_ns))

    def held_from(self, keyframe: Any) -> list[tuple[Any, int]]:
        """The packets that were held and do not lie far before the first picture, with their arrival."""
        held, self._held = list(self._held), deque(maxlen=HELD_PACKETS)
        ticks = keyframe.dts if keyframe.dts is not None else keyframe.pts
        if ticks is None:
            return []
        begin = ticks * keyframe.time_base - HELD_BEFORE
        return [one for one in held if one[0].pts is not None and one[0].pts * one[0].time_base >= begin]

    def rest(self, arrived_ns: int) -> Iterator[SourcePacket]:
        """What a transcoder still holds, at the end of the source."""
        if self._transcoder is not None:
            yield from (_sound(one, arrived_ns) for one in self._transcoder.rest())

    def _give_time(self, packet: Any) -> None:
        """Of several frames in one RTP packet FFmpeg tells the time of the first alone; the others follow it."""
        if packet.pts is None:
            packet.pts = packet.dts if packet.dts is not None else self._next
        if packet.pts is not None:
            packet.dts = packet.pts  # sound is never reordered
            self._next = packet.pts + (packet.duration or self._frame_ticks)

    def _open(self, source: str) -> Any | None:
        stream = self.stream
        if stream is None or stream.codec_context is None or stream.codec_context.sample_rate <= 0:
            return None
        if can_pass(stream.codec_context):
            return detached(stream, stream.time_base)
        try:
            self._transcoder = AacTranscoder(stream)
        except UNREADABLE:
            log.warning("%s: its sound cannot be read and is not recorded.", source)
            return None
        return self._transcoder.template


def _frame_ticks(stream: Any) -> int:
    """How long a frame lasts, in the stream's time base, where the packets do not say it."""
    context = stream.codec_context
    samples = Fraction(context.frame_size or FRAME_SAMPLES, context.sample_rate)
    return max(1, round(samples / Fraction(stream.time_base)))


def _sound(packet: Any, arrived_ns: int) -> SourcePacket:
    return SourcePacket(
        Track.AUDIO, packet, packet.pts, packet.dts, packet.duration or 0, True, packet.size, arrived_ns
    )
