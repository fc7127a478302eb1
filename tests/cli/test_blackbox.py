"""`blackbox` and `blackbox keep`."""

from datetime import UTC, datetime
from typing import Any

import pytest

from seacorder.base.errors import BadRequest
from seacorder.cli.blackbox import read_time

NOW = datetime(2026, 5, 4, 3, 12, tzinfo=UTC)
ANSWER: dict[str, Any] = {
    "root": "/bb", "bytes": 2_500_000_000, "max_bytes": 100_000_000_000, "files": 12, "why": None,
    "channels": [
        {"name": "Bow", "is_recording": True, "why": None},
        {"name": "Stern", "is_recording": False, "why": {"fact": "/bb is full.", "action": ""}},
    ],
    "stretches": [
        {"channel": "Bow", "from_utc": "2026-05-04T03:02:01.5Z", "to_utc": "2026-05-04T03:12:01.5Z", "files": 12,
         "bytes": 2_500_000_000},
    ],
}
KEPT = {
    "recording_id": "20260504T030201.500Z", "channels": ["Bow"], "from_utc": "2026-05-04T03:02:01.500000Z",
    "to_utc": "2026-05-04T03:12:01.500000Z", "files": 12, "losses": 1, "is_linked": True, "folder": "/data/DATA_1",
}


def test_it_says_what_is_recorded_and_what_is_held(seacorder, web) -> None:
    web.json("GET /api/v1/blackbox", ANSWER)
    assert seacorder("blackbox", "--url", web.url).out.splitlines() == [
        "Blackbox /bb: 2.5 of 100.0 GB, 12 complete files",
        "  Bow: ● recorded",
        "    2026-05-04T03:02:01Z to 2026-05-04T03:12:01Z  2.50 GB",
        "  Stern: NOT recorded: /bb is full.",
    ]


def test_a_stretch_is_kept(seacorder, web) -> None:
    web.json("POST /api/v1/blackbox/keep", KEPT, 201)
    ended = seacorder("blackbox", "keep", "2026-05-04T03:02:00Z", "2026-05-04T03:12:00+00:00", "--url", web.url)
    assert ended.out.splitlines()[0] == "Kept as recording 20260504T030201.500Z: Bow"
    assert "hard links, which take no room" in ended.out
    assert web.asked[-1][1] == {"from": "2026-05-04T03:02:00+00:00", "to": "2026-05-04T03:12:00+00:00"}


def test_what_is_no_time_is_refused(seacorder, web) -> None:
    ended = seacorder("blackbox", "keep", "breakfast", "now", "--url", web.url)
    assert ended.code == 2
    assert "'breakfast' is no time." in ended.err


@pytest.mark.parametrize(("text", "read"), [
    ("now", "2026-05-04T03:12:00+00:00"),
    ("90s", "2026-05-04T03:10:30+00:00"),
    ("15 min", "2026-05-04T02:57:00+00:00"),
    ("1.5h", "2026-05-04T01:42:00+00:00"),
    ("2026-05-04T03:02:01Z", "2026-05-04T03:02:01+00:00"),
])
def test_times(text: str, read: str) -> None:
    assert read_time(text, NOW) == read


def test_a_time_without_a_zone_is_that_of_this_computer() -> None:
    here = datetime(2026, 5, 4, 3, 2).astimezone()
    assert read_time("2026-05-04T03:02", NOW) == here.isoformat()


@pytest.mark.parametrize("text", ["10 minutes ago", "99999999h", "9999999999999999h"])
def test_other_words_are_no_time(text: str) -> None:
    with pytest.raises(BadRequest, match="is no time"):
        read_time(text, NOW)
