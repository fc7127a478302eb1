"""The heartbeats of all channels of a group, on one thread."""

import threading
from typing import Protocol

from seacorder.base import heap
from seacorder.base.background import Thread, survived
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.speaker import speaking_for


class Heart(Protocol):
    """A channel's heartbeat, see `channel.worker.Heartbeat`."""

    def turn(self, now_ns: int) -> int:
        """Does what is due at `now_ns`; returns when the next turn is due at the latest."""
        ...


class Pulse(Thread):
    """Gives each heart its turns. A channel whose lock is never let go stops all: then the group is one that hangs."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("heartbeat", self.work)
        self._clock = clock
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._hearts: dict[str, Heart] = {}
        self._next_collection_ns = clock.monotonic_ns() + _COLLECT_NS

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

    def work(self) -> None:
        clock = self._clock
        while True:
            due_ns = self.turn()
            self._wake.wait(max(0.0, (due_ns - clock.monotonic_ns()) / NS_PER_SECOND))
            self._wake.clear()

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
            # One channel's fault keeps its own heartbeat away, and not that of the channels after it.
            with speaking_for(channel), survived("A status report", "the next one follows"):
                due.append(heart.turn(now_ns))
        return min(due)


_COLLECT_NS = int(heap.COLLECT_SECONDS * NS_PER_SECOND)
