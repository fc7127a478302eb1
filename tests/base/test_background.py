"""What fails in the background says so, and what can go on goes on."""

import asyncio
import logging
import threading

import pytest

from seacorder.base.background import Thread, awaited, beside, cancel, once, survived, task, within

WAIT_SECONDS = 60.0


class Broken(Exception):
    """A fault that nobody has thought of."""


def test_a_thread_that_fails_is_logged_whole_and_begun_again(caplog: pytest.LogCaptureFixture) -> None:
    failures = [Broken("first"), Broken("second")]

    def work() -> None:
        if failures:
            raise failures.pop(0)

    thread = Thread("a loop", work, first_pause_seconds=0.001)
    thread.start()
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive()
    assert thread.failures == 2
    traces = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert traces == ["first", "second"]
    assert "'a loop'" in caplog.text


def test_a_thread_that_has_done_its_work_ends() -> None:
    thread = Thread("short", lambda: None)
    thread.run()
    assert (thread.daemon, thread.failures) == (True, 0)


def test_what_is_done_once_is_logged_when_it_fails(caplog: pytest.LogCaptureFixture) -> None:
    begun = threading.Event()

    def work() -> None:
        begun.set()
        raise Broken("once")

    with caplog.at_level(logging.ERROR):
        once("a still", work)
        assert begun.wait(WAIT_SECONDS)
        for thread in threading.enumerate():
            if thread.name == "a still":
                thread.join(WAIT_SECONDS)
    assert "'a still'" in caplog.text
    assert "Broken: once" in caplog.text


def test_one_item_that_fails_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    done = []
    for item in range(3):
        with survived("The item"):
            if item == 1:
                raise Broken
            done.append(item)
    assert done == [0, 2]
    assert "Broken" in caplog.text


def test_an_end_of_the_program_is_no_failure() -> None:
    with pytest.raises(SystemExit), survived("It"):
        raise SystemExit


async def test_a_task_that_fails_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    told = asyncio.Event()

    async def work() -> None:
        raise Broken("task")

    task(work(), "a watch", failed=told.set)
    await asyncio.wait_for(told.wait(), WAIT_SECONDS)
    assert "'a watch'" in caplog.text
    assert "Broken: task" in caplog.text


async def test_a_task_that_is_cancelled_or_awaited_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    told = asyncio.Event()
    waiting = task(asyncio.Event().wait(), "waits", failed=told.set)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    async def work() -> None:
        raise Broken

    with pytest.raises(Broken):
        await awaited(work())
    assert not told.is_set()
    assert caplog.records == []


async def test_a_task_that_is_cancelled_has_ended_and_its_failure_is_dropped() -> None:
    cleaned: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cleaned.append("up")
            raise Broken("while it ended") from None

    begun = awaited(work())
    await asyncio.sleep(0)
    await cancel(begun)
    await cancel(begun)
    await cancel(None)
    assert begun.done()
    assert cleaned == ["up"]


def test_a_result_that_comes_in_time_is_given_and_an_error_raised() -> None:
    assert within(10, "sum", lambda: 1 + 1) == 2

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        within(10, "sum", fail)


def test_a_result_that_does_not_come_in_time_is_not_waited_for() -> None:
    held = threading.Event()
    try:
        with pytest.raises(TimeoutError, match=r"the disk did not come within 0\.01 s"):
            within(0.01, "the disk", held.wait)
    finally:
        held.set()


async def test_a_result_from_a_thread_of_its_own_or_what_it_raises() -> None:
    assert await beside("work", lambda: threading.current_thread().daemon)

    def broken() -> None:
        raise Broken("at last")

    with pytest.raises(Broken, match="at last"):
        await beside("broken work", broken)


async def test_work_whose_result_nobody_awaits_any_more_goes_on() -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        assert go_on.wait(WAIT_SECONDS)
        done.set()

    beside("work", work).cancel()
    go_on.set()
    assert await asyncio.to_thread(done.wait, WAIT_SECONDS)
