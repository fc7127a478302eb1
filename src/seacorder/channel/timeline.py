"""The timeline: mends a source's times and places every packet on this machine's clocks.

Theory (docs/design/time.md). A source's times are good for distances, bad for places: they begin anywhere, jump,
stop and drift. So media time is carried on by *steps*: the distance from packet to packet where that is sane, else a
mended step. Media time is then laid onto the monotonic clock by its least delayed packets (`clock_offset`). UTC is
that instant plus what the wall clock says now; a step of the wall clock moves UTC and nothing else.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.clock_offset import ClockOffset
from seacorder.channel.mooring import Mooring
from seacorder.model.sample import Sample, SourcePacket, Track, TrackFormat

JUMP_NS = 10 * NS_PER_SECOND
"""A step forward of more than this is believed only when the packet also came that much later."""
BEHIND_NS = NS_PER_SECOND // 5
"""A mended time may lag so far behind the arrival: a network's delay, no pause."""
SQUEEZE = 8
"""Mended steps are no shorter than the usual distance by so much: packets that came in one go."""
REORDER_NS = 5 * NS_PER_SECOND
"""The furthest that presentation may lie from decoding."""
DEFAULT_FRAME_NS = NS_PER_SECOND // 25


def decoded_ns(sample: Sample, video: TrackFormat) -> int:
    """The instant as which a picture stands in decoding order, monotonic: none that follows it is captured before.

    The capture time itself where the source does not reorder.
    """
    if sample.pts == sample.dts:
        return sample.instant_ns
    ahead = (sample.pts - sample.dts) * NS_PER_SECOND * video.time_base.numerator // video.time_base.denominator
    return sample.instant_ns - ahead


def media_ns(sample: Sample, video: TrackFormat) -> int:
    """Where a picture stands in media time."""
    return sample.pts * NS_PER_SECOND * video.time_base.numerator // video.time_base.denominator


@dataclass(slots=True)
class _TrackTimes:
    """Where one track stands, in its own time base unless the name says otherwise."""

    time_base: Fraction
    frame: int
    """Usual distance between two packets."""
    out_dts: int | None = None
    source_dts: int | None = None
    arrived_ns: int = 0
    ahead: int = 0
    """What has been given to packets whose times stood still, and is taken off when they go on."""
    steady: int = 0
    """How many steps in a row were of the usual distance."""
    _tick_ns: int = field(init=False)
    """`_scale` ticks last so many nanoseconds; plain integers, because a Fraction costs more than all else here."""
    _scale: int = field(init=False)

    def __post_init__(self) -> None:
        self._tick_ns = NS_PER_SECOND * self.time_base.numerator
        self._scale = self.time_base.denominator

    def ns(self, ticks: int) -> int:
        return ticks * self._tick_ns // self._scale

    def ticks(self, ns: int) -> int:
        return ns * self._scale // self._tick_ns


@dataclass(slots=True)
class Mended:
    """How many packets had times that could not be used as they came."""

    missing: int = 0
    repeated: int = 0
    backward: int = 0
    jumped: int = 0

    @property
    def total(self) -> int:
        return self.missing + self.repeated + self.backward + self.jumped


@dataclass(slots=True)
class Timeline:
    """All tracks of one channel, over all its connections. Not thread-safe; no clock in it."""

    utc_minus_monotonic_ns: int
    mended: Mended = field(default_factory=Mended)
    frames_skipped: int = 0
    """Frames that the last packet's step says are missing before it, on a source of steady rate."""
    next_number: int = 0
    """The number that the next video frame gets."""
    mooring: Mooring = field(default_factory=Mooring)
    """Of the present connection; each has its own."""
    _offset: ClockOffset = field(default_factory=ClockOffset)
    _offset_ns: int = 0
    _tracks: dict[Track, _TrackTimes] = field(default_factory=dict)
    _epoch_ns: int | None = None
    """Monotonic time of media time 0: the first packet's arrival."""

    def connect(self, video: TrackFormat, audio: TrackFormat | None, frame_rate: Fraction | None) -> None:
        """A connection begins: source times start anew, media time goes on where the clock is."""
        usual_ns = int(NS_PER_SECOND / frame_rate) if frame_rate else DEFAULT_FRAME_NS
        tracks = {Track.VIDEO: _TrackTimes(video.time_base, 1)}
        tracks[Track.VIDEO].frame = max(1, tracks[Track.VIDEO].ticks(usual_ns))
        if audio is not None:
            samples = Fraction(1024, audio.sample_rate or 48000)
            tracks[Track.AUDIO] = _TrackTimes(audio.time_base, max(1, int(samples / audio.time_base)))
        self._tracks = tracks
        self._offset = ClockOffset()
        self.mooring = Mooring(self._offset_ns)

    def stamp(self, source: SourcePacket) -> Sample:
        """The packet with mended times and its place on the clocks."""
        times = self._tracks[source.track]
        dts = source.dts if source.dts is not None else source.pts
        if times.out_dts is None:
            out_dts = self._begin(times, source)
        else:
            out_dts = times.out_dts + self._step(times, source, dts)
        times.out_dts = out_dts
        times.source_dts = dts
        times.arrived_ns = source.arrived_ns
        reorder = self._reorder(times, source)
        pts = out_dts + reorder
        media_ns = times.ns(pts)
        number = -1
        if source.track is Track.VIDEO:
            self._offset_ns = self.mooring.offset_ns = self._offset.learn(media_ns, source.arrived_ns)
            if source.camera_ns is not None:
                self.mooring.tell(media_ns, source.camera_ns)
            number = self.next_number
            self.next_number += 1
        instant_ns = media_ns + self._offset_ns
        return Sample(
            track=source.track,
            packet=source.packet,
            pts=pts,
            dts=out_dts,
            duration=source.duration or times.frame,
            is_keyframe=source.is_keyframe,
            size=source.size,
            instant_ns=instant_ns,
            utc_ns=instant_ns + self.utc_minus_monotonic_ns,
            number=number,
        )

    def _begin(self, times: _TrackTimes, source: SourcePacket) -> int:
        """Media time of a track's first packet of a connection.

        The tracks of one connection share their source's origin, so the second one keeps its distance from the first.
        """
        if self._epoch_ns is None:
            self._epoch_ns = self._offset_ns = source.arrived_ns
        for other in self._tracks.values():
            if other.out_dts is not None and other.source_dts is not None and source.dts is not None:
                distance_ns = times.ns(source.dts) - other.ns(other.source_dts)
                if abs(distance_ns) < JUMP_NS:
                    return times.ticks(other.ns(other.out_dts) + distance_ns)
        return times.ticks(source.arrived_ns - self._epoch_ns)

    def _step(self, times: _TrackTimes, source: SourcePacket, dts: int | None) -> int:
        self.frames_skipped = 0
        if dts is None or times.source_dts is None:
            self.mended.missing += 1
            return self._mended_step(times, source)
        step = dts - times.source_dts
        late_ns = source.arrived_ns - times.arrived_ns
        if step > 0 and times.ns(step) - late_ns <= JUMP_NS:
            self._learn_rate(times, source.track, step)
            caught_up = min(times.ahead, max(0, step - times.frame))
            times.ahead -= caught_up
            return step - caught_up
        if step == 0:
            self.mended.repeated += 1
        elif step < 0:
            self.mended.backward += 1
        else:
            self.mended.jumped += 1
        times.steady = 0
        mended = self._mended_step(times, source)
        times.ahead = times.ahead + mended if step == 0 else 0
        return mended

    def _mended_step(self, times: _TrackTimes, source: SourcePacket) -> int:
        """The usual distance, as long as that keeps media time at the arrival; else what leads back to it.

        So mended times neither run away nor fall behind, however many there are, and a pause has its length.
        """
        passed = times.ticks(source.arrived_ns - self._offset_ns) - (times.out_dts or 0)
        if passed - times.frame > times.ticks(BEHIND_NS):
            return passed
        return max(1, times.frame // SQUEEZE, min(times.frame, passed))

    def _learn_rate(self, times: _TrackTimes, track: Track, step: int) -> None:
        """Follows the usual distance; on a steady source a longer step counts the frames that never came."""
        if abs(step - times.frame) * 4 <= times.frame:
            times.steady += 1
            times.frame += (step - times.frame) // 4 if times.steady < 8 else 0
            return
        if track is Track.VIDEO and times.steady >= STEADY_STEPS:
            frames = round(step / times.frame)
            # A hole is a whole number of frames long; any other distance is the source's own, as at the end of a loop.
            if frames >= 2 and abs(step - frames * times.frame) * 8 <= times.frame:
                self.frames_skipped = frames - 1
                return
        times.steady = 0
        times.frame = max(1, step if times.ns(step) < NS_PER_SECOND else times.frame)

    @staticmethod
    def _reorder(times: _TrackTimes, source: SourcePacket) -> int:
        if source.pts is None or source.dts is None:
            return 0
        reorder = source.pts - source.dts
        return reorder if reorder >= 0 and times.ns(reorder) <= REORDER_NS else 0


STEADY_STEPS = 50
"""So many equal steps make a source steady."""
