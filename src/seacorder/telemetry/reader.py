"""Keeps one source open, for ever: opens it, reads it, and after a failure opens it again.

A thread for each source, so that one that hangs (a name server that does not answer, a driver) stops no other.
"""

import logging
import threading
from collections.abc import Callable

from seacorder.base.background import Thread
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import BadRequest, InputFailed
from seacorder.base.log import RateLimit
from seacorder.base.message import Message
from seacorder.telemetry.inbox import Failed, Inbox, Opened, SourceRead
from seacorder.telemetry.sources.contract import DataSource

log = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 5.0
GOOD_RUN_NS = 10 * NS_PER_SECOND
"""After a connection that lasted so long the next one follows after the first delay."""
SAME_REASON_SECONDS = 60.0


class Reader(Thread):
    """A daemon thread: nothing cancels a read that hangs."""

    def __init__(self, index: int, name: str, make: Callable[[], DataSource], inbox: Inbox, clock: Clock) -> None:
        super().__init__(f"source {name}", self.work)
        self._index = index
        self._source_name = name
        self._make = make
        self._inbox = inbox
        self._clock = clock
        self._stopping = threading.Event()
        self._rate_limit = RateLimit(clock, SAME_REASON_SECONDS)

    def stop(self) -> None:
        """Ends it with the read that is going on; returns at once."""
        self._stopping.set()

    def work(self) -> None:
        backoff = Backoff(FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS)
        while not self._stopping.is_set():
            begin_ns = self._clock.monotonic_ns()
            why = self._attempt()
            if why is None or self._stopping.is_set():
                return
            self._inbox.put(Failed(self._index, why))
            if (line := self._rate_limit.still_failing(why)) is not None:
                log.warning("%s: %s", self._source_name, line)
            if self._clock.monotonic_ns() - begin_ns >= GOOD_RUN_NS:
                backoff.reset()
            self._stopping.wait(backoff.next_delay())

    def _attempt(self) -> Message | None:
        """One connection, from its begin to its failure; why it failed, None when it was told to stop."""
        try:
            source = self._make()
            try:
                source.open()
                self._inbox.put(Opened(self._index))
                self._read(source)
            finally:
                source.close()
        except (InputFailed, BadRequest) as failure:
            return failure.message
        except Exception:
            if self._rate_limit.allow("unknown") is not None:
                log.exception("%s: an unexpected error, see below.", self._source_name)
            return Message(
                "It made an unexpected error; the log has the details.",
                "If it stays, restart Seacorder between dives, and save the log.",
            )
        return None

    def _read(self, source: DataSource) -> None:
        while not self._stopping.is_set():
            chunks = source.read()
            if chunks:
                self._inbox.put(SourceRead(self._index, tuple(chunks)))
                if source.pause_seconds:
                    self._stopping.wait(source.pause_seconds)
