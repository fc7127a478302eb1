"""One track's media time, carried on from packet to packet by steps. Pure.

A stamp is believed where it lies on one of two straight lines: on that of the packets before it, or on that which the
latest stamp that did not fit has begun. So a single wrong stamp changes nothing for those behind it, and a clock that
began anew is followed from the second packet on. All else is mended by the arrival (docs/design/time.md).
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from fractions import Fraction

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.timing.clock_watch import RIGHT_PPM, ClockWatch

AHEAD_NS = 100 * NS_PER_MS
"""A stamp that leads so far before the arrival is wrong: the packet would have come before it was made."""
EARLY_NS = NS_PER_SECOND
"""Steps that are right each for itself may add up to so much before the arrival; then they are shortened."""
BEHIND_NS = NS_PER_SECOND // 5
"""A mended time may lag so far behind the arrival: a network's delay, no pause."""
SQUEEZE = 8
"""Mended steps are no shorter than the usual distance by so much: packets that came in one go."""
BURST_NS = 10 * NS_PER_SECOND
"""So much may a connection have kept that it sends first, in one go."""
BURST_SPEED = 4
"""Times faster than time."""
SLOW_NS = NS_PER_SECOND
"""Packets that come further apart, and not only once, are those of a slow source."""
STEADY_STEPS = 50
"""So many equal steps make a source steady."""
_LEARNED_STEPS = 8
"""While it has fewer, a usual distance is still moved towards what comes."""


class Step(Enum):
    """What became of a packet's own time."""

    KEPT = auto()
    MISSING = auto()
    REPEATED = auto()
    BACKWARD = auto()
    JUMPED = auto()


@dataclass(slots=True)
class StampLine:
    """A stamp and the media time that it stands for: what the source counts from there on."""

    stamp: int
    out: int


@dataclass(slots=True)
class TrackTimes:
    """Where one track of a connection stands, in its own time base unless the name says otherwise."""

    time_base: Fraction
    frame: int
    """Usual distance between two packets, as it was told or as it is known by now."""
    counts_skipped: bool = False
    """Of a track of pictures: long steps are counted as `skipped`."""
    out: int | None = None
    """Media time of the newest packet; None before the first."""
    line: StampLine | None = None
    """That of the newest packet whose time was used."""
    kind: Step = Step.KEPT
    """What became of the newest packet's time."""
    skipped: int = 0
    """Packets that are missing before the newest one, as its time says, on a source of steady rate."""
    watch: ClockWatch = field(default_factory=ClockWatch)
    is_caught_up: bool = False
    """With the newest packet media time has ceased to wait for the arrivals."""
    pace_ns: int = 0
    """The longer one of the newest two distances of arrivals on a slow source; 0 on any other."""
    has_pace: bool = False
    """Two packets of the connection have come within a second: no slow source, or none until now."""
    _gap_ns: int = 0
    """The newest distance of arrivals, where that is one of a slow source."""
    _other: StampLine | None = None
    """A second line, on which a packet lay that did not fit on the first."""
    _begin_ns: int = 0
    _begin_out: int = 0
    _told: int = 0
    """The usual distance as it was told."""
    _arrived_ns: int = 0
    _late_ns: int = 0
    """By how much the newest packet was later than the least delayed ones, as its own time says."""
    _rate_ppm: int = RIGHT_PPM
    """For which `frame` holds."""
    _steady: int = 0
    """How many steps in a row were of the usual distance."""
    _is_regular: bool = False
    """The last step was of the usual distance; behind a short one, a long one only makes up for it."""
    _step: int = 0
    """The last step that was not."""
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

    def scaled(self, ticks: int) -> int:
        """What lasts so long by the source's own clock, by one that is right."""
        rate_ppm = self.watch.rate_ppm
        return ticks if rate_ppm == RIGHT_PPM else ticks * rate_ppm // RIGHT_PPM

    @property
    def is_steady(self) -> bool:
        """The usual distance is that of the packets themselves."""
        return self._steady >= _LEARNED_STEPS

    def begin(self, out: int, stamp: int | None, arrived_ns: int) -> int:
        """The connection's first packet of this track lies at `out`."""
        self.out = self._begin_out = out
        self._begin_ns = self._arrived_ns = arrived_ns
        self._told, self._rate_ppm = self.frame, self.watch.rate_ppm
        self.line = None if stamp is None else StampLine(stamp, out)
        self.watch.took(arrived_ns - self.ns(out), arrived_ns, is_burst=False)
        return out

    def take(self, stamp: int | None, arrived_ns: int) -> int:
        """Media time of the next packet, always after the one before it."""
        last, line = self.out or 0, self.line
        self.skipped = 0
        if arrived_ns - self._arrived_ns >= SLOW_NS or not self.has_pace:
            self._see_pace(arrived_ns - self._arrived_ns, 0 if stamp is None or line is None else stamp - line.stamp)
        elif self._gap_ns:
            self._gap_ns = self.pace_ns = 0
        if stamp is None or line is None:
            out = self._mend(Step.MISSING, stamp, arrived_ns)
        elif (step := self._fits(line, stamp, last, arrived_ns)) > 0:
            out = self._keep(step, line, stamp, arrived_ns)
        elif self._other is not None and (step := self._fits(self._other, stamp, last, arrived_ns)) > 0:
            self.line, self._other = self._other, line
            out = self._keep(step, self.line, stamp, arrived_ns)
        elif stamp == line.stamp or (self._other is not None and stamp == self._other.stamp):
            out = self._mend(Step.REPEATED, stamp, arrived_ns)
        else:
            out = self._mend(Step.BACKWARD if step <= 0 and stamp < line.stamp else Step.JUMPED, stamp, arrived_ns)
        self.out = out
        self._arrived_ns = arrived_ns
        return out

    def _see_pace(self, gap_ns: int, step: int) -> None:
        # The first two may come together, although they were taken far apart: an input waits with the first.
        if gap_ns < SLOW_NS and abs(self.ns(step)) < SLOW_NS:
            self.has_pace = True
            self._gap_ns = self.pace_ns = 0
        elif gap_ns >= SLOW_NS:
            self.pace_ns, self._gap_ns = max(gap_ns, self._gap_ns) if self._gap_ns else 0, gap_ns

    @property
    def is_unpaced(self) -> bool:
        """Two packets have come, far apart: that may be the source's pace, or a pause of it."""
        return self._gap_ns > 0 and not self.pace_ns and not self.has_pace

    def _fits(self, line: StampLine, stamp: int, last: int, arrived_ns: int) -> int:
        """The step that a stamp on that line makes; 0 where it leads back or too far before the arrival."""
        told, rate_ppm = stamp - line.stamp, self.watch.rate_ppm
        step = (told if rate_ppm == RIGHT_PPM else told * rate_ppm // RIGHT_PPM) + line.out - last
        if step <= 0:
            return 0
        step_ns = step * self._tick_ns // self._scale  # `ns`, without its call: this runs for every packet
        if step_ns - (arrived_ns - self._arrived_ns) <= AHEAD_NS:
            return step
        # A network that stood still may have cost packets: then those behind them come late, and at once.
        is_late = arrived_ns - self.ns(last) - step_ns >= self.watch.floor_ns - AHEAD_NS
        return step if is_late or self._is_burst(step, arrived_ns) else 0

    def _keep(self, step: int, line: StampLine, stamp: int, arrived_ns: int) -> int:
        last, watch = self.out or 0, self.watch
        behind_ns = arrived_ns - (last + step) * self._tick_ns // self._scale
        is_burst = False
        if behind_ns < watch.floor_ns:
            is_burst = self._is_burst(step, arrived_ns)
        if self.kind is Step.KEPT:
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
        line.stamp, line.out = stamp, last + step
        return last + step

    def _is_burst(self, step: int, arrived_ns: int) -> bool:
        """A connection begins with what its sender has kept, in one go: then the first packets were the latest."""
        if step * 2 > self._told * 3:
            return False
        sent_ns = self.ns((self.out or 0) + step - self._begin_out)
        return BURST_SPEED * (arrived_ns - self._begin_ns) < sent_ns <= BURST_NS

    def _moved(self, step: int, early_ns: int) -> int:
        """The step with what is to be added to it, or as much as can be taken from it."""
        watch = self.watch
        lead_ns, lead = watch.lead_ns, self.ticks(watch.lead_ns)
        if lead > 0:
            watch.moved(lead_ns)
            return step + lead
        taken = min(-lead, step // 2)
        if early_ns > 0:
            taken = max(taken, min(self.ticks(early_ns), step - max(1, step // 64)))
        watch.moved(-self.ns(taken + 1) if taken == -lead else -self.ns(taken))
        self.is_caught_up = lead_ns < 0 and watch.lead_ns == 0
        return step - taken

    def _mend(self, kind: Step, stamp: int | None, arrived_ns: int) -> int:
        """The usual distance, as long as that keeps media time at the arrival; else what leads back to it.

        So mended times neither run away nor fall behind, however many there are, and a pause has its length.
        """
        last = self.out or 0
        passed = self.ticks(arrived_ns - self.watch.floor_ns - max(0, self._late_ns)) - last
        self._late_ns //= 2
        if passed - self.frame > self.ticks(BEHIND_NS):
            step = passed
        else:
            step = max(1, self.frame // SQUEEZE, min(self.frame, passed))
        self.kind, self.is_caught_up = kind, False
        if stamp is not None and (self.line is None or step <= passed + self.frame // 2):
            # One that had to be squeezed in lies before the arrival; no line begins there.
            if self.line is None:
                self.line = StampLine(stamp, last + step)
            else:
                self._other = StampLine(stamp, last + step)
        return last + step

    def _learn(self, step: int, behind_ns: int, arrived_ns: int) -> None:
        """Follows the usual distance; on a steady source a longer step counts the packets that never came."""
        frame = self.frame
        if abs(step - frame) * 4 <= frame:
            self._steady += 1
            self._is_regular = True
            if self._steady < _LEARNED_STEPS:
                self.frame += (step - frame) // 4
            return
        if self.counts_skipped and self._steady >= STEADY_STEPS and step > frame:
            frames = round(step / frame)
            # A hole is a whole number of frames long; any other distance is the source's own, as at the end of a loop.
            if frames >= 2 and abs(step - frames * frame) * 8 <= frame:
                if self._is_regular and self._has_passed(step, behind_ns, arrived_ns):
                    self.skipped = frames - 1
                return
        self._is_regular = False
        # What comes once is a pause, or a stamp that is not quite right; what comes twice is a rate.
        if abs(step - self._step) * 4 <= step:
            self._steady = 0
            self.frame = max(1, step)
        self._step = step

    def _has_passed(self, step: int, behind_ns: int, arrived_ns: int) -> bool:
        """The clock went on while they did not come; a stamp that is a little ahead has not been waited for."""
        frame_ns, step_ns = self.ns(self.frame), self.ns(step)
        unexplained_ns = step_ns - (arrived_ns - self._arrived_ns)
        is_early = behind_ns < self.watch.floor_ns - frame_ns // 2
        return not is_early and unexplained_ns <= max(frame_ns * 9 // 10, step_ns // 4)
