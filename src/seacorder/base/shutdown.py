"""Ends the program in order: what was started last is stopped first, each part with a time limit. A second signal means
now, unless it comes within a second: whoever ends a group of processes (`make`, `timeout`, a service manager) sends one
signal to several of them, and they pass it on to each other.

For the control process, in its event loop. Workers end when their pipe closes, see `base.pipe`.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from seacorder.base.background import awaited
from seacorder.base.clock import NS_PER_SECOND, Clock, SystemClock

_log = logging.getLogger(__name__)

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAME_ORDER_SECONDS = 1.0
"""Orders to end that come within this time of the first are the same order. `supervisor.guardian` has it too."""
_HANGUP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""The terminal has closed. Windows has no such signal."""


async def _coroutine(stop: Callable[[], Awaitable[None]]) -> None:
    await stop()


@dataclass(frozen=True, slots=True)
class _Started:
    name: str
    stop: Callable[[], Awaitable[None]]
    limit_seconds: float


class Shutdown:
    """The parts that have been started, in order, and whether the program is to end. For the event loop alone."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._asked_ns = 0
        self._started: list[_Started] = []
        self._asked = asyncio.Event()
        self._asked_again = asyncio.Event()

    def started(self, name: str, stop: Callable[[], Awaitable[None]], *, limit_seconds: float) -> None:
        """Notes a part that has been started, and how it is stopped."""
        self._started.append(_Started(name, stop, limit_seconds))

    def ask(self) -> None:
        """Asks the program to end; when called again after `SAME_ORDER_SECONDS` or more, to end at once."""
        now_ns = self._clock.monotonic_ns()
        if not self._asked.is_set():
            self._asked_ns = now_ns
            self._asked.set()
        elif now_ns - self._asked_ns >= SAME_ORDER_SECONDS * NS_PER_SECOND:
            self._asked_again.set()

    async def asked(self) -> None:
        """Waits until the program is asked to end."""
        await self._asked.wait()

    async def stop_all(self) -> bool:
        """Stops all parts, last started first. False when one failed, took longer than its limit, or was not stopped
        because the program was asked to end at once.

        Does not raise: after a failure the other parts are stopped all the same.
        """
        in_order = True
        while self._started and not self._asked_again.is_set():
            in_order &= await self._stop(self._started.pop())
        return in_order and not self._started

    async def _stop(self, part: _Started) -> bool:
        stopping = awaited(_coroutine(part.stop))
        at_once = awaited(self._asked_again.wait())
        try:
            await asyncio.wait(
                {stopping, at_once}, timeout=part.limit_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            return self._outcome(part, stopping)
        finally:
            for waiting in (stopping, at_once):
                waiting.cancel()
            await asyncio.gather(stopping, at_once, return_exceptions=True)

    def _outcome(self, part: _Started, stopping: "asyncio.Future[None]") -> bool:
        if not stopping.done():
            if not self._asked_again.is_set():
                _log.error("%s did not stop within %g s; Seacorder ends without it", part.name, part.limit_seconds)
            return False
        error = stopping.exception()
        if error is not None:
            _log.error("%s could not be stopped properly", part.name, exc_info=error)
        return error is None


@contextlib.contextmanager
def signals(shutdown: Shutdown) -> Iterator[None]:
    """Within the block, Ctrl-C, SIGTERM and SIGHUP (the terminal has closed) ask `shutdown`.

    Call in the main thread, inside the event loop. Where `nohup` has made SIGHUP ignored it stays ignored.
    """
    loop = asyncio.get_running_loop()
    numbers = list(_SIGNALS)
    if _HANGUP is not None and signal.getsignal(_HANGUP) is not signal.SIG_IGN:
        numbers.append(_HANGUP)

    def heard(number: int) -> None:
        if number == _HANGUP:
            log_terminal_closed()
        shutdown.ask()

    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        try:
            loop.add_signal_handler(number, heard, number)
        except NotImplementedError:
            # Windows: the handler runs in the main thread between two bytecodes, so the sleeping loop has to be woken.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(shutdown.ask))
    try:
        yield
    finally:
        for number in numbers:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, before[number])


def log_terminal_closed() -> None:
    """Logs that the program ends because the terminal has closed."""
    _log.warning(
        "The terminal from which the recorder was started has closed (SIGHUP). Seacorder finishes every file and ends: "
        "recording stops. Start it again. To run it without a terminal, install it as a service (`seacorder service "
        "install`), or start it with `nohup`."
    )
