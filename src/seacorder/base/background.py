"""Threads and tasks in the background: a failure is logged with its whole trace, and what can go on goes on.

By itself Python ends a thread that raises with a few lines on standard error, and a task that raises without any. Its
work then stops and nothing else notices. So every thread and every task of the program is started by one of these
functions (a test in tests/house checks that):

| kind of work | when it fails |
|---|---|
| a loop that takes one item after the other (`Thread`) | is logged and begun again, after a growing pause |
| something that is done once (`once`) | is logged |
| something whose result is waited for, not for ever (`within`) | raises where it is waited for |
| the same on the event loop (`beside`) | raises where it is awaited |
| one item of a loop (`survived`) | is logged; the loop goes on with the next |
| a task of the event loop (`task`) | is logged, and `failed` is called |
| a task whose result the caller takes (`awaited`) | raises where it is awaited |
"""

import contextlib
import functools
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from seacorder.base.backoff import Backoff
from seacorder.base.speaker import speak_for, speaker

if TYPE_CHECKING:
    import asyncio  # at run time only where there is a loop: a worker has none, and asyncio weighs five megabytes

_log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
T = TypeVar("T")


class Thread(threading.Thread):
    """A daemon thread that runs `work` until it returns, and runs it again when it raises."""

    def __init__(
        self, name: str, work: Callable[[], None], *, first_pause_seconds: float = FIRST_PAUSE_SECONDS
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._speaker = speaker()
        self._backoff = Backoff(first_pause_seconds, LONGEST_PAUSE_SECONDS)
        self.failures = 0
        """How many times the work has raised."""

    def run(self) -> None:
        speak_for(self._speaker)
        pause = threading.Event()
        while True:
            with survived(f"The thread {self.name!r}", "it is started again"):
                self._work()
                return
            self.failures += 1
            pause.wait(self._backoff.next_delay())


def once(name: str, work: Callable[[], object]) -> None:
    """Runs `work` once on a daemon thread of its own; what it raises is logged."""
    name_in_log = speaker()

    def run() -> None:
        speak_for(name_in_log)
        with survived(f"The thread {name!r}", "it has ended"):
            work()

    threading.Thread(target=run, name=name, daemon=True).start()


def within(seconds: float, name: str, work: Callable[[], T]) -> T:
    """The result of `work`, which runs on a daemon thread of its own. Blocks; raises what `work` raises.

    Raises TimeoutError when there is no result after so many seconds. The thread is then left to itself: a disk or a
    device that does not answer cannot be interrupted.
    """
    results: SimpleQueue[Callable[[], T]] = SimpleQueue()
    name_in_log = speaker()

    def run() -> None:
        speak_for(name_in_log)
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - it is raised again where the result is waited for
            results.put(functools.partial(_raise, error))
        else:
            results.put(lambda: found)

    threading.Thread(target=run, name=name, daemon=True).start()
    try:
        result = results.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"{name} did not come within {seconds:g} s") from None
    return result()


def beside(name: str, work: Callable[[], T]) -> "asyncio.Future[T]":
    """The result of `work`, which runs on a daemon thread of its own: a disk that hangs takes none of asyncio's few
    threads, and holds up no end of the program. For the event loop. Cancelling it changes nothing."""
    import asyncio
    from concurrent.futures import Future

    result: Future[T] = Future()
    result.set_running_or_notify_cancel()

    def run() -> None:
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - it is raised again where the result is awaited
            result.set_exception(error)
        else:
            result.set_result(found)

    threading.Thread(target=run, name=name, daemon=True).start()
    return asyncio.wrap_future(result)


def _raise(error: Exception) -> NoReturn:
    raise error


@contextlib.contextmanager
def survived(
    what: str, then: str = "the rest goes on", *, passes: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Logs what the block raises and goes on behind it. Errors of the kinds in `passes` are raised instead."""
    try:
        yield
    except passes:
        raise
    except Exception:  # noqa: BLE001 - the one top of all threads and loops; logged whole
        _log.exception("%s failed because of an error in the program, see below; %s", what, then)


def task(work: Coroutine[Any, Any, T], name: str, *, failed: Callable[[], None] = lambda: None) -> "asyncio.Task[T]":
    """Begins a task of the running loop. When it raises, that is logged and `failed` is called."""
    import asyncio

    begun = asyncio.create_task(work, name=name)

    def ended(done: "asyncio.Task[T]") -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            _log.error("The task %r ended because of an error in the program", name, exc_info=error)
            failed()

    begun.add_done_callback(ended)
    return begun


async def cancel(begun: "asyncio.Task[Any] | None") -> None:
    """Cancels a task and waits until it has ended; what it raises is dropped. Harmless for None and for an ended
    task."""
    import asyncio

    if begun is not None:
        begun.cancel()
        await asyncio.gather(begun, return_exceptions=True)


def awaited(work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """Begins a task whose result the caller awaits, or which it cancels."""
    import asyncio

    return asyncio.ensure_future(work)
