"""Whether the machine keeps up with encoding, and when to try less or more hard. Pure.

The encode thread is busy for a share of each second. Near 1 the queue grows, so the next faster preset is taken before
that; a queue that has grown already is a reason by itself. A better preset is tried after a calm time, and each time
that this was too much the calm time must be twice as long.
"""

from collections import deque
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND

WINDOW_NS = NS_PER_SECOND
BUSY = 0.85
"""Of the window: more than this is too much."""
CALM = 0.45
"""Less than this leaves room for the next better preset, which takes up to twice the time."""
WAITED_NS = 250 * NS_PER_MS
"""A picture that has waited for so long says the same as a busy window."""
SETTLE_NS = NS_PER_SECOND
"""After a step the window must be seen anew."""
CALM_NS = 20 * NS_PER_SECOND
CALM_MAX_NS = 640 * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Work:
    """What one picture took."""

    now_ns: int
    """When it was done, monotonic."""
    busy_ns: int
    waited_ns: int
    """From its arrival until it was begun with."""


class Load:
    """Not thread-safe."""

    def __init__(self) -> None:
        self._window: deque[Work] = deque()
        self._busy_ns = 0
        self._stepped_ns = 0
        self._calm_since_ns: int | None = None
        self._calm_ns = CALM_NS
        self._is_trial = False
        """The last step was upwards and has not proved itself."""

    def step_for(self, work: Work) -> int:
        """-1: a faster preset is needed; 1: a better one can be tried; 0: stay."""
        self._take(work)
        if work.now_ns - self._stepped_ns < SETTLE_NS:
            return 0
        if self.share(work.now_ns) > BUSY or work.waited_ns > WAITED_NS:
            return self._down(work.now_ns)
        if self.share(work.now_ns) > CALM:
            self._calm_since_ns = None
            return 0
        if self._calm_since_ns is None:
            self._calm_since_ns = work.now_ns
        if work.now_ns - self._calm_since_ns < self._calm_ns:
            return 0
        return self._up(work.now_ns)

    def share(self, now_ns: int) -> float:
        """The busy share of the last second; 0 before a half of it has been seen."""
        if not self._window:
            return 0.0
        seen_ns = now_ns - (self._window[0].now_ns - self._window[0].busy_ns)
        return self._busy_ns / seen_ns if seen_ns >= WINDOW_NS // 2 else 0.0

    def _take(self, work: Work) -> None:
        self._stepped_ns = self._stepped_ns or work.now_ns  # an encoder takes its time to open
        self._window.append(work)
        self._busy_ns += work.busy_ns
        while self._window[0].now_ns < work.now_ns - WINDOW_NS:
            self._busy_ns -= self._window.popleft().busy_ns

    def _down(self, now_ns: int) -> int:
        if self._is_trial:
            self._calm_ns = min(2 * self._calm_ns, CALM_MAX_NS)
        self._begin_anew(now_ns, is_trial=False)
        return -1

    def _up(self, now_ns: int) -> int:
        if self._is_trial:
            self._calm_ns = CALM_NS  # the last one has proved itself
        self._begin_anew(now_ns, is_trial=True)
        return 1

    def _begin_anew(self, now_ns: int, *, is_trial: bool) -> None:
        self._stepped_ns, self._is_trial = now_ns, is_trial
        self._calm_since_ns = None
        self._window.clear()
        self._busy_ns = 0
