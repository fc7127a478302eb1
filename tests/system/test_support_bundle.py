"""A support bundle made while two cameras are recorded: not a frame is lost, and nothing of Seacorder is changed."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from rig.fixtures import MakeSource, StartServer
from rig.frames import frame_numbers, missing_and_repeated
from rig.program import Program, running, wait_for
from rig.source_files import SourceSpec

CAMERAS = 2
SAME = ("version", "is_recording", "is_clip_recording", "recording_id", "overrides")
BY_THEMSELVES = {"alarm_raised", "alarm_cleared"}
"""Events that a busy machine may make."""


@pytest.mark.rtsp
@pytest.mark.slow
def test_a_bundle_made_while_recording_costs_no_frame(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    spec = SourceSpec(seconds=120, rate=25, gop=25, width=640, height=360)
    addresses = {f"Cam{number}": server.serve(f"/{number}", rig_source(spec)) for number in range(CAMERAS)}
    output = tmp_path / "help.zip"
    with running(tmp_path, addresses) as program:
        program.record(1.0)
        before = program.get("/api/v1/status")
        words = ["support-bundle", "--config", str(program.settings_path), "--output", str(output)]
        made = subprocess.run(
            [sys.executable, "-m", "seacorder", *words], capture_output=True, text=True, check=True, timeout=120
        )
        recorded = program.channel("Cam0")["recording_seconds"]
        program.wait_recorded(recorded + 1.0)
        after = program.get("/api/v1/status")
        assert program.rows("losses") == []
        assert {event["kind"] for event in events_between(program, before, after)} <= BY_THEMSELVES
        wait_for(lambda: program.get("/api/v1/status")["alarms"] == before["alarms"], "the same alarms as before")
        program.post("/api/v1/recording/stop")
        parts = program.rows("parts")
    assert {name: after[name] for name in SAME} == {name: before[name] for name in SAME}
    assert [channel["restarts"] for channel in after["channels"]] == [0] * CAMERAS
    for part in parts:
        assert missing_and_repeated(frame_numbers(Path(part["path"]))) == ([], [])
    files = read(output)
    assert files["status.json"]["recording_id"] == before["recording_id"]
    assert [one["id"] for one in files["catalogue.json"]["recordings"]] == [before["recording_id"]]
    assert "encoders.json" not in files
    assert "The encoders were not tried, because a recording is on." in made.stdout


def events_between(program: Program, before: Any, after: Any) -> list[Any]:
    first, last = before["newest_event_cursor"], after["newest_event_cursor"]
    address = program.url.replace("http:", "ws:") + f"/api/v1/events?cursor={first}"
    with connect(address) as events:
        return [json.loads(events.recv(timeout=60)) for _ in range(last - first)]


def read(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        texts = {name.partition("/")[2]: archive.read(name).decode() for name in archive.namelist()}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in texts.items()}
