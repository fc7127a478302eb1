"""`/api/v1/setup`: over a real setup, whose settings file is in a temporary folder, and a fake recorder."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from fakes.recorder import FakeChannel, FakeRecorder
from fakes.setup import SetupBench
from seacorder.api.inspector import create_inspector_app
from seacorder.base.message import Message
from seacorder.config.schema import ServerSettings
from seacorder.model.channel import ChannelState
from seacorder.model.command import TryInput
from seacorder.model.report import InputTried

ALL, CHANNELS, TRY = "/api/v1/setup", "/api/v1/setup/channels", "/api/v1/setup/channels/try"
LISTENS = {"host": "127.0.0.1", "inspector_port": 13000, "integration_port": 8088, "secure_port": None}
TEXT = """[[channels]]
name = "Bow"
input = "rtsp://rov:secret@10.0.0.1/live"
[[channels]]
name = "P/S"
input = "test:"
"""


@pytest.fixture
def bench(tmp_path: Path) -> SetupBench:
    return SetupBench(tmp_path, TEXT)


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder(FakeChannel("Bow"), FakeChannel("P/S"))


@pytest.fixture
async def asked(recorder: FakeRecorder, bench: SetupBench) -> AsyncIterator[httpx.AsyncClient]:
    app = create_inspector_app(recorder, ServerSettings(), bench.setup)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:13000") as client:
        yield client


async def test_what_the_next_start_takes_without_secrets(asked: httpx.AsyncClient, tmp_path: Path) -> None:
    answer = (await asked.get(ALL)).json()
    assert answer == {
        "settings_file": str(tmp_path / "seacorder.toml"),
        "page_file": str(tmp_path / "seacorder.page.toml"),
        "needs_restart": False,
        "channels": [
            {
                "table": {"name": "Bow", "input": "rtsp://***@10.0.0.1/live"}, "is_of_page": False,
                "difference": "none", "waits": False,
            },
            {
                "table": {"name": "P/S", "input": "test:"}, "is_of_page": False, "difference": "none",
                "waits": False,
            },
        ],
        "sources": [],
        "storage": {},
        "overlay": {},
        "data_log": {},
        "narration": {},
        "readings_out": [],
        "server": {},
        "listens_now": LISTENS,
        "listens_next": LISTENS,
    }


async def test_a_channel_is_added_changed_removed_and_all_taken_back(
    asked: httpx.AsyncClient, bench: SetupBench
) -> None:
    bench.channels.recorded = {"P/S"}
    added = await asked.post(CHANNELS, json={"name": "TMS", "input": "rtsp://rov:other@10.0.0.9/live"})
    assert added.status_code == 201
    assert "other" not in added.text
    assert added.json()["channels"][2] == {
        "table": {"name": "TMS", "input": "rtsp://***@10.0.0.9/live"}, "is_of_page": True, "difference": "none",
        "waits": False,
    }
    changed = await asked.put(
        CHANNELS, params={"name": "P/S"}, json={"name": "Port", "input": "test:", "backlog_seconds": None}
    )
    found = {one["table"]["name"]: (one["difference"], one["waits"]) for one in changed.json()["channels"]}
    now = ("none", False)
    assert found == {"Bow": now, "Port": now, "TMS": now, "P/S": ("removed", True)}
    removed = await asked.delete(CHANNELS, params={"name": "Bow"})
    assert [one["table"]["name"] for one in removed.json()["channels"]] == ["Port", "TMS", "P/S"]
    assert removed.json()["needs_restart"] is False
    back = (await asked.delete(ALL)).json()
    assert back["needs_restart"] is False
    assert [one["table"]["name"] for one in back["channels"]] == ["Bow", "P/S"]


async def test_the_microphone_logs_lines_and_ports_are_set(asked: httpx.AsyncClient) -> None:
    sound = await asked.put(f"{ALL}/narration", json={"input": "file:///a.wav", "gain_db": 3, "into": None})
    assert sound.json()["narration"] == {"input": "file:///a.wav", "gain_db": 3}
    assert (await asked.put(f"{ALL}/data-log", json={"rows": "change"})).json()["data_log"] == {"rows": "change"}
    line = {"to": "udp://127.0.0.1:6000", "line": "{depth:.1f}"}
    sent = await asked.put(f"{ALL}/readings-out", json={"lines": [{**line, "none": None}]})
    assert sent.json()["readings_out"] == [line]
    assert (await asked.put(f"{ALL}/readings-out", json={"lines": None})).json()["readings_out"] == []
    moved = (await asked.patch(f"{ALL}/server", json={"inspector_port": 13001})).json()
    assert (moved["server"], moved["listens_now"]) == ({"inspector_port": 13001}, LISTENS)
    assert moved["listens_next"] == {**LISTENS, "inspector_port": 13001}


@pytest.mark.parametrize(("method", "path", "body", "field"), [
    ("PUT", "narration", {"input": "microphone"}, "input"),
    ("PUT", "data-log", {"interval_seconds": 0}, "interval_seconds"),
    ("PUT", "readings-out", {"lines": ["udp://127.0.0.1:6000"]}, "lines"),
    ("PUT", "readings-out", {"lines": [{"to": "udp://127.0.0.1:6000", "line": "{depth"}]}, "1.line"),
    ("PATCH", "server", {"inspector_port": 13009}, "inspector_port"),
    ("PATCH", "server", {"access": []}, "access"),
])
async def test_what_is_refused_of_a_table_has_its_field(
    asked: httpx.AsyncClient, bench: SetupBench, method: str, path: str, body: dict[str, object], field: str
) -> None:
    answer = await asked.request(method, f"{ALL}/{path}", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not bench.page.exists()


async def test_what_is_wrong_is_400_with_its_field_and_an_unknown_name_404(asked: httpx.AsyncClient) -> None:
    wrong = await asked.post(CHANNELS, json={"name": "TMS", "input": "10.0.0.9"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "input")
    unknown = await asked.put(CHANNELS, params={"name": "Bug"}, json={"name": "Bug", "input": "test:"})
    assert unknown.status_code == 404
    assert (await asked.delete(CHANNELS)).status_code == 400


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "channels", {"name": "TMS", "input": "rtsp://10.0.0.9/\ud800"}),
    ("PUT", "channels?name=Bow", {"name": "Bow", "input": "rtsp://10.0.0.9/\ud800"}),
    ("POST", "sources", {"name": "GNSS", "input": "udp://:5005", "definitions": ["\ud800"]}),
    ("PATCH", "storage", {"root": "/data/\ud800"}),
    ("PUT", "overlay", {"layers": [{"kind": "text", "text": "\ud800"}]}),
    ("POST", "overlay/preview?name=Bow", {"layers": [{"kind": "text", "text": "\ud800"}]}),
])
async def test_text_that_no_file_can_hold_is_refused(
    asked: httpx.AsyncClient, bench: SetupBench, method: str, path: str, body: dict[str, object]
) -> None:
    answer = await asked.request(method, f"{ALL}/{path}", content=json.dumps(body))
    assert answer.status_code == 400
    assert "lone surrogates" in answer.json()["action"]
    assert not bench.page.exists()


async def test_a_camera_is_tried_and_its_picture_is_in_the_answer(
    asked: httpx.AsyncClient, bench: SetupBench
) -> None:
    answer = (await asked.post(TRY, json={"input": "rtsp://10.0.0.9/live", "name": None})).json()
    assert base64.b64decode(answer["jpeg"]) == b"picture"
    assert answer["picture"] == {"codec": "h264", "width": 1280, "height": 720, "frame_rate": 25.0}
    assert (answer["works"], answer["is_running"], answer["why"]) == (True, False, None)
    assert bench.trials.orders == [TryInput("rtsp://10.0.0.9/live", "Test")]


async def test_why_a_camera_shows_nothing(asked: httpx.AsyncClient, bench: SetupBench) -> None:
    bench.trials.answer = InputTried(why=Message("It refused the password.", "Correct it."))
    answer = (await asked.post(TRY, json={"input": "rtsp://10.0.0.9/live"})).json()
    assert (answer["works"], answer["jpeg"], answer["picture"]) == (False, "", None)
    assert answer["why"] == {"fact": "It refused the password.", "action": "Correct it."}
    assert (await asked.post(TRY, json={"name": "Bow"})).status_code == 400


async def test_a_camera_that_runs_is_not_connected_to_again(
    asked: httpx.AsyncClient, bench: SetupBench, recorder: FakeRecorder
) -> None:
    body = {"input": "rtsp://***@10.0.0.1/live", "name": "Bow"}
    answer = (await asked.post(TRY, json=body)).json()
    assert (answer["works"], answer["is_running"]) == (True, True)
    assert base64.b64decode(answer["jpeg"]).startswith(b"\xff\xd8")
    assert bench.trials.orders == []
    recorder.channels[0].state = ChannelState.FAILED
    assert (await asked.post(TRY, json=body)).json()["is_running"] is False
    assert bench.trials.orders == [TryInput("rtsp://rov:secret@10.0.0.1/live", "Bow")]


async def test_a_restart_is_refused_while_a_recording_is_on(asked: httpx.AsyncClient, bench: SetupBench) -> None:
    bench.busy = Message("A recording is on.", "Stop it first.")
    assert (await asked.post("/api/v1/setup/restart")).status_code == 409
    bench.busy = None
    assert (await asked.post("/api/v1/setup/restart")).status_code == 204
    assert bench.restarts == 1


async def test_a_recorder_without_setup_says_so(client: httpx.AsyncClient) -> None:
    assert (await client.get(ALL)).status_code == 409


async def test_a_source_is_added_changed_and_removed(asked: httpx.AsyncClient) -> None:
    added = await asked.post("/api/v1/setup/sources", json={"name": "GNSS", "input": "udp://:5005"})
    assert added.status_code == 201
    assert added.json()["sources"][0]["difference"] == "added"
    body = {"name": "Survey", "input": "udp://:5006", "definitions": ["GGA"]}
    changed = (await asked.put("/api/v1/setup/sources", params={"name": "GNSS"}, json=body)).json()
    assert [one["table"] for one in changed["sources"]] == [body]
    wrong = await asked.post("/api/v1/setup/sources", json={"name": "X", "input": "sim:", "definitions": ["GAG"]})
    assert wrong.status_code == 400
    assert "GGA" in wrong.json()["action"]
    assert (await asked.delete("/api/v1/setup/sources", params={"name": "Survey"})).json()["sources"] == []


async def test_folders_are_set_and_taken_back(asked: httpx.AsyncClient, tmp_path: Path) -> None:
    root = tmp_path / "new" / "files"
    answer = await asked.patch("/api/v1/setup/storage", json={"root": str(root), "reserve_bytes": 5_000_000_000})
    assert answer.json()["storage"] == {"root": str(root), "reserve_bytes": 5_000_000_000}
    assert answer.json()["needs_restart"] is True
    back = await asked.patch("/api/v1/setup/storage", json={"root": None, "reserve_bytes": None})
    assert (back.json()["storage"], back.json()["needs_restart"]) == ({}, False)


async def test_a_folder_that_cannot_be_used_is_refused_before_a_start_meets_it(
    asked: httpx.AsyncClient, bench: SetupBench, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = await asked.patch("/api/v1/setup/storage", json={"root": str(tmp_path / "file" / "in it")})
    assert (refused.status_code, refused.json()["field"]) == (400, "root")
    assert not bench.page.exists()
    assert (await asked.patch("/api/v1/setup/storage", json={"queue_bytes": 5})).status_code == 400


async def test_the_overlay_is_set_previewed_and_taken_back(asked: httpx.AsyncClient, bench: SetupBench) -> None:
    body = {"time": "utc", "layers": [{"kind": "text", "text": "Depth {depth:.1f} m", "file": None}]}
    shown = await asked.post("/api/v1/setup/overlay/preview", params={"name": "Bow"}, json=body)
    assert shown.headers["content-type"] == "image/jpeg"
    (order,) = bench.trials.previews
    assert (order.channel, order.overlay.layers[0].text, order.overlay.use_utc) == ("Bow", "Depth {depth:.1f} m", True)
    assert not bench.page.exists()
    answer = (await asked.put("/api/v1/setup/overlay", json=body)).json()
    assert answer["overlay"] == {"time": "utc", "layers": [{"kind": "text", "text": "Depth {depth:.1f} m"}]}
    assert len(bench.started()._running.overlay.layers) == 1
    assert (await asked.put("/api/v1/setup/overlay", json={})).json()["overlay"] == {}


@pytest.mark.parametrize("layer", [{"kind": "text", "text": "{depth"}, {"kind": "flag"}, {"kind": "time", "text": "x"}])
async def test_a_layer_that_is_wrong_is_neither_shown_nor_kept(
    asked: httpx.AsyncClient, bench: SetupBench, layer: dict[str, str]
) -> None:
    preview = await asked.post("/api/v1/setup/overlay/preview", params={"name": "Bow"}, json={"layers": [layer]})
    assert (preview.status_code, bench.trials.previews) == (400, [])
    assert (await asked.put("/api/v1/setup/overlay", json={"layers": [layer]})).status_code == 400
    assert (await asked.post("/api/v1/setup/overlay/preview", params={"name": "Bug"}, json={})).status_code == 404
