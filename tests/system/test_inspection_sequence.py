"""A recorder driven as an inspection-management program drives it, over both services, from ping to stop."""

import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from rig.frames import frame_numbers, missing_and_repeated
from rig.program import Program, running, wait_for
from seacorder.model.observation import Observation
from seacorder.storage.observation_file import read_file

PATTERN = "test:?size=320x180&rate=25&gop=25"
CHANNELS = ("Bow", "Stern")
EMPTY = (200, b"")
STATUS_EACH_SECONDS = 1.0


class Client:
    """Sends what such a program sends, in the case in which it sends it."""

    def __init__(self, program: Program) -> None:
        self._http = httpx.Client(timeout=60)
        self._urls = {"integration": program.integration_url, "inspector": program.url}

    def get(self, path: str, service: str = "integration") -> httpx.Response:
        return self._http.get(self._urls[service] + path)

    def post(self, path: str, body: Any = None) -> tuple[int, bytes]:
        answer = self._http.post(self._urls["integration"] + path, json=body)
        return answer.status_code, answer.content

    def close(self) -> None:
        self._http.close()


def is_soon(client: Client, path: str, answer: Any, service: str = "integration") -> None:
    """Waits for the answer: what is stored counts for a second and a half, and a busy machine may need longer."""
    wait_for(lambda: client.get(path, service).json() == answer, f"{path} to say {answer}")


def begin(client: Client) -> None:
    for service in ("integration", "inspector"):
        assert client.get("/api/stats/ping", service).json() == {"Ping": True}
    assert client.get("/API/Recording/IsRecording").json() == {"IsRecording": False}
    assert client.get("/api/recording/filename").json() == {"Filename": ""}
    assert client.post("/api/recording/filename", {"Filename": "Pipeline 7/KP 12.avi"}) == EMPTY
    assert client.post("/api/recording/addsequenceno", {"SequenceNo": 7}) == EMPTY
    for _ in range(2):  # some send it again when an answer is late
        started = client.get("/api/recording/Start")
        assert (started.status_code, started.content) == EMPTY
    is_soon(client, "/api/inspector/isrecording", True, "inspector")


def recording_status(client: Client) -> Any:
    """The status, once it says that it records."""
    status = client.get("/api/recording/status").json()
    return status if status["IsRecording"] is True else None


def watch(client: Client, times: int = 3) -> None:
    for _ in range(times):
        status = wait_for(lambda: recording_status(client), "the status to say that it records")
        assert 0 <= status["DriveSpace"] <= 100
        threading.Event().wait(STATUS_EACH_SECONDS)


def inspect(client: Client) -> str:
    """The text, a still, and an anomaly with its video. Returns the path that it is told of the anomaly's video."""
    assert client.post("/api/overlay/update", {"Text": "KP 12.345\nDepth 81.2 m"}) == EMPTY
    assert client.post("/api/framegrabs/take", {"Filename": "Anode 3"}) == (200, b"true")
    assert client.get("/api/inspector/takeframegrab", "inspector").content == b"true"
    assert client.post("/api/anomalies/filename", {"Filename": "Dent 1"}) == EMPTY
    assert client.get("/api/anomalies/start").status_code == 200
    is_soon(client, "/api/anomalies/isrecording", {"IsRecording": True})
    video = client.get("/api/anomalies/filename").json()["Filename"]
    watch(client, 1)
    stopped = client.get("/api/anomalies/stop")
    assert (stopped.status_code, stopped.content) == EMPTY
    assert client.get("/api/anomalies/isrecording").json() == {"IsRecording": False}
    assert client.get("/api/overlay/clear").status_code == 200
    return str(video)


def end(client: Client) -> str:
    name = client.get("/api/recording/filename").json()["Filename"]
    for _ in range(2):
        stopped = client.get("/api/recording/stop")
        assert (stopped.status_code, stopped.content) == EMPTY
    assert client.get("/api/recording/status").json()["IsRecording"] is False
    return str(name)


@pytest.mark.slow
def test_the_sequence_of_an_inspection_and_its_files(tmp_path: Path) -> None:
    with running(tmp_path, dict.fromkeys(CHANNELS, PATTERN)) as program:
        program.wait_live(backlog_seconds=1.0)
        client = Client(program)
        begin(client)
        watch(client)
        video = inspect(client)
        name = end(client)
        client.close()
        wait_for(lambda: len(anomaly(program).followed.clips) == len(CHANNELS), "the videos to be linked")
        found, clips = anomaly(program), program.rows("clips")
        stills = program.rows("framegrabs")
        assert program.rows("losses") == []
    folder = program.root / "Pipeline 7"
    recorded = [folder / f"KP 12@{channel}_007.mp4" for channel in CHANNELS]
    assert sorted(folder.glob("*.mp4")) == recorded
    assert name == str(recorded[0])
    recording_is_whole(recorded)
    stills_are_pictures(stills)
    anomaly_is_in_the_recording(found, clips, recorded, video)


def anomaly(program: Program) -> Observation:
    """The only observation that there is."""
    (found,) = [one for path in program.files("*.json") if (one := read_file(path)) is not None]
    return found


def recording_is_whole(files: list[Path]) -> None:
    for file in files:
        assert missing_and_repeated(frame_numbers(file)) == ([], [])


def stills_are_pictures(stills: list[Any]) -> None:
    names = [Path(one["path"]).name for one in stills]
    assert len(names) == 2 * len(CHANNELS)
    assert {f"Anode 3@{channel}.jpg" for channel in CHANNELS} <= set(names)
    for one in stills:
        with Image.open(one["path"]) as picture:
            assert picture.size == (320, 180)


def anomaly_is_in_the_recording(found: Observation, clips: list[Any], recorded: list[Path], video: str) -> None:
    """Its two videos are files of their own, named by the client, and have pictures that the recording has too."""
    assert (found.code, found.number, found.now.state.value) == ("ANOMALY", 1, "closed")
    assert not found.now.is_closed_by_stop
    assert {file.path for file in found.followed.clips} == {clip["path"] for clip in clips}
    assert {Path(clip["path"]).name for clip in clips} == {f"Dent 1@{channel}.mp4" for channel in CHANNELS}
    assert {clip["kind"] for clip in clips} == {"Anomaly"}
    assert video in {clip["path"] for clip in clips}
    for clip in clips:
        file = next(one for one in recorded if f"@{clip['channel']}_" in one.name)
        numbers, of_recording = frame_numbers(Path(clip["path"])), frame_numbers(file)
        assert missing_and_repeated(numbers) == ([], [])
        assert numbers[-1] - numbers[0] >= 25, "a second and its pre-roll"
        assert set(numbers) & set(of_recording), "the same pictures"
        assert numbers[-1] <= of_recording[-1]
        place = next(one for one in found.followed.places if one.channel == clip["channel"])
        assert place.path == str(file)
