"""The worker's process by itself: real sockets in, reports out."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from rig.ports import free_port
from rig.program import LoneWorker
from rig.survey import sentence
from seacorder.model.definition.definition import Definition, FieldRule, RecordKind
from seacorder.model.definition.ready import READY
from seacorder.model.framing import Framing, FramingKind
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.report import Answer, EventNoted
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

HERE = "127.0.0.1"
NMEA = tuple(one for name in ("GGA", "HDT", "DBT", "ZDA") for one in READY[name])
LINES = Framing(FramingKind.LINE)
RUNAWAY = Definition("rov", RecordKind.EXPRESSION, (FieldRule("depth", 1, unit="m"),), expression=r"((?:\d+)+)m")
NOTHING_YET = "It is open. Nothing has come yet."


@contextmanager
def worker(*sources: TelemetrySource) -> Iterator[LoneWorker]:
    made = LoneWorker(TelemetrySettings(sources), "seacorder.telemetry")
    try:
        for index in range(len(sources)):
            wait_status(made, index, lambda one: one.state is not SourceState.CONNECTING or fact(one) == NOTHING_YET)
        yield made
    finally:
        made.close()


def fact(status: SourceStatus) -> str:
    return "" if status.why is None else status.why.fact


def wait_status(made: LoneWorker, index: int, what: Callable[[SourceStatus], bool]) -> SourceStatus:
    report = made.wait_for(lambda one: isinstance(one, TelemetryStatus) and what(one.sources[index]), "a status")
    assert isinstance(report, TelemetryStatus)
    return report.sources[index]


def wait_reading(made: LoneWorker, what: Callable[[Reading], bool]) -> Reading:
    report = made.wait_for(lambda one: isinstance(one, ReadingsTaken) and any(map(what, one.readings)), "a reading")
    assert isinstance(report, ReadingsTaken)
    return next(filter(what, report.readings))


def udp(name: str = "Survey", **more: object) -> tuple[int, TelemetrySource]:
    port = free_port(socket.SOCK_DGRAM)
    return port, TelemetrySource(name, f"udp://{HERE}:{port}", **{"definitions": NMEA, **more})  # type: ignore[arg-type]


def send(port: int, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for one in datagrams:
            sender.sendto(one, (HERE, port))


def test_one_datagram_gives_all_its_readings_one_instant() -> None:
    port, source = udp()
    with worker(source) as made:
        send(port, sentence("HEHDT,127.4,T") + sentence("SDDBT,,f,12.5,M,,F"))
        report = made.wait_for(lambda one: isinstance(one, ReadingsTaken), "readings")
        assert isinstance(report, ReadingsTaken)
        assert {one.name: one.value for one in report.readings} == {"heading": 127.4, "depth": 12.5}
        first, second = report.readings
        assert first.received == second.received
        assert (first.source, first.state) == ("Survey", ReadingState.FRESH)


def test_records_of_two_senders_are_put_together_for_each_by_itself() -> None:
    port, source = udp()
    heading, depth = sentence("HEHDT,127.4,T"), sentence("SDDBT,,f,12.5,M,,F")
    with worker(source) as made, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        for sender, piece in ((one, heading[:9]), (other, depth[:9]), (one, heading[9:]), (other, depth[9:])):
            sender.sendto(piece, (HERE, port))
        wait_reading(made, lambda reading: reading.name == "depth" and reading.value == 12.5)
        status = wait_status(made, 0, lambda status: status.counters.records == 2)
        assert status.counters.bad_checksums == status.counters.noise_bytes == 0


def test_what_is_refused_is_counted_apart_and_changes_no_value() -> None:
    port, source = udp()
    with worker(source) as made:
        send(port, sentence("HEHDT,127.4,T"))
        wait_reading(made, lambda reading: reading.value == 127.4)
        send(
            port,
            b"$HEHDT,200.0,T*00\r\n", sentence("HEHDT,1.0"), sentence("HEHDT,north,T"), sentence("HEHDT,400.0,T"),
            sentence("PXYZ,1,2"), b"\x00\xff" * 50,
        )
        status = wait_status(made, 0, lambda one: one.counters.noise_bytes == 100)
        counters = status.counters
        assert (counters.bad_checksums, counters.wrong_fields, counters.wrong_types) == (1, 1, 1)
        assert (counters.out_of_range, counters.unknown_records, counters.records) == (1, 1, 6)
        assert status.refusal
        assert status.state is SourceState.LIVE
    values = {one.value for report in made.seen if isinstance(report, ReadingsTaken) for one in report.readings}
    assert values == {127.4}


def test_64_kib_of_noise_disturb_nothing() -> None:
    port, source = udp()
    noise, anything = b"\x00\xff\x80" * 21_000, bytes(range(256)) * 255
    with worker(source) as made:
        send(port, noise, anything, sentence("HEHDT,127.4,T"))
        wait_reading(made, lambda reading: reading.value == 127.4)
        status = wait_status(made, 0, lambda one: one.counters.bytes > len(noise + anything))
        assert status.counters.noise_bytes >= len(noise)


def test_a_source_that_falls_silent_is_stale_and_so_are_its_values() -> None:
    port, source = udp(stale_ns=300_000_000)
    with worker(source) as made:
        send(port, sentence("HEHDT,127.4,T"))
        assert wait_reading(made, lambda one: one.state is ReadingState.STALE).value == 127.4
        assert fact(wait_status(made, 0, lambda one: one.state is SourceState.STALE)) == "Nothing comes any more."
        send(port, b"12.5 m\r\n" * 100)
        send(port, sentence("HEHDT,127.5,T"))
        assert wait_reading(made, lambda one: one.state is ReadingState.FRESH).value == 127.5


def test_a_text_without_an_end_counts_after_silence() -> None:
    line = Definition("bare", RecordKind.DELIMITED, (FieldRule("altitude", 1, unit="m"),))
    with socket.create_server((HERE, 0)) as server:
        source = TelemetrySource("Altimeter", f"tcp://{HERE}:{server.getsockname()[1]}", LINES, (line,))
        with worker(source) as made:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"2.75")
                assert wait_reading(made, lambda one: one.name == "altitude").value == 2.75


def test_another_source_takes_over_and_that_is_an_event() -> None:
    first_port, first = udp("GPS", stale_ns=400_000_000)
    second_port, second = udp("INS")
    with worker(first, second) as made:
        send(first_port, sentence("HEHDT,1.0,T"))
        wait_reading(made, lambda one: one.value == 1.0)
        send(second_port, sentence("HEHDT,2.0,T"))
        assert wait_reading(made, lambda one: one.value == 2.0).source == "INS"
        report = made.wait_for(lambda one: isinstance(one, EventNoted), "the event")
        assert isinstance(report, EventNoted)
        assert report.event.kind == "reading_source_changed"
        assert report.event.fact.startswith("Heading now comes from INS instead of GPS")


def test_a_lost_connection_is_made_again() -> None:
    with socket.create_server((HERE, 0)) as server:
        source = TelemetrySource("Serial server", f"tcp://{HERE}:{server.getsockname()[1]}", definitions=NMEA)
        with worker(source) as made:
            for heading in (1.0, 2.0, 3.0):
                connection, _ = server.accept()
                with connection:
                    connection.sendall(sentence(f"HEHDT,{heading},T"))
                    wait_reading(made, lambda one, heading=heading: one.value == heading)
            wait_status(made, 0, lambda one: one.state is SourceState.FAILED and "connection was lost" in fact(one))


def test_a_port_that_is_taken_is_said_and_the_others_go_on() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind((HERE, 0))
        taken = holder.getsockname()[1]
        port, source = udp()
        with worker(TelemetrySource("Taken", f"udp://{HERE}:{taken}", definitions=NMEA), source) as made:
            send(port, sentence("HEHDT,127.4,T"))
            wait_reading(made, lambda one: one.value == 127.4)
            status = wait_status(made, 0, lambda one: one.state is SourceState.FAILED)
            assert fact(status) == f"UDP port {taken} is taken by another program."
            holder.close()
            assert fact(wait_status(made, 0, lambda one: one.state is SourceState.CONNECTING)) == NOTHING_YET


def test_a_regular_expression_that_runs_away_is_named_and_left_out_and_the_rest_goes_on() -> None:
    port, source = udp("ROV", framing=LINES, definitions=(RUNAWAY, *NMEA))
    with worker(source) as made:
        send(port, b"9" * 64 + b"!\r\n")
        report = made.wait_for(lambda one: isinstance(one, DefinitionRefused), "the refusal")
        assert report == DefinitionRefused("rov", "ROV")
        send(port, b"12m\r\n", sentence("HEHDT,127.4,T"))
        wait_reading(made, lambda one: one.value == 127.4)
        status = wait_status(made, 0, lambda one: one.definitions_refused == ("rov",))
        assert status.state is SourceState.LIVE
    assert not [one for report in made.seen if isinstance(report, ReadingsTaken) for one in report.readings
                if one.name == "depth"]


def test_a_definition_that_was_refused_before_is_not_tried() -> None:
    port, source = udp("ROV", framing=LINES, definitions=(RUNAWAY, *NMEA))
    made = LoneWorker(TelemetrySettings((source,), refused=("rov",)), "seacorder.telemetry")
    try:
        wait_status(made, 0, lambda one: fact(one) == NOTHING_YET)
        send(port, b"9" * 64 + b"!\r\n", sentence("HEHDT,127.4,T"))
        wait_reading(made, lambda one: one.value == 127.4)
        wait_status(made, 0, lambda one: one.definitions_refused == ("rov",))
    finally:
        made.close()


def test_other_definitions_are_used_at_once_and_a_refused_one_again_when_it_is_another() -> None:
    port, source = udp("ROV", framing=LINES, definitions=(RUNAWAY, *NMEA))
    with worker(source) as made:
        send(port, sentence("PXYZ,7.5") + b"\r\n", b"9" * 64 + b"!\r\n")
        wait_status(made, 0, lambda one: one.definitions_refused == ("rov",) and one.counters.unknown_records == 2)
        plain = replace(RUNAWAY, expression=r"(\d+)m")
        own = Definition("own", RecordKind.NMEA, (FieldRule("altitude", 1, unit="m"),), header="PXYZ")
        made.send(UseDefinitions(7, {"ROV": (plain, own)}, ()))
        made.wait_for(lambda one: isinstance(one, Answer) and one.request == 7 and one.outcome.ok, "the answer")
        send(port, sentence("PXYZ,7.5") + b"\r\n")
        wait_reading(made, lambda one: (one.name, one.value) == ("altitude", 7.5))
        send(port, b"12m\r\n", sentence("HEHDT,127.4,T") + b"\r\n")
        wait_reading(made, lambda one: (one.name, one.value) == ("depth", 12.0))
        status = wait_status(made, 0, lambda one: one.counters.records == 5)
        assert status.definitions_refused == ()
        assert status.counters.unknown_records == 3
        made.send(UseDefinitions(8, {"ROV": (RUNAWAY,)}, ()))
        made.wait_for(lambda one: isinstance(one, Answer) and one.request == 8, "the answer")
        send(port, b"9" * 64 + b"!\r\n")
        wait_status(made, 0, lambda one: one.definitions_refused == ("rov",) and one.counters.records == 6)


def test_the_worker_ends_in_order_when_its_pipe_is_closed() -> None:
    _, source = udp()
    made = LoneWorker(TelemetrySettings((source,)), "seacorder.telemetry")
    wait_status(made, 0, lambda one: fact(one) == NOTHING_YET)
    assert made.close() == 0
