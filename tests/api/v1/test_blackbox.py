"""`/api/v1/blackbox`."""

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.base.errors import NotPossible, StorageFailed

STRETCH = {"from": "2026-05-04T03:02:00Z", "to": "2026-05-04T03:12:00Z"}


async def test_what_it_does_and_holds(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/v1/blackbox")).json()
    assert (answer["is_recording"], answer["files"], answer["oldest_utc"]) == (True, 2, "1970-01-01T00:00:00.000000Z")
    assert [one["channel"] for one in answer["stretches"]] == ["Bow", "Stern"]
    assert answer["channels"][0]["path"] == "/blackbox/Bow.mp4"


async def test_a_stretch_is_kept(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    answer = await client.post("/api/v1/blackbox/keep", json=STRETCH)
    assert answer.status_code == 201
    assert (answer.json()["recording_id"], answer.json()["from_utc"]) == ("R", "2026-05-04T03:02:00.000000Z")
    assert recorder.blackbox.asked == [(1_777_863_720 * 10**9, 1_777_864_320 * 10**9)]


@pytest.mark.parametrize(("body", "field"), [
    ({"from": STRETCH["from"]}, "to"), ({**STRETCH, "to": "yesterday"}, "to"), ({**STRETCH, "from": None}, "from"),
    ({**STRETCH, "to": "2026-05-04T03:12:00"}, "to"),
])
async def test_a_wrong_instant_is_named(client: httpx.AsyncClient, body: dict[str, object], field: str) -> None:
    answer = await client.post("/api/v1/blackbox/keep", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.mark.parametrize(("error", "status"), [(NotPossible("Nothing."), 409), (StorageFailed("Full."), 507)])
async def test_what_it_cannot_do_has_an_ordinary_code(
    client: httpx.AsyncClient, recorder: FakeRecorder, error: Exception, status: int
) -> None:
    recorder.blackbox.error = error
    assert (await client.post("/api/v1/blackbox/keep", json=STRETCH)).status_code == status


async def test_without_one_there_is_nothing(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.blackbox.is_there = False
    assert (await client.get("/api/v1/blackbox")).status_code == 404
    assert (await client.post("/api/v1/blackbox/keep", json=STRETCH)).status_code == 404
    assert (await client.get("/api/v1/status")).json()["blackbox"] is None
