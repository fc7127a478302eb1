"""`observe`, `observations`, and what can be done to them."""

import json
from pathlib import Path
from typing import Any

import pytest

from seacorder.client.recorder import PAGE_ROWS

KINDS = {"items": [{"code": "AN", "fields": [{"name": "clock", "type": "clock"}, {"name": "tag", "type": "text"}]}]}
PLACE = {"channel": "Bow", "path": "/data/bow.mp4", "offset_seconds": 12.5, "frame": 312}


ID = "20260504T030201.123Z"


def one(**more: Any) -> dict[str, Any]:
    return {
        "id": ID, "is_closed_by_stop": False, "to_places": [],
        "utc": "2026-05-04T03:02:01.123456Z", "to_utc": None, "code": "AN", "number": 7, "label": "Anode",
        "state": "point", "fields": {}, "text": "", "places": [PLACE], **more,
    }


def test_a_code_alone_is_one_press(seacorder, web) -> None:
    web.json("POST /api/v1/kinds/AN", one(), 201)
    ended = seacorder("observe", "AN", "--url", web.url)
    assert ended.code == 0
    assert ended.out.splitlines() == [
        f"{ID}  2026-05-04T03:02:01Z  AN 7 Anode", "  Bow: /data/bow.mp4  12.500 s  frame 312",
    ]


def test_only_fields_that_take_a_number_are_sent_as_one(seacorder, web) -> None:
    web.json("GET /api/v1/kinds", KINDS)
    web.json("POST /api/v1/kinds/an", one(text="Worn", fields={"clock": 6.0, "tag": "12"}), 201)
    ended = seacorder("observe", "an", "Worn", "--field", "clock=6", "--field", "tag=12", "--url", web.url)
    assert ended.out.splitlines()[0] == f"{ID}  2026-05-04T03:02:01Z  AN 7 Anode  clock=6 tag=12  Worn"
    assert web.asked[-1][1] == {"text": "Worn", "fields": {"clock": 6.0, "tag": "12"}}


@pytest.mark.parametrize("field", ["clock", "=6"])
def test_a_field_without_a_name_or_a_value_is_refused(seacorder, web, field: str) -> None:
    web.json("GET /api/v1/kinds", KINDS)
    ended = seacorder("observe", "AN", "--field", field, "--url", web.url)
    assert ended.code == 2
    assert "name=value" in ended.err


def test_the_list_says_what_is_open_and_what_was_withdrawn(seacorder, web) -> None:
    items = [one(state="open", code="FS", label="Free span"), one(state="withdrawn"),
             one(state="closed", to_utc="2026-05-04T03:03:01.5Z"),
             one(state="closed", to_utc="2026-05-04T03:03:01.5Z", is_closed_by_stop=True)]
    web.json(f"GET /api/v1/observations?limit={PAGE_ROWS}&dive=12", {"items": items, "next_cursor": None})
    ended = seacorder("observations", "--dive", "12", "--url", web.url)
    assert ended.out.splitlines() == [
        f"{ID}  2026-05-04T03:02:01Z  FS 7 Free span [open]", f"{ID}  2026-05-04T03:02:01Z  AN 7 Anode [withdrawn]",
        f"{ID}  2026-05-04T03:02:01Z to 03:03:01  AN 7 Anode",
        f"{ID}  2026-05-04T03:02:01Z to 03:03:01  AN 7 Anode [closed by the stop]",
    ]


def test_the_press_that_ends_a_span_tells_the_places_of_its_end(seacorder, web) -> None:
    web.json("POST /api/v1/kinds/FS", one(to_utc="2026-05-04T03:03:01Z", to_places=[PLACE | {"frame": 912}]))
    told = seacorder("observe", "FS", "--url", web.url).out
    assert told.splitlines()[1:] == ["  Bow: /data/bow.mp4  12.500 s  frame 912"]


def test_a_text_with_the_end_of_a_span_goes_with_the_press(seacorder, web) -> None:
    web.json("POST /api/v1/kinds/FS", one(to_utc="2026-05-04T03:03:01Z", to_places=[PLACE]))
    assert seacorder("observe", "FS", "Both ends seen", "--url", web.url).code == 0
    assert web.asked[-1] == ("POST /api/v1/kinds/FS", {"text": "Both ends seen"})


def test_one_of_the_past_is_entered_and_closes_nothing(seacorder, web) -> None:
    web.json("POST /api/v1/observations", one(), 201)
    assert seacorder("observe", "FS", "--at", "2026-05-04T03:02:01Z", "--url", web.url).code == 0
    assert web.asked[-1][1] == {"code": "FS", "utc": "2026-05-04T03:02:01Z"}


def test_a_change_sends_what_was_said_and_nothing_else(seacorder, web) -> None:
    web.json("GET /api/v1/kinds", KINDS)
    web.json(f"GET /api/v1/observations/{ID}", one())
    for what in ("revise", "withdraw"):
        web.json(f"POST /api/v1/observations/{ID}/{what}", one())
    revise = ("observations", "revise", ID, "--url", web.url)
    assert seacorder(*revise, "Gone", "--field", "clock=", "--reason", "Seen again").out.startswith(ID)
    seacorder(*revise, "--field", "clock=3", "--field", "tag=7")
    seacorder(*revise, "", "--author", "Ann")
    seacorder("observations", "withdraw", ID, "--reason", "A shadow", "--url", web.url)
    assert [body for command, body in web.asked if command.startswith("POST")] == [
        {"text": "Gone", "fields": {"clock": ""}, "reason": "Seen again"}, {"fields": {"clock": 3, "tag": "7"}},
        {"text": "", "author": "Ann"}, {"reason": "A shadow"},
    ]


def test_an_export_overwrites_nothing_and_knows_its_forms(seacorder, web, tmp_path: Path) -> None:
    web.json("GET /api/v1/observations/export?format=json", {"items": []})
    file = tmp_path / "dive.json"
    assert seacorder("observations", "export", file, "--url", web.url).code == 0
    assert json.loads(file.read_text()) == {"items": []}
    again = seacorder("observations", "export", file, "--url", web.url)
    assert (again.code, "exists" in again.err) == (2, True)
    other = seacorder("observations", "export", tmp_path / "dive.doc", "--url", web.url)
    assert (other.code, ".xlsx" in other.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["dive.json"]
