"""The blackbox under faults: its disk full, everything killed. Recordings do not feel it, and it goes on by itself."""

import time
from pathlib import Path
from typing import Any

import pytest

from faults.account import balance, balanced
from faults.cameras import CHANNELS, Camera, addresses, serve
from faults.disks import Volume
from faults.files import that_do_not_open
from faults.results import note
from rig.program import Program, running, wait_for
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

pytestmark = [pytest.mark.rtsp, pytest.mark.slow]

KIND = "blackbox_not_recording"
RESERVE_BYTES = 20_000_000
ALARM_SECONDS = 3.0


def settings(root: Path) -> str:
    """Small files, and nothing goes by itself but for room."""
    return (
        f'[blackbox]\nroot = "{root.as_posix()}"\nsplit_time_minutes = 0.05\nmax_age_hours = 0\n'
        f"reserve_bytes = {RESERVE_BYTES}\n"
    )


@pytest.fixture
def cameras(cameras_server: RtspServer, numbered: SourceFile) -> list[Camera]:
    return [serve(cameras_server, name, numbered) for name in CHANNELS]


def folder(tmp_path: Path) -> Path:
    """Of the program, beside the disk of the blackbox."""
    made = tmp_path / "run"
    made.mkdir()
    return made


def is_recording(program: Program) -> bool:
    return bool(program.get("/api/v1/status")["blackbox"]["is_recording"])


def all_record(program: Program) -> bool:
    return all(channel["is_recording"] for channel in program.get("/api/v1/status")["channels"])


def keep_all(program: Program) -> tuple[list[Any], list[Any]]:
    """Everything that the blackbox holds: the rows of its parts and losses, as a recording."""
    oldest, now = program.get("/api/v1/blackbox")["oldest_utc"], program.get("/api/v1/status")["utc"]
    kept = program.post("/api/v1/blackbox/keep", {"from": oldest, "to": now}, status=201)
    identifier = kept["recording_id"]
    losses = [row for row in program.rows("losses") if row["recording_id"] == identifier]
    return program.rows("parts", recording=identifier), losses


def test_its_disk_is_full_and_recordings_do_not_feel_it(
    tmp_path: Path, cameras: list[Camera], volume: Volume
) -> None:
    with running(folder(tmp_path), addresses(cameras), more=settings(volume.path / "bb")) as program:
        program.record(2.0)
        wait_for(lambda: is_recording(program), "the blackbox")
        filler = volume.fill(RESERVE_BYTES // 2)
        begin = time.monotonic()
        wait_for(lambda: KIND in program.alarms(), "the alarm")
        seconds = time.monotonic() - begin
        fact = program.alarms()[KIND]
        assert "The blackbox does NOT record" in fact
        assert "is full" in fact
        program.record_further(3.0)
        wait_for(lambda: all_record(program), "every channel to be recorded all the same")
        filler.unlink()
        wait_for(lambda: is_recording(program), "the blackbox to go on by itself")
        wait_for(lambda: KIND not in program.alarms(), "the end of the alarm")
        program.record_further(2.0)
        assert program.post("/api/v1/recording/stop")["ok"]
        recorded, lost = program.rows("parts"), program.rows("losses")
        kept, missing = keep_all(program)
        assert program.stop() == 0
    assert lost == []
    assert that_do_not_open([Path(row["path"]) for row in (*recorded, *kept)]) == []
    ours, beside = balanced(cameras, recorded, lost), balanced(cameras, kept, missing)
    assert [account.missing for account in ours] == [0, 0]
    assert [account.difference for account in beside] == [0, 0], list(map(str, beside))
    note(
        "The blackbox's disk is full: frames of the recordings lost; the alarm stands after",
        times=1,
        worst=f"0 frames; {seconds:.1f} s",
        limit=f"0 frames; {ALARM_SECONDS + 2.0:.0f} s with the look that finds it",
        kept=seconds <= ALARM_SECONDS + 2.0,
    )


def test_its_disk_hangs_and_recordings_do_not_feel_it(
    tmp_path: Path, cameras: list[Camera], volume: Volume
) -> None:
    with running(folder(tmp_path), addresses(cameras), more=settings(volume.path / "bb")) as program:
        program.record(2.0)
        wait_for(lambda: is_recording(program), "the blackbox")
        with volume.frozen():
            begin = time.monotonic()
            wait_for(lambda: KIND in program.alarms(), "the alarm")
            seconds = time.monotonic() - begin
            program.record_further(6.0)  # over a split of the blackbox, which waits for its disk
            wait_for(lambda: all_record(program), "every channel to be recorded all the same")
        wait_for(lambda: is_recording(program), "the blackbox to go on by itself")
        program.record_further(2.0)
        assert program.post("/api/v1/recording/stop")["ok"]
        recorded, lost = program.rows("parts"), program.rows("losses")
        assert program.stop() == 0
    assert lost == []
    assert [account.missing for account in balanced(cameras, recorded, lost)] == [0, 0]
    note(
        "The blackbox's disk hangs for some seconds: frames of the recordings lost; the alarm stands after",
        times=1,
        worst=f"0 frames; {seconds:.1f} s",
        limit=f"0 frames; {ALARM_SECONDS + 1.0:.0f} s with a write that was on its way",
        kept=seconds <= ALARM_SECONDS + 1.0,
    )


@pytest.mark.alone("what is missing over the restart is counted by the wall clock, to one frame")
def test_everything_is_killed_and_it_goes_on_by_itself(tmp_path: Path, cameras: list[Camera]) -> None:
    program = Program(tmp_path, addresses(cameras), more=settings(tmp_path / "bb"))
    program.start()
    try:
        program.wait_live()
        wait_for(lambda: program.get("/api/v1/blackbox")["files"] >= 4, "some whole files")
        program.kill_all()
        program.start()
        program.wait_live()
        wait_for(lambda: is_recording(program), "the blackbox to go on by itself")
        wait_for(lambda: program.get("/api/v1/blackbox")["files"] >= 8, "the files of before, and some of now")
        kept, missing = keep_all(program)
        assert {loss["cause"] for loss in missing} == {"program_ended"}
        wait_for(lambda: {row["state"] for row in program.rows("parts")} <= {"whole", "repaired"}, "the repair")
        kept, missing = program.rows("parts"), program.rows("losses")
        assert program.stop() == 0
    finally:
        program.close()
    assert that_do_not_open([Path(row["path"]) for row in kept]) == []
    accounts = [balance(camera, kept, missing) for camera in cameras]
    assert [account.repeated for account in accounts] == [0, 0]
    worst = max(abs(account.difference) for account in accounts)
    note(
        "kill -9 of everything while the blackbox runs: frames in no file and in no loss",
        times=len(accounts),
        worst=f"{worst} of {accounts[0].sent}",
        limit="1: what is missing over the restart is counted by the wall clock, as an estimate",
        kept=worst <= 1,
    )
    assert worst <= 1, list(map(str, accounts))
