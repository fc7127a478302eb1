"""Odd cameras, recorded by the whole program: the files hold exactly what was sent."""

from pathlib import Path

import pytest

from rig.fixtures import MakeSource
from rig.odd_camera import ORDINARY, OddCamera, Quirk, assert_whole, footage
from rig.program import running
from rig.source_files import SourceSpec

SPEC = SourceSpec(width=320, height=240, seconds=60)
QUIRKS = {"ordinary": ORDINARY}


@pytest.mark.slow
@pytest.mark.parametrize("name", QUIRKS)
def test_an_odd_camera_is_recorded_whole(name: str, rig_source: MakeSource, tmp_path: Path) -> None:
    quirk: Quirk = QUIRKS[name]
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera, running(tmp_path, {"Odd": camera.url}) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(2.0)
        program.post("/api/v1/recording/stop")
        numbers = assert_whole(program, camera)
    assert len(numbers) >= 50
