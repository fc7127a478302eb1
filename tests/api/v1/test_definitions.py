"""`/api/v1/telemetry/definitions`."""

from typing import Any

import httpx

from fakes.recorder import FakeRecorder
from seacorder.model.definition.definition import Definition, FieldRule, FieldType, RecordKind
from seacorder.model.definition.ready import READY

ALL = "/api/v1/telemetry/definitions"
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
