"""A whole recording as one archive: all its files or none, and not while it runs."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part, Recording, RecordingState

ARCHIVE = "/api/v1/recordings/r1/archive.zip"
WHOLE = Recording("r1", 1, 2, RecordingState.FINISHED)


@pytest.fixture
def part(recorder: FakeRecorder, tmp_path: Path) -> Part:
    folder = tmp_path / "Dive 12"
    folder.mkdir()
    for name in ("Bow.mp4", "clip.mp4", "Bow.jpg", "Bow.vtt"):
        (folder / name).write_text(name)
    part = Part("r1", "Bow", 1, str(folder / "Bow.mp4"), 1, 2, 0, 25, 7, FileState.WHOLE)
    clip = Clip("c1", "Bow", FileKind.CLIP, str(folder / "clip.mp4"), 1, 2, 0, 25, 8, FileState.WHOLE, "r1")
    still = Framegrab("f1", "Bow", str(folder / "Bow.jpg"), 1, 1, 7, 1920, 1080, 7, "r1")
    recorder.catalogue.held = [WHOLE, part, clip, still]
    return part


async def test_all_files_of_a_recording(client: httpx.AsyncClient, part: Part) -> None:
    answer = await client.get(ARCHIVE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="r1.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        files = {"Bow.mp4", "clip.mp4", "Bow.jpg", "Bow.vtt"}
        assert {name for name in bag.namelist() if name.startswith("data/")} == {
            "data/recording.json", *(f"data/{name}" for name in files)
        }
        assert all(bag.read(f"data/{name}").decode() == name for name in files)
        listed = json.loads(bag.read("data/recording.json"))
        assert (listed["recording"]["id"], listed["parts"][0]["path"]) == ("r1", part.path)


async def test_none_while_it_runs_or_where_a_file_is_away(
    client: httpx.AsyncClient, recorder: FakeRecorder, part: Part
) -> None:
    recorder.catalogue.held = [WHOLE, replace(part, state=FileState.OPEN)]
    assert (await client.get(ARCHIVE)).status_code == 409
    recorder.catalogue.held = [replace(WHOLE, state=RecordingState.RUNNING), part]
    assert (await client.get(ARCHIVE)).status_code == 409
    recorder.catalogue.held = [WHOLE, part]
    Path(part.path).unlink()
    assert (await client.get(ARCHIVE)).status_code == 404
    recorder.catalogue.held = []
    assert (await client.get(ARCHIVE)).status_code == 404
