"""Cameras whose stamps lie, and cameras that are slow: films are as long as the recordings, and nothing is missing."""

from pathlib import Path

import av
import pytest

from faults.results import note
from rig.fixtures import MakeSource
from rig.odd_camera import OddCamera, Quirk, assert_whole, footage
from rig.program import running, wait_for
from rig.source_files import SourceSpec

pytestmark = pytest.mark.slow

SPEC = SourceSpec(width=320, height=240, seconds=60)
SLOW = SourceSpec(width=320, height=240, seconds=10, gop=1)
RECORDED_SECONDS = 6.0
STAMPS = {
    "one stamp in 50 is 5 s back": lambda number, stamp: stamp - (450_000 if number % 50 == 31 else 0),
    "one stamp in 50 is 9 s ahead": lambda number, stamp: stamp + (810_000 if number % 50 == 31 else 0),
    "two pictures in three have one stamp": lambda number, stamp: stamp - (3600 if number % 3 == 1 else 0),
}


def film_seconds(path: Path) -> float:
    with av.open(path) as container:
        return float((container.duration or 0) / av.time_base)


@pytest.mark.parametrize("case", STAMPS)
def test_stamps_that_lie_change_no_film(case: str, rig_source: MakeSource, tmp_path: Path) -> None:
    quirk = Quirk(stamp=STAMPS[case])
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera, running(tmp_path, {"Odd": camera.url}) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(RECORDED_SECONDS)
        program.post("/api/v1/recording/stop")
        numbers = assert_whole(program, camera)
    error = abs(sum(map(film_seconds, program.files("*.mp4"))) - len(numbers) / 25)
    worst = f"film {error:.2f} s off, 0 frames missing"
    note(f"A camera stamps wrongly: {case}", times=1, worst=worst, limit="1 s, no loss", kept=error <= 1)
    assert error <= 1


def test_a_frame_in_three_seconds_is_recorded(rig_source: MakeSource, tmp_path: Path) -> None:
    with (
        OddCamera(footage(rig_source(SLOW)), Quirk(stamp=lambda n, _: n * 270_000), seconds=3) as camera,
        running(tmp_path, {"Slow": camera.url}) as program,
    ):
        program.wait_live()
        program.post("/api/v1/recording/start")
        begun = len(camera.sent)
        wait_for(lambda: len(camera.sent) >= begun + 3, "three more frames")
        program.post("/api/v1/recording/stop")
        numbers = assert_whole(program, camera)
    worst, kept = f"{len(numbers)} frames, 0 missing", len(numbers) >= 3
    note("A camera sends a frame in 3 s", times=1, worst=worst, limit="no loss", kept=kept)
    assert len(numbers) >= 3
