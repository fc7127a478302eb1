"""Whether a track's media time keeps to the arrivals: how early or late a packet may be, and a wrong rate. Pure.

`behind` is arrival less media time. Its least, the *floor*, belongs to the packets that the network held up least. A
network only makes packets later, and not for ever; a camera's crystal is right to 0.1 %. So what goes on below the
floor, or far above it, or rises and falls in a straight line, is a wrong clock in the source (docs/design/time.md).
"""

import itertools
from collections import deque
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND

DRIFT_PPM = 1000
"""The floor follows the packets by no more: a crystal that is off by so much is none."""
RIGHT_PPM = 1_000_000
"""Media time runs as the source's own."""
SETTLE_NS = 2 * NS_PER_SECOND
"""So long the floor falls as it likes: the first packets of a connection are the latest ones."""
SETTLED_NS = NS_PER_SECOND // 2
"""By so much at the most, where the connection does not begin with a burst."""
DOUBT_NS = 20 * NS_PER_MS
DOUBTFUL = 10
"""So many packets in a row have to come so far below the floor before that is believed."""
SUSTAINED_SECONDS = 3
LATE_NS = NS_PER_SECOND
"""Later than this for three seconds, without catching up: the source's time has left out a pause."""
FLOOR_SECONDS = 10
"""The floor rises to the least of so many seconds."""
WINDOWS = (4, 8, 16, 32, 64, 128, 256)
"""Seconds over which a wrong rate is looked for; the longest finds one of 0.12 %."""
OFF_NS = 300 * NS_PER_MS
"""A rate is wrong that moves media time so far from the arrivals within a window."""
STEP_NS = 100 * NS_PER_MS
"""From one second to the next the least delay of a network may differ by so much."""
GAP_SECONDS = 30
"""After so long without a packet nothing is known of the rate."""
FASTEST = 1000
"""Times the source's own rate, at the most."""
USABLE_WINDOW_NS = 15 * NS_PER_SECOND
FEWEST_PICTURES = 5
"""Pictures in a window, below which it says nothing."""


class ClockWatch:
    """One track of one connection."""

    def __init__(self, rate_ppm: int = RIGHT_PPM, off_since_ns: int | None = None) -> None:
        self.floor_ns = 0
        self.rate_ppm = rate_ppm
        """How fast media time runs against the source's own: other than `RIGHT_PPM` once that is known to be off."""
        self.off_since_ns = off_since_ns
        """Arrival at which the rate was found to be wrong; None while it is right."""
        self.lead_ns = 0
        """What media time is to be moved by; negative: what it is to wait for. Whoever does it says `moved`."""
        self._led_ns = 0
        """What of that was for pauses that the source's time had left out."""
        self._begin_ns: int | None = None
        self._lowest_ns = 0
        """Where the floor was before it settled."""
        self._doubted = 0
        """So many packets in a row have come far below the floor."""
        self._second = 0
        self._least_ns = 0
        self._moved_ns = 0
        """All that media time has been moved by: what the source's own times say is without it."""
        self._latest: deque[tuple[int, int]] = deque(maxlen=FLOOR_SECONDS)
        """(second, least `behind` of it) of seconds with packets."""
        self._passed: deque[int] = deque(maxlen=3)
        """Seconds between the newest packets that began one."""
        self._raw: deque[int] = deque(maxlen=WINDOWS[-1] + 1)
        """By second, without gaps: the least `behind` as it would be had nothing been moved."""
        self._kept: deque[int] = deque(maxlen=WINDOWS[-1] + 1)
        """The same as it was."""

    def took(self, behind_ns: int, arrived_ns: int, *, is_burst: bool) -> None:
        """A packet whose own time was used."""
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
        """A single stamp that leads is wrong; a network that has become quicker stays so."""
        self._doubted += 1
        return self._doubted > DOUBTFUL

    def _begin(self, behind_ns: int, arrived_ns: int) -> None:
        self.floor_ns = self._lowest_ns = self._least_ns = behind_ns
        self._begin_ns, self._second = arrived_ns, arrived_ns // NS_PER_SECOND

    def moved(self, by_ns: int) -> None:
        """Media time has been moved against the source's own time."""
        self.lead_ns = 0 if self.lead_ns > 0 else min(0, self.lead_ns - by_ns)
        self._moved_ns += by_ns
        self._least_ns -= by_ns

    def _close(self, second: int, arrived_ns: int) -> None:
        """The second before `second` is over."""
        passed = second - self._second
        if not 0 < passed <= GAP_SECONDS:
            self._forget()
            return
        self._passed.append(passed)
        self._raw.extend([self._least_ns + self._moved_ns] * passed)
        self._kept.extend([self._least_ns] * passed)
        self._latest.append((self._second, self._least_ns))
        most_ns = passed * DRIFT_PPM * 1000
        wanted_ns = min(least for _, least in self._latest)
        self.floor_ns += max(-most_ns, min(most_ns, wanted_ns - self.floor_ns))
        if self.lead_ns or self._finds_rate(arrived_ns):
            return
        if self._led_ns and self._least_ns < self.floor_ns - DOUBT_NS:
            # It was the network after all, and that has caught up.
            self.lead_ns = max(self._least_ns - self.floor_ns, -self._led_ns)
            self._led_ns += self.lead_ns
        else:
            self._find_pause()

    def _find_pause(self) -> None:
        late = list(self._latest)[-SUSTAINED_SECONDS:]
        if len(late) < SUSTAINED_SECONDS or late[-1][1] < late[0][1] - LATE_NS // 10:
            return
        least_ns = min(least for _, least in late) - self.floor_ns
        if least_ns > LATE_NS:
            self.lead_ns = least_ns
            self._led_ns += least_ns
            self._latest.clear()

    def _finds_rate(self, arrived_ns: int) -> bool:
        """Straight lines only: a path that has become longer or shorter is a step, and a full network wanders."""
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
                if change_ns < 0:  # what was taken for a burst that begins a connection, too
                    self.floor_ns = max(self.floor_ns, self._kept[newest - window])
                self._correct(change_ns, window, arrived_ns)
                return True
        return False

    def _is_straight(self, window: int) -> bool:
        line = list(self._raw)[-window - 1 :]
        change_ns, quarter = line[-1] - line[0], window // 4
        stray_ns = abs(change_ns) // 5
        for part in (1, 2, 3):
            if abs(line[part * quarter] - line[0] - change_ns * part // 4) > stray_ns:
                return False
        # No stairs, as pauses make them that the source leaves out; but a slow source has no packet each second.
        most_ns = abs(change_ns) * (2 + 2 * min(self._passed)) // window + STEP_NS
        return all(abs(after - before) <= most_ns for before, after in itertools.pairwise(line))

    def _correct(self, change_ns: int, window: int, arrived_ns: int) -> None:
        """The source's time lasts `change_ns` less than the window did."""
        window_ns = window * NS_PER_SECOND
        told_ns = max(window_ns - change_ns, window_ns // FASTEST)
        rate = min(self.rate_ppm * window_ns // told_ns, FASTEST * RIGHT_PPM)
        if abs(rate - RIGHT_PPM) <= max(DRIFT_PPM, 60_000 // window):  # no better known than that
            rate = RIGHT_PPM
        self.rate_ppm = max(1, rate)
        if self.rate_ppm == RIGHT_PPM:
            self.off_since_ns = None
        elif self.off_since_ns is None:
            self.off_since_ns = arrived_ns
        self.lead_ns = self._least_ns - self.floor_ns
        self._forget()

    def _forget(self) -> None:
        """What was seen until now says nothing about what comes."""
        self._raw.clear()
        self._kept.clear()
        self._latest.clear()


@dataclass(slots=True)
class UsableTimes:
    """Looks at counts that only grow, once a window."""

    is_unusable: bool = False
    """In the window before this one half of all times were wrong, or a quarter of them still."""
    _from_ns: int | None = None
    _all: int = 0
    _wrong: int = 0

    def look(self, count: int, wrong: int, now_ns: int) -> None:
        """`wrong` of `count` pictures had times that stood still, went back or jumped, so far."""
        if self._from_ns is None:
            self._from_ns, self._all, self._wrong = now_ns, count, wrong
        if now_ns - self._from_ns < USABLE_WINDOW_NS or count - self._all < FEWEST_PICTURES:
            return
        share = 4 if self.is_unusable else 2
        self.is_unusable = share * (wrong - self._wrong) >= count - self._all
        self._from_ns, self._all, self._wrong = now_ns, count, wrong
