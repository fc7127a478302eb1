"""`/api/v1/templates/evaluate`."""

import httpx
import pytest

from fakes.recorder import FakeRecorder

PATH = "/api/v1/templates/evaluate"


async def test_names_are_shown_and_nothing_is_changed(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    before = recorder.state()
    answer = (await client.post(PATH, json={"filename": "${chanelname}", "directory": "D", "clip": ""})).json()
    recording = next(one for one in answer["items"] if one["kind"] == "Recording")
    assert recording == {
        "kind": "Recording",
        "files": [
            {"channel": "Bow", "path": "/data/D/${chanelname}.mp4"},
            {"channel": "Stern", "path": "/data/D/${chanelname}.mp4"},
        ],
        "has_clash": True,
    }
    assert answer["unknown_tags"] == [{"template": "filename", "tag": "${chanelname}", "meant": "channelname"}]
    assert recorder.state() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filename": " ./"}, "filename"),
        ({"filename": 5}, "filename"),
        ({"colour": "x"}, "colour"),
        ({"event": "x" * 1001}, "event"),
    ],
)
async def test_what_would_be_refused_is_refused(client: httpx.AsyncClient, body: dict[str, object], field: str) -> None:
    answer = await client.post(PATH, json=body)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
