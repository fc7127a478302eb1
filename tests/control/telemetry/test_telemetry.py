"""What control makes of the telemetry worker's reports, and of its end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from fakes.journal import journal_of
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.control.alarms.actions import PROCESS_STOPPED
from seacorder.control.alarms.rules import Scene, findings
from seacorder.control.telemetry.telemetry import HUNG_NS, WORKER_NAME, Telemetry, TelemetryCallbacks
from seacorder.model.definition.definition import Definition, FieldRule, RecordKind
from seacorder.model.definition.in_force import InForce
from seacorder.model.framing import Framing, FramingKind
from seacorder.model.instant import Instant
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.model.telemetry import (
    DefinitionRefused,
    ReadingsTaken,
    SourceState,
    SourceStatus,
    TelemetrySettings,
    TelemetrySource,
    TelemetryStatus,
    UseDefinitions,
)
from seacorder.model.trying import mark_of

LINES = Framing(FramingKind.LINE)
SETTINGS = TelemetrySettings((
    TelemetrySource("GPS", "udp://:1", definitions=InForce().of_source((), Framing())),
    TelemetrySource("ROV", "udp://:2", LINES, InForce().of_source((), LINES)),
))
DEPTH = (Definition("Depth", RecordKind.DELIMITED, (FieldRule("depth", 1, unit="m"),)),)


class Bench:
    """Telemetry over a fake worker."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.journal = journal_of(self.clock)
        self.supervisor = FakeSupervisor(self.clock)
        self.telemetry = Telemetry(self.supervisor, SETTINGS, self.clock, self.journal)  # type: ignore[arg-type]
        self.news: list[int] = []
        self.telemetry.start(TelemetryCallbacks(on_news=lambda: self.news.append(1)))

    @property
    def worker(self) -> FakeWorker:
        return self.supervisor[WORKER_NAME]

    def give(self, name: str, value: Value | None, source: str = "GPS") -> Reading:
        """The worker reports a reading that has come just now."""
        state = ReadingState.NONE if value is None else ReadingState.FRESH
        reading = Reading(name, value, "m", state, Instant.now(self.clock), source)
        self.worker.report(ReadingsTaken((reading,)))
        return reading

    def mark(self, name: str, since_ns: int) -> None:
        settings = self.telemetry.settings
        assert settings is not None
        Path(settings.trying_path).write_bytes(mark_of(name, since_ns))

    @property
    def facts(self) -> list[str]:
        return [event.fact for event in self.journal.events.after(0)]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.telemetry.stop()


async def test_readings_are_the_newest_of_each_field_and_stale_by_themselves(bench: Bench) -> None:
    bench.give("depth", 1.0)
    depth = bench.give("depth", 2.0)
    bench.clock.advance(3)
    altitude = bench.give("altitude", None)
    assert bench.telemetry.readings() == (altitude, depth)
    bench.clock.advance(2.1)
    assert bench.telemetry.readings() == (altitude, depth._replace(state=ReadingState.STALE))


async def test_what_was_valid_at_an_instant_can_be_asked_later(bench: Bench) -> None:
    first = bench.give("depth", 1.0)
    bench.clock.advance(0.5)
    second = bench.give("depth", 2.0)
    bench.clock.advance(10)
    at = bench.telemetry.at
    assert at(first.received.monotonic_ns - 1) == ()
    assert at(first.received.monotonic_ns) == at(second.received.monotonic_ns - 1) == (first,)
    assert at(second.received.monotonic_ns + 10**9) == (second,)
    assert at(second.received.monotonic_ns + 6 * 10**9) == (second._replace(state=ReadingState.STALE),)


async def test_followers_get_all_and_then_what_is_new_the_newest_of_each_field(bench: Bench) -> None:
    depth = bench.give("depth", 1.0)
    following = bench.telemetry.follow()
    assert await anext(following) == (depth,)
    bench.give("depth", 2.0)
    depth, heading = bench.give("depth", 3.0), bench.give("heading", 127.0)
    assert set(await anext(following)) == {depth, heading}
    waiting = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0)
    assert not waiting.done()
    depth = bench.give("depth", 4.0)
    assert await waiting == (depth,)


async def test_what_becomes_stale_while_no_worker_says_so_is_news(bench: Bench) -> None:
    depth = bench.give("depth", 1.0)
    following = bench.telemetry.follow()
    await anext(following)
    bench.worker.lose()
    bench.clock.advance(5.1)
    bench.telemetry.look()
    assert await anext(following) == (depth._replace(state=ReadingState.STALE),)


async def test_while_the_worker_is_gone_every_source_has_failed_and_says_why(bench: Bench) -> None:
    assert [one.state for one in bench.telemetry.sources()] == [SourceState.CONNECTING] * 2
    live = tuple(SourceStatus(one.name, SourceState.LIVE, 1) for one in SETTINGS.sources)
    bench.worker.report(TelemetryStatus(live))
    bench.worker.report(TelemetryStatus(live))
    assert bench.telemetry.sources() == live
    assert bench.news == [1]
    bench.worker.lose("signal 9")
    assert {one.state for one in bench.telemetry.sources()} == {SourceState.FAILED}
    assert "stopped unexpectedly (signal 9)" in str(bench.telemetry.sources()[0].why)
    assert {one.action for one in findings(Scene(sources=bench.telemetry.sources()))} == {PROCESS_STOPPED}
    bench.worker.come_back()
    assert bench.facts[-1] == "The process that reads the instruments runs again."


async def test_a_worker_that_hung_in_a_definition_is_told_not_to_use_it(bench: Bench) -> None:
    bench.mark("rov", bench.clock.monotonic_ns())
    bench.clock.advance(HUNG_NS / 1e9)
    bench.worker.lose("it hung for 3 s")
    assert bench.worker.first_message.refused == ("rov",)
    assert "hung in the definition rov" in bench.facts[-1]


@pytest.mark.parametrize("fault", ["signal 9", "exit code 1"])
async def test_a_worker_that_ended_while_it_just_tried_one_accuses_nobody(bench: Bench, fault: str) -> None:
    bench.mark("rov", bench.clock.monotonic_ns())
    bench.clock.advance(0.01)
    bench.worker.lose(fault)
    assert bench.worker.first_message.refused == ()


async def test_a_definition_that_the_worker_refused_stays_refused_in_its_next_process(bench: Bench) -> None:
    for _ in range(2):
        bench.worker.report(DefinitionRefused("rov", "ROV"))
    assert bench.worker.first_message.refused == ("rov",)
    assert sum("rov" in fact for fact in bench.facts) == 1


async def test_new_definitions_are_told_for_the_sources_that_use_them_and_a_refusal_ends(bench: Bench) -> None:
    bench.worker.report(DefinitionRefused("Depth", "ROV"))
    new = InForce(by_clients={"Depth": DEPTH})
    await bench.telemetry.use(new, "Depth")
    (told,) = bench.worker.told(UseDefinitions)
    assert told.definitions == {"ROV": new.of_source((), LINES)}
    assert told.definitions["ROV"][0] == DEPTH[0]
    assert told.refused == bench.worker.first_message.refused == ()
    assert bench.worker.first_message.sources[1].definitions == told.definitions["ROV"]
    assert bench.worker.first_message.trying_path
    assert bench.telemetry.definitions["ROV"][0] == DEPTH[0]
    await bench.telemetry.use(new)
    assert len(bench.worker.told(UseDefinitions)) == 1, "nothing is new"


async def test_a_worker_that_does_not_run_begins_with_the_new_definitions(bench: Bench) -> None:
    bench.worker.lose()
    await bench.telemetry.use(InForce(by_clients={"Depth": DEPTH}))
    assert bench.worker.told(UseDefinitions) == []
    assert DEPTH[0] in bench.worker.first_message.sources[1].definitions


async def test_each_second_becomes_a_row_of_the_history(bench: Bench) -> None:
    bench.give("depth", 1.0)
    bench.clock.advance(1)
    bench.telemetry.look()
    bench.clock.advance(6)
    bench.telemetry.look()
    rows = list(bench.telemetry.history.rows(0, 2**62, 10**9, ()))
    assert [row.values for row in rows] == [{"depth": 1.0}, {"depth": None}]


async def test_without_sources_nothing_runs() -> None:
    clock = FakeClock()
    supervisor = FakeSupervisor(clock)
    telemetry = Telemetry(supervisor, None, clock, journal_of(clock))  # type: ignore[arg-type]
    telemetry.start()
    assert list(supervisor) == []
    assert (telemetry.readings(), telemetry.sources(), telemetry.restarts) == ((), (), 0)
    assert not telemetry.send("anything")
    await telemetry.stop()
