"""A row has what was valid at its instant: not what came later, and nothing that has become stale."""

from seacorder.model.instant import Instant
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.telemetry.logs.sampling import Current, Sampling

SECOND = 10**9
UTC = 1_777_863_721 * SECOND


def _at(seconds: float) -> Instant:
    return Instant(int(seconds * SECOND), UTC + int(seconds * SECOND))


def _depth(seconds: float, value: Value | None, state: ReadingState = ReadingState.FRESH) -> Reading:
    return Reading("depth", value, "m", state, _at(seconds), "ROV")


def test_rows_are_due_at_the_origin_and_then_each_interval() -> None:
    current = Current()
    sampling = Sampling(_at(10), SECOND, current)
    rows = []
    for reading in (_depth(10.5, 1.0), _depth(11.0, 2.0), _depth(12.2, 3.0)):
        rows += sampling.due(reading.received)
        current.take(reading)
    assert [(row.instant, row.values) for row in rows] == [
        (_at(10), {}), (_at(11), {"depth": 2.0}), (_at(12), {"depth": 2.0})
    ]


def test_a_stale_value_and_none_leave_the_row_empty() -> None:
    current = Current()
    assert current.take(_depth(1, 5.0))
    assert not current.take(_depth(2, 5.0))
    assert current.take(_depth(1, 5.0, ReadingState.STALE))
    assert current.values == {}
    assert current.take(_depth(3, 6.0))
    assert current.take(_depth(4, None, ReadingState.NONE))
    assert (current.values, current.units) == ({}, {"depth": "m"})


def test_a_value_in_another_unit_does_not_stand_under_the_columns_unit() -> None:
    current = Current()
    current.take(_depth(1, 5.0))
    assert current.under({"depth": "m"}, current.values) == {"depth": 5.0}
    assert current.under({"heading": "°"}, current.values) == {"depth": 5.0}, "a field without a column"
    current.take(_depth(2, 16.0)._replace(unit="ft"))
    assert current.under({"depth": "m"}, current.values) == {"depth (ft)": 16.0}
    assert current.under({"depth": "ft"}, current.values) == {"depth": 16.0}


def test_after_a_long_pause_only_the_newest_row_is_given() -> None:
    sampling = Sampling(_at(0), SECOND, Current())
    assert [row.instant for row in sampling.due(_at(1000.5))] == [_at(999), _at(1000)]
