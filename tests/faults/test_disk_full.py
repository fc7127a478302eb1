"""A disk that runs full: the reserve stays, files stay good, and recording goes on by itself or on a second volume."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.account import Account, balance
from faults.cameras import Camera, serve
from faults.disks import LowestFree, Volume, need_volumes
from faults.files import that_do_not_open
from faults.results import note
from rig.program import Program, running, wait_for
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

pytestmark = [pytest.mark.rtsp, pytest.mark.slow]

RESERVE_BYTES = 50_000_000
"""As rig.program sets it."""
CHANNELS = ("Bow", "Stern")


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Volume]:
    """Where the program's files go."""
    need_volumes()
    with Volume(tmp_path / "files") as made:
        yield made


@pytest.fixture
def cameras(cameras_server: RtspServer, numbered: SourceFile) -> list[Camera]:
    return [serve(cameras_server, name, numbered) for name in CHANNELS]


def alarms(program: Program) -> dict[str, str]:
    """By kind: the sentence."""
    return {alarm["kind"]: alarm["sentence"] for alarm in program.get("/api/v1/status")["alarms"]}


def alarm_seconds(program: Program, kind: str) -> float:
    """How long from now an alarm takes to be up."""
    begin = time.monotonic()
    wait_for(lambda: kind in alarms(program), f"the alarm {kind}")
    return time.monotonic() - begin


def addresses(cameras: list[Camera]) -> dict[str, str]:
    return {camera.name: camera.url for camera in cameras}


def balanced(cameras: list[Camera], parts: list[dict], losses: list[dict]) -> list[Account]:
    accounts = [balance(camera, parts, losses) for camera in cameras]
    for account in accounts:
        assert (account.difference, account.repeated, account.unreadable) == (0, 0, 0), str(account)
    return accounts


def test_the_reserve_is_not_eaten_and_recording_goes_on_when_there_is_room(
    tmp_path: Path, volume: Volume, cameras: list[Camera]
) -> None:
    with running(tmp_path, addresses(cameras), more=f'catalogue = "{tmp_path}/seacorder.db"') as program:
        program.wait_live()
        program.get("/api/inspector/startrecording")
        program.wait_recorded(2.0)
        with LowestFree(volume) as lowest:
            filler = volume.fill(RESERVE_BYTES + 2_000_000)
            up_seconds = alarm_seconds(program, "disk_full")
            wait_for(lambda: program.get("/api/inspector/isrecording") is False, "the truth")
            wait_for(lambda: "recording_not_written" in alarms(program), "the channels' alarms")
            unreadable = that_do_not_open(program.files("*.mp4"))
            filler.unlink()
            wait_for(lambda: program.get("/api/inspector/isrecording"), "the recording to go on")
            wait_for(lambda: "disk_full" not in alarms(program), "the alarm's end")
        program.wait_recorded(1.0)
        stopped = program.post("/api/v1/recording/stop")
        parts, losses = program.rows("parts"), program.rows("losses")
    accounts = balanced(cameras, parts, losses)
    note(
        "disk full down to the reserve: alarm; free bytes below the reserve",
        times=1,
        worst=f"{up_seconds:.2f} s; {max(0, RESERVE_BYTES - lowest.bytes)} bytes",
        limit="1 s; 0 bytes",
        kept=up_seconds <= 1.0 and lowest.bytes >= RESERVE_BYTES,
    )
    assert stopped["ok"]
    assert unreadable == []
    assert {row["state"] for row in parts} == {"whole"}
    assert {loss["cause"] for loss in losses} == {"disk_full"}
    assert all(account.lost > 0 for account in accounts)
    assert lowest.bytes >= RESERVE_BYTES
    assert up_seconds <= 1.0


def test_a_volume_that_another_program_fills_to_the_last_byte_costs_no_file(
    tmp_path: Path, volume: Volume, cameras: list[Camera]
) -> None:
    with running(tmp_path, addresses(cameras), more=f'catalogue = "{tmp_path}/seacorder.db"') as program:
        program.wait_live()
        program.get("/api/inspector/startrecording")
        program.wait_recorded(2.0)
        filler = volume.fill(0)
        up_seconds = alarm_seconds(program, "disk_full")
        wait_for(lambda: program.get("/api/inspector/isrecording") is False, "the truth")
        unreadable = that_do_not_open(program.files("*.mp4"))
        filler.unlink()
        wait_for(lambda: program.get("/api/inspector/isrecording"), "the recording to go on")
        program.wait_recorded(1.0)
        program.post("/api/v1/recording/stop")
        parts, losses = program.rows("parts"), program.rows("losses")
    balanced(cameras, parts, losses)
    kept = up_seconds <= 1.0 and not unreadable
    worst = f"{up_seconds:.2f} s; {len(unreadable)} files"
    note("disk full to the last byte: alarm; files that do not open", times=1, worst=worst, limit="1 s; 0", kept=kept)
    assert unreadable == []
    assert {row["state"] for row in parts} == {"whole"}
    assert {loss["cause"] for loss in losses} == {"disk_full"}
    assert up_seconds <= 1.0


def test_with_a_second_volume_recording_goes_on_there_at_once(
    tmp_path: Path, volume: Volume, cameras: list[Camera]
) -> None:
    more = f'catalogue = "{tmp_path}/seacorder.db"\nfallback_root = "{tmp_path}/second"'
    with Volume(tmp_path / "second") as second, running(tmp_path, addresses(cameras), more=more) as program:
        program.wait_live()
        program.get("/api/inspector/startrecording")
        program.wait_recorded(2.0)
        with LowestFree(volume) as lowest:
            volume.fill(RESERVE_BYTES + 10_000_000)
            up_seconds = alarm_seconds(program, "on_fallback")
            wait_for(lambda: len(list(second.path.rglob("*.mp4"))) == len(CHANNELS), "every channel to be there")
            program.wait_recorded(5.0)
            program.post("/api/v1/recording/stop")
        parts, losses = program.rows("parts"), program.rows("losses")
        accounts = balanced(cameras, parts, losses)
    missing = sum(account.missing for account in accounts)
    note(
        "disk nearly full, with a second volume: frames lost",
        times=1,
        worst=f"{missing} frames, {up_seconds:.2f} s until it goes on there",
        limit="0 frames",
        kept=not missing,
    )
    for name in CHANNELS:
        first, then = (Path(row["path"]) for row in parts if row["channel"] == name)
        assert then.relative_to(second.path).parent == first.relative_to(volume.path).parent
    assert {row["state"] for row in parts} == {"whole"}
    assert missing == 0
    assert losses == []
    assert lowest.bytes >= RESERVE_BYTES
