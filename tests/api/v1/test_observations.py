"""`/api/v1/observations` and `/api/v1/kinds` on the wire, and the files that are exported."""

import csv
import io
import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from fakes.recorder import FakeRecorder
from seacorder.api.v1 import observations
from seacorder.api.v1.observation_views import ObservationView, observation_view
from seacorder.model.observation import Observation

BOOK = "/api/v1/observations"


async def enter(client: httpx.AsyncClient, code: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(BOOK, json={"code": code, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_answer_has_all_that_programs_rely_on(client: httpx.AsyncClient) -> None:
    one = await enter(client, "an", text="Worn", fields={"clock": 6})
    assert {"id", "number", "code", "class", "utc", "to_utc", "readings", "places", "stills", "clips", "revisions"} <= {
        *one
    }
    assert (one["code"], one["class"], one["number"], one["to_utc"]) == ("AN", "finding", 1, None)
    assert (one["text"], one["fields"], one["entered_by"]) == ("Worn", {"clock": 6}, "api")
    assert one["places"] == [{
        "channel": "Bow", "recording_id": "r1", "part": 1, "path": "/data/Bow.mp4", "offset_seconds": 12.5,
        "frame": 312, "is_exact": True,
    }]
    assert {"name": "altitude", "value": None, "state": "none"}.items() <= one["readings"][3].items()
    assert (await client.get(f"{BOOK}/{one['id']}")).json() == one


async def test_one_press_needs_no_body_and_closes_what_it_has_opened(client: httpx.AsyncClient) -> None:
    opened = await client.post("/api/v1/kinds/fs")
    assert (opened.status_code, opened.json()["state"], opened.json()["entered_by"]) == (201, "open", "key")
    kinds = (await client.get("/api/v1/kinds")).json()["items"]
    assert {kind["code"]: kind["open"] for kind in kinds}["FS"] == opened.json()["id"]
    closed = await client.post("/api/v1/kinds/FS", json={"fields": {"height": 0.3}})
    assert (closed.status_code, closed.json()["state"], closed.json()["fields"]) == (200, "closed", {"height": 0.3})
    assert closed.json()["id"] == opened.json()["id"]


async def test_it_is_closed_revised_and_withdrawn(client: httpx.AsyncClient) -> None:
    one = await enter(client, "BU")
    assert (await client.post(f"{BOOK}/{one['id']}/close")).json()["to_utc"] is not None
    assert (await client.post(f"{BOOK}/{one['id']}/close")).status_code == 409
    edit = {"text": "Rock dump", "author": "Bo", "reason": "seen again"}
    assert (await client.post(f"{BOOK}/{one['id']}/revise", json=edit)).json()["text"] == "Rock dump"
    gone = (await client.post(f"{BOOK}/{one['id']}/withdraw", json={"reason": "other pipe"})).json()
    assert gone["state"] == "withdrawn"
    assert [(rev["kind"], rev["author"], rev["reason"]) for rev in gone["revisions"]] == [
        ("entered", "", ""), ("closed", "", ""), ("revised", "Bo", "seen again"), ("withdrawn", "", "other pipe"),
    ]


async def test_the_list_is_paged_and_filtered(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    for code in ("AN", "FJ", "AN"):
        await enter(client, code)
    page = (await client.get(BOOK, params={"kind": "an", "limit": 1})).json()
    rest = (await client.get(BOOK, params={"kind": "an", "limit": 1, "cursor": page["next_cursor"]})).json()
    assert [one["number"] for one in (*page["items"], *rest["items"])] == [1, 3]
    query = {"from": "2026-01-01T00:00:00Z", "class": "anomaly", "text": "worn", "dive": "12", "newest_first": "true"}
    await client.get(BOOK, params=query)
    asked = recorder.catalogue.pages[-1]
    assert (asked.observation_class, asked.text, asked.dive, asked.newest_first) == ("anomaly", "worn", "12", True)


async def test_an_outline_says_the_same_in_short(client: httpx.AsyncClient) -> None:
    await enter(client, "an", text="Worn", fields={"clock": 6})
    span = await enter(client, "BU", text="Rocks")
    closed = (await client.post(f"{BOOK}/{span['id']}/close")).json()
    await enter(client, "FS")
    whole = (await client.get(BOOK)).json()["items"]
    outlines = (await client.get(f"{BOOK}/outlines")).json()
    assert outlines["next_cursor"] is None
    assert len(outlines["items"]) == 3
    assert [one.items() <= other.items() for one, other in zip(outlines["items"], whole, strict=True)] == [True] * 3
    assert {one["to_utc"] for one in outlines["items"]} == {None, closed["to_utc"]}


async def test_a_span_that_somebody_closes_at_once_was_entered_all_the_same(
    client: httpx.AsyncClient, recorder: FakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    press = recorder.observations.press

    async def pressed(code: str, *more: Any) -> Observation:
        return await recorder.observations.close((await press(code, *more)).id)

    monkeypatch.setattr(recorder.observations, "press", pressed)
    answer = await client.post("/api/v1/kinds/fs")
    assert (answer.status_code, answer.json()["state"]) == (201, "closed")


async def test_a_list_shows_what_has_changed_since_the_list_before(client: httpx.AsyncClient) -> None:
    one = await enter(client, "AN")
    assert (await client.get(BOOK)).json()["items"] == [one]
    revised = (await client.post(f"{BOOK}/{one['id']}/revise", json={"text": "worn"})).json()
    assert (await client.get(BOOK)).json() == {"items": [revised], "next_cursor": None}


async def test_a_list_is_made_outside_the_time_that_the_disk_has(
    client: httpx.AsyncClient, recorder: FakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enter(client, "FJ", text="Nothing listed this before")
    asking, made = [False], []

    async def ask(question: Callable[[], Any]) -> Any:
        asking[0] = True
        answer = question()
        asking[0] = False
        return answer

    def noted(one: Observation) -> ObservationView:
        made.append(asking[0])
        return observation_view(one)

    monkeypatch.setattr(recorder.catalogue, "ask", ask)
    monkeypatch.setattr(observations, "observation_view", noted)
    await client.get(BOOK, params={"limit": 1000})
    assert made == [False]


@pytest.mark.parametrize(
    ("body", "field", "accepted"),
    [
        ({}, "code", "the code of a kind"),
        ({"code": "XY"}, "code", "AN, FJ, FS"),
        ({"code": "AN", "colour": "red"}, "colour", "fields"),
        ({"code": "AN", "fields": []}, "fields", "object"),
        ({"code": "AN", "fields": {"clock": "up"}}, "fields", "a number"),
        ({"code": "AN", "utc": "yesterday"}, "utc", "time zone"),
        ({"code": "AN", "utc": 7}, "utc", "text"),
        ({"code": "AN", "entered_by": "automatic"}, "entered_by", "api, key, page"),
    ],
)
async def test_a_mistake_is_answered_with_what_is_accepted(
    client: httpx.AsyncClient, recorder: FakeRecorder, body: dict[str, Any], field: str, accepted: str
) -> None:
    answer = await client.post(BOOK, json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert accepted in answer.json()["detail"]
    assert recorder.observations.held == {}


async def test_what_is_not_there(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{BOOK}/nothing")).status_code == 404
    assert (await client.post(f"{BOOK}/nothing/revise", json={"text": "x"})).status_code == 404
    assert (await client.post("/api/v1/kinds/XY")).status_code == 404
    assert (await client.delete("/api/v1/kinds/XY")).status_code == 404
    nothing = await client.get(f"{BOOK}/export")
    assert (nothing.status_code, nothing.json()["type"]) == (409, "urn:seacorder:problem:not_possible")


async def test_kinds_are_added_changed_and_removed(client: httpx.AsyncClient) -> None:
    kind = {"label": "Weld", "class": "anomaly", "key": "w", "fields": [
        {"name": "gap", "type": "distance", "unit": "mm"}, {"name": "side", "type": "choice", "choices": ["port"]},
    ]}
    added = (await client.put("/api/v1/kinds/wd", json=kind)).json()
    assert (added["code"], added["class"], added["fields"][0]["unit"]) == ("WD", "anomaly", "mm")
    one = await enter(client, "WD", fields={"gap": 2, "side": "port"})
    assert (one["class"], one["fields"]) == ("anomaly", {"gap": 2, "side": "port"})
    left = (await client.delete("/api/v1/kinds/NOTE")).json()["items"]
    assert [kind["code"] for kind in left][-2:] == ["CP", "WD"]


@pytest.mark.parametrize("code", ["anomaly", "LOG"])
async def test_codes_of_the_programs_own_stay_as_they_are(client: httpx.AsyncClient, code: str) -> None:
    refused = await client.put(f"/api/v1/kinds/{code}", json={"label": "Mine"})
    assert (refused.status_code, refused.json()["field"]) == (400, "code")
    assert (await client.delete(f"/api/v1/kinds/{code}")).status_code == 404


@pytest.mark.parametrize(
    ("code", "kind", "field"),
    [
        ("WD", {}, "label"),
        ("WD", {"label": "Weld", "class": "event"}, "class"),
        ("WD", {"label": "Weld", "key": "i"}, "key"),
        ("WD", {"label": "Weld", "colour": "red"}, "colour"),
        ("WD", {"label": "Weld", "takes_span_clip": True}, "takes_span_clip"),
        ("WD", {"label": "Weld", "clip_seconds": -1}, "clip_seconds"),
        ("WD", {"label": "Weld", "fields": [{"name": "A b"}]}, "name"),
        ("WD", {"label": "Weld", "fields": [{"name": "a", "type": "choice"}]}, "choices"),
        ("a b", {"label": "Weld"}, "code"),
    ],
)
async def test_a_kind_with_a_mistake(client: httpx.AsyncClient, code: str, kind: dict[str, Any], field: str) -> None:
    answer = await client.put(f"/api/v1/kinds/{code}", json=kind)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def exported(client: httpx.AsyncClient, form: str) -> bytes:
    await enter(client, "AN", text="=1+2", fields={"clock": 6.5})
    await enter(client, "FJ", text='Ring "A",\nloose', author="Zoë")
    await client.post("/api/v1/kinds/FS")
    await client.post("/api/v1/kinds/FS")
    answer = await client.get(f"{BOOK}/export", params={"format": form})
    assert answer.status_code == 200
    assert f'filename="observations.{form}"' in answer.headers["content-disposition"]
    return answer.content


async def test_csv(client: httpx.AsyncClient) -> None:
    written = (await exported(client, "csv")).decode("utf-8")
    assert written.count("\r\n") == 4
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert [row["text"] for row in rows] == ["'=1+2", 'Ring "A",\nloose', ""]
    assert (rows[0]["field clock"], rows[0]["depth (m)"], rows[0]["altitude (m)"]) == ("6.5", "80.5", "")
    assert (rows[1]["author"], rows[1]["Bow offset (s)"], rows[1]["Bow frame"]) == ("Zoë", "12.5", "312")
    assert datetime.fromisoformat(rows[2]["to (UTC)"]).tzinfo is not None
    assert rows[0]["from (UTC)"].endswith("Z")


async def test_xlsx_is_read_by_another_program(client: httpx.AsyncClient, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(await exported(client, "xlsx"))
    head, *rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    first, second, span = (dict(zip(head, row, strict=True)) for row in rows)
    assert (first["text"], first["number"], first["field clock"], first["depth (m)"]) == ("=1+2", 1, 6.5, 80.5)
    assert second["text"] == 'Ring "A",\nloose'
    assert isinstance(span["from (UTC)"], datetime)
    assert span["state"] == "closed"


async def test_json(client: httpx.AsyncClient) -> None:
    written = json.loads(await exported(client, "json"))
    listed = (await client.get(BOOK)).json()
    assert written["items"] == listed["items"]


async def test_geojson(client: httpx.AsyncClient) -> None:
    written = json.loads(await exported(client, "geojson"))
    assert written["type"] == "FeatureCollection"
    assert [one["geometry"] for one in written["features"]] == [
        {"type": "Point", "coordinates": [1.25, 58.5, -80.5]}
    ] * 3
    assert written["features"][0]["properties"]["class"] == "finding"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_that_the_disk_does_not_take_is_said_and_leaves_nothing(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str
) -> None:
    await enter(client, "AN")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    really = observations.write_export

    def write_export(path: Path, *rest: Any) -> None:
        path.mkdir()  # so that no file can be made there
        really(path, *rest)

    monkeypatch.setattr(observations, "write_export", write_export)
    answer = await client.get(f"{BOOK}/export", params={"format": form})
    assert (answer.status_code, answer.json()["type"]) == (507, "urn:seacorder:problem:storage")
    assert str(tmp_path) in answer.json()["detail"]
    assert list(tmp_path.iterdir()) == []
