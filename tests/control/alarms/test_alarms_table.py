"""docs/programs/events.md tells programs of every alarm, with the limits of the code."""

import re
from pathlib import Path

import pytest

from seacorder.control.alarms.rules import LOW_SECONDS, SLOW_SHARE, VERY_LOW_SECONDS
from seacorder.model.alarm import AlarmKind

pytestmark = pytest.mark.docs
PAGE = (Path(__file__).parents[3] / "docs/programs/events.md").read_text("utf-8").partition("\n## Alarms\n")[2]
ROWS = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", PAGE, re.MULTILINE))


def test_every_alarm_has_its_row_and_none_is_gone() -> None:
    assert set(ROWS) == {kind.value for kind in AlarmKind}


@pytest.mark.parametrize("kind", AlarmKind)
def test_a_row_says_whose_it_is_how_severe_and_when(kind: AlarmKind) -> None:
    of, severity, when = ROWS[kind].split(" | ")
    assert of in {"a channel", "the narration", "a source of survey data", "a target of copies", "Seacorder"}
    assert severity.startswith(("warning", "alarm"))
    assert when.endswith(".")


def test_the_limits_are_those_of_the_code() -> None:
    low = f"below {LOW_SECONDS / 60:.0f} minutes, alarm below {VERY_LOW_SECONDS / 60:.0f}"
    assert low in ROWS["disk_low"]
    assert f"Ends at {LOW_SECONDS * 1.1 / 60:.0f} minutes." in ROWS["disk_low"]
    assert SLOW_SHARE == 1 / 4
    assert "A quarter of a channel's `queue_bytes`" in ROWS["disk_slow"]
