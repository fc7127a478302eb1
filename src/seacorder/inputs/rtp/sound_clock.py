"""The times of sound whose stamps may be wrong: a packet lasts as long as its samples, whatever the stamps say.

Pure. Some cameras stamp sound by another clock than they name (90 kHz for all, 48 kHz for 44.1), or let their stamps
jump. A packet's own length is known: AAC has 1024 samples, G.711 one a byte. So stamps are compared with the sum of
those lengths. Where the two part, arrival decides:

* Arrival goes with the stamps, or with neither: the camera paused, or something is missing. The stamps are used.
* Arrival goes with the lengths: the stamps are wrong. They are shifted to where sound goes on. After `STRIKES` of that
  they are not looked at any more: sound is counted, and arrival finds the pauses.

Example: AAC of 16 kHz is stamped by 90 kHz. Each packet lasts 64 ms, and the stamps say 360 ms. The second packet is
the first strike; it stands 64 ms after the first.
"""

from dataclasses import dataclass
from fractions import Fraction

from seacorder.base.clock import NS_PER_SECOND

PART_SECONDS = Fraction(1, 10)
"""Stamps and lengths that differ by more have parted."""
STRIKES = 3
WINDOW_SECONDS = 10
"""Stamps that agree for so long are compared anew from there: a slow drift between two good clocks is no parting."""
PAUSE_SECONDS = Fraction(3, 10)
"""Counted sound that has come later than this for `CERTAIN_SECONDS` follows a pause."""
CERTAIN_SECONDS = 2
SLOWNESS = 32
"""Of so much sound at most one part is stretched or left out to mend an error."""


@dataclass(slots=True)
class _Mark:
    """Where comparing began: an RTP time, a place in the sound, and when it came."""

    time: int
    place: Fraction
    arrived_ns: int
    counted: Fraction = Fraction(0)


class SoundClock:
    """One connection's sound. Times and places are ticks of the RTP clock that the camera names."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._mark: _Mark | None = None
        self._next = Fraction(0)
        """Where the next packet stands when nothing is missing before it."""
        self._least = Fraction(0)
        """Time never stands still, nor goes back."""
        self._strikes = 0
        self._error = Fraction(0)
        """By how much counted sound stands too late, from before it was counted."""
        self._mended = Fraction(0)
        """How far counted sound was moved because of that."""
        self._lateness = _Lateness(rate)
        self.shift = Fraction(0)
        """What the camera's stamps are ahead of the times given out."""
        self.is_counted = False
        """The camera's stamps mean nothing."""

    def take(self, time: int, seconds: Fraction, missing: int, arrived_ns: int) -> int:
        """Where a packet stands that is stamped `time` (unwrapped), lasts `seconds` (0: not known) and follows
        `missing` packets that are lost.
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
        # Arrival jitters: only where it is clearly nearer to the count it speaks against the stamps.
        if abs(came - stamped) < 2 * abs(came - counted):
            self._mark = _Mark(time, time - self.shift, arrived_ns)
            return time - self.shift
        self._strikes += 1
        # Sound that stands too early is moved at once. Time that was given out is never given out again, so sound that
        # stands too late is moved slowly.
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
    """How late counted sound comes, in ticks, against how it came at first. A network delays, and then delivers."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._usual: Fraction | None = None
        self._least: Fraction | None = None
        self._window_ns = 0
        self._late_since_ns: int | None = None
        self._least_late = Fraction(0)

    def pause(self, late: Fraction, now_ns: int) -> Fraction:
        """How long a pause of the camera was, once it is certain; mostly 0."""
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
        """By how much sound has come to stand too early, once in a window; mostly 0."""
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
