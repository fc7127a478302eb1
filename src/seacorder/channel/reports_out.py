"""The way of a worker's reports to the control process.

Recording comes first: nobody in the worker waits for the control process to read. Where a channel and its clean copy
carry out the same command, their two answers become one before they go out.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from seacorder.base.background import Thread
from seacorder.base.message import all_of
from seacorder.model.channel import ChannelStatus
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.report import Answer, Report

LIMIT = 10_000
"""Reports that may wait; then the oldest are dropped. A control process that is this far behind is being ended, and the
files themselves keep the truth."""


def _never(_report: Report) -> bool:
    return False


class Outbox(Thread):
    """Sends reports in order: at once where that does not block, otherwise from a thread of its own.

    A heartbeat that still waits is replaced by the next one.
    """

    def __init__(self, send: Callable[[Report], None], send_at_once: Callable[[Report], bool] = _never) -> None:
        """`send` blocks while the control process does not read; `send_at_once` never, and is False when it would."""
        super().__init__("outbox", self.work)
        self._send = send
        self._send_at_once = send_at_once
        self._waiting: deque[Report] = deque(maxlen=LIMIT)
        self._something = threading.Condition()
        self._sending = False
        self._is_stopped = False

    def put(self, report: Report) -> None:
        """Takes a report, from any thread; never blocks."""
        with self._something:
            if not self._waiting and not self._sending and self._send_at_once(report):
                return
            if isinstance(report, ChannelStatus) and self._waiting and isinstance(self._waiting[-1], ChannelStatus):
                self._waiting[-1] = report
            else:
                self._waiting.append(report)
            self._something.notify_all()

    def drain(self, seconds: float) -> bool:
        """Waits until everything has been sent, for so long at most; False when it has not been sent by then."""
        with self._something:
            return self._something.wait_for(lambda: not self._waiting and not self._sending, seconds)

    def stop(self) -> None:
        """Ends the thread, behind a report that is being sent. Others that wait are dropped."""
        with self._something:
            self._is_stopped = True
            self._something.notify_all()

    def work(self) -> None:
        while True:
            with self._something:
                self._sending = False
                self._something.notify_all()
                self._something.wait_for(lambda: self._waiting or self._is_stopped)
                if self._is_stopped:
                    return
                report = self._waiting.popleft()
                self._sending = True
            self._send(report)


class BothAnswers:
    """Joins the two answers of a channel and its clean copy to one command; all other reports go out as they are."""

    def __init__(self, report: Callable[[Report], None]) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._waiting: dict[int, Answer | None] = {}

    def expect(self, request: int) -> None:
        """Two answers to this request will come."""
        with self._lock:
            self._waiting[request] = None

    def __call__(self, report: Report) -> None:
        """One report, from any thread. The first of two answers is held back. When the second one comes, one goes out,
        which is positive only if both are and says what was wrong with either."""
        if isinstance(report, Answer):
            with self._lock:
                if report.request in self._waiting:
                    first = self._waiting[report.request]
                    if first is None:
                        self._waiting[report.request] = report
                        return
                    del self._waiting[report.request]
                    report = Answer(report.request, _joined(first.outcome, report.outcome))
        self._report(report)


def _joined(one: ChannelOutcome, other: ChannelOutcome) -> ChannelOutcome:
    """The channel's own outcome has the instant and the path; that of the copy has no path."""
    own = one if one.path is not None else other
    why = all_of(outcome.why for outcome in (one, other) if outcome.why is not None)
    return replace(own, ok=one.ok and other.ok, why=why)
