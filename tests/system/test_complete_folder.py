"""After a recording its folder is complete: a real recorder, real files, checked by programs that are not ours."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from rig.frames import packet_count
from rig.program import Program, running, wait_for
from rig.time_server import time_server

CHANNELS = {"Bow": "test:?size=320x180&rate=25", "Stern": "test:?size=320x180&rate=25"}
MANIFEST = "manifest-sha256.txt"


def complete(program: Program, count: int = 1, name: str = MANIFEST) -> list[Path]:
    """The folders, once so many have a manifest."""

    def found() -> list[Path] | None:
        folders = [path.parent for path in program.files(name)]
        return folders if len(folders) >= count else None

    return wait_for(found, "the manifest")


def sums(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sha256sum", "--strict", "--quiet", "-c", MANIFEST], cwd=folder, capture_output=True, text=True, check=False
    )


def said(folder: Path) -> Any:
    return json.loads((folder / "recording.json").read_text())


@pytest.mark.slow
def test_a_folder_is_complete_and_becomes_so_again_when_something_is_added(tmp_path: Path) -> None:
    with running(tmp_path, CHANNELS) as program:
        program.wait_live()
        httpx.put(f"{program.url}/api/v1/context", json={"project": "North", "dive": "12"}).raise_for_status()
        program.get("/api/inspector/splittime/0.05")
        program.get("/api/inspector/startrecording")
        program.wait_recorded(4.0)
        program.post("/api/v1/framegrab")
        program.post("/api/v1/observations", {"code": "AN", "text": "Half consumed"}, status=201)
        program.get("/api/inspector/stoprecording")
        (folder,) = complete(program, name=f"{MANIFEST}.minisig")
        parts = program.rows("parts")
        assert (sums(folder).returncode, sums(folder).stdout) == (0, "")
        files = {one.name for one in folder.iterdir() if not one.name.startswith(".")}
        listed = {line.split("  ", 1)[1] for line in (folder / MANIFEST).read_text().splitlines()}
        assert listed == files - {MANIFEST, f"{MANIFEST}.minisig", "custody.jsonl"}
        command = ["minisign", "-Vm", MANIFEST, "-p", tmp_path / "state" / "seacorder" / "signing.pub"]
        assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
        command = [sys.executable, "-m", "seacorder", "verify", folder]
        verified = subprocess.run(command, capture_output=True, check=False)
        assert (verified.returncode, verified.stderr) == (0, b""), verified.stdout
        (recording,) = said(folder)["recordings"]
        assert [(one["file"], one["frames"]) for one in recording["parts"]] == [
            (Path(row["path"]).name, packet_count(Path(row["path"])))
            for row in sorted(parts, key=lambda row: (row["channel"], row["number"]))
        ]
        assert recording["context"] == {"project": "North", "dive": "12"}
        assert {one["what"] for one in said(folder)["files"]} == {"video", "framegrab", "observation", "account"}
        (one,) = said(folder)["observations"]
        (times,) = json.loads((folder / "time.json").read_text())["recordings"]
        samples = [sample["at"] for sample in times["samples"]]
        assert (samples[0], samples[1], samples[-1]) == ("start", "split", "stop")
        page = (folder / "index.html").read_text("utf-8")
        assert all(part["file"].replace("@", "%40") in page for part in recording["parts"])
        observation = json.loads((folder / one["file"]).read_text())
        program.post(f"/api/v1/observations/{observation['id']}/revise", {"text": "Consumed", "reason": "Seen"})
        wait_for(lambda: said(folder)["observations"][0]["text"] == "Consumed", "the folder to be complete again")
        wait_for(lambda: sums(folder).returncode == 0, "a manifest that fits")


@pytest.mark.slow
def test_what_a_kill_has_left_is_completed_by_the_next_run(tmp_path: Path) -> None:
    """The folder of the recording that was cut off gets its manifest, after its files have been repaired."""
    with running(tmp_path, CHANNELS) as program:
        program.record(2.0)
        program.kill_all()
        program.start()
        before = wait_for(lambda: program.rows("recordings"), "the recording that was cut off")[0]
        wait_for(lambda: program.records_anew(before["id"]), "another recording to continue it")
        program.wait_live()
        program.get("/api/inspector/stoprecording")
        folders = complete(program, 2)
        wait_for(lambda: all(row["state"] in {"whole", "repaired"} for row in program.rows("parts")), "the repair")
        wait_for(lambda: all(sums(one).returncode == 0 for one in folders), "manifests that fit the repaired files")
        first, second = (said(one)["recordings"][0] for one in folders)
    assert (first["id"], first["state"], second["continues"]) == (before["id"], "interrupted", first["id"])
    assert {one["state"] for one in first["parts"]} <= {"whole", "repaired"}


@pytest.mark.slow
def test_the_manifest_gets_a_time_stamp_from_the_server_that_is_set(tmp_path: Path) -> None:
    with time_server(tmp_path / "tsa") as server:
        more = f'[time_stamp]\nserver = "{server.url}"\n'
        with running(tmp_path, CHANNELS, more=more) as program:
            program.record(1.0)
            program.get("/api/inspector/stoprecording")
            (folder,) = complete(program, name=f"{MANIFEST}.tsr")
            assert server.verifies(folder / f"{MANIFEST}.tsr", folder / MANIFEST)
        command = [sys.executable, "-m", "seacorder", "verify", folder, "--json"]
        (one,) = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)["folders"]
    assert (one["findings"], one["time_stamp"].endswith("Z by CN=Time,O=Harbour")) == ([], True)
