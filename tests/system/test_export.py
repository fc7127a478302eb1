"""Bags of a real recorder: read back frame by frame, and validated by programs that are not ours."""

import json
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from rig.frames import frame_numbers
from rig.program import Program, running, wait_for

CHANNELS = {"Bow": "test:?size=320x180&rate=25", "Stern": "test:?size=320x180&rate=25"}


def exported(program: Program, folder: Path, *words: str) -> Path:
    """The bag, unpacked."""
    folder.mkdir()
    file = folder / "bag.zip"
    command = [sys.executable, "-m", "seacorder", "export", *words, str(file), "--url", program.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "bag")
    file.unlink()
    (bag,) = (folder / "bag").iterdir()
    return bag


def sums(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def assert_whole(bag: Path, key: Path) -> None:
    """By four programs: two that know bags, one that knows sums, one that knows signatures."""
    command = [sys.executable, "-m", "bagit", "--validate", str(bag)]
    validated = subprocess.run(command, capture_output=True, check=False)
    assert validated.returncode == 0, validated.stderr
    assert (sums(bag).returncode, sums(bag).stdout) == (0, "")
    signed = ["minisign", "-Vm", "manifest-sha256.txt", "-p", str(key)]
    assert subprocess.run(signed, cwd=bag, capture_output=True, check=False).returncode == 0
    command = [sys.executable, "-m", "seacorder", "verify", str(bag), "--key", str(key)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout


def stills_of(program: Program, observation: dict[str, Any]) -> list[Any]:
    return list(program.get(f"/api/v1/observations/{observation['id']}")["stills"])


def later(utc: str, seconds: float) -> str:
    moment = datetime.fromisoformat(utc) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def numbers_between(part: dict[str, Any], begin: str, end: str) -> list[int]:
    """The frames of a part that were captured from one instant to before another."""
    zero = datetime.fromisoformat(part["start_utc"])
    first, behind = ((datetime.fromisoformat(one) - zero) / timedelta(seconds=1) * 25 for one in (begin, end))
    every = frame_numbers(Path(part["path"]))
    return [number for place, number in enumerate(every) if first - 0.01 <= place < behind - 0.01]


@pytest.mark.slow
def test_a_stretch_and_an_observation_frame_by_frame_and_a_whole_recording(tmp_path: Path) -> None:
    key = tmp_path / "state" / "seacorder" / "signing.pub"
    with running(tmp_path, CHANNELS) as program:
        program.wait_live()
        httpx.put(f"{program.url}/api/v1/overlay", json={"text": "Depth 12 m"}).raise_for_status()
        program.get("/api/inspector/splittime/0.05")
        program.get("/api/inspector/startrecording")
        program.wait_recorded(3.0)
        observation = program.post("/api/v1/observations", {"code": "AN", "text": "Half consumed"}, status=201)
        program.wait_recorded(2.0)
        whole = program.rows("parts", channel="Bow")[0]
        begin, end = later(whole["start_utc"], 1.3), later(whole["start_utc"], 2.2)
        running_cut = exported(program, tmp_path / "while", "stretch", begin, end)
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: program.files("manifest-sha256.txt.minisig"), "the manifest")
        wait_for(lambda: len(stills_of(program, observation)) == len(CHANNELS), "the framegrabs")
        parts = program.rows("parts")
        cut = exported(program, tmp_path / "stretch", "stretch", begin, end)
        seen = exported(program, tmp_path / "seen", "observation", observation["id"], "--before", "1", "--after", "0.5")
        (recording,) = program.rows("recordings")
        archive = exported(program, tmp_path / "whole", "recording", recording["id"])
    for bag in (running_cut, cut):
        assert_whole(bag, key)
        assert_frames(bag, parts, begin, end)
    assert_whole(seen, key)
    assert_observation(seen, observation)
    assert_whole(archive, key)
    assert sums(archive / "data").returncode == 0
    names = {one.name for one in (archive / "data").iterdir()}
    assert {"recording.json", "time.json", "index.html", "custody.jsonl", "account.jsonl", "recorder.pub"} <= names


def assert_frames(bag: Path, parts: list[dict[str, Any]], begin: str, end: str) -> None:
    """The cut has every frame of the stretch, from the keyframe before on, and says which."""
    said = json.loads((bag / "data" / "export.json").read_text())
    assert {one["channel"] for one in said["videos"]} == set(CHANNELS)
    for one in said["videos"]:
        (part,) = (
            row for row in parts if row["channel"] == one["channel"] and row["number"] == one["source_number"]
        )
        expected = numbers_between(part, one["first_frame_utc"], end)
        assert frame_numbers(bag / "data" / one["file"]) == expected
        assert one["frames"] == len(expected)
        assert set(numbers_between(part, begin, end)) <= set(expected)
        assert one["first_frame_utc"] <= begin


def assert_observation(bag: Path, observation: dict[str, Any]) -> None:
    files = {one.name: one for one in (bag / "data").rglob("*") if one.is_file()}
    documents = [json.loads(one.read_text()) for name, one in files.items() if name.endswith(".json")]
    assert observation["id"] in {one.get("id") for one in documents}
    assert len([name for name in files if name.endswith(".jpg")]) == len(CHANNELS)
    assert len([name for name in files if name.endswith("_cut.mp4")]) >= len(CHANNELS)
    assert len([name for name in files if name.endswith("_cut.srt")]) >= len(CHANNELS)
    assert {"original-manifest-sha256.txt", "original-manifest-sha256.txt.minisig"} <= files.keys()


@pytest.mark.slow
def test_a_changed_byte_of_a_bag_is_found(tmp_path: Path) -> None:
    with running(tmp_path, CHANNELS) as program:
        program.record(2.0)
        part = program.rows("parts")[0]
        bag = exported(program, tmp_path / "cut", "stretch", part["start_utc"], later(part["start_utc"], 1.0))
    file = next((bag / "data").glob("*_cut.mp4"))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    (bag / "extra.txt").write_text("added")
    command = [sys.executable, "-m", "seacorder", "verify", str(bag), "--json"]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    findings = {(one["kind"], one["file"]) for folder in said["folders"] for one in folder["findings"]}
    assert findings == {("changed", f"data/{file.name}"), ("more", "extra.txt")}
