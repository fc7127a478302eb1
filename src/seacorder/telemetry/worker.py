"""The life of the telemetry worker's process, and its main thread's loop.

The main thread interprets, because only there a regular expression that runs away can be ended (`time_limit`). It also
sends the heartbeat: a worker that hangs sends none, and is killed and started again.
"""

import os
from collections.abc import Iterator

from seacorder.base import heap
from seacorder.base.background import Thread, survived
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, SystemClock
from seacorder.base.log import call_process, finish
from seacorder.base.pipe import Link
from seacorder.model.command import EndWorker
from seacorder.model.telemetry import TelemetrySettings
from seacorder.telemetry.assembly import NAME, TelemetryParts, assemble
from seacorder.telemetry.inbox import Inbox, Order

HEARTBEAT_NS = NS_PER_SECOND
LOOK_NS = 100 * NS_PER_MS
"""How often it is looked whether something has become stale, while anything may."""
LONGEST_WAIT_NS = NS_PER_SECOND
"""So much later it is looked when something waits all the time: what waits came before `now`, and goes first."""
REPORTS_SECONDS = 2.0


class Loop:
    """The main thread's loop."""

    def __init__(self, parts: TelemetryParts, inbox: Inbox) -> None:
        self._parts = parts
        self._inbox = inbox
        self._clock = parts.clock
        self._beat_ns = self._look_ns = self._collect_ns = 0
        """When each is due next, monotonic."""

    def work(self) -> None:
        """Returns when the control process says so, or has closed the pipe."""
        while True:
            due_ns = self.turn(self._clock.monotonic_ns())
            item = self._inbox.get((due_ns - self._clock.monotonic_ns()) / NS_PER_SECOND)
            if isinstance(item, Order):
                if item.command is None or isinstance(item.command, EndWorker):
                    return
                with survived("An order"):
                    self._parts.carry_out(item.command)
                self._look_ns = self._clock.monotonic_ns() + LOOK_NS  # an order to stop waits for what is on its way
            elif item is not None:
                with survived("Taking what a source has sent", passes=(MemoryError,)):
                    self._parts.take(item)

    def turn(self, now_ns: int) -> int:
        """Does what is due at `now_ns` (monotonic). Returns when the next turn is due at the latest."""
        parts = self._parts
        if self._inbox.is_empty:  # what waits in it may be the rest of a record, and came before any silence
            parts.flush(now_ns)
        if now_ns >= self._look_ns + (0 if self._inbox.is_empty else LONGEST_WAIT_NS):
            parts.look(now_ns)
            self._look_ns = now_ns + (LOOK_NS if parts.is_active else HEARTBEAT_NS)
        if now_ns >= self._beat_ns or parts.has_news:
            self._beat_ns = now_ns + HEARTBEAT_NS
            parts.report_status()
        if now_ns >= self._collect_ns:
            self._collect_ns = now_ns + int(heap.COLLECT_SECONDS * NS_PER_SECOND)
            heap.collect()
        due = [self._beat_ns, self._look_ns]
        if (flush_ns := parts.next_flush_ns) is not None:
            due.append(flush_ns)
        return min(due)


def run(link: Link) -> None:
    """Runs until the control process says so or closes the pipe; does not return."""
    messages = link.messages()
    settings = next(messages, None)
    if not isinstance(settings, TelemetrySettings):
        raise SystemExit("This is the program that reads instruments; `seacorder serve` starts it.")
    call_process(NAME)
    inbox = Inbox()
    parts = assemble(settings, SystemClock(), link.send, inbox)
    parts.start()
    heap.exempt_startup_objects()
    OrderReader(messages, inbox).start()
    Loop(parts, inbox).work()
    parts.stop()
    parts.outbox.drain(REPORTS_SECONDS)
    finish()
    os._exit(0)  # an ordinary exit would wait for a thread that may sit in a read that nothing can cancel


class OrderReader(Thread):
    """Hands the control process's commands to the main thread, and then the end of the pipe."""

    def __init__(self, messages: Iterator[object], inbox: Inbox) -> None:
        super().__init__("orders", self.work)
        self._messages = messages
        self._inbox = inbox

    def work(self) -> None:
        for command in self._messages:
            self._inbox.put(Order(command))
        self._inbox.put(Order(None))
