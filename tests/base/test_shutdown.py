"""Parts are stopped in reverse order, each with a limit; being asked twice means now."""

import asyncio
import os
import signal

import pytest

from fakes.clock import FakeClock
from seacorder.base.shutdown import SAME_ORDER_SECONDS, Shutdown, signals
from seacorder.supervisor import guardian


class Parts:
    def __init__(self) -> None:
        self.stopped: list[str] = []

    def stop(self, name: str):
        async def stop() -> None:
            self.stopped.append(name)

        return stop


async def forever() -> None:
    await asyncio.Event().wait()


async def test_last_started_is_stopped_first() -> None:
    parts, shutdown = Parts(), Shutdown()
    for name in ("catalogue", "workers", "web"):
        shutdown.started(name, parts.stop(name), limit_seconds=60)
    assert await shutdown.stop_all()
    assert parts.stopped == ["web", "workers", "catalogue"]


async def test_a_part_that_hangs_or_fails_does_not_keep_the_others(caplog) -> None:
    async def fails() -> None:
        raise OSError("no")

    parts, shutdown = Parts(), Shutdown()
    shutdown.started("catalogue", parts.stop("catalogue"), limit_seconds=60)
    shutdown.started("hangs", forever, limit_seconds=0.01)
    shutdown.started("fails", fails, limit_seconds=60)
    assert not await shutdown.stop_all()
    assert parts.stopped == ["catalogue"]
    assert "hangs did not stop within 0.01 s" in caplog.text
    assert "fails could not be stopped properly" in caplog.text


async def test_asked_twice_means_now_once_a_second_has_passed() -> None:
    clock = FakeClock()
    parts, shutdown = Parts(), Shutdown(clock)
    stopping = asyncio.Event()

    async def slow() -> None:
        stopping.set()
        await forever()

    shutdown.started("catalogue", parts.stop("catalogue"), limit_seconds=60)
    shutdown.started("slow", slow, limit_seconds=60)
    shutdown.ask()
    await shutdown.asked()
    end = asyncio.ensure_future(shutdown.stop_all())
    await stopping.wait()
    clock.advance(SAME_ORDER_SECONDS)
    shutdown.ask()
    assert not await end
    assert parts.stopped == []


async def test_orders_that_come_together_are_one() -> None:
    """`timeout`, `make` and service managers signal a program and its group, which passes the signal on."""
    clock = FakeClock()
    parts, shutdown = Parts(), Shutdown(clock)
    shutdown.started("catalogue", parts.stop("catalogue"), limit_seconds=60)
    shutdown.ask()
    clock.advance(SAME_ORDER_SECONDS * 0.99)
    shutdown.ask()
    assert await shutdown.stop_all()
    assert parts.stopped == ["catalogue"]


def test_the_guardian_takes_as_much_for_one_order() -> None:
    assert guardian.SAME_ORDER_SECONDS == SAME_ORDER_SECONDS


async def test_a_signal_asks_and_the_old_handler_comes_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    shutdown = Shutdown()
    with signals(shutdown):
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(shutdown.asked(), 60)
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="a signal of POSIX")
async def test_the_end_of_the_terminal_asks_too_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    shutdown = Shutdown()
    with signals(shutdown):
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(shutdown.asked(), 60)
    assert "The terminal from which the recorder was started has closed (SIGHUP)" in caplog.text


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="a signal of POSIX")
async def test_with_nohup_the_end_of_the_terminal_is_nothing() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        shutdown = Shutdown()
        with signals(shutdown):
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
