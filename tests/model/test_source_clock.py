"""How the difference between an instrument's clock and this computer's is told."""

import pytest

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.source_clock import difference_text, rolled_over_weeks

DAY = 86_400
WEEKS = 1024 * 7 * DAY


@pytest.mark.parametrize(("seconds", "weeks", "text"), [
    (0.24, 0, "+0.2 s"),
    (-13.04, 0, "-13.0 s"),
    (-0.01, 0, "+0.0 s"),
    (-7384, 0, "-2 h 3 min 4 s"),
    (3 * DAY, 0, "+3 days"),
    (-WEEKS, 1024, "-1024 weeks"),
    (-WEEKS - 0.8, 1024, "-1024 weeks"),
    (-2 * WEEKS + 3600, 2048, "-2048 weeks"),
    (WEEKS, 0, "+7168 days"),
    (-WEEKS + 2 * DAY, 0, "-7166 days"),
])
def test_a_difference_of_1024_weeks_is_called_so(seconds: float, weeks: int, text: str) -> None:
    difference_ns = int(seconds * NS_PER_SECOND)
    assert rolled_over_weeks(difference_ns) == weeks
    assert difference_text(difference_ns) == text
