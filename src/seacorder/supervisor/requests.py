"""Commands that wait for their answer."""

import asyncio

from seacorder.base.errors import WorkerLost
from seacorder.model.report import Answer, FrameLocated, JpegPicture
from seacorder.model.telemetry import SourceLines

Asked = Answer | JpegPicture | FrameLocated | SourceLines
"""Reports that answer a request."""


class OpenRequests:
    """One worker's requests that have not been answered. For the event loop alone."""

    def __init__(self) -> None:
        self._open: dict[int, asyncio.Future[Asked]] = {}

    def add(self, number: int) -> asyncio.Future[Asked]:
        """A future for the answer to this request. Raises ValueError when that number is open already."""
        if number in self._open:
            raise ValueError(f"request {number} has been sent already")
        future: asyncio.Future[Asked] = asyncio.get_running_loop().create_future()
        self._open[number] = future
        return future

    def forget(self, number: int) -> None:
        """Nobody waits for this answer any more. Harmless when it has come."""
        self._open.pop(number, None)

    def answer(self, report: object) -> bool:
        """Takes a report; True when it was the answer to an open request, which is fulfilled now."""
        if not isinstance(report, Asked):
            return False
        future = self._open.pop(report.request, None)
        if future is None or future.done():
            return False
        future.set_result(report)
        return True

    def fail(self, fact: str, action: str = "") -> None:
        """Ends all open requests with WorkerLost."""
        for future in self._open.values():
            if not future.done():
                future.set_exception(WorkerLost(fact, action))
        self._open.clear()
