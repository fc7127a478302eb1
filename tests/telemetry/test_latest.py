"""Which source a field is taken from, and when its value is stale or none."""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.instant import Instant
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.model.telemetry import TelemetrySource
from seacorder.telemetry.change_texts import change_sentences
from seacorder.telemetry.latest import CANDIDATES_MAX, FIELDS_MAX, Latest

FIRST, SECOND = 0, 1


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says."""

    definition: str
    fields: tuple[tuple[str, str], ...]
    values: tuple[Value | None, ...]
    source_utc_ns: int | None = None
    header: str = ""


def latest(*, prefer: tuple[str, ...] = ()) -> Latest:
    sources = (TelemetrySource("GPS", "udp://:1"), TelemetrySource("INS", "udp://:2", prefer=prefer))
    return Latest(sources, [("GGA", "RMC"), ("GGA",)])


def at(seconds: float) -> Instant:
    return Instant(int(seconds * NS_PER_SECOND), int((1_000_000 + seconds) * NS_PER_SECOND))


def depth(value: Value | None, definition: str = "GGA", header: str = "") -> Said:
    return Said(definition, (("depth", "m"),), (value,), header=header)


def shown(readings: list[Reading]) -> list[tuple[Value | None, ReadingState, str]]:
    return [(one.value, one.state, one.source) for one in readings]


def test_each_value_renews_its_field() -> None:
    table = latest()
    for second, value in enumerate((1.0, 2.0, 2.0)):
        (reading,) = table.take(FIRST, depth(value), at(second))
        assert (reading.value, reading.state, reading.received) == (value, ReadingState.FRESH, at(second))


def test_no_value_is_said_once_and_is_not_the_old_number() -> None:
    table = latest()
    table.take(FIRST, depth(1.2), at(0))
    assert shown(table.take(FIRST, depth(None), at(1))) == [(None, ReadingState.NONE, "GPS")]
    assert table.take(FIRST, depth(None), at(2)) == []
    assert shown(table.all(at(2).monotonic_ns)) == [(None, ReadingState.NONE, "GPS")]
    assert shown(table.take(FIRST, depth(1.3), at(3))) == [(1.3, ReadingState.FRESH, "GPS")]


def test_a_value_is_stale_after_five_seconds_and_that_is_said_once() -> None:
    table = latest()
    table.take(FIRST, depth(1.2), at(0))
    assert table.has_fresh
    assert table.look(at(5).monotonic_ns) == []
    assert shown(table.look(at(5.1).monotonic_ns)) == [(1.2, ReadingState.STALE, "GPS")]
    assert not table.has_fresh
    assert table.look(at(6).monotonic_ns) == []


def test_the_source_that_stands_first_is_preferred_whichever_spoke_first() -> None:
    table = latest()
    assert shown(table.take(SECOND, depth(2.0), at(0))) == [(2.0, ReadingState.FRESH, "INS")]
    assert shown(table.take(FIRST, depth(1.0), at(0.1))) == [(1.0, ReadingState.FRESH, "GPS")]
    assert table.take(SECOND, depth(2.1), at(0.2)) == []


def test_a_source_is_preferred_for_the_fields_that_it_names() -> None:
    table = latest(prefer=("depth",))
    table.take(FIRST, depth(1.0), at(0))
    assert shown(table.take(SECOND, depth(2.0), at(0.1))) == [(2.0, ReadingState.FRESH, "INS")]
    assert table.take(FIRST, depth(1.1), at(0.2)) == []


def test_of_one_source_the_definition_that_stands_first_is_preferred_and_no_change_is_told() -> None:
    table = latest()
    table.take(FIRST, depth(2.0, "RMC"), at(0))
    assert shown(table.take(FIRST, depth(1.0), at(0.1))) == [(1.0, ReadingState.FRESH, "GPS")]
    assert table.take(FIRST, depth(2.1, "RMC"), at(0.2)) == []
    assert shown(table.take(FIRST, depth(None), at(0.3))) == [(2.1, ReadingState.FRESH, "GPS")]
    assert table.changes() == []


def test_two_talkers_of_one_sentence_do_not_overwrite_each_other() -> None:
    table = latest()
    table.take(FIRST, depth(2.2, header="INDPT"), at(0))
    assert table.take(FIRST, depth(4674.7, header="KIDPT"), at(0.1)) == []
    assert shown(table.take(FIRST, depth(2.3, header="INDPT"), at(1))) == [(2.3, ReadingState.FRESH, "GPS")]
    assert table.take(FIRST, depth(4674.8, header="KIDPT"), at(5)) == []
    assert shown(table.look(at(6.1).monotonic_ns)) == [(4674.8, ReadingState.FRESH, "GPS")]
    assert table.changes() == []


def test_another_order_of_definitions_changes_who_is_preferred_and_one_that_is_gone_becomes_stale() -> None:
    table = latest()
    table.take(FIRST, depth(1.0), at(0))
    table.use(FIRST, ("RMC", "GGA"))
    assert shown(table.take(FIRST, depth(2.0, "RMC"), at(0.1))) == [(2.0, ReadingState.FRESH, "GPS")]
    table.use(FIRST, ("GGA",))
    assert shown(table.take(FIRST, depth(3.0), at(0.2))) == [(3.0, ReadingState.FRESH, "GPS")]
    table.use(FIRST, ("HDT",))
    assert shown(table.look(at(5.3).monotonic_ns)) == [(3.0, ReadingState.STALE, "GPS")]


def test_the_second_source_takes_over_by_itself_and_the_first_is_returned_to_when_it_is_well() -> None:
    table = latest()
    table.take(FIRST, depth(1.0), at(0))
    for second in range(6):
        table.take(SECOND, depth(2.0 + second), at(second))
    assert shown(table.look(at(5.2).monotonic_ns)) == [(7.0, ReadingState.FRESH, "INS")]
    assert list(change_sentences(table.changes())) == [
        ("Depth now comes from INS instead of GPS, of which nothing comes that is understood.", False)
    ]
    table.take(SECOND, depth(8.0), at(6))
    for tenth in range(60, 109):
        assert table.take(FIRST, depth(1.1), at(tenth / 10)) == [], "one that has just come back is not trusted yet"
        table.take(SECOND, depth(8.0), at(tenth / 10))
    assert shown(table.take(FIRST, depth(1.2), at(11))) == [(1.2, ReadingState.FRESH, "GPS")]
    assert list(change_sentences(table.changes())) == [
        ("Depth now comes from GPS instead of INS, which goes before it and gives values again.", True)
    ]


def test_a_source_that_says_that_it_has_no_value_is_left_at_once() -> None:
    table = latest()
    table.take(FIRST, depth(1.0), at(0))
    table.take(SECOND, depth(2.0), at(0.1))
    assert shown(table.take(FIRST, depth(None), at(0.2))) == [(2.0, ReadingState.FRESH, "INS")]
    (sentence, _), *_ = change_sentences(table.changes())
    assert sentence == "Depth now comes from INS instead of GPS, which says that it has no value."


def test_one_that_was_left_is_returned_to_at_once_when_the_other_fails() -> None:
    table = latest()
    table.take(FIRST, depth(1.0), at(0))
    table.take(SECOND, depth(2.0), at(0.1))
    table.take(FIRST, depth(None), at(0.2))
    assert table.take(FIRST, depth(1.1), at(0.3)) == []
    assert shown(table.take(SECOND, depth(None), at(0.4))) == [(1.1, ReadingState.FRESH, "GPS")]


def test_when_no_source_has_a_value_the_newest_word_counts() -> None:
    table = latest()
    table.take(FIRST, depth(1.0), at(0))
    table.take(SECOND, depth(None), at(0.5))
    assert shown(table.look(at(5.1).monotonic_ns)) == [(None, ReadingState.NONE, "INS")]


def test_all_fields_of_two_sources_that_change_together_are_one_sentence() -> None:
    table = latest()
    both = (("latitude", "°"), ("longitude", "°"))
    table.take(FIRST, Said("GGA", both, (57.1, 2.0)), at(0))
    table.take(SECOND, Said("GGA", both, (57.2, 2.1)), at(4))
    assert len(table.look(at(5.5).monotonic_ns)) == 2
    ((sentence, _),) = change_sentences(table.changes())
    assert sentence.startswith("Latitude and longitude now come from INS")


def test_names_of_fields_that_never_end_are_bounded() -> None:
    table = latest()
    for number in range(FIELDS_MAX + 10):
        table.take(FIRST, Said("XDR", ((f"name{number}", ""),), (1.0,)), at(0))
    assert len(table.all(at(0).monotonic_ns)) == FIELDS_MAX


def test_talkers_that_never_end_are_bounded_and_the_one_that_is_shown_stays() -> None:
    table = latest()
    table.take(FIRST, depth(1.0, header="SDDPT"), at(0))
    for number in range(2 * CANDIDATES_MAX):
        assert table.take(FIRST, depth(2.0, header=f"{number}DPT"), at(0.1 + number / 1000)) == []
    assert shown(table.take(FIRST, depth(1.1, header="SDDPT"), at(1))) == [(1.1, ReadingState.FRESH, "GPS")]
