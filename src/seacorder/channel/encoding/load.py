"""Whether the machine keeps up with encoding, and when to take a faster or a better preset. Pure.

The encode thread is busy for a share of each second. When that share comes near 1, the queue grows; so a faster preset
is taken before that, or when a picture has already waited too long. After a calm time a better preset is tried. If that
turns out to be too slow, the next trial is made after twice that calm time (a back-off).
"""

from collections import deque
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND

WINDOW_NS = NS_PER_SECOND
BUSY = 0.85
"""Share of the window: more than this is too much."""
CALM = 0.45
"""Share of the window: less than this leaves room for the next better preset, which takes up to twice as long."""
WAITED_NS = 250 * NS_PER_MS
"""A picture that has waited for so long means the same as a busy window."""
SETTLE_NS = NS_PER_SECOND
"""After a change of the preset nothing is judged for so long."""
CALM_NS = 20 * NS_PER_SECOND
CALM_MAX_NS = 640 * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Work:
    """How long one picture took."""

    now_ns: int
    """When it was done, monotonic."""
    busy_ns: int
    waited_ns: int
    """From its arrival until its encoding began."""


class Load:
    """Not thread-safe."""

    def __init__(self) -> None:
        self._window: deque[Work] = deque()
        self._busy_ns = 0
        self._stepped_ns = 0
        self._calm_since_ns: int | None = None
        self._calm_ns = CALM_NS
        self._is_trial = False
        """The last change was to a better preset, and it is not known yet whether the machine keeps up with it."""

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
        """The busy share of the last second; 0 until half a second has been seen."""
        if not self._window:
            return 0.0
        seen_ns = now_ns - (self._window[0].now_ns - self._window[0].busy_ns)
        return self._busy_ns / seen_ns if seen_ns >= WINDOW_NS // 2 else 0.0

    def _take(self, work: Work) -> None:
        self._stepped_ns = self._stepped_ns or work.now_ns  # the first picture opens the encoder, which takes long
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
            self._calm_ns = CALM_NS  # the last change to a better preset has lasted until now
        self._begin_anew(now_ns, is_trial=True)
        return 1

    def _begin_anew(self, now_ns: int, *, is_trial: bool) -> None:
        self._stepped_ns, self._is_trial = now_ns, is_trial
        self._calm_since_ns = None
        self._window.clear()
        self._busy_ns = 0
