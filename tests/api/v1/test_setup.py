"""`/api/v1/setup`: over a real setup, whose settings file is in a temporary folder, and a fake recorder."""

import base64
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
                "difference": "none",
            },
            {"table": {"name": "P/S", "input": "test:"}, "is_of_page": False, "difference": "none"},
        ],
    }


async def test_a_channel_is_added_changed_removed_and_all_taken_back(asked: httpx.AsyncClient) -> None:
    added = await asked.post(CHANNELS, json={"name": "TMS", "input": "rtsp://rov:other@10.0.0.9/live"})
    assert added.status_code == 201
    assert "other" not in added.text
    assert added.json()["channels"][2] == {
        "table": {"name": "TMS", "input": "rtsp://***@10.0.0.9/live"}, "is_of_page": True, "difference": "added",
    }
    changed = await asked.put(
        CHANNELS, params={"name": "P/S"}, json={"name": "Port", "input": "test:", "backlog_seconds": None}
    )
    found = {one["table"]["name"]: one["difference"] for one in changed.json()["channels"]}
    assert found == {"Bow": "none", "Port": "added", "TMS": "added", "P/S": "removed"}
    removed = await asked.delete(CHANNELS, params={"name": "Bow"})
    assert removed.json()["needs_restart"] is True
    back = (await asked.delete(ALL)).json()
    assert back["needs_restart"] is False
    assert [one["table"]["name"] for one in back["channels"]] == ["Bow", "P/S"]


async def test_what_is_wrong_is_400_with_its_field_and_an_unknown_name_404(asked: httpx.AsyncClient) -> None:
    wrong = await asked.post(CHANNELS, json={"name": "TMS", "input": "10.0.0.9"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "input")
    unknown = await asked.put(CHANNELS, params={"name": "Bug"}, json={"name": "Bug", "input": "test:"})
    assert unknown.status_code == 404
    assert (await asked.delete(CHANNELS)).status_code == 400


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
    bench.busy = "A recording is on."
    assert (await asked.post("/api/v1/setup/restart")).status_code == 409
    bench.busy = ""
    assert (await asked.post("/api/v1/setup/restart")).status_code == 202
    assert bench.restarts == 1


async def test_a_recorder_without_setup_says_so(client: httpx.AsyncClient) -> None:
    assert (await client.get(ALL)).status_code == 409
