"""A small inspection on cameras that share a process, over a split: each observation leads to each channel's frame.

What is compared is what the pictures show: each camera draws its channel and the number of the frame.
"""

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import av
import pytest

from rig.fixtures import MakeSource, StartServer
from rig.frames import DecodedFrame, decoded_frames, missing_and_repeated
from rig.program import Program, running, wait_for
from rig.source_files import SourceSpec
from seacorder.client.recorder import RecorderClient
from seacorder.storage import observation_file

RATE = 25
CAMERAS = {
    "Bow": SourceSpec(seconds=60, rate=RATE, gop=RATE, width=320, height=240),
    "Stern": SourceSpec(seconds=60, rate=RATE, gop=RATE, width=320, height=240, b_frames=2, channel_index=1),
}
ALONE = {"Deck": f"test:?size=320x180&rate={RATE}"}
SETTINGS = """
[workers]
channels_per_process = 8
[recording]
split_time_minutes = 0.05
[[telemetry]]
name = "ROV"
input = "sim:"
[observations]
interval_seconds = 1
[[observations.kinds]]
code = "DM"
label = "Damage"
observation_class = "anomaly"
framegrab = true
clip_seconds = 1.0
[[observations.rules]]
code = "BU"
when = "depth > -1000"
"""


@dataclass(frozen=True)
class Video:
    """One file, decoded."""

    frames: tuple[DecodedFrame, ...]
    """In the order in which they are shown."""
    shown_at: tuple[int, ...]
    """By the place in decoding order, which frames are numbered in: the place among `frames`."""

    def at(self, offset_seconds: float) -> int:
        """The frame that a player shows at an offset."""
        return min(range(len(self.frames)), key=lambda place: abs(self.frames[place].seconds - offset_seconds))


@cache
def video(path: str) -> Video:
    frames = decoded_frames(Path(path))
    with av.open(path) as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    in_order = sorted(times)
    return Video(tuple(frames), tuple(in_order.index(time) for time in times))


def seconds(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


@pytest.mark.rtsp
@pytest.mark.slow
def test_each_observation_leads_to_its_frame_of_each_channel(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    addresses = {name: server.serve(f"/{name}", rig_source(spec)) for name, spec in CAMERAS.items()}
    with running(tmp_path, addresses | ALONE, more=SETTINGS) as program:
        made = inspect(program)
        listed = {one["id"]: one for one in program.rows("observations")}
        parts = {(row["channel"], row["number"]): row for row in program.rows("parts")}
        assert program.rows("losses") == []
        with RecorderClient(program.url) as client:
            client.export_observations("csv", tmp_path / "dive.csv")
        files = [observation_file.read_file(path) for path in program.observation_files()]
        folders = {path.parent for path in program.observation_files()}

    instants = {"places": "utc", "to_places": "to_utc"}
    is_newest = [
        check(one[instant], place, parts)
        for one in listed.values()
        for where, instant in instants.items()
        for place in one[where]
    ]
    assert sum(is_newest) >= 0.8 * len(is_newest)  # where a machine stood still, the newest one had not come
    assert {one["code"] for one in listed.values()} == {"FJ", "FS", "DM", "NOTE", "BU", "LOG"}
    assert all(len(one["places"]) == len(addresses | ALONE) for one in listed.values())
    exact = [place["is_exact"] for one in listed.values() for place in one["places"] if one["code"] != "NOTE"]
    assert sum(exact) >= 0.8 * len(exact)  # a split may come between an instant and the answer
    assert {file.id for file in files if file is not None} == set(listed)
    assert folders == {Path(row["path"]).parent for row in parts.values()}
    numbered = [(one["class"], one["number"]) for one in listed.values()]
    assert len(set(numbered)) == len(numbered)
    what_was_done_is_kept(made, listed)
    with (tmp_path / "dive.csv").open(encoding="utf-8", newline="") as table:
        assert [row["id"] for row in csv.DictReader(table)] == list(listed)


def inspect(program: Program) -> dict[str, str]:
    """What an inspector does; the ids of what he has entered."""
    wait_for(lambda: "depth" in {one["name"] for one in program.get("/api/v1/readings")["items"]}, "the depth")
    program.wait_live(backlog_seconds=3.0)
    program.record(1.0)
    span = program.post("/api/v1/kinds/FS", status=201)
    joints = []
    for number in range(5):
        joints.append(program.post("/api/v1/observations", {"code": "FJ", "text": f"Joint {number}"}, status=201))
        program.record_further(0.37)
    damage = program.post("/api/v1/kinds/DM", status=201)
    wait_for(lambda: sum(row["number"] == 2 for row in program.rows("parts")) == len(program.channels), "a split")
    program.record_further(0.3)
    late = {"code": "NOTE", "text": "Seen too late", "utc": joints[1]["utc"]}
    noted = program.post("/api/v1/observations", late, status=201)
    program.post(f"/api/v1/observations/{joints[0]['id']}/revise", {"text": "Joint 0, worn", "reason": "seen again"})
    program.post(f"/api/v1/observations/{joints[4]['id']}/withdraw", {"reason": "no joint"})
    program.post("/api/v1/kinds/FS")
    program.record_further(0.5)
    program.get("/api/inspector/stoprecording")
    everywhere = len(program.channels)

    def is_filmed() -> bool:
        found = program.get(f"/api/v1/observations/{damage['id']}")
        return len(found["stills"]) == len(found["clips"]) == everywhere

    wait_for(is_filmed, "the framegrabs and videos of the damage")
    wait_for(lambda: {row["state"] for row in program.rows("clips")} == {"whole"}, "the videos to be finished")
    return {"span": span["id"], "worn": joints[0]["id"], "gone": joints[4]["id"], "damage": damage["id"],
            "late": noted["id"]}


def check(utc: str, place: dict[str, Any], parts: dict[tuple[str, int], Any]) -> bool:
    """The offset leads to a frame at or before the instant, and the number to the same picture. True if it is the
    newest one."""
    part = parts[place["channel"], place["part"]]
    assert (place["path"], place["recording_id"]) == (part["path"], part["recording_id"])
    file = video(part["path"])
    numbers = [frame.reading.number for frame in file.frames if frame.reading is not None]
    assert len(numbers) == len(file.frames) == part["frames"]
    assert missing_and_repeated(numbers) == ([], [])
    shown = file.frames[file.at(place["offset_seconds"])]
    assert shown.reading is not None
    assert shown.reading.channel_index == CAMERAS[place["channel"]].channel_index if place["channel"] in CAMERAS else 2
    age_seconds = seconds(utc) - seconds(part["start_utc"]) - (shown.seconds - file.frames[0].seconds)
    # In frames. When a file begins, capture times are estimates of a connection that may be a few seconds old.
    slack = 1.5 if place["is_exact"] else 2.5
    assert -slack / RATE < age_seconds, (utc, place)
    if place["is_exact"]:
        numbered = file.frames[file.shown_at[place["frame"] - part["first_frame"]]]
        assert numbered.reading == shown.reading
        assert shown.seconds == pytest.approx(place["offset_seconds"], abs=0.001)
    return age_seconds < (1 + slack) / RATE


def what_was_done_is_kept(made: dict[str, str], listed: dict[str, Any]) -> None:
    """Edits with their history; readings; the files that follow."""
    worn, gone, span = listed[made["worn"]], listed[made["gone"]], listed[made["span"]]
    assert (worn["text"], [rev["text"] for rev in worn["revisions"]]) == ("Joint 0, worn", ["Joint 0", "Joint 0, worn"])
    assert (gone["state"], gone["text"], gone["revisions"][-1]["reason"]) == ("withdrawn", "Joint 4", "no joint")
    assert (span["state"], span["is_closed_by_stop"], len(span["to_places"])) == ("closed", False, 3)
    (left_open,) = (one for one in listed.values() if one["code"] == "BU")
    assert (left_open["entered_by"], left_open["is_closed_by_stop"]) == ("automatic", True)
    assert listed[made["late"]]["entered_by"] == "late"
    for one in listed.values():
        depth = next(reading for reading in one["readings"] if reading["name"] == "depth")
        assert (depth["state"], depth["unit"], depth["age_seconds"] >= 0) == ("fresh", "m", True)
    videos = [Path(clip["path"]) for clip in listed[made["damage"]]["clips"]]
    assert all("_anomaly" in path.name and path.exists() for path in videos)
    assert {still["channel"] for still in listed[made["damage"]]["stills"]} == {*CAMERAS, *ALONE}
