"""How soon a channel wants what its camera sends.

Who reads a camera in bursts asks here how long frames may lie unread. Who needs them sooner says so here, which wakes
the reader: a command that has come (`hurry`), or one whose result depends on the frames that have come by now
(`catch_up`).
"""

import threading
from collections.abc import Callable

from seacorder.base.clock import NS_PER_SECOND, Clock

HURRY_NS = NS_PER_SECOND
"""After a command every frame is read as soon as it comes, for so long: a file begins or ends with the next ones."""
CATCH_UP_SECONDS = 0.1
"""The longest wait for the reader; it usually takes some milliseconds."""


class Pace:
    """One channel's. Any thread. It never holds its lock while it calls another part."""

    def __init__(self, clock: Clock, may_wait_ns: Callable[[int], int]) -> None:
        """`may_wait_ns`: how long frames may lie unread as far as the channel knows, at a monotonic time."""
        self._clock = clock
        self._channel_may_wait_ns = may_wait_ns
        self._changed = threading.Condition()
        self._wake: Callable[[], None] | None = None
        self._hurry_until_ns = 0
        self._asked = self._answered = 0

    def hurry(self) -> None:
        """A command has come: reads at once now, and each frame as it comes for `HURRY_NS`. Does not wait."""
        with self._changed:
            self._hurry_until_ns = self._clock.monotonic_ns() + HURRY_NS
            self._asked += 1  # what was planned before this is no longer right
            wake = self._wake
        if wake is not None:
            wake()

    def catch_up(self) -> None:
        """Waits until the channel has every frame that has come by now, for at most `CATCH_UP_SECONDS`. Returns at once
        where nothing is read in bursts. Not under the channel's lock, which the reader takes."""
        with self._changed:
            wake = self._wake
            if wake is None:
                return
            self._asked += 1
            mine = self._asked
        wake()
        with self._changed:
            self._changed.wait_for(lambda: self._answered >= mine or self._wake is None, CATCH_UP_SECONDS)

    # What the reader says and asks.

    def begin(self, wake: Callable[[], None]) -> None:
        """Reading in bursts begins; `wake` makes the reader ask here at once."""
        with self._changed:
            self._wake = wake

    def end(self) -> None:
        """Nothing is read in bursts any more."""
        with self._changed:
            self._wake = None
            self._changed.notify_all()

    @property
    def asked(self) -> int:
        """How often somebody has asked for all that has come."""
        return self._asked

    @property
    def is_asked(self) -> bool:
        """Somebody waits for what has come."""
        return self._asked > self._answered

    def has_read(self, asked: int) -> None:
        """The channel has all that had come when `asked` was as large as this."""
        if asked > self._answered:
            with self._changed:
                self._answered = asked
                self._changed.notify_all()

    def may_wait_ns(self, now_ns: int) -> int:
        """How long frames may lie unread at a monotonic time; 0: each is read as it comes."""
        return 0 if now_ns < self._hurry_until_ns else self._channel_may_wait_ns(now_ns)
