"""Killed workers and a killed program: recording goes on, and whatever is missing has a row."""

import os
import signal
from pathlib import Path

import pytest

from rig.fixtures import MakeSource, StartServer
from rig.frames import frame_numbers, missing_and_repeated
from rig.program import running, wait_for
from rig.source_files import SourceSpec

SPEC = SourceSpec(seconds=180)
OTHER = SourceSpec(seconds=180, channel_index=1)


@pytest.mark.rtsp
@pytest.mark.slow
def test_a_killed_worker_is_back_and_records_again_while_the_other_loses_nothing(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    addresses = {"Bow": server.serve("/bow", rig_source(SPEC)), "Stern": server.serve("/stern", rig_source(OTHER))}
    with running(tmp_path, addresses) as program:
        program.record()
        os.kill(program.worker_pid("Bow"), signal.SIGKILL)
        wait_for(lambda: program.channel("Bow")["restarts"] == 1, "the restart")
        wait_for(lambda: program.channel("Bow")["is_recording"], "Bow to record again")
        wait_for(lambda: program.get("/api/inspector/isrecording") is True, "isrecording to say so")
        wait_for(lambda: len(program.rows("losses")) == 1, "the loss")
        program.get("/api/inspector/stoprecording")
        parts = program.rows("parts")
        (loss,) = program.rows("losses")
    assert (loss["channel"], loss["cause"]) == ("Bow", "worker_killed")
    stern = [row for row in parts if row["channel"] == "Stern"]
    assert len(stern) == 1
    assert missing_and_repeated(frame_numbers(Path(stern[0]["path"]))) == ([], [])
    before, after = sorted((row for row in parts if row["channel"] == "Bow"), key=lambda row: row["number"])
    first, second = frame_numbers(Path(before["path"])), frame_numbers(Path(after["path"]))
    missing, repeated = missing_and_repeated(first + second)
    assert repeated == []
    assert len(missing) == second[0] - first[-1] - 1
    assert loss["frames"] is not None
    assert abs(loss["frames"] - len(missing)) <= 2


@pytest.mark.rtsp
@pytest.mark.slow
def test_after_the_program_was_killed_the_next_start_finishes_and_goes_on(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    url = start_rtsp_server().serve("/bow", rig_source(SPEC))
    with running(tmp_path, {"Bow": url}) as program:
        program.record()
        program.kill_all()
        (broken,) = program.files("*.mp4")
        assert len(frame_numbers(broken)) >= 25, "readable as it stands"
        program.start()
        program.wait_recorded(1.0)
        wait_for(lambda: program.rows("parts")[0]["state"] == "repaired", "the repair")
        recordings = program.rows("recordings")
        assert [row["state"] for row in recordings] == ["interrupted", "running"]
        assert recordings[1]["continues"] == recordings[0]["id"]
        wait_for(lambda: [row["cause"] for row in program.rows("losses")] == ["program_ended"], "the loss")
        program.get("/api/inspector/stoprecording")
        old, new = program.rows("parts")
    repaired, after = frame_numbers(Path(old["path"])), frame_numbers(Path(new["path"]))
    assert missing_and_repeated(repaired) == ([], [])
    assert len(repaired) == old["frames"]
    assert missing_and_repeated(after) == ([], [])


@pytest.mark.rtsp
@pytest.mark.slow
def test_a_dead_camera_is_told_within_two_seconds_and_the_hole_is_accounted(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    server = start_rtsp_server()
    url = server.serve("/bow", rig_source(SPEC))
    with running(tmp_path, {"Bow": url}) as program:
        program.record()
        server.stop("/bow")
        wait_for(lambda: program.get("/api/inspector/isrecording") is False, "the truth")
        wait_for(lambda: program.channel("Bow")["state"] == "failed", "the reason")
        assert program.channel("Bow")["reason"]
        server.resume("/bow")
        wait_for(lambda: program.get("/api/inspector/isrecording"), "the recording to go on")
        program.wait_live()  # a slow disk may still have taken frames from before the hole
        program.record_further(1.0)
        program.get("/api/inspector/stoprecording")
        parts = program.rows("parts")
        (loss,) = program.rows("losses")
    numbers = [number for row in parts for number in frame_numbers(Path(row["path"]))]
    missing, repeated = missing_and_repeated(numbers)
    assert repeated == []
    assert loss["cause"] == "reconnect"
    assert abs(loss["frames"] - len(missing)) <= 2


@pytest.mark.slow
def test_what_lies_behind_a_damaged_block_is_kept_and_the_block_is_a_loss(tmp_path: Path) -> None:
    """The file is renamed in mid-recording, everything is killed, and a block of the file reads as zeros then."""
    with running(tmp_path, {"Bow": "test:?size=320x240&rate=20&gop=10"}) as program:
        program.record()
        (begun,) = program.files("*.mp4")
        renamed = begun.rename(begun.with_name("Anomaly 7.mp4"))
        program.wait_recorded(4.0)
        program.kill_all()
        content = renamed.read_bytes()
        at = len(content) // 2
        renamed.write_bytes(content[:at] + bytes(4096) + content[at + 4096 :])
        program.start()
        old = wait_for(lambda: next((row for row in program.rows("parts") if row["state"] == "repaired"), None), "it")
        program.get("/api/inspector/stoprecording")
        (loss,) = [row for row in program.rows("losses") if row["cause"] == "damaged"]
        log = program.log()
    assert Path(old["path"]) == renamed
    assert renamed.with_name("Anomaly 7.mp4.original").stat().st_size == len(content)
    assert old["frames"] + loss["frames"] >= content.count(b"moof") - 1
    assert 1 <= loss["frames"] <= 60
    assert str(renamed) in loss["detail"]
    assert "The original is kept as" in log
