"""A whole recording as one archive: all its files or none, and not while it runs."""

import asyncio
import io
import json
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.api.export.bag import BagFile
from seacorder.api.v1 import archive
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
    assert answer.headers["content-disposition"].startswith('attachment; filename="r1.zip";')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        files = {"Bow.mp4", "clip.mp4", "Bow.jpg", "Bow.vtt"}
        assert {name for name in bag.namelist() if name.startswith("r1/data/")} == {
            "r1/data/recording.json", *(f"r1/data/{name}" for name in files)
        }
        assert all(bag.read(f"r1/data/{name}").decode() == name for name in files)
        listed = json.loads(bag.read("r1/data/recording.json"))
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


async def test_two_at_once_and_each_place_is_free_again(
    client: httpx.AsyncClient, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, go_on, look = asyncio.Semaphore(0), threading.Event(), archive._files
    loop = asyncio.get_running_loop()

    def slow(rows: dict[str, list[Any]]) -> list[BagFile]:
        loop.call_soon_threadsafe(looked.release)
        assert go_on.wait(60)
        return look(rows)

    monkeypatch.setattr(archive, "_files", slow)
    both = [asyncio.ensure_future(client.get(ARCHIVE)) for _ in range(archive.AT_ONCE)]
    for _ in both:
        await looked.acquire()
    assert (await client.get(ARCHIVE)).status_code == 409
    go_on.set()
    assert [(await one).status_code for one in both] == [200, 200]
    Path(part.path).rename(f"{part.path}.away")
    for _ in range(archive.AT_ONCE + 1):
        assert (await client.get(ARCHIVE)).status_code == 404
    Path(f"{part.path}.away").rename(part.path)
    assert (await client.get(ARCHIVE)).status_code == 200
