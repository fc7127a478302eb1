"""The sound of an open FFmpeg container: packets that MP4 can carry, each with a time, from the first picture on."""

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
"""Packets that are kept while the first picture has not come; more than ten seconds of AAC."""
HELD_BEFORE = Fraction(1)
"""Seconds of sound that are kept from before the first picture. A new file leaves out what is too early for it."""


class TrackSound:
    """The sound of one connection; one thread. Yields nothing where there is no stream that can be read."""

    def __init__(self, stream: Any | None, source: str) -> None:
        """`stream` is an audio stream of an open container; `source` names it in the log, without credentials."""
        self._transcoder: AacTranscoder | None = None
        self.stream = stream
        self.template = self._open(source)
        """The template of the packets that come out; None without sound, or when it cannot be read."""
        self._frame_ticks = 0 if self.template is None else _frame_ticks(stream)
        self._next: int | None = None
        self._held: deque[tuple[Any, int]] = deque(maxlen=HELD_PACKETS)

    def packets(self, packet: Any, arrived_ns: int) -> Iterator[SourcePacket]:
        """What one packet of the source becomes: itself, or the AAC packets that are ready after it."""
        if packet.size:
            self._give_time(packet)
            made = (packet,) if self._transcoder is None else self._transcoder.packets(packet)
            yield from (_sound(one, arrived_ns) for one in made)

    def hold(self, packet: Any, arrived_ns: int) -> None:
        """Keeps a packet that came before the first picture: its sound may belong to that picture's time."""
        if packet.size:
            self._give_time(packet)
            self._held.append((packet, arrived_ns))

    def held_from(self, keyframe: Any) -> list[tuple[Any, int]]:
        """The packets that were held, with their arrivals, without those from long before the first picture."""
        held, self._held = list(self._held), deque(maxlen=HELD_PACKETS)
        ticks = keyframe.dts if keyframe.dts is not None else keyframe.pts
        if ticks is None:
            return []
        begin = ticks * keyframe.time_base - HELD_BEFORE
        return [one for one in held if one[0].pts is not None and one[0].pts * one[0].time_base >= begin]

    def rest(self, arrived_ns: int) -> Iterator[SourcePacket]:
        """What the transcoder still holds, at the end of the source."""
        if self._transcoder is not None:
            yield from (_sound(one, arrived_ns) for one in self._transcoder.rest())

    def _give_time(self, packet: Any) -> None:
        """Gives a time to a packet that has none: the end of the one before it.

        Of several audio frames in one RTP packet, FFmpeg gives a time only to the first.
        """
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
            log.warning("%s: its sound cannot be read. It is not recorded; video is. Choose AAC or G.711.", source)
            return None
        return self._transcoder.template


def _frame_ticks(stream: Any) -> int:
    """Duration of one audio frame in the stream's time base, for packets that do not tell theirs."""
    context = stream.codec_context
    samples = Fraction(context.frame_size or FRAME_SAMPLES, context.sample_rate)
    return max(1, round(samples / Fraction(stream.time_base)))


def _sound(packet: Any, arrived_ns: int) -> SourcePacket:
    return SourcePacket(
        Track.AUDIO, packet, packet.pts, packet.dts, packet.duration or 0, True, packet.size, arrived_ns
    )
