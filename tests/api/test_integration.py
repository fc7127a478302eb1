"""The first commands of the integration service."""

import httpx
import pytest

from fakes.recorder import FakeRecorder, quiet
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings
from seacorder.model.recording import FileKind


async def test_ping(integration: httpx.AsyncClient) -> None:
    assert (await integration.get("/API/stats/ping/")).content == b'{"Ping": true}'


@pytest.mark.parametrize("query", ["isrecording", "encoderrunning"])
async def test_is_recording(integration: httpx.AsyncClient, recorder: FakeRecorder, query: str) -> None:
    assert (await integration.get(f"/api/recording/{query}")).content == b'{"IsRecording": false}'
    await recorder.start_recording()
    assert (await integration.get(f"/api/recording/{query}")).content == b'{"IsRecording": true}'


async def test_bare_false(recorder: FakeRecorder, server: ServerSettings) -> None:
    transport = httpx.ASGITransport(create_integration_app(recorder, server, bare_false=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8088") as client:
        assert (await client.get("/api/recording/isrecording")).content == b"false"
        await recorder.start_recording()
        assert (await client.get("/api/recording/isrecording")).json() == {"IsRecording": True}


async def test_status(integration: httpx.AsyncClient) -> None:
    assert (await integration.get("/api/recording/status")).content == b'{"IsRecording": false, "DriveSpace": 60}'


async def test_mistakes(integration: httpx.AsyncClient) -> None:
    assert (await integration.post("/api/recording/status")).status_code == 500
    assert (await integration.get("/api/recording/nothing")).status_code == 404
    assert (await integration.get("/api/inspector/startrecording")).status_code == 404


VIDEOS = {"recording": FileKind.RECORDING, "anomalies": FileKind.ANOMALY}


@pytest.mark.parametrize("folder", VIDEOS)
async def test_a_video_from_start_to_stop(integration: httpx.AsyncClient, folder: str) -> None:
    idle = (await integration.get(f"/api/{folder}/filename")).json()
    started = await integration.get(f"/API/{folder.upper()}/Start/")
    assert (idle, started.status_code, started.content) == ({"Filename": ""}, 200, b"")
    assert (await integration.get(f"/api/{folder}/isrecording")).json() == {"IsRecording": True}
    assert (await integration.get(f"/api/{folder}/status")).json()["IsRecording"] is True
    assert (await integration.get(f"/api/{folder}/filename")).json()["Filename"].endswith(".mp4")
    stopped = await integration.get(f"/api/{folder}/stop")
    assert (stopped.status_code, stopped.content) == (200, b"")
    assert (await integration.get(f"/api/{folder}/encoderrunning")).content == b'{"IsRecording": false}'


@pytest.mark.parametrize(("folder", "kind"), VIDEOS.items())
async def test_the_next_name_and_number(
    integration: httpx.AsyncClient, recorder: FakeRecorder, folder: str, kind: FileKind
) -> None:
    named = await integration.post(f"/api/{folder}/filename", content=b'{"FILENAME": "Dive 12"}')
    numbered = await integration.post(f"/api/{folder}/addsequenceno", json={"SequenceNo": 7})
    assert (named.status_code, named.content, numbered.content) == (200, b"", b"")
    assert (recorder.names[kind], recorder.sequences[kind]) == ("Dive 12", 7)
    assert (await integration.post(f"/api/{folder}/addsequenceno")).status_code == 200
    assert recorder.sequences[kind] == 1


@pytest.mark.parametrize(("path", "body", "field"), [
    ("recording/filename", {}, "Filename"),
    ("recording/filename", {"Filename": 7}, "Filename"),
    ("recording/filename", {"Filename": "../x"}, "Filename"),
    ("recording/addsequenceno", {"SequenceNo": "7"}, "SequenceNo"),
    ("anomalies/addsequenceno", {"SequenceNo": 1000000}, "SequenceNo"),
    ("framegrabs/take", {"Channel": "Mast"}, "Channel"),
    ("framegrabs/take", {"Name": "x"}, "Name"),
])
async def test_a_mistake_is_500_and_changes_nothing(
    integration: httpx.AsyncClient, recorder: FakeRecorder, path: str, body: dict[str, object], field: str
) -> None:
    answer = await integration.post(f"/api/{path}", json=body)
    assert (answer.status_code, answer.json()["field"]) == (500, field)
    assert (recorder.names, recorder.sequences) == ({}, {})


async def test_null_leaves_a_name_as_it_is(integration: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    assert (await integration.post("/api/recording/filename", json={"Filename": None})).status_code == 200
    assert recorder.names == {}


async def test_framegrabs(integration: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    assert (await integration.get("/api/framegrabs/fileextension")).content == b'".jpg"'
    assert (await integration.get("/api/recording/fileextension")).content == b'".mp4"'
    assert (await integration.post("/api/framegrabs/take")).content == b"true"
    named = await integration.post("/api/framegrabs/take", json={"Filename": "Anode 3", "Channel": "Bow"})
    assert named.content == b"true"
    assert recorder.commands[-1] == "take_framegrab Bow Anode 3"


async def test_nothing_starts_without_a_picture(integration: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    quiet(recorder)
    for folder in VIDEOS:
        answer = await integration.get(f"/api/{folder}/start")
        assert (answer.status_code, answer.json()["type"]) == (500, "urn:seacorder:problem:not_possible")
        assert [one["ok"] for one in answer.json()["channels"]] == [False, False]
    assert (await integration.post("/api/framegrabs/take")).content == b"false"
