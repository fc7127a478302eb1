"""Lets the event loop query the catalogue, without ever waiting long for a disk that does not answer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from seacorder.base.background import awaited
from seacorder.base.errors import CatalogueFailed
from seacorder.base.message import Message

T = TypeVar("T")
FRESH_SECONDS = 3.0
"""How long a query waits for rows that were recorded just before it. A busy disk needs a second and more now and then;
where it hangs, only the first query waits."""
ANSWER_SECONDS = 2.0
"""How long a query may take. A disk that has to spin up often makes it within this time."""
_NO_ANSWER = Message(
    "The disk of the list of recordings (catalogue) does not answer. Recording goes on.", "Check that disk."
)


class TimedQueries:
    """For the event loop alone. Each query runs in a thread of asyncio's pool. Queries that hang would use up all of
    its threads. So after one has taken too long, the next ones are refused at once, until that one has ended.
    """

    def __init__(
        self,
        wait_written: Callable[[], "Future[None]"],
        *,
        fresh_seconds: float = FRESH_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`wait_written` returns a future that is done when all rows recorded before it are on disk."""
        self._wait_written = wait_written
        self._fresh_seconds = fresh_seconds
        self._answer_seconds = answer_seconds
        self._unwritten: Future[None] | None = None
        self._hanging: set[asyncio.Future[object]] = set()

    async def ask(self, question: Callable[[], T]) -> T:
        """The result of `question`, which may block: it runs in a thread. Raises what `question` raises, and
        CatalogueFailed if it takes too long. If newly recorded rows cannot be stored now, it is asked without them.
        """
        await self._freshen()
        if self._hanging:
            raise CatalogueFailed.of(_NO_ANSWER)
        answer = awaited(asyncio.to_thread(question))
        await asyncio.wait({answer}, timeout=self._answer_seconds)
        if answer.done():
            return answer.result()
        hanging: asyncio.Future[object] = answer  # type: ignore[assignment]
        self._hanging.add(hanging)
        hanging.add_done_callback(self._came_back)
        raise CatalogueFailed.of(_NO_ANSWER)

    async def _freshen(self) -> None:
        if self._unwritten is not None and not self._unwritten.done():
            return  # an earlier query has already waited in vain for these rows
        self._unwritten = self._wait_written()
        await asyncio.wait({asyncio.wrap_future(self._unwritten)}, timeout=self._fresh_seconds)

    def _came_back(self, answer: "asyncio.Future[object]") -> None:
        self._hanging.discard(answer)
        if not answer.cancelled():
            answer.exception()  # marks it as seen: nobody waits for it any more, and asyncio would log it
