"""`/api/v1/telemetry/definitions`."""

import httpx

from fakes.recorder import FakeRecorder
from seacorder.model.definition.definition import Definition, FieldRule, FieldType, RecordKind
from seacorder.model.definition.ready import READY

FIELDS = (
    FieldRule("utc", 1, type=FieldType.TIME), FieldRule("feet", 2, is_hidden=True), FieldRule("depth", 2, unit="m"),
)


async def test_without_sources_it_lists_those_that_are_ready(client: httpx.AsyncClient) -> None:
    items = (await client.get("/api/v1/telemetry/definitions")).json()["items"]
    assert [one["name"] for one in items] == sorted(READY)
    assert all(one["is_ready"] and one["sources"] == [] for one in items)


async def test_own_ones_have_their_fields_and_who_uses_them(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    own, (name, ready) = Definition("sounder", RecordKind.DELIMITED, FIELDS), next(iter(READY.items()))
    recorder.telemetry.definitions = {"Survey": (*ready, own), "Spare": (own,)}
    found = {one["name"]: one for one in (await client.get("/api/v1/telemetry/definitions")).json()["items"]}
    assert found["sounder"] == {
        "name": "sounder", "kind": "delimited", "is_ready": False, "fields": [{"name": "depth", "unit": "m"}],
        "sources": ["Survey", "Spare"],
    }
    assert found[name]["sources"] == ["Survey"]


async def test_an_own_one_in_the_place_of_a_ready_one_is_said(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    name = min(READY)
    recorder.telemetry.definitions = {"Survey": (Definition(name, RecordKind.DELIMITED, FIELDS),)}
    first = (await client.get("/api/v1/telemetry/definitions")).json()["items"][0]
    assert (first["name"], first["is_ready"], first["sources"]) == (name, False, ["Survey"])
