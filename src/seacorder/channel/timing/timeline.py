"""The timeline of one channel: gives every packet its media time, its capture time and, for pictures, its number.

*Media time* is a packet's place in its file. It begins at 0 with the worker's first packet and goes on over all
connections. A source's own times are good for distances between packets, but they begin anywhere, jump, stop and drift.
So media time goes on by *steps*: by the distance from packet to packet where that can be believed, else by one that is
made from the arrivals (`track_times`). A clock in the source that runs wrong for long is corrected (`clock_watch`).

The *capture time* on the monotonic clock is media time plus an offset, which the least delayed packets tell
(`clock_offset`). UTC is that instant plus the difference between the two clocks of this machine: a step of the wall
clock moves UTC and nothing else. docs/design/time.md has the theory.

Pure and not thread-safe: the channel calls it under its lock, and all times are passed in.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.timing.clock_offset import ClockOffset
from seacorder.channel.timing.clock_watch import ClockWatch, UsableTimes
from seacorder.channel.timing.connection_clock import ConnectionClock, ConnectionClocks
from seacorder.channel.timing.track_times import Step, TrackTimes
from seacorder.model.channel import ClockFault
from seacorder.model.sample import Sample, SourcePacket, Track, TrackFormat

TOGETHER_NS = 10 * NS_PER_SECOND
"""Two tracks of one connection whose stamps are further apart than this do not count from the same origin."""
REORDER_NS = 5 * NS_PER_SECOND
"""A picture that is to be shown later than this after its decoding has a wrong presentation time."""
CONFIRMED_NS = 10 * NS_PER_SECOND
"""A wrong rate is reported when it has lasted for so long: a network that fills up looks like one for some seconds."""
PATIENCE_NS = 2500 * NS_PER_MS
"""How long the next picture may take. An operator is to know of a stall within three seconds; half a second of that is
for the way to the screen."""
FIRST_PATIENCE_NS = 3 * PATIENCE_NS
"""The same while a connection has not shown its pace: the source may be a slow one."""
SAME_RATE = 0.1
"""The frame rate that a source tells is more exact than the measured one, unless they differ by more than this
share."""
DEFAULT_FRAME_NS = NS_PER_SECOND // 25
"""The distance of two pictures that is taken at first where the source tells none."""


def decoded_ns(sample: Sample, video: TrackFormat) -> int:
    """A picture's decoding time on the monotonic clock: no picture that comes after it was captured before that.

    Without B-frames it is the capture time itself.
    """
    if sample.pts == sample.dts:
        return sample.instant_ns
    ahead = (sample.pts - sample.dts) * NS_PER_SECOND * video.time_base.numerator // video.time_base.denominator
    return sample.instant_ns - ahead


def rate_of(told: float, frame_ns: int) -> float:
    """Frames a second: `told` by the source (0: it does not tell), unless the measured distance of frames (`frame_ns`,
    0 when it is not known) contradicts that; 0 when neither is known."""
    if not frame_ns or (told and abs(frame_ns * told / NS_PER_SECOND - 1) <= SAME_RATE):
        return told
    return round(NS_PER_SECOND / frame_ns, 3)


@dataclass(slots=True)
class Mended:
    """How many packets got a time that was made up in part or whole, and why (`track_times.Step`). They only grow."""

    missing: int = 0
    """Also pictures of a connection with B-frames that have a decoding time and no presentation time."""
    repeated: int = 0
    backward: int = 0
    jumped: int = 0

    @property
    def total(self) -> int:
        return self.missing + self.repeated + self.backward + self.jumped


@dataclass(slots=True)
class Timeline:
    """All tracks of one channel, over all its connections."""

    utc_minus_monotonic_ns: int
    """The difference between this machine's clocks; the channel sets it anew at each keyframe and heartbeat."""
    mended: Mended = field(default_factory=Mended)
    frames_skipped: int = 0
    """How many frames are missing before the last packet, as its step says; on a source of steady rate alone."""
    next_number: int = 0
    """The number of the next video frame."""
    connection_clock: ConnectionClock = field(default_factory=ConnectionClock)
    """How the media time of the present connection relates to the clocks; each connection has its own."""
    clocks: ConnectionClocks = field(default_factory=ConnectionClocks)
    """Of all connections."""
    heard_camera: bool = False
    """`connection_clock` has learned with the last packet what the camera's own clock showed."""
    _renumbered: int = 0
    """Added to `next_number` it gives the count of received frames, however often the numbering was set anew."""
    _untold: tuple[int, int] | None = None
    """(pts, the camera's clock in ns) of a report that came with a picture whose stamp was not used."""
    _offset: ClockOffset = field(default_factory=ClockOffset)
    _offset_ns: int = 0
    """Monotonic time minus media time, as `_offset` gave it for the newest picture."""
    _tracks: dict[Track, TrackTimes] = field(default_factory=dict)
    """Of the present connection."""
    _pictures: TrackTimes = field(default_factory=lambda: TrackTimes(Fraction(1, 90_000), 3600))
    """That of the video track; before the first connection one that has seen nothing."""
    _frame_before_ns: int = 0
    """What `frame_ns` was when the present connection began."""
    _told_ns: int = 0
    """The distance of two pictures as the source tells it; 0 where it does not tell."""
    _told_rate: float = 0.0
    _stamped: int = 0
    """How many pictures have come."""
    _stamped_wrong: int = 0
    """How many of them had a stamp which could not be used; those without a stamp do not count."""
    _usable: UsableTimes = field(default_factory=UsableTimes)
    _epoch_ns: int | None = None
    """Monotonic time of media time 0: the arrival of the worker's first packet."""
    _earliest_ns: int = 0
    """Where the media time of the connection before ended. The first track of the present one begins no earlier."""
    _reorders: bool = False
    """This connection has B-frames, as the first picture that is shown later than it is decoded tells: pictures are
    decoded in another order than they are shown."""

    def connect(self, video: TrackFormat, audio: TrackFormat | None, frame_rate: Fraction | None) -> None:
        """A connection begins, or its format has changed: its stamps have nothing to do with those before, and its
        media time begins at the arrival of its first packet.

        `frame_rate`: as the source tells it, None where it does not.
        """
        self._told_ns = int(NS_PER_SECOND / frame_rate) if frame_rate else 0
        self._told_rate = float(frame_rate or 0)
        usual_ns = self._told_ns or DEFAULT_FRAME_NS
        reached_ns = self._reached_ns()
        self._frame_before_ns = self.frame_ns
        before = self._pictures.watch
        pictures = TrackTimes(video.time_base, 1, counts_skipped=True)
        pictures.watch = ClockWatch(before.rate_ppm, before.off_since_ns)  # the camera is most likely the same
        pictures.frame = max(1, pictures.ticks(usual_ns))
        self._pictures = pictures
        tracks = {Track.VIDEO: pictures}
        if audio is not None:
            samples = Fraction(1024, audio.sample_rate or 48000)
            tracks[Track.AUDIO] = TrackTimes(audio.time_base, max(1, int(samples / audio.time_base)))
        self._tracks, self._earliest_ns, self._reorders = tracks, reached_ns, False
        self._offset = ClockOffset()
        self.connection_clock = ConnectionClock(self._offset_ns)
        self.clocks.begin(self.next_number, self.connection_clock)
        self._untold = None

    def number_from(self, number: int) -> None:
        """The next video frame gets this number, whatever has been received until now."""
        self._renumbered += self.next_number - number
        self.next_number = number

    @property
    def frames_received(self) -> int:
        """Video frames since the worker began."""
        return self.next_number + self._renumbered

    @property
    def frame_rate(self) -> float:
        """Frames a second: as the source tells, unless its frames contradict; 0 when it is not known."""
        return rate_of(self._told_rate, self.frame_ns)

    @property
    def frame_ns(self) -> int:
        """The usual distance of two pictures as it has been measured, in this connection or in the one before; 0 while
        it is not known."""
        pictures = self._pictures
        if pictures.is_steady:
            return pictures.ns(pictures.frame)
        return pictures.pace_ns or self._frame_before_ns

    @property
    def patience_ns(self) -> int:
        """How long the next picture may take before its absence is a stall."""
        pictures = self._pictures
        if pictures.pace_ns:
            return max(PATIENCE_NS, pictures.pace_ns * 5 // 2)
        return PATIENCE_NS if pictures.has_pace else max(FIRST_PATIENCE_NS, self._told_ns * 5 // 2)

    @property
    def is_unpaced(self) -> bool:
        """Only one distance between arrivals is known in the present connection, and it is a second or more: that may
        be the pace of a slow source, or a pause."""
        return self._pictures.is_unpaced

    def clock_fault(self, now_ns: int) -> ClockFault | None:
        """What is wrong with the source's clock; None while it is right.

        A wrong rate counts once it has lasted for ten seconds, stamps that cannot be used once they have been half of
        those of 15 seconds. Must be called at least every few seconds. `now_ns` is monotonic.
        """
        watch = self._pictures.watch
        self._usable.look(self._stamped, self._stamped_wrong, now_ns)
        if watch.off_since_ns is not None and now_ns - watch.off_since_ns >= CONFIRMED_NS:
            return ClockFault(watch.rate_ppm)
        return ClockFault(None) if self._usable.is_unusable else None

    def stamp(self, source: SourcePacket) -> Sample:
        """The packet with its media time (`pts`, `dts`), its capture time on both clocks and its number."""
        times = self._tracks[source.track]
        is_video = source.track is Track.VIDEO
        stamp = source.dts if source.dts is not None else source.pts
        if times.media is None:
            dts, self.frames_skipped = self._begin(times, source, stamp), 0
        else:
            dts, self.frames_skipped = times.take(stamp, source.arrived_ns), times.skipped
            if times.kind is not Step.KEPT:
                self._count(times.kind)
                self._stamped_wrong += is_video and times.kind is not Step.MISSING
            elif source.pts is None and self._reorders:  # when it is to be shown is not told
                self.mended.missing += 1
        pts = dts if source.pts == stamp and not self._reorders else dts + self._reorder(times, source)
        media_ns = times.ns(pts)
        number, self.heard_camera = -1, False
        if is_video:
            if times.is_caught_up:
                # It had followed media time, which was ahead of the arrivals, to offsets that are too small now.
                self._offset = ClockOffset()
            ahead_ns = times.ns(pts - dts) if pts != dts else 0
            self._offset_ns = self._offset.learn(media_ns, source.arrived_ns, ahead_ns)
            self.connection_clock.offset_ns = self._offset_ns
            if source.camera_ns is not None or self._untold is not None:
                self.heard_camera = self._tell_camera(times, source, media_ns)
            self._stamped += 1
            number = self.next_number
            self.next_number += 1
        instant_ns = media_ns + self._offset_ns
        return Sample(
            track=source.track,
            packet=source.packet,
            pts=pts,
            dts=dts,
            duration=times.frame if is_video and times.is_steady else source.duration or times.frame,
            is_keyframe=source.is_keyframe,
            size=source.size,
            instant_ns=instant_ns,
            utc_ns=instant_ns + self.utc_minus_monotonic_ns,
            number=number,
            recovery_frames=source.recovery_frames,
        )

    def _begin(self, times: TrackTimes, source: SourcePacket, stamp: int | None) -> int:
        """Media time of the first packet of a track in a connection, in ticks of the track.

        The tracks of one connection count from the same origin, so the second track keeps the distance of its stamps
        from those of the first one; sound and picture stay together. Its first packet may lie before that of the first
        track.
        """
        if self._epoch_ns is None:
            self._epoch_ns = self._offset_ns = source.arrived_ns
        begin_ns = max(source.arrived_ns - self._epoch_ns, self._earliest_ns)
        for other in self._tracks.values():
            if other.line is not None and source.dts is not None:
                distance_ns = times.ns(source.dts) - other.ns(other.line.stamp)
                if abs(distance_ns) < TOGETHER_NS:
                    begin_ns = other.ns(other.line.media) + distance_ns
        return times.begin(times.ticks(begin_ns), stamp, source.arrived_ns)

    def _tell_camera(self, times: TrackTimes, source: SourcePacket, media_ns: int) -> bool:
        """Tells the connection's clock what the camera's clock showed; False when there was nothing to tell.

        The report belongs to the picture's own time. Where that was not used, the picture's media time says nothing
        about the camera's clock, so the report waits for the next picture whose time is used. It is carried on to that
        one by the distance of their own times.
        """
        if times.kind is not Step.KEPT:
            if source.camera_ns is not None and source.pts is not None:
                self._untold = source.pts, source.camera_ns
            return False
        untold, self._untold = self._untold, None
        camera_ns = source.camera_ns
        if camera_ns is None and untold is not None and source.pts is not None:
            camera_ns = untold[1] + times.ns(source.pts - untold[0])
        if camera_ns is None:
            return False
        self.connection_clock.tell(media_ns, camera_ns)
        return True

    def _reached_ns(self) -> int:
        """The media time at which the connection ends: the next one begins no earlier."""
        ends = (times.ns(times.media + times.frame) for times in self._tracks.values() if times.media is not None)
        return max(ends, default=0)

    def _count(self, kind: Step) -> None:
        mended = self.mended
        if kind is Step.MISSING:
            mended.missing += 1
        elif kind is Step.REPEATED:
            mended.repeated += 1
        elif kind is Step.BACKWARD:
            mended.backward += 1
        else:
            mended.jumped += 1

    def _reorder(self, times: TrackTimes, source: SourcePacket) -> int:
        """How much later a packet is shown than it is decoded, in ticks of its track. A distance that cannot be right
        (backwards, or more than five seconds) counts as none."""
        reorder = 0
        if source.pts is not None and source.dts is not None:
            reorder = source.pts - source.dts
        if reorder < 0 or times.ns(reorder) > REORDER_NS:
            reorder = 0
        if reorder:
            self._reorders = True
            return times.scaled(reorder)
        # Half a frame later: between two others, so that no two pictures are shown at one time.
        is_mended = source.pts is None or times.kind is not Step.KEPT
        return times.frame // 2 if self._reorders and is_mended else 0
