"""A row a second: kept in order, bounded, with no value where there was none."""


from seacorder.base.clock import NS_PER_SECOND
from seacorder.control.telemetry.history import RECENT_NS, SECONDS_HELD, History, Recent
from seacorder.model.instant import Instant
from seacorder.model.reading import Reading, ReadingState, Value

BEGIN_NS = 1_700_000_000 * NS_PER_SECOND


def reading(name: str, value: Value | None, second: float = 0, state: ReadingState = ReadingState.FRESH) -> Reading:
    ns = int(second * NS_PER_SECOND)
    return Reading(name, value, "m", state, Instant(ns, BEGIN_NS + ns), "GPS")


def filled(*rows: tuple[Reading, ...]) -> History:
    history = History()
    for second, row in enumerate(rows):
        history.add(BEGIN_NS + second * NS_PER_SECOND, row)
    return history


def values(
    history: History, from_s: float = 0, to_s: float = 1e6, interval_s: float = 1, *names: str
) -> list[dict[str, Value | None]]:
    begin, end = (BEGIN_NS + int(seconds * NS_PER_SECOND) for seconds in (from_s, to_s))
    return [dict(row.values) for row in history.rows(begin, end, int(interval_s * NS_PER_SECOND), names)]


def test_a_field_that_begins_later_has_no_value_before() -> None:
    history = filled((reading("depth", 1.0),), (reading("depth", 2.0), reading("beacon", "M17")))
    assert values(history) == [{"depth": 1.0, "beacon": None}, {"depth": 2.0, "beacon": "M17"}]
    assert history.units == {"depth": "m", "beacon": "m"}


def test_stale_and_none_are_no_value() -> None:
    history = filled(
        (reading("depth", 1.0),), (reading("depth", 1.0, state=ReadingState.STALE),),
        (reading("depth", None, state=ReadingState.NONE),), (),
    )
    assert values(history) == [{"depth": 1.0}, {"depth": None}, {"depth": None}, {"depth": None}]


def test_values_in_another_unit_than_before_are_not_mixed() -> None:
    history = filled((reading("depth", 1.0), reading("heading", 9.0)), (reading("depth", 2.0),))
    history.add(BEGIN_NS + 2 * NS_PER_SECOND, (reading("depth", 3.0)._replace(unit="ft"),))
    assert [row["depth"] for row in values(history)] == [None, None, 3.0]
    assert [row["heading"] for row in values(history)] == [9.0, None, None]
    assert history.units["depth"] == "ft"


def test_a_range_an_interval_and_fields() -> None:
    history = filled(*((reading("depth", float(second)), reading("heading", 0.0)) for second in range(10)))
    assert values(history, 2, 8, 3, "depth") == [{"depth": 2.0}, {"depth": 5.0}]
    assert values(history, 2.5, 8, 2, "depth") == [{"depth": 3.0}, {"depth": 5.0}, {"depth": 7.0}]
    assert values(history, 20) == []
    assert values(history, 0, 1, 1, "nothing") == [{}]


def test_a_wall_clock_that_was_set_back_keeps_rows_in_order() -> None:
    history = filled(*((reading("depth", float(second)),) for second in range(5)))
    history.add(BEGIN_NS + 2 * NS_PER_SECOND, (reading("depth", 9.0),))
    assert values(history) == [{"depth": 0.0}, {"depth": 1.0}, {"depth": 9.0}]


def test_the_oldest_rows_are_dropped_after_a_day() -> None:
    history = History()
    row = (reading("depth", 1.0), reading("beacon", "M17"))
    for second in range(SECONDS_HELD + 8_000):
        history.add(BEGIN_NS + second * NS_PER_SECOND, row)
    count = len(values(history))
    assert SECONDS_HELD <= count <= SECONDS_HELD + 3_600


def test_the_recent_ones_are_bounded_in_time() -> None:
    recent = Recent({"GPS": 5 * NS_PER_SECOND})
    for second in range(100):
        recent.take(reading("depth", float(second), second))
    assert recent.at(20 * NS_PER_SECOND) == ()
    newest_ns = 99 * NS_PER_SECOND
    assert [one.value for one in recent.at(newest_ns - RECENT_NS)] == [39.0]
