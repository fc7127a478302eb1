"""The heartbeats of a process's channels, given their turns by whoever is awake.

A thread that wakes for a heartbeat alone finds cold caches, which costs more than the heartbeat. So the burst loop,
which wakes a few times a second anyway, gives a turn that is due when it comes by (`pass_by`). The thread here gives
all others: while nothing is read in bursts, when it is woken, and once a turn is late because the loop waits for a
disk.
"""

import threading
from typing import Protocol

from seacorder.base import heap
from seacorder.base.background import Thread, survived
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.speaker import speaking_for

LATE_NS = NS_PER_SECOND
"""A turn that is so late is not left to the loop. A worker may be silent for three times as long."""
_AGAIN_NS = NS_PER_SECOND
"""When a heart that failed has its next turn."""


class Heart(Protocol):
    """A channel's heartbeat, see `channel.worker.Heartbeat`."""

    def turn(self, now_ns: int) -> int:
        """Does what is due at `now_ns`; returns when the next turn is due at the latest."""
        ...


class Pulse(Thread):
    """Gives each heart its turns. A channel whose lock is never let go stops all: then the process is one that
    hangs."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("heartbeat", self.work)
        self._clock = clock
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._hearts: dict[str, Heart] = {}
        self._next_collection_ns = clock.monotonic_ns() + _COLLECT_NS
        self._turning = threading.Lock()
        """Held during a turn."""
        self._due_ns = 0
        self._passed_ns: int | None = None
        """When the loop last came by."""

    def add(self, channel: str, heart: Heart) -> None:
        """The channel's heart begins to beat, at once. Any thread."""
        with self._lock:
            self._hearts[channel] = heart
        self._wake.set()

    def remove(self, channel: str, heart: Heart) -> None:
        """It gets no more turns, except for one that has begun. Harmless when it is not there. Any thread."""
        with self._lock:
            if self._hearts.get(channel) is heart:
                del self._hearts[channel]

    def wake(self) -> None:
        """Something is due, perhaps sooner than the last turns said. Any thread."""
        self._wake.set()

    def pass_by(self) -> None:
        """Gives the turn that is due, if one is and the thread does not. For the burst loop."""
        now_ns = self._passed_ns = self._clock.monotonic_ns()
        if now_ns >= self._due_ns and self._turning.acquire(blocking=False):
            try:
                self.turn()
            finally:
                self._turning.release()

    def work(self) -> None:
        while True:
            is_woken = self._wake.wait(self.seconds_to_turn())
            self._wake.clear()
            if is_woken or not self.seconds_to_turn():
                with self._turning:
                    self.turn()

    def seconds_to_turn(self) -> float:
        """In how many seconds the thread has to give a turn, if nobody else does before."""
        now_ns, passed_ns = self._clock.monotonic_ns(), self._passed_ns
        has_loop = passed_ns is not None and now_ns - passed_ns < LATE_NS
        return max(0.0, (self._due_ns + LATE_NS * has_loop - now_ns) / NS_PER_SECOND)

    def turn(self) -> int:
        """One turn of each heart. Returns when the next is due at the latest, monotonic."""
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            hearts = tuple(self._hearts.items())
        if now_ns >= self._next_collection_ns:
            self._next_collection_ns = now_ns + _COLLECT_NS
            heap.collect()
        due = [self._next_collection_ns]
        for channel, heart in hearts:
            due_ns = now_ns + _AGAIN_NS
            # One channel's fault keeps its own heartbeat away, and not that of the channels after it.
            with speaking_for(channel), survived("A status report", "the next one follows"):
                due_ns = heart.turn(now_ns)
            due.append(due_ns)
        self._due_ns = min(due)
        return self._due_ns


_COLLECT_NS = int(heap.COLLECT_SECONDS * NS_PER_SECOND)
