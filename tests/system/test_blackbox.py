"""A real camera in the blackbox, end to end: numbered frames, kept as a recording that checks and rebuilds whole."""

import json
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rig.fixtures import MakeSource, StartServer
from rig.frames import frame_numbers, missing_and_repeated
from rig.ports import free_port
from rig.program import Program, running, wait_for
from rig.source_files import SourceSpec

pytestmark = [pytest.mark.rtsp, pytest.mark.slow]

SPEC = SourceSpec(seconds=120, rate=25, gop=5, width=320, height=240)
SPLIT_MINUTES = 0.05


def settings(root: Path, more: str = "") -> str:
    return f'[blackbox]\nroot = "{root.as_posix()}"\nsplit_time_minutes = {SPLIT_MINUTES}\nreserve_bytes = 0\n{more}'


def wait_held(program: Program, files: int) -> Any:
    """Waits until the blackbox holds so many whole files."""

    def held() -> Any:
        answer = program.get("/api/v1/blackbox")
        return answer if answer["files"] >= files else None

    return wait_for(held, f"{files} whole files of the blackbox")


def keep_all(program: Program) -> Any:
    """Everything that it holds, up to now."""
    answer = program.get("/api/v1/blackbox")
    now = program.get("/api/v1/status")["utc"]
    return program.post("/api/v1/blackbox/keep", {"from": answer["oldest_utc"], "to": now}, status=201)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def check(program: Program) -> str:
    command = [sys.executable, "-m", "seacorder", "check", "--config", str(program.settings_path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("how", ["by itself", "in a group", "encoded"])
def test_what_it_records_is_kept_frame_by_frame(
    how: str, tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    addresses = {name: server.serve(f"/{name}", rig_source(SPEC)) for name in ("Bow", "Stern")}
    more = {
        "by itself": "[workers]\nchannels_per_process = 1\n",
        "in a group": "[workers]\nchannels_per_process = 2\n",
        "encoded": '[recording]\nsmart_encoding = false\nencoder = "x264"\n',
    }[how]
    with running(tmp_path, addresses, more=settings(tmp_path / "bb", more)) as program:
        program.wait_live()
        wait_held(program, 4)
        assert not program.get("/api/v1/status")["is_recording"]
        wait_for(lambda: program.get("/api/v1/status")["blackbox"]["is_recording"], "the blackbox to record")
        assert program.get("/api/inspector/isrecording") is False
        wait_for(lambda: program.alarms() == {}, "no alarm")
        kept = keep_all(program)
        assert kept["is_linked"]
        if how != "encoded":  # an encoder of a busy machine may leave frames out, each in a loss
            assert kept["losses"] == 0
        parts = program.rows("parts")
        assert {part["recording_id"] for part in parts} == {kept["recording_id"]}
        assert {part["state"] for part in parts} == {"whole"}
        wait_for((Path(kept["folder"]) / "manifest-sha256.txt").exists, "the complete folder")
        (times,) = json.loads((Path(kept["folder"]) / "time.json").read_text())["recordings"]
        looked = [instant(sample["clock_utc"]) for sample in times["samples"]]
        assert (times["id"], times["samples"][0]["at"]) == (kept["recording_id"], "start")
        assert all(one <= instant(kept["to_utc"]) for one in looked)
        program.stop()
    for name in addresses:
        mine = [part for part in parts if part["channel"] == name]
        assert [part["number"] for part in mine] == list(range(1, len(mine) + 1))
        numbers = frame_numbers(*(Path(part["path"]) for part in mine))
        assert len(numbers) == sum(part["frames"] for part in mine)
        if how != "encoded":
            assert missing_and_repeated(numbers) == ([], [])
    assert "Everything agrees." in check(program)
    command = [sys.executable, "-m", "seacorder", "verify", kept["folder"]]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_recording_beside_it_has_the_same_frames_and_keeps_its_own(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    url = start_rtsp_server().serve("/bow", rig_source(SPEC))
    with running(tmp_path, {"Bow": url}, more=settings(tmp_path / "bb")) as program:
        program.record(2.0)
        assert program.post("/api/v1/recording/stop")["ok"]
        recorded = [Path(part["path"]) for part in program.rows("parts")]
        wait_for(lambda: program.get("/api/v1/status")["blackbox"]["is_recording"], "the blackbox to go on")
        wait_held(program, 2)
        kept = keep_all(program)
        kept_files = [
            Path(part["path"]) for part in program.rows("parts") if part["recording_id"] == kept["recording_id"]
        ]
        program.stop()
    mine, theirs = frame_numbers(*recorded), frame_numbers(*kept_files)
    assert missing_and_repeated(theirs) == ([], [])
    assert set(mine) <= set(theirs)
    assert "Everything agrees." in check(program)


def test_readings_come_along(tmp_path: Path) -> None:
    port = free_port(socket.SOCK_DGRAM)
    more = f'[[telemetry]]\nname = "Survey"\ninput = "udp://127.0.0.1:{port}"\n'
    heading = b"$HEHDT,127.40,T*1F\r\n"
    with (
        running(tmp_path, {"Bow": "test:?size=320x180&rate=10"}, more=settings(tmp_path / "bb", more)) as program,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        program.wait_live()

        def has_come() -> bool:
            sender.sendto(heading, ("127.0.0.1", port))
            items = program.get("/api/v1/readings")["items"]
            return any(one["name"] == "heading" and one["state"] == "fresh" for one in items)

        wait_for(has_come, "the heading")
        more_files = program.get("/api/v1/blackbox")["files"] + 2
        wait_for(lambda: has_come() and program.get("/api/v1/blackbox")["files"] >= more_files, "files with a heading")
        kept = keep_all(program)
        folder = Path(kept["folder"])
        assert sorted({path.suffix for path in folder.iterdir()} & {".csv", ".raw"}) == [".csv", ".raw"]
        assert any("127.4" in path.read_text(encoding="utf-8") for path in folder.glob("*.csv"))
        assert any(heading in path.read_bytes() for path in folder.glob("*.raw"))
        program.stop()


def test_the_oldest_go_and_the_rest_stays_readable(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    url = start_rtsp_server().serve("/bow", rig_source(SPEC))
    more = settings(tmp_path / "bb", "max_age_hours = 0.002\n")
    with running(tmp_path, {"Bow": url}, more=more) as program:
        first = wait_held(program, 1)["oldest_utc"]
        wait_for(lambda: program.get("/api/v1/blackbox")["oldest_utc"] > first, "the first file to go")
        kept = keep_all(program)
        files = [Path(part["path"]) for part in program.rows("parts")]
        assert kept["losses"] == 0
        program.stop()
    assert missing_and_repeated(frame_numbers(*files)) == ([], [])
