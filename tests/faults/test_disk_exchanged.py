"""A volume that is unmounted, or covered by another, while pictures are recorded to it; one that is not mounted."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from faults.account import balance_numbers, stored_numbers
from faults.cameras import Camera, serve
from faults.disks import Volume, run
from faults.results import note
from rig.program import Program, running, wait_for
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

pytestmark = [pytest.mark.rtsp, pytest.mark.slow]

TIMED = "the alarm within three seconds"
SPLITS = "/api/inspector/splittime/0.05"
"""Three seconds: while a volume is away some are due."""


@pytest.fixture
def camera(cameras_server: RtspServer, numbered: SourceFile) -> Camera:
    return serve(cameras_server, "Bow", numbered)


def record(program: Program) -> None:
    program.wait_live()
    program.get(SPLITS)
    program.get("/api/inspector/startrecording")
    program.wait_recorded(2.0)


def unaccounted(program: Program, camera: Camera) -> int:
    """Frames that are in no file and in no loss; the account of a recording that has been stopped."""
    parts = sorted(program.rows("parts"), key=lambda row: row["number"])
    numbers = [number for row in parts for number in stored_numbers(Path(row["path"]))]
    account = balance_numbers(camera, numbers, program.rows("losses"), parts)
    print(account)
    assert account.repeated == 0
    return account.difference


def videos_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in {".mp4", ".db", ".jpg"}]


@pytest.mark.alone(TIMED)
def test_a_volume_that_is_unmounted_and_back(tmp_path: Path, volume: Volume, camera: Camera) -> None:
    with running(tmp_path, {"Bow": camera.url}) as program:
        record(program)
        volume.take_away()
        up_seconds = program.alarm_seconds("disk_exchanged")
        wait_for(lambda: program.get("/api/inspector/isrecording") is False, "the truth")
        split = program.channel("Bow")["frames_received"] + 100
        wait_for(lambda: program.channel("Bow")["frames_received"] > split, "a split that was due")
        still = program.post("/api/v1/framegrab", status=409)
        answer = program.get("/api/v1/parts", status=503)
        below = videos_below(program.root)
        volume.bring_back()
        wait_for(lambda: program.get("/api/inspector/isrecording"), "the recording to go on")
        wait_for(lambda: "disk_exchanged" not in program.alarms(), "the alarm's end")
        program.record_further(1.0)
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: not program.alarms(), "the catalogue")
        lost = unaccounted(program, camera)
        log = program.log()
    note(
        "the volume under the root unmounted, and back: alarm; files on the disk below; frames in no account",
        times=1,
        worst=f"{up_seconds:.1f} s; {len(below)}; {lost}",
        limit="3 s; 0; 0",
        kept=up_seconds <= 3.0 and not below and not lost,
    )
    assert "on another disk" in still["detail"]
    assert "Mount the disk again" in answer["detail"]
    assert below == []
    assert lost == 0
    assert "Traceback" not in log
    assert up_seconds <= 3.0


@pytest.mark.alone(TIMED)
def test_a_volume_that_is_covered_by_another_one(tmp_path: Path, volume: Volume, camera: Camera) -> None:
    more = f'catalogue = "{tmp_path}/catalogue/seacorder.db"\nfallback_root = "{tmp_path}/second"'
    with running(tmp_path, {"Bow": camera.url}, more=more) as program:
        record(program)
        run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", volume.path)
        try:
            up_seconds = program.alarm_seconds("disk_exchanged")
            wait_for(lambda: "on_fallback" in program.alarms(), "the second folder")
            assert program.get("/api/inspector/isrecording") is True
            program.wait_recorded(5.0)
            below = videos_below(volume.path)
        finally:
            run("umount", volume.path)
        wait_for(lambda: not program.alarms(), "the first one to be used again")
        program.get("/api/inspector/stoprecording")
        lost, losses = unaccounted(program, camera), program.rows("losses")
    note(
        "another volume mounted over the root, with a second folder: alarm; files on it; frames lost",
        times=1,
        worst=f"{up_seconds:.1f} s; {len(below)}; {sum(loss['frames'] for loss in losses) + lost}",
        limit="3 s; 0; 0",
        kept=up_seconds <= 3.0 and not below and not losses and not lost,
    )
    assert below == []
    assert losses == []
    assert lost == 0
    assert up_seconds <= 3.0


def test_a_root_whose_volume_is_not_mounted_is_refused_at_the_start(tmp_path: Path, volume: Volume) -> None:
    with closing(Program(tmp_path, {"Bow": "test:?size=320x240&rate=10"})) as program:
        program.start()
        program.stop()
        volume.take_away()
        with pytest.raises(AssertionError, match=r"the disk of .* is not mounted"):
            program.start()
        assert list(program.root.iterdir()) == []
        accept = [sys.executable, "-m", "seacorder", "accept-disk", str(program.root)]
        assert subprocess.run(accept, capture_output=True, check=False).returncode == 0
        program.start()
