"""The media time of one track, carried on from packet to packet by steps. Pure.

*Stamp* is the time that the source gives a packet (its decoding time). It may be missing or wrong. *Media time* is what
the packet gets: it always rises, so that every packet can be stored. Media time goes on by a *step* for each packet.

A stamp is used where it lies on one of two straight lines; on a line, media time rises as much as the stamps do. The
first line is that of the packets before. The second one begins with the newest stamp that did not fit on the first.
So a single wrong stamp changes nothing for the packets behind it, and a clock that has begun anew is followed from its
second packet on. Where a stamp fits on neither line, the step is made from the arrival times (docs/design/time.md).

Example, in milliseconds: stamps 0, 40, 80, 5000, 160, 200 that arrive 40 ms apart get the media times 0, 40, 80, 120,
160, 200. The stamp 5000 leads too far ahead of its arrival, so its step is mended to the usual 40; the next stamp lies
on the first line again. It is 80 after the last one that was used, and 40 have been given out, so its step is 40.

`behind` is arrival minus media time; its least value lately is the *floor* (`clock_watch`).
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from fractions import Fraction

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.timing.clock_watch import RIGHT_PPM, ClockWatch

AHEAD_NS = 100 * NS_PER_MS
"""A step that is longer than the time between the arrivals by more than this is wrong: the packet would have arrived
before it was made."""
EARLY_NS = NS_PER_SECOND
"""Steps that are believable one by one may add up to media times this far ahead of the arrivals; beyond that, they are
shortened."""
BEHIND_NS = NS_PER_SECOND // 5
"""A mended time may lag this far behind the arrivals, as a delay of the network; what lags more is a pause, which media
time makes up for at once."""
SQUEEZE = 8
"""A mended step is at least 1/8 of the usual distance, also for packets that arrive all at once."""
BURST_NS = 10 * NS_PER_SECOND
"""A sender may have kept this much before the connection, and send it first, all at once."""
BURST_SPEED = 4
"""Such a burst comes at least so many times faster than real time."""
SLOW_NS = NS_PER_SECOND
"""A source whose packets come this far apart or further, twice in a row, is a slow source."""
STEADY_STEPS = 50
"""After so many steps of the usual distance a longer one tells how many packets are missing."""
_LEARNED_STEPS = 8
"""Up to so many steps of about the usual distance, that distance is still adjusted to what comes."""


class Step(Enum):
    """Whether a packet's stamp was used, and if not, why. With all but `KEPT` the step was mended."""

    KEPT = auto()
    MISSING = auto()
    """The packet has no stamp, or it is the first one that has: there is no line yet to compare it with."""
    REPEATED = auto()
    """The stamp is the one that was used last, or the newest one that did not fit."""
    BACKWARD = auto()
    """The stamp lies before the one that was used last."""
    JUMPED = auto()
    """The stamp leads too far ahead of the arrival, or forward to a media time that has been given out already."""


@dataclass(slots=True)
class StampLine:
    """One stamp and its media time; every other stamp gets its media time on this line by its distance to that
    stamp."""

    stamp: int
    media: int


@dataclass(slots=True)
class TrackTimes:
    """One track of one connection. Times and distances are ticks of the track's time base unless their name has a unit.

    Not thread-safe: used by the timeline, under the channel's lock.
    """

    time_base: Fraction
    frame: int
    """Usual distance between two packets: first as the source tells it or as it is guessed, then as it has been
    measured (`is_steady`)."""
    counts_skipped: bool = False
    """True for pictures: a long step tells how many packets are missing (`skipped`)."""
    media: int | None = None
    """Media time of the newest packet; None before the first."""
    line: StampLine | None = None
    """The first line: that of the newest packet whose stamp was used. None until a packet with a stamp has come."""
    kind: Step = Step.KEPT
    """Whether the newest packet's stamp was used."""
    skipped: int = 0
    """How many packets are missing before the newest one, as its stamp says; on a source of steady rate alone."""
    watch: ClockWatch = field(default_factory=ClockWatch)
    is_caught_up: bool = False
    """Media time was ahead of the arrivals and was held back; with the newest packet the last of that was taken out."""
    pace_ns: int = 0
    """On a slow source: the longer one of the newest two distances between arrivals. 0 on any other source."""
    has_pace: bool = False
    """Two packets in a row have come, and have stamps, within a second of each other: the source was not a slow one
    then. That stays true when it becomes one later (`pace_ns`)."""
    _gap_ns: int = 0
    """The newest distance between arrivals that was a second or longer; 0 before the first one, and again once packets
    have come closer together."""
    _other: StampLine | None = None
    """The second line: that of the newest stamp that did not fit on the first."""
    _begin_ns: int = 0
    """Arrival (monotonic) of the first packet; `_begin_media`: its media time."""
    _begin_media: int = 0
    _told: int = 0
    """What `frame` was at the first packet."""
    _arrived_ns: int = 0
    """Arrival (monotonic) of the newest packet."""
    _late_ns: int = 0
    """How much more delayed the newest packet with a usable stamp was than the least delayed ones. Halved with each
    mended packet: a delay does not last."""
    _rate_ppm: int = RIGHT_PPM
    """The rate of the source's clock for which `frame` was measured."""
    is_steady: bool = False
    """The usual distance has been measured: several steps in a row have borne it out."""
    _steady: int = 0
    """How many steps had the usual distance since that was set anew."""
    _is_regular: bool = False
    """The last step had the usual distance, or that of a hole. A long step right after a short one only makes up for
    it."""
    _step: int = 0
    """The last step that had neither. If the next such step is as long, it is the new usual distance."""
    _tick_ns: int = field(init=False)
    """`_scale` ticks last so many nanoseconds. Plain integers, because a Fraction would cost more than all else
    here."""
    _scale: int = field(init=False)

    def __post_init__(self) -> None:
        self._tick_ns = NS_PER_SECOND * self.time_base.numerator
        self._scale = self.time_base.denominator

    def ns(self, ticks: int) -> int:
        """Ticks of this track in nanoseconds."""
        return ticks * self._tick_ns // self._scale

    def ticks(self, ns: int) -> int:
        """Nanoseconds in ticks of this track."""
        return ns * self._scale // self._tick_ns

    def scaled(self, ticks: int) -> int:
        """A duration by the source's clock as it is in media time: the same, unless that clock was found to run at a
        wrong rate."""
        rate_ppm = self.watch.rate_ppm
        return ticks if rate_ppm == RIGHT_PPM else ticks * rate_ppm // RIGHT_PPM

    def begin(self, media: int, stamp: int | None, arrived_ns: int) -> int:
        """The first packet of the connection on this track gets the media time `media`, which is returned."""
        self.media = self._begin_media = media
        self._begin_ns = self._arrived_ns = arrived_ns
        self._told, self._rate_ppm = self.frame, self.watch.rate_ppm
        self.line = None if stamp is None else StampLine(stamp, media)
        self.watch.took(arrived_ns - self.ns(media), arrived_ns, is_burst=False)
        return media

    def take(self, stamp: int | None, arrived_ns: int) -> int:
        """The media time of the next packet, always later than that of the packet before it.

        `stamp`: its own time, None where it has none; `arrived_ns`: monotonic time of its arrival.
        """
        last, line = self.media or 0, self.line
        self.skipped = 0
        if arrived_ns - self._arrived_ns >= SLOW_NS or not self.has_pace:
            self._see_pace(arrived_ns - self._arrived_ns, 0 if stamp is None or line is None else stamp - line.stamp)
        elif self._gap_ns:
            self._gap_ns = self.pace_ns = 0
        if stamp is None or line is None:
            media = self._mend(Step.MISSING, stamp, arrived_ns)
        elif (step := self._fits(line, stamp, last, arrived_ns)) > 0:
            media = self._keep(step, line, stamp, arrived_ns)
        elif self._other is not None and (step := self._fits(self._other, stamp, last, arrived_ns)) > 0:
            self.line, self._other = self._other, line
            media = self._keep(step, self.line, stamp, arrived_ns)
        elif stamp == line.stamp or (self._other is not None and stamp == self._other.stamp):
            media = self._mend(Step.REPEATED, stamp, arrived_ns)
        else:
            media = self._mend(Step.BACKWARD if stamp < line.stamp else Step.JUMPED, stamp, arrived_ns)
        self.media = media
        self._arrived_ns = arrived_ns
        return media

    def _see_pace(self, gap_ns: int, step: int) -> None:
        """Notices from the distance of two arrivals, and of their stamps (`step`), whether this is a slow source."""
        # The stamps count too: the first two packets may arrive together although they were captured far apart,
        # because an input holds the first one back.
        if gap_ns < SLOW_NS and abs(self.ns(step)) < SLOW_NS:
            self.has_pace = True
            self._gap_ns = self.pace_ns = 0
        elif gap_ns >= SLOW_NS:
            self.pace_ns, self._gap_ns = max(gap_ns, self._gap_ns) if self._gap_ns else 0, gap_ns

    @property
    def is_unpaced(self) -> bool:
        """Only one distance between arrivals is known, and it is a long one: that may be the pace of a slow source, or
        a pause."""
        return self._gap_ns > 0 and not self.pace_ns and not self.has_pace

    def _fits(self, line: StampLine, stamp: int, last: int, arrived_ns: int) -> int:
        """The step from `last`, the newest media time, to a stamp's place on that line; 0 where it leads back, or too
        far ahead of the arrival."""
        told, rate_ppm = stamp - line.stamp, self.watch.rate_ppm
        step = (told if rate_ppm == RIGHT_PPM else told * rate_ppm // RIGHT_PPM) + line.media - last
        if step <= 0:
            return 0
        step_ns = step * self._tick_ns // self._scale  # `ns`, without its call: this runs for every packet
        if step_ns - (arrived_ns - self._arrived_ns) <= AHEAD_NS:
            return step
        # After a standstill of the network, late packets arrive all at once, perhaps with some lost before them: a long
        # step in a short time is right then, as long as the packet is no earlier than the least delayed ones.
        is_late = arrived_ns - self.ns(last) - step_ns >= self.watch.floor_ns - AHEAD_NS
        return step if is_late or self._is_burst(step, arrived_ns) else 0

    def _keep(self, step: int, line: StampLine, stamp: int, arrived_ns: int) -> int:
        """Uses the stamp: media time goes on by the step, corrected by what the watch wants it moved."""
        last, watch = self.media or 0, self.watch
        behind_ns = arrived_ns - (last + step) * self._tick_ns // self._scale
        is_burst = False
        if behind_ns < watch.floor_ns:
            is_burst = self._is_burst(step, arrived_ns)
        if self.kind is Step.KEPT:  # still that of the packet before: a step from a mended time teaches nothing
            self._learn(step, behind_ns, arrived_ns)
        self.kind, self.is_caught_up = Step.KEPT, False
        early_ns = watch.floor_ns - EARLY_NS - behind_ns
        if (early_ns > 0 and not is_burst) or watch.lead_ns:
            step = self._moved(step, 0 if is_burst else early_ns)
            behind_ns = arrived_ns - self.ns(last + step)
        watch.took(behind_ns, arrived_ns, is_burst=is_burst)
        if watch.rate_ppm != self._rate_ppm:
            self.frame = max(1, self.frame * watch.rate_ppm // self._rate_ppm)
            self._rate_ppm, self._step = watch.rate_ppm, 0
        self._late_ns = behind_ns - watch.floor_ns
        line.stamp, line.media = stamp, last + step
        return last + step

    def _is_burst(self, step: int, arrived_ns: int) -> bool:
        """True while the sender is still sending what it had kept before the connection began: then the first packets
        were the most delayed ones. A step of more than one and a half usual distances is no part of a burst."""
        if step * 2 > self._told * 3:
            return False
        sent_ns = self.ns((self.media or 0) + step - self._begin_media)
        return BURST_SPEED * (arrived_ns - self._begin_ns) < sent_ns <= BURST_NS

    def _moved(self, step: int, early_ns: int) -> int:
        """The step corrected by what media time is to be moved by.

        It is lengthened by all of that at once. It is shortened to a half at the least; to 1/64 where media time is
        ahead of the arrivals by more than is allowed. `early_ns` says by how much more; 0 or less where it is not.
        """
        watch = self.watch
        lead_ns, lead = watch.lead_ns, self.ticks(watch.lead_ns)
        if lead > 0:
            watch.moved(lead_ns)
            return step + lead
        taken = min(-lead, step // 2)
        if early_ns > 0:
            taken = max(taken, min(self.ticks(early_ns), step - max(1, step // 64)))
        watch.moved(-self.ns(taken))
        self.is_caught_up = lead_ns < 0 and watch.lead_ns == 0
        return step - taken

    def _mend(self, kind: Step, stamp: int | None, arrived_ns: int) -> int:
        """Media time of a packet whose stamp cannot be used: one usual distance on; less where that would lead ahead of
        the arrivals, and all the way up to them after a pause.

        So mended times neither run away from the arrivals nor fall behind them, however many there are, and a pause
        keeps its length. The stamp begins the second line, or the first one where there is none.
        """
        last = self.media or 0
        # The step that leads to the arrivals: to where a packet lies that is as delayed as the one before it was.
        passed = self.ticks(arrived_ns - self.watch.floor_ns - max(0, self._late_ns)) - last
        self._late_ns //= 2
        if passed - self.frame > self.ticks(BEHIND_NS):
            step = passed
        else:
            step = max(1, self.frame // SQUEEZE, min(self.frame, passed))
        self.kind, self.is_caught_up = kind, False
        if stamp is not None and (self.line is None or step <= passed + self.frame // 2):
            # Else the packet was squeezed in: its media time is later than its arrival says, so no line begins with it.
            if self.line is None:
                self.line = StampLine(stamp, last + step)
            else:
                self._other = StampLine(stamp, last + step)
        return last + step

    def _learn(self, step: int, behind_ns: int, arrived_ns: int) -> None:
        """Measures the usual distance. On a steady source a longer step tells how many packets never came."""
        frame = self.frame
        if abs(step - frame) * 4 <= frame:
            self._steady += 1
            self._is_regular = True
            self.is_steady = self._steady >= _LEARNED_STEPS
            if not self.is_steady:
                self.frame += (step - frame) // 4
            return
        if self.counts_skipped and self._steady >= STEADY_STEPS and step > frame:
            frames = round(step / frame)
            # A hole is a whole number of frames long. Any other distance is the source's own, as where a file begins
            # again.
            if frames >= 2 and abs(step - frames * frame) * 8 <= frame:
                if self._is_regular and self._has_passed(step, behind_ns, arrived_ns):
                    self.skipped = frames - 1
                return
        self._is_regular = False
        # A new distance that comes once is a pause or an inexact stamp; one that comes twice is the new rate.
        if abs(step - self._step) * 4 <= step:
            self._steady, self.is_steady = 0, False
            self.frame = max(1, step)
        self._step = step

    def _has_passed(self, step: int, behind_ns: int, arrived_ns: int) -> bool:
        """Whether the time of a long step has really passed on this machine's clock: only then are packets missing in
        it."""
        frame_ns, step_ns = self.ns(self.frame), self.ns(step)
        unexplained_ns = step_ns - (arrived_ns - self._arrived_ns)
        is_early = behind_ns < self.watch.floor_ns - frame_ns // 2
        return not is_early and unexplained_ns <= max(frame_ns * 9 // 10, step_ns // 4)
