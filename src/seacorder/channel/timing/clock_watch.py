"""Whether a source's clock can be believed: does a track's media time keep up with the arrivals of its packets? Pure.

`behind` is a packet's arrival minus its media time. The least `behind` lately, the *floor*, belongs to the packets that
the network delayed least. A network only makes packets later, and not for ever, and a camera's crystal is right to
0.1 %. So these mean that the clock in the source is wrong:

- packets that stay below the floor: media time has run ahead of the arrivals;
- packets that stay more than a second above the floor: the source's time has left out a pause;
- a least `behind` that rises or falls in a straight line for seconds: the source's clock runs at a wrong rate.

`ClockWatch` finds these, and says how far media time should be moved (`lead_ns`) and at which rate the source's time
should be taken (`rate_ppm`); the track (`track_times`) does it. docs/design/time.md has the reasoning and the figures.

Example: pictures come 25 a second, but each stamp is 42 ms after the last one instead of 40. `behind` falls by 50 ms
each second. After 8 s it has fallen by 400 ms in a straight line, so the stamps are found to run 5 % too fast: from
then on media time goes on by 40 ms for each picture, and what it has gained is taken out of the following steps.
"""

import itertools
from collections import deque
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND

DRIFT_PPM = 1000
"""The floor moves by no more than this, which is one millisecond a second: no crystal is off by so much."""
RIGHT_PPM = 1_000_000
"""Parts per million: media time runs exactly as fast as the source's stamps."""
SETTLE_NS = 2 * NS_PER_SECOND
"""For so long at the beginning of a connection the floor may fall faster than that: its first packets are often the
most delayed."""
SETTLED_NS = NS_PER_SECOND // 2
"""How far it may fall in that time, below the first packet or below the burst with which the connection began."""
DOUBT_NS = 20 * NS_PER_MS
"""A packet that is further below the floor than this is doubted; see `DOUBTFUL`."""
DOUBTFUL = 10
"""More than so many packets in a row must be further below the floor than `DOUBT_NS` before that is believed: a single
stamp that leads is simply wrong."""
SUSTAINED_SECONDS = 3
LATE_NS = NS_PER_SECOND
"""All packets of `SUSTAINED_SECONDS` are further above the floor than this and do not catch up: the source's time has
left out a pause."""
FLOOR_SECONDS = 10
"""The floor moves towards the least `behind` of so many seconds."""
WINDOWS = (4, 8, 16, 32, 64, 128, 256)
"""Seconds over which a wrong rate is looked for; the longest window finds one of 0.12 %."""
OFF_NS = 300 * NS_PER_MS
"""A rate is wrong when it moves media time away from the arrivals by this much within a window."""
STEP_NS = 100 * NS_PER_MS
"""The least delay of a network may differ by this much from one second to the next."""
GAP_SECONDS = 30
"""After so many seconds without a packet, what was seen before says nothing about the rate."""
FASTEST = 1000
"""The largest correction: media time may run at most so many times as fast as the stamps."""
USABLE_WINDOW_NS = 15 * NS_PER_SECOND
FEWEST_PICTURES = 5
"""A window with fewer pictures says nothing yet: it goes on until they have come."""


class ClockWatch:
    """One track of one connection. Not thread-safe: used by the timeline and its tracks, under the channel's lock."""

    def __init__(self, rate_ppm: int = RIGHT_PPM, off_since_ns: int | None = None) -> None:
        self.floor_ns = 0
        """The least `behind` lately."""
        self.rate_ppm = rate_ppm
        """How fast media time is to run compared with the stamps, in parts per million; `RIGHT_PPM` unless the source's
        clock has been found to run at a wrong rate."""
        self.off_since_ns = off_since_ns
        """Monotonic time at which the rate was found to be wrong; None while it is right."""
        self.lead_ns = 0
        """How far media time should be moved ahead; negative: how far it should be held back. Whoever moves it calls
        `moved`."""
        self._led_ns = 0
        """How far media time was moved ahead for pauses that the source's time had left out, less what of that has been
        taken back."""
        self._begin_ns: int | None = None
        """Arrival (monotonic) of the connection's first packet."""
        self._lowest_ns = 0
        """The lowest `behind` of the burst with which the connection began, or of its first packet."""
        self._doubted = 0
        """How many packets in a row have been further below the floor than `DOUBT_NS`."""
        self._second = 0
        """The second of the monotonic clock in which the newest packet came; `_least_ns`: the least `behind` in it."""
        self._least_ns = 0
        self._moved_ns = 0
        """How far media time has been moved ahead, all in all; added to `behind` it gives what the stamps alone would
        say."""
        self._latest: deque[tuple[int, int]] = deque(maxlen=FLOOR_SECONDS)
        """(second, its least `behind`) of the newest seconds that had packets."""
        self._passed: deque[int] = deque(maxlen=3)
        """How many seconds lay between the newest seconds that had packets."""
        self._raw: deque[int] = deque(maxlen=WINDOWS[-1] + 1)
        """The least `behind` of each second, without gaps, as it would be if media time had never been moved."""
        self._kept: deque[int] = deque(maxlen=WINDOWS[-1] + 1)
        """The same as it really was."""

    def took(self, behind_ns: int, arrived_ns: int, *, is_burst: bool) -> None:
        """A packet whose stamp was used. `is_burst`: it is below the floor because the sender is still sending what it
        had kept before the connection."""
        if self._begin_ns is None:
            self._begin(behind_ns, arrived_ns)
        if is_burst:
            self.floor_ns = self._lowest_ns = min(self.floor_ns, behind_ns)
        elif behind_ns >= self.floor_ns - DOUBT_NS:
            self._doubted = 0
        elif not self._is_believed():
            return
        if behind_ns < self.floor_ns and arrived_ns - (self._begin_ns or 0) < SETTLE_NS:
            self.floor_ns = max(behind_ns, self._lowest_ns - SETTLED_NS)
        second = arrived_ns // NS_PER_SECOND
        if second != self._second:
            self._close(second, arrived_ns)
            self._second, self._least_ns = second, behind_ns
        elif behind_ns < self._least_ns:
            self._least_ns = behind_ns

    def _is_believed(self) -> bool:
        """Whether packets far below the floor are believed: a single stamp that leads is wrong, but a network that has
        become quicker stays so."""
        self._doubted += 1
        return self._doubted > DOUBTFUL

    def _begin(self, behind_ns: int, arrived_ns: int) -> None:
        self.floor_ns = self._lowest_ns = self._least_ns = behind_ns
        self._begin_ns, self._second = arrived_ns, arrived_ns // NS_PER_SECOND

    def moved(self, by_ns: int) -> None:
        """Media time has been moved ahead by so much compared with the stamps; negative: it has been held back."""
        self.lead_ns = 0 if self.lead_ns > 0 else min(0, self.lead_ns - by_ns)
        self._moved_ns += by_ns
        self._least_ns -= by_ns

    def _close(self, second: int, arrived_ns: int) -> None:
        """A second with packets is over, since a packet of `second` has come: moves the floor, then looks for a wrong
        rate, for pauses, and for pauses that were none."""
        passed = second - self._second
        if not 0 < passed <= GAP_SECONDS:
            self._forget()
            return
        self._passed.append(passed)
        self._raw.extend([self._least_ns + self._moved_ns] * passed)
        self._kept.extend([self._least_ns] * passed)
        self._latest.append((self._second, self._least_ns))
        most_ns = passed * DRIFT_PPM * 1000  # one part in a million of a second is 1000 ns
        wanted_ns = min(least for _, least in self._latest)
        self.floor_ns += max(-most_ns, min(most_ns, wanted_ns - self.floor_ns))
        if self.lead_ns or self._finds_rate(arrived_ns):  # one correction at a time
            return
        if self._led_ns and self._least_ns < self.floor_ns - DOUBT_NS:
            # What was taken for a pause was a delay of the network, which has caught up: the pause is taken back.
            self.lead_ns = max(self._least_ns - self.floor_ns, -self._led_ns)
            self._led_ns += self.lead_ns
        else:
            self._find_pause()

    def _find_pause(self) -> None:
        """Wants media time moved ahead when all packets of three seconds were late, and not less and less so."""
        late = list(self._latest)[-SUSTAINED_SECONDS:]
        if len(late) < SUSTAINED_SECONDS or late[-1][1] < late[0][1] - LATE_NS // 10:
            return
        least_ns = min(least for _, least in late) - self.floor_ns
        if least_ns > LATE_NS:
            self.lead_ns = least_ns
            self._led_ns += least_ns
            self._latest.clear()

    def _finds_rate(self, arrived_ns: int) -> bool:
        """Looks for a wrong rate in windows of growing length, and corrects it; True when it has found one.

        Only a straight line is one: a path that has become longer or shorter makes a step, and a full network wanders.
        """
        raw = self._raw
        newest = len(raw) - 1
        for window in WINDOWS:
            if newest < window:
                return False
            begin_ns = raw[newest - window]
            change_ns = raw[newest] - begin_ns
            if abs(change_ns) < OFF_NS:
                continue
            if self._is_straight(window):
                if change_ns < 0:  # a clock that runs too fast may have been taken for a burst, which lowered the floor
                    self.floor_ns = max(self.floor_ns, self._kept[newest - window])
                self._correct(change_ns, window, arrived_ns)
                return True
        return False

    def _is_straight(self, window: int) -> bool:
        """Whether the least `behind` of the window's seconds lies on a straight line, to a fifth of its whole
        change."""
        line = list(self._raw)[-window - 1 :]
        change_ns, quarter = line[-1] - line[0], window // 4
        stray_ns = abs(change_ns) // 5
        for part in (1, 2, 3):
            if abs(line[part * quarter] - line[0] - change_ns * part // 4) > stray_ns:
                return False
        # Pauses that the source leaves out make stairs, which are not a rate: no single second may hold more than twice
        # its share of the change. A slow source has no packet in some seconds, so its steps may be larger.
        most_ns = abs(change_ns) * (2 + 2 * min(self._passed)) // window + STEP_NS
        return all(abs(after - before) <= most_ns for before, after in itertools.pairwise(line))

    def _correct(self, change_ns: int, window: int, arrived_ns: int) -> None:
        """At the present rate, media time has gone on by `change_ns` less than the window's duration: sets the rate at
        which it keeps up with the arrivals, and has media time moved back to the floor."""
        window_ns = window * NS_PER_SECOND
        told_ns = max(window_ns - change_ns, window_ns // FASTEST)
        rate = min(self.rate_ppm * window_ns // told_ns, FASTEST * RIGHT_PPM)
        # The delays of the network at the two ends may differ by some 60 ms: the rate is not known better than that.
        if abs(rate - RIGHT_PPM) <= max(DRIFT_PPM, 60_000 // window):
            rate = RIGHT_PPM
        self.rate_ppm = max(1, rate)
        if self.rate_ppm == RIGHT_PPM:
            self.off_since_ns = None
        elif self.off_since_ns is None:
            self.off_since_ns = arrived_ns
        self.lead_ns = self._least_ns - self.floor_ns
        self._forget()

    def _forget(self) -> None:
        """What was seen until now says nothing about what comes: the search for a rate and for pauses starts anew. The
        floor stays."""
        self._raw.clear()
        self._kept.clear()
        self._latest.clear()


@dataclass(slots=True)
class UsableTimes:
    """Whether a source's times can be used at all, judged by how many had to be mended lately.

    It is shown counts that only grow, as often as one likes, and judges once in each window of 15 seconds or more.
    """

    is_unusable: bool = False
    """At least half of the times in the last full window were wrong. Once that is so, a quarter is enough for it to
    stay so."""
    _from_ns: int | None = None
    """When the present window began (monotonic); `_all`, `_wrong`: the counts at that time."""
    _all: int = 0
    _wrong: int = 0

    def look(self, count: int, wrong: int, now_ns: int) -> None:
        """So far, `wrong` of `count` pictures had times that stood still, went back or jumped. `now_ns` is
        monotonic."""
        if self._from_ns is None:
            self._from_ns, self._all, self._wrong = now_ns, count, wrong
        if now_ns - self._from_ns < USABLE_WINDOW_NS or count - self._all < FEWEST_PICTURES:
            return
        share = 4 if self.is_unusable else 2
        self.is_unusable = share * (wrong - self._wrong) >= count - self._all
        self._from_ns, self._all, self._wrong = now_ns, count, wrong
