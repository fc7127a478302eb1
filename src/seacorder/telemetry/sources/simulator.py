"""The simulator: a dive's instruments on one cable."""

import math
import threading

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.model.address.telemetry import SimAddress
from seacorder.model.instant import Instant
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.sources.contract import READ_SECONDS
from seacorder.telemetry.sources.dive import Dive
from seacorder.telemetry.sources.sentences import fast_sentences, slow_sentences

FAST = 5
"""How many times as often heading, motion and depth are sent."""


class SimSource:
    """See `contract.DataSource`. What it sends at the nth tick is what is true then, whenever it gets to send it."""

    pause_seconds = 0.0

    def __init__(self, address: SimAddress, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._dive = Dive(address.seed)
        self._start_utc_ns = 0
        self._tick = 0
        self._waiting = threading.Event()

    def open(self) -> None:
        """The dive has begun at its start, whenever the source is opened."""
        now_ns = self._clock.utc_ns()
        start_ns = self._address.start_utc_ns
        self._start_utc_ns = now_ns if start_ns is None else start_ns
        since = (now_ns - self._start_utc_ns) / NS_PER_SECOND
        self._tick = max(0, math.ceil(since * self._ticks_per_second))

    def read(self) -> list[Chunk]:
        due_ns = self._start_utc_ns + int(self._tick / self._ticks_per_second * NS_PER_SECOND)
        wait = (due_ns - self._clock.utc_ns()) / NS_PER_SECOND
        if wait > 0:
            self._waiting.wait(min(wait, READ_SECONDS))
        if self._clock.utc_ns() < due_ns:
            return []
        seconds = self._tick / (self._address.rate * FAST)
        truth = self._dive.at(seconds)
        lines = list(fast_sentences(truth))
        if self._tick % FAST == 0:
            lines = [*slow_sentences(truth, self._start_utc_ns + int(seconds * NS_PER_SECOND)), *lines]
        self._tick += 1
        return [Chunk(b"".join(lines), Instant.now(self._clock))]

    def close(self) -> None:
        self._waiting.set()

    @property
    def _ticks_per_second(self) -> float:
        """In real time."""
        return self._address.rate * FAST * self._address.speed
