"""What a recording, a clip and a still hold, on two real cameras at once, told apart by the numbers in the picture."""

import datetime as dt
import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from rig.fixtures import MakeSource, StartServer
from rig.frames import decoded_frames, frame_numbers, missing_and_repeated
from rig.program import Program, running, wait_for
from rig.source_files import SourceSpec

RATE = 25
GOP = 25
PREROLL_SECONDS = 10.0
STILLS = 3

SPECS = {
    "Bow": SourceSpec(seconds=120, rate=RATE, gop=GOP, width=640, height=360),
    "Stern": SourceSpec(seconds=120, rate=RATE, gop=GOP, width=640, height=360, b_frames=2, channel_index=1),
}


def seconds(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


def results(answer: Any) -> dict[str, Any]:
    """The result of each channel."""
    assert all(result["ok"] for result in answer["channels"]), answer
    return {result["channel"]: result for result in answer["channels"]}


@pytest.mark.rtsp
@pytest.mark.slow
def test_recording_clip_and_still_hold_what_they_promise(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    addresses = {name: server.serve(f"/{name}", rig_source(spec)) for name, spec in SPECS.items()}
    with running(tmp_path, addresses) as program:
        program.wait_live(backlog_seconds=PREROLL_SECONDS)
        had_come = {row["name"]: row["frames_received"] for row in program.get("/api/v1/status")["channels"]}
        start = program.post("/api/v1/recording/start")
        program.wait_recorded(2.0)
        clip = program.post("/api/v1/clip/start")
        for _ in range(STILLS):
            program.post("/api/v1/framegrab")
            program.record_further(1.0)  # a machine that stands still once is too late for one of them
        program.wait_recorded(5.0)
        clip_stop = program.post("/api/v1/clip/stop")
        stop = program.post("/api/v1/recording/stop")
        parts = {row["channel"]: row for row in program.rows("parts")}
        clips = {row["channel"]: row for row in program.rows("clips")}
        stills = program.rows("framegrabs")
        assert program.rows("losses") == []
    results(clip_stop)
    results(stop)
    for name, part in parts.items():
        recorded = frame_numbers(Path(part["path"]))
        assert missing_and_repeated(recorded) == ([], [])
        assert len(recorded) == part["frames"]
        begins_at_or_before_the_start(start, part, had_come[name])
        clip_holds_its_preroll(clip, clips[name], recorded, part)
        stills_are_the_recorded_frames([row for row in stills if row["channel"] == name], part)


def begins_at_or_before_the_start(start: Any, part: Any, had_come: int) -> None:
    """The first frame is at or before the instant of the command, and within one group of pictures of the newest one
    that had come.

    `had_come`: the frames that were there before the command; with B-frames, the picture that is shown then may be
    three frames behind.
    """
    assert seconds(part["start_utc"]) <= seconds(start["instant_utc"])
    assert part["first_frame"] >= had_come - (GOP + 3)


def clip_holds_its_preroll(clip: Any, row: Any, recorded: list[int], part: Any) -> None:
    """Every frame from the clip's start less its pre-roll is in the clip; what both hold is the same."""
    clipped = frame_numbers(Path(row["path"]))
    assert missing_and_repeated(clipped) == ([], [])
    ahead = seconds(clip["instant_utc"]) - seconds(row["start_utc"])
    assert PREROLL_SECONDS <= ahead <= PREROLL_SECONDS + (GOP + 1) / RATE
    common = [number for number in clipped if number >= recorded[0]]
    assert common == recorded[: len(common)]
    assert len(common) > 4 * RATE


def stills_are_the_recorded_frames(rows: list[Any], part: Any) -> None:
    """Each is of a frame at or before its instant, and of the newest one unless that came late, as it may now and then
    on a busy machine. The picture is the recorded one of that number.
    """
    assert len(rows) == STILLS
    late = sorted(seconds(row["instant_utc"]) - seconds(row["frame_utc"]) for row in rows)
    assert late[0] >= 0
    assert late[STILLS // 2] <= 1.5 / RATE
    still_is_the_recorded_frame(rows[0], part)


def still_is_the_recorded_frame(row: Any, part: Any) -> None:
    place = row["frame"] - part["first_frame"]
    in_order = presentation_place(Path(part["path"]), place)
    with av.open(part["path"]) as container:
        frame = next(f for index, f in enumerate(container.decode(video=0)) if index == in_order)
        recorded = frame.to_image()
    with Image.open(row["path"]) as grabbed:
        assert grabbed.size == (640, 360)
        assert grabbed.getexif()[0x010E] == row["channel"]
        difference = ImageStat.Stat(ImageChops.difference(grabbed.convert("RGB"), recorded)).mean
        note = grabbed.getexif().get_ifd(0x8769)
    assert max(difference) < 3.0
    assert int(note[0xA420]) == row["frame"]


def presentation_place(path: Path, decoding_place: int) -> int:
    """Where the n-th picture in decoding order comes when the file is shown."""
    with av.open(str(path)) as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    return sorted(times).index(times[decoding_place])


@pytest.mark.rtsp
@pytest.mark.slow
def test_parts_split_at_one_instant_on_all_channels(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    addresses = {name: server.serve(f"/{name}", rig_source(spec)) for name, spec in SPECS.items()}
    with running(tmp_path, addresses) as program:
        program.wait_live()
        program.get("/api/inspector/splittime/0.05")
        program.get("/api/inspector/startrecording")
        program.wait_recorded(7.5)
        program.get("/api/inspector/stoprecording")
        parts = program.rows("parts")
    for name in SPECS:
        mine = sorted((row for row in parts if row["channel"] == name), key=lambda row: row["number"])
        assert len(mine) >= 3
        assert missing_and_repeated(frame_numbers(*(Path(row["path"]) for row in mine))) == ([], [])
        assert [Path(row["path"]).stem.endswith(f"_00{row['number']}") for row in mine[1:]] == [True] * (len(mine) - 1)
    for number in (2, 3):
        starts = [seconds(row["start_utc"]) for row in parts if row["number"] == number]
        assert max(starts) - min(starts) <= (GOP + 1) / RATE


def start_and_stop(program: Program, recorded_seconds: float) -> list[Any]:
    program.get("/api/inspector/startrecording")
    program.wait_recorded(recorded_seconds)
    program.get("/api/inspector/stoprecording")
    return program.rows("parts")


KINDS: dict[str, tuple[SourceSpec, dict[str, Any]]] = {
    "long-gop": (SourceSpec(seconds=60, gop=250), {}),
    "h265": (SourceSpec(seconds=60, codec="hevc", width=320, height=180), {}),
    "h265-without-extradata": (SourceSpec(seconds=60, codec="hevc", width=320, height=180), {"parameters": "inband"}),
    "h264-without-extradata": (SourceSpec(seconds=60), {"parameters": "inband"}),
    "parameters-only-in-the-description": (SourceSpec(seconds=60), {"parameters": "sdp"}),
    "with-aac": (SourceSpec(seconds=60), {"audio": "aac"}),
    "with-g711": (SourceSpec(seconds=60), {"audio": "pcma"}),
    "with-mp3": (SourceSpec(seconds=60), {"audio": "mp3"}),
    "with-opus": (SourceSpec(seconds=60), {"audio": "opus"}),
}


@pytest.mark.rtsp
@pytest.mark.slow
def test_every_kind_of_stream_is_recorded_whole(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    addresses = {kind: server.serve(f"/{kind}", rig_source(spec), **how) for kind, (spec, how) in KINDS.items()}
    with running(tmp_path, addresses) as program:
        program.wait_live()
        parts = start_and_stop(program, 3.0)
        assert program.rows("losses") == []
        silent = {"with-mp3"} if "did not send the sound that it offers" in program.log() else set()
    assert sorted(row["channel"] for row in parts) == sorted(KINDS)
    for row in parts:
        path = Path(row["path"])
        assert row["state"] == "whole"
        numbers = frame_numbers(path)
        assert missing_and_repeated(numbers) == ([], [])
        assert len(numbers) == row["frames"] >= 60
        streams = probe(path)
        has_sound = "with-" in row["channel"] and row["channel"] not in silent
        assert has_sound == any(stream["codec_type"] == "audio" for stream in streams)
        if row["channel"].startswith("h265"):
            assert streams[0]["codec_tag_string"] == "hvc1"
        if row["channel"] == "with-mp3" and has_sound:
            mp3_decodes(path)


def mp3_decodes(path: Path) -> None:
    """The sound is still MP3 of its own rate, decodes, and is as long as the picture but for what is on its way."""
    entries = "stream=codec_name,sample_rate,nb_read_frames"
    command = ["ffprobe", "-v", "error", "-select_streams", "a", "-count_frames", "-show_entries", entries]
    done = subprocess.run([*command, "-of", "json", str(path)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    (sound,) = json.loads(done.stdout)["streams"]
    assert (sound["codec_name"], sound["sample_rate"]) == ("mp3", "44100")
    recorded = float(probe(path)[0]["duration"])
    assert abs(int(sound["nb_read_frames"]) * 1152 / 44100 - recorded) < 0.5


def probe(path: Path) -> list[Any]:
    """The streams, as Debian's ffprobe sees them."""
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    streams: list[Any] = json.loads(done.stdout)["streams"]
    return streams


@pytest.mark.rtsp
@pytest.mark.slow
def test_a_change_of_size_in_mid_stream_begins_a_new_part(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    big = rig_source(SourceSpec(seconds=6, width=640, height=360))
    small = rig_source(SourceSpec(seconds=6, width=320, height=240, first_number=150))
    url = start_rtsp_server().serve("/bow", big, small, parameters="inband")
    with running(tmp_path, {"Bow": url}) as program:
        program.wait_live()
        program.get("/api/inspector/startrecording")
        wait_for(lambda: len(program.rows("parts")) >= 3, "the third part")
        program.get("/api/inspector/stoprecording")
        parts = sorted(program.rows("parts"), key=lambda row: row["number"])
        assert program.rows("losses") == []
    sizes = []
    numbers: list[int] = []
    for row in parts:
        frames = decoded_frames(Path(row["path"]))
        assert len({(frame.width, frame.height) for frame in frames}) == 1
        sizes.append(frames[0].width)
        numbers += [frame.reading.number for frame in frames if frame.reading is not None]
        assert len(frames) == row["frames"]
    assert set(sizes) == {640, 320}
    assert all(before != after for before, after in itertools.pairwise(sizes))
    first = numbers[0]
    assert numbers == [(first + place) % 300 for place in range(len(numbers))]
