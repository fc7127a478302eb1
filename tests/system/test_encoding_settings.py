"""Encoding as clients set it, on the whole program: what was asked is in the files, from when it was promised."""

import datetime as dt
import itertools
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from rig.program import Program, running, wait_for
from seacorder.model.encoders import ENCODERS

APPLY = "/api/recordersettings/apply"
PATTERN = "test:?size=640x360&rate=25&gop=25"
BY_HAND = {"IsSmartEncoding": False, "Encoder": "x264", "Bitrate": 1, "Resolution": "320, 180", "FrameRate": 10}
PUBLIC = {
    "Bitrate": 1,
    "Directory": None,
    "DirectoryTemplate": "${channelname}\\${yyyy]\\${MM}\\${dd}",
    "Encoder": "n265",
    "Filename": "${hh}${mm}$ss}_${fff}",
    "FrameRate": 0,
    "IsSmartEncoding": True,
    "ReevaluateTagsOnSplit": False,
    "Resolution": "0, 0",
    "RestartOnFailure": False,
    "SplitTimeMinutes": 10,
}
"""The public text's example, as it stands there."""

pytestmark = pytest.mark.slow


def video_of(path: str) -> dict[str, Any]:
    """What is really in a file: codec, size, frames a second, bits a second."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
        scale = Fraction(stream.time_base or 1)
        seconds = float((times[-1] - times[0]) * scale)
        distance = statistics.median(after - before for before, after in itertools.pairwise(times))
    return {
        "codec": stream.codec_context.name,
        "size": (stream.codec_context.width, stream.codec_context.height),
        "rate": float(1 / (Fraction(distance) * scale)),
        "bit_rate": Path(path).stat().st_size * 8 / seconds,
    }


def encodes_with(program: Program, encoder: str, name: str = "Bow") -> Any:
    """Waits until the channel is encoded so; its part of the status."""

    def found() -> Any:
        encoding = program.channel(name)["encoding"]
        return encoding if encoding is not None and encoding["encoder"] == encoder else None

    return wait_for(found, f"{name} with {encoder}")


def recorded(program: Program, seconds: float = 3.0) -> list[Any]:
    """Records so long; the rows of the parts."""
    program.post("/api/v1/recording/start")
    program.wait_recorded(seconds)
    recording = program.post("/api/v1/recording/stop")["id"]
    return program.rows("parts", recording=recording)


def everything_agrees(program: Program) -> None:
    """A busy machine may leave frames out before an encoder, each in a loss: with these too, files and list agree."""
    assert {loss["cause"] for loss in program.rows("losses")} <= {"overload"}
    command = [sys.executable, "-m", "seacorder", "check", "--decode", "--config", str(program.settings_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@contextmanager
def one_channel(folder: Path, *, more: str = "", own: str = "") -> Iterator[Program]:
    """`own`: TOML of the channel."""
    program = Program(folder, {"Bow": PATTERN}, more=more)
    program.settings_path.write_text(program.settings_path.read_text() + own)
    try:
        program.start()
        program.wait_live()
        yield program
    finally:
        program.close()


def test_the_public_example_records_what_the_camera_sends(tmp_path: Path) -> None:
    """Smart encoding is on in it: n265 is stored, and not used."""
    with running(tmp_path, {"Bow": PATTERN}) as program:
        program.wait_live()
        program.post(APPLY, PUBLIC)
        assert program.get("/api/v1/settings")["recorder"]["encoder"] == "n265"
        assert program.channel("Bow")["encoding"]["encoder"] == "copy"
        assert "nothing is burned in" in program.channel("Bow")["encoding"]["sentence"]
        (part,) = recorded(program)
        video = video_of(part["path"])
        assert (video["codec"], video["size"]) == ("h264", (640, 360))
        assert "/Bow/${yyyy]/" in part["path"]
        everything_agrees(program)


def test_the_public_example_without_smart_encoding_is_refused_where_its_encoder_is_missing(tmp_path: Path) -> None:
    trials = subprocess.run(
        [sys.executable, "-m", "seacorder", "encoders", "--json"], capture_output=True, text=True, check=True
    )
    if '"name": "hevc_nvenc"' in trials.stdout and "libcuda" not in trials.stdout:
        pytest.skip("this machine has NVENC")
    with running(tmp_path, {"Bow": PATTERN}) as program:
        problem = program.post(APPLY, PUBLIC | {"IsSmartEncoding": False}, status=500)
        assert problem["field"] == "Encoder"
        assert "copy, x264, x265, libsvtav1" in problem["detail"]
        assert program.get("/api/v1/settings")["recorder"]["encoder"] == "copy"


@pytest.mark.parametrize(("encoder", "codec"), [("x264", "h264"), ("libx265", "hevc")])
def test_encoder_bit_rate_size_and_rate_are_in_the_file(tmp_path: Path, encoder: str, codec: str) -> None:
    with running(tmp_path, {"Bow": PATTERN}) as program:
        program.wait_live()
        program.post(APPLY, BY_HAND | {"Encoder": encoder})
        ffmpegs = next(one.name for one in ENCODERS if encoder in {one.name, one.short_name})
        assert encodes_with(program, ffmpegs)["bit_rate"] == 1_000_000
        video = video_of(recorded(program, 6.0)[-1]["path"])
        assert (video["codec"], video["size"]) == (codec, (320, 180))
        assert video["rate"] == pytest.approx(10, rel=0.02)
        assert video["bit_rate"] < 1.5e6
        everything_agrees(program)


def test_a_running_recording_follows_at_its_next_split(tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": PATTERN}, more="[recording]\nsplit_time_minutes = 0.1\n") as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(1.0)
        program.post(APPLY, BY_HAND)
        (channel,) = program.get("/api/v1/settings")["channels"]
        assert (channel["takes_effect"], channel["decided"]["encoder"]) == ("next_split", "libx264")
        encodes_with(program, "libx264")
        number = program.channel("Bow")["recording"]["number"]
        program.record_further(2.0)
        program.post("/api/v1/recording/stop")
        sizes = [video_of(part["path"])["size"] for part in program.rows("parts")]
        # Where the machine stood still over a split, the next one is meant: no later than the status said so.
        before = sizes.count((640, 360))
        assert sizes == [(640, 360)] * before + [(320, 180)] * (len(sizes) - before)
        assert 1 <= before < number <= len(sizes)
        everything_agrees(program)


@pytest.mark.parametrize("back", [False, True])
def test_a_start_right_behind_a_change_is_all_of_it_by_the_new_settings(tmp_path: Path, back: bool) -> None:
    with running(tmp_path, {"Bow": PATTERN}) as program:
        program.wait_live()
        program.post(APPLY, BY_HAND)
        if back:
            encodes_with(program, "libx264")
            program.post(APPLY, {"Encoder": "copy"})
        (part,) = recorded(program)
        assert video_of(part["path"])["size"] == ((640, 360) if back else (320, 180))
        everything_agrees(program)


def test_a_recording_that_never_splits_is_left_alone(tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": PATTERN}, more="[recording]\nsplit_time_minutes = 0\n") as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.post(APPLY, BY_HAND)
        assert program.get("/api/v1/settings")["channels"][0]["takes_effect"] == "after_recording"
        program.wait_recorded(3.0)
        assert program.channel("Bow")["encoding"]["encoder"] == "copy"
        program.post("/api/v1/recording/stop")
        (part,) = program.rows("parts")
        assert video_of(part["path"])["size"] == (640, 360)
        encodes_with(program, "libx264")
        everything_agrees(program)


def test_a_recording_that_never_splits_follows_with_a_split_time_that_is_set_meanwhile(tmp_path: Path) -> None:
    addresses = {"Bow": PATTERN, "Stern": PATTERN + "&codec=h265"}
    with running(tmp_path, addresses, more="[recording]\nsplit_time_minutes = 0\n") as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(1.0)
        encoded = {"smart_encoding": False, "encoder": "x264", "resolution": [320, 180]}
        answer = program._http.patch(f"{program.url}/api/v1/channels/0/settings", json=encoded)
        assert answer.json()["takes_effect"] == "after_recording"
        asked = dt.datetime.now(dt.UTC)
        program.post(APPLY, {"SplitTimeMinutes": 0.05, "ReevaluateTagsOnSplit": True})
        both = {(name, 2) for name in addresses}
        wait_for(lambda: both <= {(row["channel"], row["number"]) for row in program.rows("parts")}, "the second parts")
        program.post("/api/v1/recording/stop")
        first, second = ([row for row in program.rows("parts") if row["number"] == number] for number in (1, 2))
        sizes = {row["channel"]: video_of(row["path"])["size"] for row in second}
        assert sizes == {"Bow": (320, 180), "Stern": (640, 360)}
        assert len({Path(row["path"]).name.partition("@")[0] for row in second}) == 1, "named by one instant"
        assert {(row["number"], row["state"]) for row in first} == {(1, "whole")}
        began = dt.datetime.fromisoformat(min(row["start_utc"] for row in second))
        assert began - asked >= dt.timedelta(seconds=3)
        everything_agrees(program)


def test_what_a_client_has_set_for_a_channel_holds_over_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": PATTERN, "Stern": PATTERN}) as program:
        program.wait_live()
        change = {"smart_encoding": False, "encoder": "x264", "resolution": [160, 90]}
        answer = program._http.patch(f"{program.url}/api/v1/channels/1/settings", json=change)
        assert answer.status_code == 200, answer.text
        assert answer.json()["decided"]["width"] == 160
        encodes_with(program, "libx264", "Stern")
        assert program.channel("Bow")["encoding"]["encoder"] == "copy"
        program.stop()
        program.start()
        program.wait_live()
        encodes_with(program, "libx264", "Stern")
        parts = {part["channel"]: video_of(part["path"])["size"] for part in recorded(program)}
        assert parts == {"Bow": (640, 360), "Stern": (160, 90)}


def test_the_settings_file_says_it_for_one_channel(tmp_path: Path) -> None:
    own = 'smart_encoding = false\nencoder = "x264"\nbitrate_mbits = 0.5\nresolution = [320, 180]\n'
    with one_channel(tmp_path, own=own) as program:
        encoding = encodes_with(program, "libx264")
        assert (encoding["bit_rate"], "as the settings ask" in encoding["sentence"]) == (500_000, True)
        (part,) = recorded(program)
        assert video_of(part["path"])["size"] == (320, 180)
        everything_agrees(program)
