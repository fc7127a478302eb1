"""kill -9 of the control process alone: its guardian starts it again, and recording goes on by itself."""

import threading
import time
from pathlib import Path
from random import Random

import httpx
import pytest

from faults.account import balance
from faults.cameras import Camera, serve
from faults.files import that_do_not_open
from faults.kills import (
    BACK_LIMIT_SECONDS,
    LOSS_LIMIT_SECONDS,
    SPLIT_MINUTES,
    Toll,
    assert_back,
    is_settled,
    judge,
    let_cameras_tell,
)
from faults.results import is_long, note
from rig.program import Program, running, wait_for
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

pytestmark = [
    pytest.mark.rtsp,
    pytest.mark.slow,
    pytest.mark.alone("four workers start at once, again and again; at most 0.6 s is lost"),
]

CAMERAS = 4
AT_SPLIT_EACH = 3
"""Every so manieth kill waits for a split, and comes while the parts before it are being finished."""


def kill_control(program: Program, chance: Random, *, at_split: bool) -> float:
    """The instant of the kill."""
    pause = threading.Event()
    if at_split:
        files = len(program.files("*.mp4"))
        while len(program.files("*.mp4")) == files:
            pause.wait(0.005)
        pause.wait(chance.uniform(0.0, 0.06))
    else:
        pause.wait(chance.uniform(0.0, 2.0))
    killed_at = time.monotonic()
    program.kill()
    return killed_at


def all_record(program: Program, before: str) -> bool:
    """A recording later than `before` runs, on every channel."""
    try:
        newest = program.rows("recordings")[-1]["id"]
        return newest != before and all(one["is_recording"] for one in program.get("/api/v1/status")["channels"])
    except (httpx.TransportError, ValueError, KeyError):
        return False


@pytest.mark.timeout(175)
def test_a_killed_control_process_is_back_by_itself_and_recording_with_it(
    tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile, chance: Random
) -> None:
    rounds = 50 if is_long() else 3
    cameras = [serve(cameras_server, f"Control{number}", numbered) for number in range(CAMERAS)]
    killed: list[float] = []
    with running(tmp_path, {camera.name: camera.url for camera in cameras}) as program:
        guardian = program.pid
        program.get(f"/api/inspector/splittime/{SPLIT_MINUTES}")
        program.record(1.0)
        for number in range(rounds):
            before = program.rows("recordings")[-1]["id"]
            killed.append(kill_control(program, chance, at_split=number % AT_SPLIT_EACH == AT_SPLIT_EACH - 1))
            wait_for(lambda before=before: all_record(program, before), "all channels to record again")
        assert program.pid == guardian
        assert "is started again in " not in program.log(), "each run took commands"
        wait_for(lambda: len(program.rows("losses")) >= rounds * CAMERAS, "the losses")
        let_cameras_tell(program, cameras)
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: is_settled(program), "every file to be whole or repaired")
        faults = that_do_not_open(program.files("*.mp4"))
        parts, losses = program.rows("parts"), program.rows("losses")
    report(cameras, parts, losses, killed, faults)


def report(
    cameras: list[Camera], parts: list[object], losses: list[object], killed: list[float], faults: list[str]
) -> None:
    """The rows of the table, then the same as assertions."""
    accounts = {camera.name: balance(camera, parts, losses) for camera in cameras}
    print("\n".join(map(str, accounts.values())))
    toll = Toll()
    for camera in cameras:
        for killed_at in killed:
            toll.add(camera, accounts[camera.name], killed_at)
    worst = max(accounts.values(), key=lambda account: abs(account.difference))
    times = len(killed)
    note(
        "kill -9 of the control process alone: recorded frames lost",
        times=times,
        worst=f"{toll.lost_seconds:.2f} s; {len(faults)} of {len(parts)} files do not open",
        limit=f"{LOSS_LIMIT_SECONDS} s; 0 files",
        kept=toll.lost_seconds <= LOSS_LIMIT_SECONDS and not faults,
    )
    note(
        "… frames are stored again, by itself, after",
        times=times,
        worst=f"{toll.back_seconds:.2f} s",
        limit=f"{BACK_LIMIT_SECONDS} s",
        kept=toll.back_seconds <= BACK_LIMIT_SECONDS,
    )
    note(
        "… accounts: frames in no file and in no loss",
        times=len(accounts),
        worst=f"{worst.difference} of {worst.sent} frames, {len(worst.holes)} holes",
        limit="0",
        kept=not worst.difference,
    )
    assert faults == []
    assert toll.lost_seconds <= LOSS_LIMIT_SECONDS
    assert_back(toll.back_seconds)
    for account in accounts.values():
        judge(account)
