"""The order in which the worker's main thread takes what came and looks at the clock."""

import pytest

from fakes.clock import FakeClock
from seacorder.model.instant import Instant
from seacorder.model.telemetry import TelemetrySettings, TelemetrySource
from seacorder.telemetry.assembly import assemble
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.inbox import Inbox, SourceRead
from seacorder.telemetry.worker import LONGEST_WAIT_NS, LOOK_NS, Loop


class Noted:
    """A listener that notes how it was called."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def on_chunks(self, source: str, chunks: tuple[Chunk, ...]) -> None:
        self.calls.append("chunks")

    def on_readings(self, readings: object) -> None:
        self.calls.append("readings")

    def carry_out(self, command: object) -> None:
        self.calls.append("order")

    def look(self, now_ns: int) -> None:
        self.calls.append("look")

    def stop(self) -> None:
        self.calls.append("stop")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def loop(clock: FakeClock, inbox: Inbox, noted: Noted) -> Loop:
    parts = assemble(TelemetrySettings((TelemetrySource("ROV", "udp://127.0.0.1:9"),)), clock, lambda _: None, inbox)
    parts.listeners.append(noted)
    made = Loop(parts, inbox)
    made.turn(clock.monotonic_ns())
    noted.calls.clear()
    return made


def test_what_waits_is_taken_before_the_clock_is_looked_at(
    clock: FakeClock, inbox: Inbox, noted: Noted, loop: Loop
) -> None:
    inbox.put(SourceRead(0, (Chunk(b"x", Instant.now(clock)),)))
    clock.advance(1)
    loop.turn(clock.monotonic_ns())
    assert noted.calls == []
    inbox.get(0)
    loop.turn(clock.monotonic_ns())
    assert noted.calls == ["look"]


def test_the_clock_is_looked_at_though_something_waits_all_the_time(
    clock: FakeClock, inbox: Inbox, noted: Noted, loop: Loop
) -> None:
    inbox.put(SourceRead(0, (Chunk(b"x", Instant.now(clock)),)))
    clock.advance((LOOK_NS + LONGEST_WAIT_NS) / 1e9 + 1)
    loop.turn(clock.monotonic_ns())
    assert noted.calls == ["look"]
