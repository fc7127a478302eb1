"""Questions while the disk does not answer: the first waits, the others are refused, and it ends by itself."""

import asyncio
import threading
from concurrent.futures import Future

import pytest

from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.timed_queries import TimedQueries


def written() -> "Future[None]":
    future: Future[None] = Future()
    future.set_result(None)
    return future


async def test_an_answer_and_a_failure_come_back() -> None:
    ask = TimedQueries(written).ask
    assert await ask(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await ask(lambda: 1 // 0)


async def test_while_one_hangs_the_next_ones_are_refused_without_a_thread() -> None:
    ask, gate, asked = TimedQueries(written, answer_seconds=0.05).ask, threading.Event(), []

    def hangs() -> None:
        asked.append(1)
        gate.wait()
        raise OSError

    for _ in range(20):
        with pytest.raises(CatalogueFailed, match="does not answer"):
            await ask(hangs)
    assert len(asked) == 1
    gate.set()
    async with asyncio.timeout(60):
        while True:
            try:
                assert await ask(lambda: 7) == 7
            except CatalogueFailed:
                await asyncio.sleep(0)
            else:
                break


async def test_rows_that_cannot_be_stored_are_waited_for_once() -> None:
    waits: list[Future[None]] = []

    def wait_written() -> "Future[None]":
        waits.append(Future())
        return waits[-1]

    ask = TimedQueries(wait_written, fresh_seconds=0.05).ask
    assert [await ask(lambda: 7) for _ in range(3)] == [7] * 3
    assert len(waits) == 1
    waits[0].set_result(None)
    assert await ask(lambda: 7) == 7
    assert len(waits) == 2
