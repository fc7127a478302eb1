"""`telemetry show`: what is printed of sources and readings."""

from typing import Any

from seacorder.cli.telemetry_show import lines_of

SOURCE: dict[str, Any] = {
    "name": "Survey", "address": "udp://:5005", "state": "live", "why": None, "records": 12_345, "noise_bytes": 0,
    "bad_checksums": 2, "wrong_fields": 0, "wrong_types": 0, "out_of_range": 0, "unknown_records": 0,
    "dropped_datagrams": 0, "time_steps_back": 0, "refusal": "", "clock_difference_seconds": -13.04,
    "definitions_refused": [],
}
DEPTH = {"name": "depth", "value": 12.5, "unit": "m", "state": "fresh", "age_seconds": 0.21, "source": "Survey"}
ALTITUDE = {"name": "altitude", "value": None, "unit": "m", "state": "none", "age_seconds": 3.0, "source": "Survey"}


def test_sources_with_what_was_counted_and_readings_with_their_age() -> None:
    assert lines_of({"items": [SOURCE]}, {"items": [ALTITUDE, DEPTH]}) == [
        "Survey  udp://:5005  live  12,345 records, 2 bad checksums, clock -13.0 s",
        "",
        "  altitude  ---                 none       3.0 s ago  Survey",
        "  depth     12.5 m              fresh      0.2 s ago  Survey",
    ]


def test_what_is_wrong_is_said_below_a_source() -> None:
    why = {"fact": "UDP port 5005 is taken by another program.", "action": "End the other program."}
    wrong = SOURCE | {"state": "failed", "why": why, "refusal": "It has 3 fields.", "definitions_refused": ["rov"]}
    lines = lines_of({"items": [wrong]}, {"items": []})
    assert lines[1:4] == [
        "    UDP port 5005 is taken by another program. End the other program.",
        "    Refused last: It has 3 fields.",
        "    Not used any more, because they took too long: rov",
    ]


def test_datagrams_that_were_lost_are_said() -> None:
    lines = lines_of({"items": [SOURCE | {"dropped_datagrams": 1_204}]}, {"items": []})
    assert "1,204 datagrams lost, which came faster than they were read" in lines[0]


def test_a_clock_that_goes_back_or_is_1024_weeks_behind_is_said() -> None:
    (line, *_) = lines_of(
        {"items": [SOURCE | {"time_steps_back": 3, "clock_difference_seconds": -619_315_201.226}]}, {"items": []}
    )
    assert line.endswith("2 bad checksums, 3 steps back of its time, clock -1024 weeks")


def test_without_sources_it_says_how_to_get_one() -> None:
    assert "[[telemetry]]" in lines_of({"items": []}, {"items": []})[0]
