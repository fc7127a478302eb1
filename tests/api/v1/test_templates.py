"""`/api/v1/templates` and `/api/v1/templates/evaluate`."""

import httpx
import pytest

from fakes.recorder import FakeRecorder

SET = "/api/v1/templates"
PATH = f"{SET}/evaluate"


async def test_templates_are_read_and_changed_by_the_names_of_the_settings_file(client: httpx.AsyncClient) -> None:
    before = (await client.get(SET)).json()
    assert before["anomaly"] == "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}_anomaly"
    assert before["clip"] is None
    answer = await client.patch(SET, json={"Filename": "${channelname}", "directory": None, "clip": "C_${channelname}"})
    assert answer.status_code == 200
    assert answer.json() == before | {"filename": "${channelname}", "clip": "C_${channelname}"}
    assert (await client.get("/api/inspector/pathtemplate")).json()["FilenameTemplate"] == "${channelname}"
    assert (await client.patch(SET, json={"clip": ""})).json()["clip"] is None


async def test_a_template_that_is_refused_changes_nothing(client: httpx.AsyncClient) -> None:
    before = (await client.get(SET)).json()
    answer = await client.patch(SET, json={"event": "E", "filename": " ./"})
    assert (answer.status_code, answer.json()["field"]) == (400, "filename")
    assert (await client.get(SET)).json() == before


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
