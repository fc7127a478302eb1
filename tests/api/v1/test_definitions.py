"""`/api/v1/telemetry/definitions`."""

from pathlib import Path
from typing import Any

import httpx

from fakes.recorder import FakeRecorder
from fakes.setup import SetupBench
from seacorder.api.inspector import create_inspector_app
from seacorder.config.schema import ServerSettings
from seacorder.model.definition.definition import Definition, FieldRule, FieldType, RecordKind
from seacorder.model.definition.ready import READY

ALL = "/api/v1/telemetry/definitions"
TRY = f"{ALL}/try"
FIELDS = (
    FieldRule("utc", 1, type=FieldType.TIME), FieldRule("feet", 2, is_hidden=True), FieldRule("depth", 2, unit="m"),
)
OWN = (Definition("sounder", RecordKind.DELIMITED, FIELDS),)
SENT: dict[str, Any] = {"kind": "delimited", "fields": [{"name": "depth", "position": 1}]}


async def test_without_sources_it_lists_those_that_are_ready(client: httpx.AsyncClient) -> None:
    items = (await client.get(ALL)).json()["items"]
    assert [one["name"] for one in items] == sorted(READY)
    assert all(one["is_ready"] and one["table"] is None and one["sources"] == [] for one in items)


async def test_own_ones_have_their_fields_and_who_uses_them(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    name, ready = next(iter(READY.items()))
    recorder.definitions.in_file = {"sounder": OWN}
    recorder.telemetry.definitions = {"Survey": (*ready, *OWN), "Spare": OWN}
    found = {one["name"]: one for one in (await client.get(ALL)).json()["items"]}
    assert found["sounder"] == {
        "name": "sounder", "kind": "delimited", "is_ready": False, "table": None,
        "fields": [{"name": "depth", "unit": "m"}], "sources": ["Survey", "Spare"],
    }
    assert found[name]["sources"] == ["Survey"]
    assert (await client.get(f"{ALL}/sounder")).json() == found["sounder"]


async def test_an_own_one_in_the_place_of_a_ready_one_is_said(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    name = min(READY)
    recorder.definitions.in_file = {name: OWN}
    recorder.telemetry.definitions = {"Survey": OWN}
    first = (await client.get(ALL)).json()["items"][0]
    assert (first["name"], first["is_ready"], first["sources"]) == (name, False, ["Survey"])


async def test_a_definition_is_set_replaced_and_taken_back(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    made = await client.put(f"{ALL}/PSXN,23", json={**SENT, "like": None})
    assert made.status_code == 201
    assert made.json() == {
        "name": "PSXN,23", "kind": "delimited", "is_ready": False, "table": SENT,
        "fields": [{"name": "depth", "unit": "m"}], "sources": [],
    }
    again = await client.put(f"{ALL}/PSXN,23", json={**SENT, "delimiter": ";"})
    assert (again.status_code, again.json()["table"]) == (200, {**SENT, "delimiter": ";"})
    assert (await client.get(f"{ALL}/PSXN,23")).json() == again.json()
    gone = await client.delete(f"{ALL}/PSXN,23")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await client.get(f"{ALL}/PSXN,23")).json()["is_ready"]
    assert (await client.delete(f"{ALL}/PSXN,23")).status_code == 404


async def test_a_mistake_names_the_key_and_what_is_accepted(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    refused = await client.put(f"{ALL}/S", json={**SENT, "fields": [{"name": "depth", "position": "first"}]})
    assert refused.status_code == 400
    problem = refused.json()
    assert problem["field"] == "fields[0].position"
    assert problem["fact"] == "fields[0].position: 'first' is not accepted."
    assert problem["action"] == "Write a whole number from 0 to 200."
    assert recorder.definitions.tables == {}


async def test_a_name_that_nobody_has_defined(client: httpx.AsyncClient) -> None:
    for answer in (await client.get(f"{ALL}/HTD"), await client.delete(f"{ALL}/GGA")):
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:seacorder:problem:not_there"


async def test_one_is_tried_on_a_line_and_nothing_is_set(recorder: FakeRecorder, tmp_path: Path) -> None:
    bench = SetupBench(tmp_path, '[[channels]]\nname = "Bow"\ninput = "test:"\n')
    app = create_inspector_app(recorder, ServerSettings(), bench.setup)
    table = {"kind": "delimited", "fields": [{"name": "depth", "position": 2, "unit": "m"}]}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:13000") as asked:
        good = await asked.post(TRY, json={"table": table, "line": "4,142.3"})
        refused = await asked.post(TRY, json={"table": table, "line": "4,deep", "name": "Own"})
        pattern = {"kind": "expression", "expression": "(", "fields": [{"name": "depth", "position": 1}]}
        wrong = await asked.post(TRY, json={"table": pattern, "line": "4"})
        no_line = await asked.post(TRY, json={"table": table})
        long = await asked.post(TRY, json={"table": table, "line": "1" * 100_000})
    assert good.json() == {
        "fields": [{"name": "depth", "unit": "m", "value": 142.3}], "utc": None, "notes": [], "refusal": "",
    }
    assert (refused.status_code, refused.json()["fields"]) == (200, [])
    assert refused.json()["refusal"].startswith("Field 2, depth, is 'deep'")
    assert (wrong.status_code, no_line.status_code) == (400, 400)
    assert "expression" in wrong.json()["fact"]
    assert no_line.json()["field"] == "line"
    assert long.status_code in {400, 413}
    assert recorder.definitions.tables == {}


async def test_where_none_can_be_tried_that_is_said(client: httpx.AsyncClient) -> None:
    answer = await client.post(TRY, json={"table": SENT, "line": "4"})
    assert (answer.status_code, answer.json()["action"]) == (409, "Use `seacorder telemetry try`.")
