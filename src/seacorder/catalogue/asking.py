"""Questions to the catalogue from the event loop, which go on being answered while its disk does not answer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from seacorder.base.background import awaited
from seacorder.base.errors import CatalogueFailed

T = TypeVar("T")
FRESH_SECONDS = 1.0
"""How long a question waits for rows that have just been recorded."""
ANSWER_SECONDS = 2.0
"""How long its answer may take; a disk that spins up is given the benefit of it."""
_NO_ANSWER = "The disk of the catalogue does not answer; check it. Recording goes on without the catalogue."


class Asking:
    """For the event loop alone. One question after another that hangs would take all threads of the process, so once
    one has taken too long the next ones are refused at once, until it has come back.
    """

    def __init__(
        self,
        wait_written: Callable[[], "Future[None]"],
        *,
        fresh_seconds: float = FRESH_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`wait_written` gives what is done when all that was recorded before is on disk."""
        self._wait_written = wait_written
        self._fresh_seconds = fresh_seconds
        self._answer_seconds = answer_seconds
        self._unwritten: Future[None] | None = None
        self._hanging: set[asyncio.Future[object]] = set()

    async def ask(self, question: Callable[[], T]) -> T:
        """What `question` gives, which may block in its thread. CatalogueFailed when that takes too long, else what
        it raises. Rows that cannot be stored just now do not hide the others."""
        await self._freshen()
        if self._hanging:
            raise CatalogueFailed(_NO_ANSWER)
        answer = awaited(asyncio.to_thread(question))
        await asyncio.wait({answer}, timeout=self._answer_seconds)
        if answer.done():
            return answer.result()
        hanging: asyncio.Future[object] = answer  # type: ignore[assignment]
        self._hanging.add(hanging)
        hanging.add_done_callback(self._came_back)
        raise CatalogueFailed(_NO_ANSWER)

    async def _freshen(self) -> None:
        if self._unwritten is not None and not self._unwritten.done():
            return  # whoever asked before has waited for that already
        self._unwritten = self._wait_written()
        await asyncio.wait({asyncio.wrap_future(self._unwritten)}, timeout=self._fresh_seconds)

    def _came_back(self, answer: "asyncio.Future[object]") -> None:
        self._hanging.discard(answer)
        if not answer.cancelled():
            answer.exception()  # nobody waits for it any more
