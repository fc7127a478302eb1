"""What becomes of a source's bytes on the main thread, and why a source is not live. Time is the test's."""

import functools

import pytest

from fakes.clock import FakeClock
from rig.survey import sentence
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.model.definition.ready import READY
from seacorder.model.framing import parse_framing
from seacorder.model.instant import Instant
from seacorder.model.reading import Value
from seacorder.model.telemetry import SourceState, TelemetrySource
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.framing.plain import framer_for
from seacorder.telemetry.intake import LINE_BYTES_MAX, LINES_KEPT, Intake
from seacorder.telemetry.interpretation import Interpretation
from seacorder.telemetry.latest import Latest
from seacorder.telemetry.time_limit import TimeLimit

HEADING = sentence("HEHDT,127.4,T") + b"\r\n"


class Bed:
    """An intake that is open, and the clock that it looks at."""

    def __init__(self, *names: str, framing: str = "nmea", address: str = "udp://:5005") -> None:
        self.clock = FakeClock()
        definitions = tuple(one for name in names for one in READY[name])
        source = TelemetrySource("Survey", address, parse_framing(framing), definitions)
        interpretation = Interpretation(definitions, TimeLimit("", self.clock), (), lambda _: None)
        latest = Latest([source], [interpretation.names])
        make_framer = functools.partial(framer_for, source.framing)
        self.intake = Intake(0, source, make_framer, interpretation, latest, self.clock)
        self.intake.opened()

    def take(self, data: bytes, *, after_ms: int = 0) -> list[Value | None]:
        """Bytes come, so long after what came before; the values that they give."""
        self.clock.advance(after_ms / 1000)
        return [one.value for one in self.intake.take([Chunk(data, Instant.now(self.clock))])]

    def why(self, *chunks: bytes) -> str:
        """Why it is not live, when such bytes have come once a second for longer than it may be silent."""
        for _ in range(8):
            for chunk in chunks:
                self.take(chunk)
            self.clock.advance(1)
            self.intake.look(self.clock.monotonic_ns())
        status = self.intake.status()
        assert status.state is SourceState.STALE
        assert status.why is not None
        return status.why.fact


def test_silence_is_counted_between_bytes_and_not_until_this_thread_has_time_for_them() -> None:
    bed = Bed("DEPTH", framing="line")
    assert bed.take(b"12.5") == []
    assert bed.take(b"12.6", after_ms=100) == [12.5]
    assert bed.take(b"1", after_ms=99) == []
    assert bed.take(b"\r\n", after_ms=1) == [12.61]


@pytest.mark.parametrize(("after_ms", "values"), [(99, [64.11]), (100, [4.1, 64.11])])
def test_a_line_that_was_opened_while_the_instrument_spoke_gives_no_part_of_a_number(
    after_ms: int, values: list[float]
) -> None:
    bed = Bed("DEPTH", framing="line", address="serial:/dev/ttyUSB0")
    assert bed.take(b"4.10m\r\n64.11m\r\n", after_ms=after_ms) == values


def test_a_sentence_in_two_pieces_that_were_read_late_is_one() -> None:
    bed = Bed("HDT")
    first, rest = Instant.now(bed.clock), HEADING[9:]
    bed.clock.advance(5)  # this thread was held up, but the bytes came 20 ms after one another
    later = Instant(first.monotonic_ns + 20 * NS_PER_MS, first.utc_ns + 20 * NS_PER_MS)
    taken = bed.intake.take([Chunk(HEADING[:9], first), Chunk(rest, later)])
    assert [(one.value, one.received) for one in taken] == [(127.4, later)]
    assert bed.intake.status().counters.bad_checksums == 0


@pytest.mark.parametrize(("chunks", "said"), [
    ((), "It is open. Nothing has come yet."),
    ((b"\x00\xfe\x80" * 20,), "Something comes, but no records are found in it."),
    ((HEADING.replace(b"127", b"q27"), sentence("GPGSV,1,1,01").replace(b"P", b"p")),
     "Something comes, but its checksums are wrong or missing."),
    ((b"$HEHDT,127.4,T\r\n",), "Something comes, but its checksums are wrong or missing."),
    ((sentence("GPGSV,1,1,01") + b"\r\n",), "Something comes, but none of it is understood."),
])
def test_why_it_is_not_live_is_what_most_of_it_suffers_from(chunks: tuple[bytes, ...], said: str) -> None:
    assert Bed("HDT").why(*chunks) == said


def test_what_came_while_it_was_well_is_not_held_against_it() -> None:
    bed = Bed("HDT")
    for _ in range(50):
        bed.take(sentence("GPGSV,1,1,01") + b"\r\n" + HEADING)
    bed.intake.look(bed.clock.monotonic_ns())
    assert bed.why(HEADING.replace(b"127", b"128")) == "Something comes, but its checksums are wrong or missing."


def test_a_receiver_whose_dates_are_1024_weeks_late_and_one_whose_time_goes_back() -> None:
    bed = Bed("GGA", "ZDA")
    position = "GPGGA,{},5712.3406,N,00204.1180,W,2,11,0.8,12.4,M,47.1,M,3.0,0120"
    for second in range(13, 34):  # it is 2023-11-14 22:13:20, and 1024 weeks before that was 2004-03-30
        for body in (f"GPZDA,2213{second},30,03,2004,00,00", position.format(f"2213{second - 1}.50")):
            bed.take(sentence(body) + b"\r\n")
        bed.clock.advance(1)
    status = bed.intake.status()
    assert status.clock_is_wrong
    assert status.clock_difference_ns is not None
    assert abs(status.clock_difference_ns + 1024 * 7 * 86_400 * NS_PER_SECOND) < 10 * NS_PER_SECOND
    assert status.counters.time_steps_back == 0
    bed.take(sentence("GPZDA,221320,30,03,2004,00,00") + b"\r\n")
    assert bed.intake.status().counters.time_steps_back == 1


def test_the_difference_of_its_clock_is_a_reading_once_a_second() -> None:
    bed = Bed("ZDA", "HDT")
    given = []
    for tenth in range(25):  # its clock is 1.56 s behind, and it speaks ten times a second
        said = f"GPZDA,2213{18 + (tenth + 4) // 10}.{(tenth + 4) % 10}4,14,11,2023,00,00"
        chunk = Chunk(sentence(said) + b"\r\n" + HEADING, Instant.now(bed.clock))
        given.append({one.name: one.value for one in bed.intake.take([chunk])})
        bed.clock.advance(0.1)
    differences = {place: one["clock_difference"] for place, one in enumerate(given) if "clock_difference" in one}
    assert set(differences) == {0, 10, 20}
    assert set(differences.values()) == {-1.6}
    assert all(one["heading"] == 127.4 for one in given)


def test_the_newest_records_are_kept_with_what_became_of_each() -> None:
    bed = Bed("HDT")
    bed.take(HEADING + b"$HEHDT,1*00\r\n")
    understood, refused = bed.intake.lines(-1)
    assert (understood.number, understood.data, understood.refusal) == (0, HEADING.rstrip(), "")
    assert understood.definition == "HDT"
    assert refused.refusal
    assert [one.number for one in bed.intake.lines(0)] == [1]
    for _ in range(3 * LINES_KEPT):
        bed.take(HEADING)
    assert len(bed.intake.lines(-1)) == LINES_KEPT
    assert bed.intake.lines(-1)[-1].number == 3 * LINES_KEPT + 1


def test_a_record_without_end_is_shown_cut() -> None:
    bed = Bed("DEPTH", framing="line")
    bed.take(b"x" * 2000 + b"\n")
    assert len(bed.intake.lines(-1)[0].data) == LINE_BYTES_MAX
