"""The text over the pictures, over the integration service and `/api/v1`."""

import httpx
import pytest

from fakes.recorder import FakeRecorder

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        '{"Text": "Depth 12 m\\nHeading 3°"}',
        '{"text": "Depth 12 m\\nHeading 3°"}',
        '{"type": "text", "text": "Depth 12 m\\nHeading 3°"}',
        '{"Type": "TEXT", "TEXT": "Depth 12 m\\nHeading 3°"}',
    ],
)
async def test_update_and_clear(integration: httpx.AsyncClient, recorder: FakeRecorder, body: str) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = await integration.post("/API/Overlay/Update/", content=body.encode(), headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert recorder.overlay.text == "Depth 12 m\nHeading 3°"
    for _ in range(2):
        answer = await integration.get("/api/overlay/clear")
        assert (answer.status_code, answer.content) == (200, b"")
        assert recorder.overlay.text == ""


async def test_an_empty_text_takes_it_away(integration: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    await integration.post("/api/overlay/update", json={"Text": "x"})
    await integration.post("/api/overlay/update", json={"Text": ""})
    assert recorder.overlay.text == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{}", "Text"),
        ('{"Txt": "x"}', "Txt"),
        ('{"Text": 12}', "Text"),
        ('{"Text": null}', "Text"),
        ('{"type": "image", "text": "x"}', "Type"),
        ('{"Text": "\\ud800"}', "Text"),
        ("Depth", None),
        ('["x"]', None),
        ("", None),
        ('{"Text": "' + "x" * 1001 + '"}', "Text"),
    ],
)
async def test_mistakes_change_nothing(
    integration: httpx.AsyncClient, recorder: FakeRecorder, body: str, field: str | None
) -> None:
    recorder.set_overlay_text("before")
    answer = await integration.post("/api/overlay/update", content=body.encode())
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json().get("field") == field
    assert recorder.overlay.text == "before"


async def test_the_other_method_is_a_mistake(integration: httpx.AsyncClient) -> None:
    assert (await integration.get("/api/overlay/update")).status_code == 500
    assert (await integration.post("/api/overlay/clear")).status_code == 500


async def test_v1_gives_sets_and_takes_away(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    assert (await client.get("/api/v1/overlay")).json() == {"text": "", "since_utc": None}
    answer = (await client.put("/api/v1/overlay", json={"text": "Job 12 <b>"})).json()
    assert answer["text"] == recorder.overlay.text == "Job 12 <b>"
    assert answer["since_utc"].endswith("Z")
    assert (await client.get("/api/v1/overlay")).json() == answer
    assert (await client.delete("/api/v1/overlay")).json()["text"] == ""
    assert recorder.overlay.text == ""


async def test_a_mistake_in_a_field_is_refused_by_v1_and_shown_by_the_integration_service(
    client: httpx.AsyncClient, integration: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    answer = await client.put("/api/v1/overlay", json={"text": "Depth {depth:.1x} m"})
    assert (answer.status_code, answer.json()["field"]) == (400, "text")
    assert "{depth:.1x}" in answer.json()["detail"]
    assert (await integration.post("/api/overlay/update", json={"Text": "{depth:.1x}"})).status_code == 200
    assert recorder.overlay.text == "{depth:.1x}"


@pytest.mark.parametrize("body", ["{}", '{"text": 1}', '{"text": "x", "more": 1}', "x"])
async def test_v1_refuses_mistakes_with_400(client: httpx.AsyncClient, body: str) -> None:
    answer = await client.put("/api/v1/overlay", content=body.encode())
    assert answer.status_code == 400
    assert answer.headers["content-type"] == PROBLEM


async def test_a_wrong_method_names_those_there_are(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/overlay", json={"text": "x"})
    assert answer.status_code == 405
    assert "DELETE or GET or PUT" in answer.json()["detail"]
