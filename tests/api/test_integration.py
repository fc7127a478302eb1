"""The integration service, held against its wire contract row by row."""

from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from fakes.recorder import FakeRecorder, quiet
from seacorder.api.integration import create_integration_app
from seacorder.base.errors import CatalogueFailed
from seacorder.config.schema import ServerSettings
from seacorder.model.recording import FileKind

VIDEOS = {"recording": FileKind.RECORDING, "anomalies": FileKind.ANOMALY}
NOT_RECORDING = b'{"IsRecording": false}'


def video_rows(folder: str) -> list[tuple[str, str, bytes]]:
    path = f"/api/{folder}"
    return [
        (f"GET {path}/isrecording", "", NOT_RECORDING),
        (f"GET {path}/encoderrunning", "", NOT_RECORDING),
        (f"GET {path}/status", "", b'{"IsRecording": false, "DriveSpace": 60}'),
        (f"GET {path}/filename", "", b'{"Filename": ""}'),
        (f"POST {path}/filename", '{"Filename": "Dive 12"}', b""),
        (f"POST {path}/addsequenceno", '{"SequenceNo": 7}', b""),
        (f"POST {path}/addsequenceno", "", b""),
        (f"GET {path}/fileextension", "", b'".mp4"'),
        (f"GET {path}/start", "", b""),
        (f"GET {path}/stop", "", b""),
    ]


ROWS = [
    ("GET /api/stats/ping", "", b'{"Ping": true}'),
    *video_rows("recording"),
    *video_rows("anomalies"),
    ("GET /api/framegrabs/fileextension", "", b'".jpg"'),
    ("POST /api/framegrabs/take", "", b"true"),
    ("POST /api/framegrabs/take", '{"Filename": "Anode 3", "Channel": "Bow"}', b"true"),
    ("POST /api/overlay/update", '{"Text": "Depth 123.4 m\\nHeading 271"}', b""),
    ("POST /api/overlay/update", '{"type": "text", "text": "Depth"}', b""),
    ("GET /api/overlay/clear", "", b""),
]
"""Each command of an idle recorder with two live channels: its body, and the whole answer."""
COMMANDS = sorted({command for command, _, _ in ROWS})
POSTS = [command for command in COMMANDS if command.startswith("POST")]


async def ask(client: httpx.AsyncClient, command: str, body: str = "", **headers: str) -> httpx.Response:
    method, path = command.split()
    return await client.request(method, path, content=body.encode(), headers=headers)


def problem(answer: httpx.Response, status: int = 500) -> dict[str, Any]:
    """The problem document of a failure."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told: dict[str, Any] = answer.json()
    assert told["detail"]
    return told


def test_the_rows_are_all_the_commands_that_there_are() -> None:
    routes = create_integration_app(FakeRecorder(), ServerSettings()).routes
    there = {f"{method} {one.path}" for one in routes if isinstance(one, APIRoute) for method in one.methods}
    assert there == set(COMMANDS)


@pytest.mark.parametrize(("command", "body", "reply"), ROWS)
@pytest.mark.parametrize("is_shouted", [False, True])
async def test_each_row_in_any_case_with_and_without_a_slash(
    integration: httpx.AsyncClient, command: str, body: str, reply: bytes, is_shouted: bool
) -> None:
    method, path = command.split()
    asked = f"{method} {path.upper()}/" if is_shouted else command
    for _ in range(2):  # every command may be sent again
        answer = await ask(integration, asked, body, **{"content-type": "text/plain"})
        assert (answer.status_code, answer.content) == (200, reply)
        assert answer.headers.get("content-type") == ("application/json" if reply else None)


@pytest.mark.parametrize("command", COMMANDS)
async def test_the_wrong_method_is_500_and_changes_nothing(
    integration: httpx.AsyncClient, recorder: FakeRecorder, command: str
) -> None:
    method, path = command.split()
    taken = {one.split()[0] for one in COMMANDS if one.endswith(f" {path}")}
    for other in {"GET", "POST", "PUT", "DELETE"} - taken:
        told = problem(await ask(integration, f"{other} {path}", "{}"))
        assert all(word in told["detail"] for word in (path, method, other))
    assert recorder.commands == []


@pytest.mark.parametrize("command", COMMANDS)
async def test_what_a_browser_asks_ahead_is_503_and_changes_nothing(
    integration: httpx.AsyncClient, recorder: FakeRecorder, command: str
) -> None:
    for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"):
        problem(await ask(integration, command, '{"Text": "x"}', **{name: "prefetch"}), 503)
    assert recorder.commands == []


@pytest.mark.parametrize(
    "path", ["/api/recording", "/api/anomalies/pause", "/api/framegrabs/start", "/api/overlay", "/api/v1/status", "/"]
)
async def test_another_path_is_404(integration: httpx.AsyncClient, path: str) -> None:
    problem(await integration.get(path), 404)


@pytest.mark.parametrize("command", POSTS)
@pytest.mark.parametrize("body", [
    "[]", "7", '"x"', "{", '{"Filename": "a", "filename": "b"}', '{"SequenceNo": NaN}', '{"Nothing": 1}', "\udcff",
])
async def test_no_object_or_an_unknown_field_is_500_and_changes_nothing(
    integration: httpx.AsyncClient, recorder: FakeRecorder, command: str, body: str
) -> None:
    method, path = command.split()
    problem(await integration.request(method, path, content=body.encode("utf-8", "surrogateescape")))
    assert recorder.commands == []


@pytest.mark.parametrize(("path", "body", "field", "accepted"), [
    ("recording/filename", {}, "Filename", "Send Filename."),
    ("anomalies/filename", {"Filename": 7}, "Filename", "text"),
    ("recording/filename", {"Filename": " "}, "Filename", "the name of a file, with or without a folder"),
    ("recording/filename", {"Filename": "C:\tmp"}, "Filename", "each backslash is doubled"),
    ("anomalies/filename", {"Filename": "../x"}, "Filename", "inside"),
    ("recording/addsequenceno", {"SequenceNo": "7"}, "SequenceNo", "a whole number from 0 to 999999"),
    ("recording/addsequenceno", {"SequenceNo": 7.5}, "SequenceNo", "a whole number from 0 to 999999"),
    ("recording/addsequenceno", {"SequenceNo": True}, "SequenceNo", "a whole number from 0 to 999999"),
    ("recording/addsequenceno", {"SequenceNo": -1}, "SequenceNo", "a whole number from 0 to 999999"),
    ("anomalies/addsequenceno", {"SequenceNo": 1000000}, "SequenceNo", "a whole number from 0 to 999999"),
    ("framegrabs/take", {"Channel": "Mast"}, "Channel", "Bow, Stern"),
    ("framegrabs/take", {"Channel": 1}, "Channel", "text"),
    ("framegrabs/take", {"Filename": "a/../x"}, "Filename", "inside"),
    ("framegrabs/take", {"Name": "x"}, "Name", "Filename, Channel"),
    ("overlay/update", {}, "Text", 'Send {"Text": "…"}.'),
    ("overlay/update", {"Text": 7}, "Text", "text"),
    ("overlay/update", {"Text": "x" * 1001}, "Text", ""),
    ("overlay/update", {"Type": "image", "Text": "x"}, "Type", '"text"'),
])
async def test_a_mistake_is_500_names_the_field_and_changes_nothing(
    integration: httpx.AsyncClient, recorder: FakeRecorder, path: str, body: dict[str, object], field: str,
    accepted: str,
) -> None:
    before = recorder.state()
    told = problem(await integration.post(f"/api/{path}", json=body))
    assert told["field"] == field
    assert field in told["detail"]
    assert accepted in told["detail"]
    assert recorder.state() == before


async def test_null_leaves_all_as_it_is(integration: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    """And stands for a value that was not sent."""
    assert (await ask(integration, "POST /api/recording/filename", '{"Filename": null}')).status_code == 200
    assert recorder.names == {}
    assert (await ask(integration, "POST /api/recording/addsequenceno", '{"SequenceNo": null}')).status_code == 200
    assert recorder.sequences == {FileKind.RECORDING: 1}
    taken = await ask(integration, "POST /api/framegrabs/take", '{"Filename": null, "Channel": null}')
    assert (taken.content, recorder.commands[-1]) == (b"true", "take_framegrab None")


# What the commands do.


@pytest.mark.parametrize("folder", VIDEOS)
async def test_a_video_from_start_to_stop(integration: httpx.AsyncClient, folder: str) -> None:
    for _ in range(2):
        started = await integration.get(f"/api/{folder}/start")
        assert (started.status_code, started.content) == (200, b"")
    for query in ("isrecording", "encoderrunning"):
        assert (await integration.get(f"/api/{folder}/{query}")).content == b'{"IsRecording": true}'
    assert (await integration.get(f"/api/{folder}/status")).content == b'{"IsRecording": true, "DriveSpace": 60}'
    assert (await integration.get(f"/api/{folder}/filename")).json()["Filename"].endswith(".mp4")
    (other,) = VIDEOS.keys() - {folder}
    assert (await integration.get(f"/api/{other}/isrecording")).content == NOT_RECORDING
    for _ in range(2):
        stopped = await integration.get(f"/api/{folder}/stop")
        assert (stopped.status_code, stopped.content) == (200, b"")
    assert (await integration.get(f"/api/{folder}/isrecording")).content == NOT_RECORDING
    assert (await integration.get(f"/api/{folder}/filename")).content == b'{"Filename": ""}'


@pytest.mark.parametrize("folder", VIDEOS)
async def test_bare_false(recorder: FakeRecorder, server: ServerSettings, folder: str) -> None:
    transport = httpx.ASGITransport(create_integration_app(recorder, server, bare_false=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8088") as client:
        for query in ("isrecording", "encoderrunning"):
            idle = await client.get(f"/api/{folder}/{query}")
            assert (idle.content, idle.headers["content-type"]) == (b"false", "application/json")
        await client.get(f"/api/{folder}/start")
        assert (await client.get(f"/api/{folder}/isrecording")).json() == {"IsRecording": True}


async def test_an_anomaly_is_independent_of_a_clip(integration: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    await recorder.start_clip()
    assert (await integration.get("/api/anomalies/isrecording")).content == NOT_RECORDING
    await integration.get("/api/anomalies/start")
    await recorder.stop_clip()
    assert (await integration.get("/api/anomalies/isrecording")).json() == {"IsRecording": True}


@pytest.mark.parametrize(("folder", "kind"), VIDEOS.items())
async def test_the_next_name_and_number(
    integration: httpx.AsyncClient, recorder: FakeRecorder, folder: str, kind: FileKind
) -> None:
    named = await integration.post(f"/api/{folder}/filename", content=b'{"FILENAME": "Dive 12"}')
    numbered = await integration.post(f"/api/{folder}/addsequenceno", content=b'{"sequenceno": 7}')
    assert (named.status_code, named.content, numbered.content) == (200, b"", b"")
    assert (recorder.names, recorder.sequences) == ({kind: "Dive 12"}, {kind: 7})
    for body in (b"", b" \n", b"{}"):
        assert (await integration.post(f"/api/{folder}/addsequenceno", content=body)).status_code == 200
        assert recorder.sequences == {kind: 1}


async def test_one_framegrab_with_a_name(integration: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    body = {"filename": "Anode 3", "CHANNEL": "Bow"}
    assert (await integration.post("/api/framegrabs/take", json=body)).content == b"true"
    assert recorder.commands[-1] == "take_framegrab Bow Anode 3"


# When it cannot be done.


async def test_nothing_starts_without_a_picture(integration: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    quiet(recorder)
    for folder in VIDEOS:
        told = problem(await integration.get(f"/api/{folder}/start"))
        assert told["type"] == "urn:seacorder:problem:not_possible"
        assert [one["ok"] for one in told["channels"]] == [False, False]
        assert (await integration.get(f"/api/{folder}/isrecording")).content == NOT_RECORDING
    assert (await integration.post("/api/framegrabs/take")).content == b"false"
    assert (await integration.post("/api/framegrabs/take", json={"Channel": "Bow"})).content == b"false"


async def test_a_disk_that_fails_is_500_with_each_channels_reason(
    integration: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    for folder in VIDEOS:
        await integration.get(f"/api/{folder}/start")
    recorder.channels[1].refusal = "The disk refuses to write."
    commands = ["GET /api/recording/stop", "GET /api/anomalies/stop", "POST /api/framegrabs/take"]
    for command in commands:
        told = problem(await ask(integration, command))
        assert [(one["channel"], one["ok"]) for one in told["channels"]] == [("Bow", True), ("Stern", False)]
        assert told["channels"][1]["sentence"] == "The disk refuses to write."
    assert (await integration.get("/api/recording/isrecording")).content == NOT_RECORDING
    assert (await integration.post("/api/framegrabs/take", json={"Channel": "Bow"})).content == b"true"


@pytest.mark.parametrize("command", ["POST /api/recording/filename", "POST /api/anomalies/addsequenceno"])
async def test_a_name_that_cannot_be_stored_is_500(
    integration: httpx.AsyncClient, recorder: FakeRecorder, command: str
) -> None:
    recorder.error = CatalogueFailed("The list of recordings cannot be written.", "Check its disk.")
    body = '{"Filename": "Dive 12"}' if command.endswith("filename") else ""
    told = problem(await ask(integration, command, body))
    assert told["type"] == "urn:seacorder:problem:catalogue"
    assert (recorder.names, recorder.sequences) == ({}, {})
