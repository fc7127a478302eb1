"""A whole recording, a stretch or an observation as one archive: all its files or none."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from fakes.footage import Recipe, footage
from fakes.recorder import FakeRecorder
from fakes.sinks import Bench
from seacorder.base.errors import NotPossible
from seacorder.evidence.completion import complete_folder
from seacorder.model.completion import CompleteFolder
from seacorder.model.instant import iso_utc
from seacorder.model.loss import Loss, LossCause
from seacorder.model.observation_entry import Entry
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part, Recording, RecordingState
from seacorder.sinks.video.recording import RecordingSink

ARCHIVE, STRETCH = "/api/v1/recordings/r1/archive.zip", "/api/v1/archive.zip"
WHOLE = Recording("r1", 1, 2, RecordingState.FINISHED)
FRAME_NS, SECOND = 40_000_000, 10**9


@pytest.fixture
def part(recorder: FakeRecorder, tmp_path: Path) -> Part:
    folder = tmp_path / "Dive 12"
    folder.mkdir()
    for name in ("Bow.mp4", "clip.mp4", "Bow.jpg", "Bow.vtt", "Data.csv"):
        (folder / name).write_text(name)
    part = Part("r1", "Bow", 1, str(folder / "Bow.mp4"), 1, 2, 0, 25, 7, FileState.WHOLE)
    clip = Clip("c1", "Bow", FileKind.CLIP, str(folder / "clip.mp4"), 1, 2, 0, 25, 8, FileState.WHOLE, "r1")
    still = Framegrab("f1", "Bow", str(folder / "Bow.jpg"), 1, 1, 7, 1920, 1080, 7, "r1")
    recorder.catalogue.held = [WHOLE, part, clip, still]
    return part


def names(answer: httpx.Response) -> set[str]:
    """Of the payload of the bag."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        assert bag.testzip() is None
        return {name.partition("/data/")[2] for name in bag.namelist() if "/data/" in name}


async def test_all_files_of_a_recording(client: httpx.AsyncClient, part: Part) -> None:
    answer = await client.get(ARCHIVE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"].startswith('attachment; filename="r1.zip";')
    assert names(answer) == {"Bow.mp4", "clip.mp4", "Bow.jpg", "Bow.vtt"}
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        assert all(bag.read(f"r1/data/{name}").decode() == name for name in names(answer))


async def test_a_complete_folder_goes_in_with_all_that_makes_it_complete(
    client: httpx.AsyncClient, recorder: FakeRecorder, part: Part
) -> None:
    folder = Path(part.path).parent
    assert complete_folder(CompleteFolder(str(folder), rows=(WHOLE, part))).is_new
    (folder / "later.txt").write_text("in no manifest")
    answer = await client.get(ARCHIVE)
    assert names(answer) == {
        "Bow.mp4", "clip.mp4", "Bow.jpg", "Bow.vtt", "Data.csv", "recording.json", "time.json", "index.html",
        "manifest-sha256.txt",
    }
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        assert bag.read("r1/data/recording.json") == (folder / "recording.json").read_bytes()


async def test_of_a_shared_folder_its_statements_go_along_under_other_names(
    client: httpx.AsyncClient, recorder: FakeRecorder, part: Part
) -> None:
    folder = Path(part.path).parent
    (folder / "Own.csv").write_text(f"utc\r\n{iso_utc(1_000_000_000, digits=3)}\r\n")
    (folder / "Later.csv").write_text(f"utc\r\n{iso_utc(50 * SECOND, digits=3)}\r\n")
    mine = replace(WHOLE, end_utc_ns=10 * SECOND)
    other = Recording("r2", 40 * SECOND, 60 * SECOND, RecordingState.FINISHED)
    also = replace(part, recording_id="r2", path=str(folder / "Stern.mp4"))
    assert complete_folder(CompleteFolder(str(folder), rows=(mine, part, other, also))).is_new
    found = names(await client.get(ARCHIVE))
    assert {"Own.csv", "original/recording.json", "original/original-manifest-sha256.txt"} <= found
    assert not {"Later.csv", "Stern.mp4", "manifest-sha256.txt"} & found


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


async def test_a_refusal_is_told_and_an_archive_that_was_sent_is_closed(
    client: httpx.AsyncClient, recorder: FakeRecorder, part: Part
) -> None:
    assert (await client.get(ARCHIVE)).status_code == 200
    assert [one.is_closed for one in recorder.exports.archives] == [True]
    recorder.exports.error = NotPossible("Too many archives are being made already.", "Try again later.")
    answer = await client.get(ARCHIVE)
    assert (answer.status_code, answer.json()["fact"]) == (409, "Too many archives are being made already.")


async def test_who_only_asks_is_told_the_same_and_gets_no_bytes(
    client: httpx.AsyncClient, recorder: FakeRecorder, part: Part
) -> None:
    asked = {"only_ask": "true"}
    answer = await client.get(ARCHIVE, params=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [one.is_closed for one in recorder.exports.archives] == [True]
    assert recorder.removals.uses.why("r1") == ""
    Path(part.path).unlink()
    answer = await client.get(ARCHIVE, params=asked)
    assert (answer.status_code, answer.json()) == (404, (await client.get(ARCHIVE)).json())
    stretch = {"from": "2026-05-04T03:02:00Z", "to": "2026-05-04T03:05:00Z", **asked}
    assert (await client.get(STRETCH, params=stretch)).status_code == 404


@pytest.fixture
def start(recorder: FakeRecorder, tmp_path: Path) -> int:
    """Two seconds of Bow and Stern, a framegrab and a loss; when they begin."""
    held: list[object] = [Recording("r1", 1, None, RecordingState.RUNNING)]
    made, start = footage(Recipe(frames=50, group=10)), 0
    for number, channel in enumerate(("Bow", "Stern")):
        bench = Bench(tmp_path / channel)
        sink = RecordingSink(bench.start_recording(), bench.context)
        bench.feed(sink, made.samples, made.source)
        bench.finish(sink)
        path = next((tmp_path / channel).rglob("*.mp4"))
        start = min(one.utc_ns for one in made.video)
        held.append(Part("r1", channel, 1, str(path), start, None, 100 * number, 50, 1, FileState.OPEN))
    grab = tmp_path / "Bow" / "grab.jpg"
    grab.write_bytes(b"\xff\xd8grab")
    held.append(Framegrab("f1", "Bow", str(grab), start + SECOND, start + SECOND, 25, 320, 64, 6, "r1"))
    held.append(Loss("Bow", start + SECOND, start + SECOND + FRAME_NS, 1, LossCause.NETWORK, "r1"))
    held.append(Loss("Bow", start + 100 * SECOND, start + 101 * SECOND, 1, LossCause.NETWORK, "r1"))
    recorder.catalogue.held = held
    return start


def at(start: int, frame: int) -> str:
    return iso_utc(start + frame * FRAME_NS, digits=6)


async def test_a_stretch_of_all_channels(client: httpx.AsyncClient, start: int) -> None:
    answer = await client.get(STRETCH, params={"from": at(start, 13), "to": at(start, 30)})
    assert answer.status_code == 200, answer.text
    videos = {name for name in names(answer) if name.endswith(".mp4")}
    assert len(videos) == 2
    assert all(name.endswith("_cut.mp4") for name in videos)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        folder = bag.namelist()[0].partition("/")[0]
        said = json.loads(bag.read(f"{folder}/data/export.json"))
    assert (said["asked_from_utc"], said["asked_to_utc"]) == (at(start, 13), at(start, 30))
    assert {one["channel"]: one["frames"] for one in said["videos"]} == {"Bow": 20, "Stern": 20}
    assert {one["first_frame_utc"] for one in said["videos"]} == {at(start, 10)}
    assert {one["last_frame_utc"] for one in said["videos"]} == {at(start, 29)}
    assert {one["first_picture_in_source"] for one in said["videos"]} == {10}
    assert [one["file"] for one in said["framegrabs"]] == ["Bow/grab.jpg"]
    assert len(said["losses"]) == 1
    assert "Bow/grab.jpg" in names(answer)


async def test_a_stretch_of_one_channel(client: httpx.AsyncClient, start: int) -> None:
    asked = {"from": at(start, 0), "to": at(start, 5), "channel": "Stern"}
    found = names(await client.get(STRETCH, params=asked))
    assert len([name for name in found if name.endswith(".mp4")]) == 1


async def test_a_stretch_in_which_nothing_was_recorded(client: httpx.AsyncClient, start: int) -> None:
    answer = await client.get(STRETCH, params={"from": at(start, 500), "to": at(start, 600)})
    assert (answer.status_code, answer.json()["fact"]) == (404, "Nothing was recorded in this stretch.")


async def test_instants_that_make_no_stretch(client: httpx.AsyncClient, start: int) -> None:
    asked = {"from": at(start, 5), "to": at(start, 5)}
    assert (await client.get(STRETCH, params=asked)).status_code == 400
    assert (await client.get(STRETCH, params={"from": "yesterday", "to": at(start, 5)})).status_code == 400
    assert (await client.get(STRETCH, params={"from": at(start, 5)})).status_code == 400


async def test_a_damaged_video_is_refused(client: httpx.AsyncClient, recorder: FakeRecorder, start: int) -> None:
    part = next(one for one in recorder.catalogue.held if isinstance(one, Part))
    Path(part.path).unlink()
    asked = {"from": at(start, 0), "to": at(start, 5)}
    assert (await client.get(STRETCH, params=asked)).status_code == 404


async def test_an_observation_with_what_is_around_it(
    client: httpx.AsyncClient, recorder: FakeRecorder, start: int
) -> None:
    one = await recorder.observations.observe(Entry("AN", utc_ns=start + 20 * FRAME_NS))
    asked = {"before_seconds": 0.2, "after_seconds": 0.2, "channel": "Bow"}
    answer = await client.get(f"/api/v1/observations/{one.id}/archive.zip", params=asked)
    assert answer.status_code == 200, answer.text
    (order,) = recorder.exports.orders
    assert order.title.startswith("AN 1 Anode")
    assert order.stretch is not None
    assert (order.stretch.from_utc_ns, order.stretch.to_utc_ns) == (start + 15 * FRAME_NS, start + 25 * FRAME_NS)
    assert order.recordings == ("r1",)
    assert (await client.get("/api/v1/observations/none/archive.zip")).status_code == 404
    nothing = {"before_seconds": 0, "after_seconds": 0}
    assert (await client.get(f"/api/v1/observations/{one.id}/archive.zip", params=nothing)).status_code == 400


async def test_a_span_has_to_be_closed_first(client: httpx.AsyncClient, recorder: FakeRecorder, start: int) -> None:
    one = await recorder.observations.observe(Entry("FS", utc_ns=start))
    assert (await client.get(f"/api/v1/observations/{one.id}/archive.zip")).status_code == 409
