"""The way out for reports. Recording comes first: nobody in this process waits for the control process to read."""

import threading
from collections import deque
from collections.abc import Callable

from seacorder.base.background import Thread
from seacorder.model.channel import ChannelStatus
from seacorder.model.report import Report

LIMIT = 10_000
"""Reports that may wait. A control process that is this far behind is being ended; files keep the truth."""


class Outbox(Thread):
    """Sends reports in order from a thread of its own; of waiting heartbeats only the newest is sent."""

    def __init__(self, send: Callable[[Report], None]) -> None:
        super().__init__("outbox", self.work)
        self._send = send
        self._waiting: deque[Report] = deque(maxlen=LIMIT)
        self._something = threading.Condition()
        self._sending = False

    def put(self, report: Report) -> None:
        """Takes a report; never blocks."""
        with self._something:
            if isinstance(report, ChannelStatus) and self._waiting and isinstance(self._waiting[-1], ChannelStatus):
                self._waiting[-1] = report
            else:
                self._waiting.append(report)
            self._something.notify_all()

    def drain(self, seconds: float) -> bool:
        """Waits until all has been sent, at most so long; False when it was not."""
        with self._something:
            return self._something.wait_for(lambda: not self._waiting and not self._sending, seconds)

    def work(self) -> None:
        while True:
            with self._something:
                self._sending = False
                self._something.notify_all()
                self._something.wait_for(lambda: self._waiting)
                report = self._waiting.popleft()
                self._sending = True
            self._send(report)
