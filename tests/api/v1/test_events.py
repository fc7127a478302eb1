"""`/api/v1/events`: what happened, in order, from where a listener left off."""

import asyncio
import json

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from fakes.recorder import FakeRecorder
from rig.program import DEADLINE_SECONDS
from seacorder.api.v1 import events
from seacorder.control.events.log import EventLog

PATH = "/api/v1/events"


async def receive(socket: ClientConnection, count: int) -> list[dict[str, object]]:
    return [json.loads(await asyncio.wait_for(socket.recv(), DEADLINE_SECONDS)) for _ in range(count)]


async def test_from_a_cursor_on(address: str, recorder: FakeRecorder) -> None:
    for number in range(1, 6):
        recorder.add_event(f"Event {number} of rtsp://u:secret@cam/.")
    async with connect(f"ws://{address}/API/v1/events/?cursor=2") as socket:
        seen = await receive(socket, 3)
    assert [one["cursor"] for one in seen] == [3, 4, 5]
    assert seen[0] == {
        "cursor": 3, "utc": "2023-11-14T22:13:20.000000Z", "kind": "channel_live", "severity": "info",
        "fact": "Event 3 of rtsp://***@cam/.", "action": "", "alarm": None,
        "sentence": "Event 3 of rtsp://***@cam/.", "channel": None, "observation": None,
    }


async def test_from_now_on(address: str, recorder: FakeRecorder) -> None:
    recorder.add_event("Before.")
    async with connect(f"ws://{address}{PATH}") as socket, httpx.AsyncClient() as client:
        assert (await client.post(f"http://{address}/api/v1/recording/start")).status_code == 200
        assert (await receive(socket, 1))[0]["kind"] == "recording_started"


async def test_what_memory_no_longer_holds_comes_from_the_catalogue(
    address: str, recorder: FakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CATALOGUE_ROWS", 2)
    recorder.events = EventLog(capacity=2, on_event=recorder.catalogue.stored_events.append)
    for number in range(1, 8):
        recorder.add_event(f"Event {number}.")
    async with connect(f"ws://{address}{PATH}?cursor=1") as socket:
        assert [one["cursor"] for one in await receive(socket, 6)] == [2, 3, 4, 5, 6, 7]
        recorder.add_event("One more.")
        assert [one["cursor"] for one in await receive(socket, 1)] == [8]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "", "9" * 30, "%C2%B2"])
async def test_a_wrong_cursor_is_refused(address: str, cursor: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://{address}{PATH}?cursor={cursor}"):
            pass
    answer = refused.value.response
    assert (answer.status_code, json.loads(answer.body or b"")["field"]) == (400, "cursor")


async def test_other_websockets_are_refused(address: str) -> None:
    for path, status in (("/api/v1/nothing", 404), ("/api/v1/status", 405)):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://{address}{path}"):
                pass
        assert refused.value.response.status_code == status
