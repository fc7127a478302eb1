"""`recordings rules`: what goes by itself, what stays, and why."""

from typing import Any

from seacorder.cli.removal_rules import lines_of

OFF: dict[str, Any] = {
    "is_on": False, "older_than_days": 0.0, "keep_at_most_bytes": 0, "keep_free_bytes": 0, "copies": 1,
    "held_bytes": 0, "ages_count_from_utc": None, "clock": None, "removing": None, "items": [],
}
WHY = "It ended 61 days ago, and older_than_days is 60."
GOES = {"recording_id": "r2", "bytes": 7000, "why": WHY, "hindrance": None}
STAYS = {"recording_id": "r1", "bytes": 70, "why": WHY, "hindrance": {"fact": "No copy.", "action": "Look."}}


def test_without_a_rule_it_says_so(seacorder, web) -> None:
    web.json("GET /api/v1/removals/rules", OFF)
    told = seacorder("recordings", "rules", "--url", web.url).out
    assert told == "Nothing is removed by itself: the settings file has no limit in [removal].\n"


def test_what_goes_and_what_stays() -> None:
    on = OFF | {"is_on": True, "older_than_days": 60.0, "keep_free_bytes": 5000, "held_bytes": 7070, "copies": 2}
    head = (
        "Recordings go by themselves older than 60 days, or with less than 5,000 bytes free on a disk, once 2 verified "
        "copies were compared. All recordings have 7,070 bytes."
    )
    assert lines_of(on) == [head, "Nothing is to go now."]
    assert lines_of(on | {"items": [STAYS, GOES], "removing": "r2"}) == [
        head,
        "r2 is being compared with its copies, and goes then.",
        f"STAYS  r1  70 bytes  {WHY}",
        "       No copy. Look.",
        f"goes   r2  7,000 bytes  {WHY}",
    ]


def test_a_clock_that_was_changed_is_told() -> None:
    changed = OFF | {
        "is_on": True, "older_than_days": 60.0, "ages_count_from_utc": "2026-05-04T03:02:01.123456Z",
        "clock": {"fact": "This computer's clock is in 1970.", "action": "Set it."},
    }
    assert lines_of(changed)[1:3] == [
        "This computer's clock is in 1970. Set it.",
        "The clock was changed: ages count from 2026-05-04T03:02:01Z on at the earliest.",
    ]
