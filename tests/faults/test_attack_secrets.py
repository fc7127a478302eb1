"""Secrets in the addresses of cameras, wherever cameras want them: none comes out of the program anywhere."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from faults.results import note
from rig.ports import free_port
from rig.program import Program, children, command_line, running, wait_for
from seacorder.base.errors import SettingsError
from seacorder.config.load import load

SECRET = "Kaltwasser77zz"
"""No word that a stream would have, and in no other place of this test."""
PLACES = {
    "Port": "rtsp://pilot:{s}@{at}/live",
    "Bow": "rtsp://{at}/user=pilot_password={s}_channel=1_stream=0.sdp",
    "Stern": "rtsp://{at}/live;zugang={s}?channel=1",
    "Mast": "rtsp://{at}/live?{s}",
    "Helmet": "rtsp://pilot:p%23{s}@{at}/main#client=ffmpeg",
    "Sonar": "http://{at}/video.mjpg?grant={s}&size=640x480",
    "Crane": "rtmp://{at}/live/{s}",
    "Sum": "tcp://{at}#audio=off",
}
PATTERN = "test:?size=320x180&rate=10&gop=10"


def bundled(program: Program, folder: Path) -> list[str]:
    """What a support bundle holds and prints, made while the program records."""
    file = folder / "help.zip"
    words = ["support-bundle", "--config", str(program.settings_path), "--output", str(file)]
    made = subprocess.run(
        [sys.executable, "-m", "seacorder", *words], capture_output=True, text=True, check=True, timeout=120
    )
    with zipfile.ZipFile(file) as archive:
        return [made.stdout, made.stderr, *(archive.read(name).decode() for name in archive.namelist())]


def test_no_secret_of_an_address_comes_out(tmp_path: Path) -> None:
    port = free_port()
    addresses = {name: text.format(s=SECRET, at=f"127.0.0.1:{port}") for name, text in PLACES.items()}
    with running(tmp_path, {**addresses, "Rov": PATTERN}, more='[log]\nlevel = "DEBUG"\n') as program:
        program.wait_live("Rov")
        wait_for(lambda: all(program.channel(name)["state"] == "failed" for name in PLACES), "every camera to be away")
        program.get("/api/inspector/startrecording")
        program.wait_recorded(0.5, "Rov")
        told = [json.dumps(program.get(f"/api/v1/{what}")) for what in ("status", "settings", "losses", "parts")]
        control = program.control_pid
        told += [command_line(pid) for pid in (program.pid, control, *children(control))]
        told += [json.dumps(program.post("/api/v1/recording/stop")), json.dumps(program.get("/api/v1/recordings"))]
        status = program.get("/api/v1/status")
        shown = {one["name"]: one["address"] for one in status["channels"]}
        nested = [one["why"] for one in status["channels"] if one["name"] in PLACES]
        told += [json.dumps(nested), json.dumps(status["alarms"])]
        told += bundled(program, tmp_path)
        assert program.stop() == 0
        told.append(program.log())
    checked = subprocess.run(
        [sys.executable, "-m", "seacorder", "check-config", "--config", str(program.settings_path)],
        capture_output=True, text=True, check=True, timeout=60,
    )
    told += [checked.stdout, checked.stderr]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != program.settings_path]
    leaks = [text for text in told if SECRET in text] + [p for p in files if SECRET.encode() in p.read_bytes()]
    note("secrets in addresses, in eight places: places where one comes out", times=len(PLACES), worst=str(len(leaks)),
         limit="0", kept=not leaks)  # fmt: skip
    assert leaks == []
    assert all(why["fact"] and why["action"] for why in nested), "messages inside of others were looked at"
    assert all(f"127.0.0.1:{port}" in shown[name] for name in PLACES), "which camera it is can be told"
    assert shown["Bow"] == f"rtsp://127.0.0.1:{port}/user=***_password=***_channel=1_stream=0.sdp"


def test_faults_of_the_settings_do_not_repeat_one(tmp_path: Path) -> None:
    """Texts that are no addresses, and whole tables in the wrong place."""
    inputs = [
        f'"rtsp://pilot:a/b#{SECRET}@cam/1"', f'"rtsp://cam/s?x=1#{SECRET}"', f'"pilot:{SECRET}@10.0.0.5"',
        f'"{SECRET}:pilot@10.0.0.5"', f'["rtsp://pilot:{SECRET}@cam/1"]', f'{{ url = "rtsp://cam/k={SECRET}" }}',
        f'"rtsp://cam:port/{SECRET}"', f'"rtsp://pilot:{SECRET}"',
    ]  # fmt: skip
    file = tmp_path / "seacorder.toml"
    for text in inputs:
        file.write_text(f'[[channels]]\nname = "Bow"\ninput = {text}\n', encoding="utf-8")
        with pytest.raises(SettingsError) as refused:
            load(file, {})
        assert any("[[channels]] 1" in fault for fault in map(str, refused.value.faults))
        assert SECRET not in " ".join(map(str, refused.value.faults)), text
