"""What channels' workers are told of readings."""

from fakes.clock import FakeClock
from fakes.journal import journal_of
from fakes.workers import FakeSupervisor
from seacorder.base.clock import NS_PER_SECOND
from seacorder.control.telemetry.shown_fields import ShownFields, shown
from seacorder.control.telemetry.telemetry import WORKER_NAME, Telemetry, TelemetryCallbacks
from seacorder.model.command import ShowFields
from seacorder.model.instant import Instant
from seacorder.model.overlay import ShownField
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.model.telemetry import ReadingsTaken, TelemetrySettings, TelemetrySource


def reading(value: Value | None, second: int, state: ReadingState = ReadingState.FRESH) -> Reading:
    ns = second * NS_PER_SECOND
    return Reading("depth", value, "m", state, Instant(ns, ns), "GPS")


def test_a_value_holds_until_it_is_stale_and_none_until_the_next_one() -> None:
    second = NS_PER_SECOND
    given = (reading(1.5, 1), reading(None, 2, ReadingState.NONE), reading(1.5, 3, ReadingState.STALE))
    assert shown(given, {"GPS": 5 * second}) == (
        ShownField("depth", 1.5, "m", second, 6 * second),
        ShownField("depth", None, "m", 2 * second),
        ShownField("depth", 1.5, "m", 3 * second, 8 * second),
    )


async def test_what_comes_together_is_sent_together_and_a_new_worker_gets_all() -> None:
    clock = FakeClock()
    supervisor = FakeSupervisor(clock)
    settings = TelemetrySettings((TelemetrySource("GPS", "udp://:1"),))
    telemetry = Telemetry(supervisor, settings, clock, journal_of(clock))  # type: ignore[arg-type]
    sent: list[object] = []
    fields = ShownFields(telemetry, sent.append)
    assert fields.of_all() is None
    telemetry.start(TelemetryCallbacks(on_readings=fields.take))
    for second in (1, 2):
        supervisor[WORKER_NAME].report(ReadingsTaken((reading(float(second), second),)))
    fields._send()
    (command,) = sent
    assert isinstance(command, ShowFields)
    assert [one.value for one in command.fields] == [1.0, 2.0]
    newest = fields.of_all()
    assert newest is not None
    assert [one.value for one in newest.fields] == [2.0]
    await telemetry.stop()
