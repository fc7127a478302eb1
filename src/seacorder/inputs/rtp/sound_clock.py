"""The times of sound whose RTP timestamps may be wrong: a packet lasts as long as its samples. Pure.

Some cameras stamp sound by another clock than they name (90 kHz for every codec, 48 kHz for 44.1 kHz), or their
timestamps jump. But a packet's own duration is known: an AAC frame has 1024 samples, G.711 has one sample a byte. So
the timestamps are compared with the sum of the durations. When the two differ by more than `PART_SECONDS`, the time of
arrival decides:

* Arrival agrees with the timestamps, or with neither: the camera paused, or packets are missing. The timestamps are
  used.
* Arrival agrees with the durations: the timestamps are wrong. They are shifted so that the packet follows the one
  before it. After `STRIKES` such corrections the timestamps are ignored: the samples are counted, and pauses are found
  by arrival.

Example: AAC of 16 kHz is stamped by a 90 kHz clock. Each packet lasts 64 ms, and the timestamps say 360 ms. The second
packet, 64 ms after the first, is the first strike and is placed 64 ms after the first. The fourth packet is the third
strike; from then on the samples are counted.
"""

from dataclasses import dataclass
from fractions import Fraction

from seacorder.base.clock import NS_PER_SECOND

PART_SECONDS = Fraction(1, 10)
"""Timestamps and durations that differ by more do not agree."""
STRIKES = 3
"""After so many corrections within `WINDOW_SECONDS` of each other the timestamps are ignored."""
WINDOW_SECONDS = 10
"""After so much agreement the comparison begins anew, so that slow drift between two good clocks never adds up."""
PAUSE_SECONDS = Fraction(3, 10)
"""When counted sound has come later than usual by more than this, for `CERTAIN_SECONDS`, the camera has paused."""
CERTAIN_SECONDS = 2
SLOWNESS = 32
"""An error is corrected by at most 1/32 of the sound's duration, which nobody hears."""


@dataclass(slots=True)
class _Mark:
    """Where the comparison began: a timestamp, the time that was given out for it, and when it came."""

    time: int
    place: Fraction
    arrived_ns: int
    counted: Fraction = Fraction(0)
    """The durations of all packets since."""


class SoundClock:
    """One connection's sound. Times are ticks of the RTP clock that the camera names; a place is a corrected time."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._mark: _Mark | None = None
        self._next = Fraction(0)
        """The place of the next packet when nothing is missing before it."""
        self._least = Fraction(0)
        """The earliest place of the next packet, so that times rise."""
        self._strikes = 0
        self._error = Fraction(0)
        """By how much counted sound is placed too late; it is worked off slowly."""
        self._mended = Fraction(0)
        """By how much the working off has moved sound in all: later is positive, earlier negative."""
        self._lateness = _Lateness(rate)
        self.shift = Fraction(0)
        """The camera's timestamps minus the places given out."""
        self.is_counted = False
        """The camera's timestamps are ignored."""

    def take(self, time: int, seconds: Fraction, missing: int, arrived_ns: int) -> int:
        """The place of a packet that is stamped `time` (unwrapped), lasts `seconds` (0: not known) and follows
        `missing` lost packets of the same duration.
        """
        length = seconds * self._rate
        if not length and not self.is_counted:
            return round(time - self.shift)
        if self._mark is None:
            self._mark = _Mark(time, Fraction(time), arrived_ns)
            self._next = self._least = Fraction(time)
        self._next += length * missing
        self._mark.counted += length * missing
        take = self._counted if self.is_counted else self._stamped
        place = max(take(self._mark, time, length, arrived_ns), self._least)
        self._mark.counted += length  # of the mark that `take` may have set anew
        self._next, self._least = place + length, place + 1
        return round(place)

    def _stamped(self, mark: _Mark, time: int, _length: Fraction, arrived_ns: int) -> Fraction:
        stamped, counted = Fraction(time - mark.time), mark.counted
        parted = stamped - counted
        if abs(parted) <= PART_SECONDS * self._rate:
            if counted > WINDOW_SECONDS * self._rate:
                self._strikes = 0
                self._mark = _Mark(time, time - self.shift, arrived_ns)
            return time - self.shift
        came = self._ticks(arrived_ns - mark.arrived_ns)
        # Arrival jitters, so it counts against the timestamps only where it is at least twice as near to the durations.
        if abs(came - stamped) < 2 * abs(came - counted):
            self._mark = _Mark(time, time - self.shift, arrived_ns)
            return time - self.shift
        self._strikes += 1
        # Sound that is placed too early is moved at once. Sound that is placed too late is moved back slowly, for times
        # must rise.
        self._next = max(self._next, mark.place + counted)
        self._error += self._next - (mark.place + counted)
        self.shift = time - self._next
        self._mark = _Mark(time, self._next, arrived_ns)
        self.is_counted = self._strikes >= STRIKES
        return self._next

    def _counted(self, mark: _Mark, _time: int, length: Fraction, arrived_ns: int) -> Fraction:
        late = self._ticks(arrived_ns - mark.arrived_ns) - (self._next - self._mended - mark.place)
        self._next += self._lateness.pause(late, arrived_ns)
        self._error -= self._lateness.drift(late, arrived_ns)
        step = max(-length / SLOWNESS, min(length / SLOWNESS, self._error))
        self._error -= step
        self._mended -= step
        return self._next - step

    def _ticks(self, ns: int) -> Fraction:
        return Fraction(ns * self._rate, NS_PER_SECOND)


class _Lateness:
    """How late counted sound comes, in ticks, compared with how it came at first.

    A network only ever delays packets, so the least lateness in a while is what the clocks say, and the rest is jitter.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._usual: Fraction | None = None
        self._least: Fraction | None = None
        self._window_ns = 0
        self._late_since_ns: int | None = None
        self._least_late = Fraction(0)

    def pause(self, late: Fraction, now_ns: int) -> Fraction:
        """How long the camera paused, once that is certain; mostly 0."""
        if self._usual is None or late - self._usual <= PAUSE_SECONDS * self._rate:
            self._late_since_ns = None
            return Fraction(0)
        by = late - self._usual
        if self._late_since_ns is None:
            self._late_since_ns, self._least_late = now_ns, by
        self._least_late = min(self._least_late, by)
        if now_ns - self._late_since_ns < CERTAIN_SECONDS * NS_PER_SECOND:
            return Fraction(0)
        self._late_since_ns = self._least = None
        return self._least_late

    def drift(self, late: Fraction, now_ns: int) -> Fraction:
        """By how much the camera's clock has drifted so that sound is placed too early, once in a window; mostly 0."""
        if self._late_since_ns is not None:
            return Fraction(0)
        if self._least is None:
            self._least, self._window_ns = late, now_ns
        self._least = min(self._least, late)
        if now_ns - self._window_ns < (CERTAIN_SECONDS if self._usual is None else WINDOW_SECONDS) * NS_PER_SECOND:
            return Fraction(0)
        least, self._least = self._least, None
        if self._usual is None:
            self._usual = least
        by = least - self._usual
        if abs(by) <= PART_SECONDS * self._rate:
            return Fraction(0)
        self._usual = least
        return by
