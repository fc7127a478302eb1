"""A real worker that hangs in a regular expression, on a system without timers: killed, named, and back without it."""

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

from fakes.clock import FakeClock
from fakes.journal import journal_of
from rig.ports import free_port
from rig.survey import sentence
from seacorder.base.clock import SystemClock
from seacorder.control.telemetry.telemetry import WORKER_NAME, Telemetry
from seacorder.model.definition.definition import Definition, FieldRule, RecordKind
from seacorder.model.definition.ready import READY
from seacorder.model.framing import Framing, FramingKind
from seacorder.model.telemetry import SourceState, TelemetrySettings, TelemetrySource
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks

HERE = "127.0.0.1"
RUNAWAY = Definition("rov", RecordKind.EXPRESSION, (FieldRule("depth", 1, unit="m"),), expression=r"((?:\d+)+)m")
TESTS = str(Path(__file__).parents[2])


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not what():
            await asyncio.sleep(0.02)


def launch(module: str) -> Launch:
    paths = [TESTS, *filter(None, [os.environ.get("PYTHONPATH")])]
    return Launch(module, {"PYTHONPATH": os.pathsep.join(paths)})


async def test_a_hung_worker_is_killed_named_and_back_without_the_definition() -> None:
    port = free_port(socket.SOCK_DGRAM)
    source = TelemetrySource("ROV", f"udp://{HERE}:{port}", Framing(FramingKind.LINE), (RUNAWAY, *READY["HDT"]))
    supervisor = Supervisor(Callbacks(), limits=Limits(heartbeat_seconds=5.0))
    journal = journal_of(FakeClock())
    telemetry = Telemetry(
        supervisor, TelemetrySettings((source,)), SystemClock(), journal, launch("rig.telemetry_without_timer")
    )
    telemetry.start()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        await until(lambda: "Nothing has come yet" in str(telemetry.sources()[0].why))
        first = supervisor[WORKER_NAME].pid
        sender.sendto(b"9" * 64 + b"!\r\n", (HERE, port))
        await until(lambda: supervisor[WORKER_NAME].pid not in {first, None})
        await until(lambda: "Nothing has come yet" in str(telemetry.sources()[0].why))
        assert any("hung in the definition rov" in event.fact for event in journal.events.after(0))
        sender.sendto(b"9" * 64 + b"!\r\n", (HERE, port))
        sender.sendto(sentence("HEHDT,127.4,T") + b"\r\n", (HERE, port))
        await until(telemetry.readings)
        assert telemetry.readings()[0].value == 127.4
        assert telemetry.sources()[0].state is SourceState.LIVE
        assert telemetry.sources()[0].definitions_refused == ("rov",)
        assert telemetry.restarts == 1
    finally:
        sender.close()
        await supervisor.stop()
        await telemetry.stop()
