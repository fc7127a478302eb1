"""Narration in a channel: gives the sound that is heard its place beside the pictures, by capture instant.

Each picture tells the offset of media time to the monotonic clock: its capture instant minus its media time. The
camera's clock drifts against ours, so that offset drifts too. Each packet of narration is placed by the newest offset,
and so follows the pictures however long a file goes on. A packet lasts 1024 samples; the next one is placed 1024
samples later, or a few more or less, which no player notices, and these differences do not add up.

Narration waits here until the pictures have come as far as its capture instant. What does not come within a second is
replaced by silence. See docs/design/audio.md.
"""

from collections import deque
from dataclasses import dataclass, replace
from fractions import Fraction

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.media.aac import narration_format
from seacorder.media.packets import copied_packet
from seacorder.model.channel import ChannelSettings
from seacorder.model.narration import FRAME_SAMPLES, SAMPLE_RATE, HeardStatus
from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat

LATE_NS = NS_PER_SECOND
"""Narration that is further behind the pictures than this is not waited for: silence takes its place."""
FILLED_TICKS = 60 * SAMPLE_RATE
"""More silence than this is not made at once: pictures were missing for as long, and the file has that hole."""
WAITING_MAX = 60 * SAMPLE_RATE // FRAME_SAMPLES
"""Packets that may wait for pictures, 60 s of them; the oldest are dropped when more come."""
LEAST_STEP = FRAME_SAMPLES // 2
"""Ticks of SAMPLE_RATE. A packet that would begin more than this before the end of the last one is left out."""
UNHEARD_NS = 2 * NS_PER_SECOND
"""Narration counts as not heard when its newest packet is this far behind the pictures."""


@dataclass(frozen=True, slots=True)
class _Heard:
    instant_ns: int
    packet: bytes


class NarrationPlacement:
    """One channel's. `hear` may be called on any thread, everything else under the channel's lock."""

    def __init__(self, channels: int, offset_ns: int = 0) -> None:
        """`offset_ns`: how much later than its capture the operator wants it placed."""
        self._own_offset_ns = offset_ns
        self._format = narration_format(channels)
        self._waiting: deque[_Heard] = deque(maxlen=WAITING_MAX)
        self._end: int | None = None
        """The media time at which the newest placed packet ends, in ticks of SAMPLE_RATE."""
        self._horizon_ns = 0
        """The instant (monotonic) up to which narration belongs before the newest picture."""
        self._newest_ns = 0
        self._missing = 0
        self._late = 0

    def hear(self, instant_ns: int, packet: bytes) -> None:
        """One packet, captured at `instant_ns` (monotonic)."""
        self._newest_ns = instant_ns + self._own_offset_ns
        self._waiting.append(_Heard(self._newest_ns, packet))

    def joined(self, source: SourceFormat) -> SourceFormat:
        """`source` with narration in the place of its own sound."""
        templates = {Track.VIDEO: source.templates[Track.VIDEO], Track.AUDIO: self._format.template}
        return replace(source, audio=self._format.track, templates=templates)

    def up_to(self, picture: Sample, video: TrackFormat) -> list[Sample]:
        """The packets that belong before a picture that comes now, in order; silence where nothing was heard."""
        media_ns = _ns(picture.pts, video.time_base)
        offset_ns = picture.instant_ns - media_ns
        # Packets are stored in decoding order, and a picture may be decoded before it is shown: its dts is the limit.
        horizon_ns = offset_ns + _ns(picture.dts, video.time_base)
        self._horizon_ns = horizon_ns
        clock_ns = picture.clock_ns
        if self._end is None:
            self._end = _ticks(horizon_ns - offset_ns)
        placed: list[Sample] = []
        while self._waiting and self._waiting[0].instant_ns <= horizon_ns:
            heard = self._waiting.popleft()
            pts = _ticks(heard.instant_ns - offset_ns)
            placed += self._silence(pts + LEAST_STEP, offset_ns, clock_ns)
            if pts < self._end - LEAST_STEP:
                self._late += 1
                continue
            placed.append(_sample(heard.packet, pts, heard.instant_ns, clock_ns))
            self._end = pts + FRAME_SAMPLES
        return placed + self._silence(_ticks(horizon_ns - LATE_NS - offset_ns), offset_ns, clock_ns)

    @property
    def status(self) -> HeardStatus:
        """Whether narration is heard now, and how much was missing or late."""
        return HeardStatus(
            is_heard=self._newest_ns > 0 and self._horizon_ns - self._newest_ns < UNHEARD_NS,
            missing_seconds=round(self._missing * FRAME_SAMPLES / SAMPLE_RATE, 3),
            late_packets=self._late,
        )

    def _silence(self, until: int, offset_ns: int, clock_ns: int) -> list[Sample]:
        """Whole packets of silence that end at or before `until` (ticks)."""
        if self._end is None or until - self._end > FILLED_TICKS:
            self._end = max(self._end or 0, until)
            return []
        made = []
        while self._end + FRAME_SAMPLES <= until:
            instant_ns = self._end * NS_PER_SECOND // SAMPLE_RATE + offset_ns
            made.append(_sample(self._format.silence, self._end, instant_ns, clock_ns))
            self._end += FRAME_SAMPLES
        self._missing += len(made)
        return made


def narration_of(settings: ChannelSettings) -> NarrationPlacement | None:
    """A channel's narration; None where it has none."""
    if not settings.narration_channels:
        return None
    return NarrationPlacement(settings.narration_channels, settings.narration_offset_ms * NS_PER_MS)


def _sample(packet: bytes, pts: int, instant_ns: int, clock_ns: int) -> Sample:
    carried = copied_packet(packet)
    carried.is_keyframe = True
    return Sample(
        track=Track.AUDIO,
        packet=carried,
        pts=pts,
        dts=pts,
        duration=FRAME_SAMPLES,
        is_keyframe=True,
        size=len(packet),
        instant_ns=instant_ns,
        utc_ns=instant_ns + clock_ns,
        number=-1,
    )


def _ns(ticks: int, time_base: Fraction) -> int:
    return ticks * NS_PER_SECOND * time_base.numerator // time_base.denominator


def _ticks(ns: int) -> int:
    return ns * SAMPLE_RATE // NS_PER_SECOND
