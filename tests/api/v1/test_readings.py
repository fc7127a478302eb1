"""`/api/v1/readings`, their history, `/api/v1/telemetry`, and the WebSocket."""

import asyncio
import json

import httpx
from websockets.asyncio.client import connect

from fakes.recorder import FakeRecorder
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.message import Message
from seacorder.model.reading import ReadingState
from seacorder.model.telemetry import SourceCounters, SourceState, SourceStatus


async def test_each_field_with_its_age_and_state(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.telemetry.give("depth", 12.5, "m")
    recorder.telemetry.give("altitude", None, "m", ReadingState.NONE)
    recorder.telemetry.give("beacon", "M17")
    recorder.clock.advance(1.25)  # type: ignore[attr-defined]
    items = (await client.get("/api/v1/readings")).json()["items"]
    assert [(one["name"], one["value"], one["state"]) for one in items] == [
        ("altitude", None, "none"), ("beacon", "M17", "fresh"), ("depth", 12.5, "fresh"),
    ]
    assert items[2] == {
        "name": "depth", "value": 12.5, "unit": "m", "state": "fresh", "age_seconds": 1.25,
        "utc": "2023-11-14T22:13:20.000000Z", "source": "Survey", "source_utc": None,
    }


async def test_without_sources_the_lists_are_empty(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/readings")).json() == {"items": []}
    assert (await client.get("/api/v1/telemetry")).json() == {"items": [], "restarts": 0}
    assert (await client.get("/api/v1/readings/history")).json() == {"items": [], "units": {}, "next_from": None}


async def test_sources_with_their_state_and_counters(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    counters = SourceCounters(
        records=7, noise_bytes=3, bad_checksums=2, wrong_fields=1, bytes=500, dropped_datagrams=4, time_steps_back=2
    )
    why = Message("UDP port 5005 is taken by another program.", "End the other program.")
    status = SourceStatus(
        "Survey", SourceState.FAILED, 1_700_000_000 * NS_PER_SECOND, why, counters, refusal="It has 3 fields.",
        clock_difference_ns=-13 * NS_PER_SECOND, clock_is_wrong=True, definitions_refused=("rov",),
    )
    recorder.telemetry.add_source(status, "udp://:5005")
    (found,) = (await client.get("/api/v1/telemetry")).json()["items"]
    assert found == {
        "name": "Survey", "address": "udp://:5005", "state": "failed", "since_utc": "2023-11-14T22:13:20.000000Z",
        "why": {"fact": "UDP port 5005 is taken by another program.", "action": "End the other program."},
        "newest_utc": None, "bytes": 500, "records": 7, "noise_bytes": 3, "bad_checksums": 2, "wrong_fields": 1,
        "wrong_types": 0, "out_of_range": 0, "unknown_records": 0, "dropped_datagrams": 4,
        "time_steps_back": 2, "refusal": "It has 3 fields.",
        "clock_difference_seconds": -13.0, "clock_is_wrong": True, "definitions_refused": ["rov"],
    }


async def test_history_by_range_interval_and_field(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    for second in range(10):
        row = [recorder.telemetry.give("depth", float(second), "m"), recorder.telemetry.give("heading", 1.0, "°")]
        recorder.telemetry.history.add((1_700_000_000 + second) * NS_PER_SECOND, row)
    asked = "/api/v1/readings/history?from=2023-11-14T22:13:22Z&to=2023-11-14T22:13:28Z&interval_seconds=2&name=depth"
    answer = (await client.get(asked)).json()
    assert [one["values"] for one in answer["items"]] == [{"depth": 2.0}, {"depth": 4.0}, {"depth": 6.0}]
    assert answer["units"] == {"depth": "m"}
    assert answer["next_from"] is None


async def test_history_goes_on_where_a_page_ends(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    for second in range(5):
        reading = recorder.telemetry.give("depth", float(second), "m")
        recorder.telemetry.history.add((1_700_000_000 + second) * NS_PER_SECOND, [reading])
    depths, asked = [], "/api/v1/readings/history?limit=2"
    while asked:
        answer = (await client.get(asked)).json()
        depths += [one["values"]["depth"] for one in answer["items"]]
        following = answer["next_from"]
        asked = f"/api/v1/readings/history?limit=2&from={following}" if following else ""
    assert depths == [0.0, 1.0, 2.0, 3.0, 4.0]


async def test_a_query_that_is_not_accepted_is_refused(client: httpx.AsyncClient) -> None:
    for query in ("from=yesterday", "interval_seconds=0.1", "limit=0", "fields=depth"):
        assert (await client.get(f"/api/v1/readings/history?{query}")).status_code == 400, query


async def test_a_listener_gets_all_and_then_what_is_new(address: str, recorder: FakeRecorder) -> None:
    recorder.telemetry.give("depth", 1.0, "m")
    recorder.telemetry.coming.append((recorder.telemetry.give("heading", 127.4, "°"),))
    async with connect(f"ws://{address}/api/v1/readings") as socket:
        first, second = [json.loads(await asyncio.wait_for(socket.recv(), 60)) for _ in range(2)]
    assert [one["name"] for one in first["items"]] == ["depth", "heading"]
    assert [(one["name"], one["value"]) for one in second["items"]] == [("heading", 127.4)]
