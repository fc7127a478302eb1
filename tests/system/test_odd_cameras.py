"""Odd cameras, recorded by the whole program: the files hold exactly what was sent."""

import re
from pathlib import Path

import pytest

from rig.fixtures import MakeSource
from rig.odd_camera import ORDINARY, OddCamera, Quirk, assert_whole, footage
from rig.program import running, wait_for
from rig.scripted_camera import Answer
from rig.source_files import SourceSpec

SPEC = SourceSpec(width=320, height=240, seconds=60)


def _sloppy(method: str, _url: str, headers: dict[str, str]) -> Answer | None:
    """Refuses what it can refuse."""
    if method == "GET_PARAMETER":
        return 400, {}, b""
    return (457, {}, b"") if method == "PLAY" and "range" in headers else None


QUIRKS = {
    "ordinary": ORDINARY,
    "sloppy in what it says": Quirk(
        answer=_sloppy,
        text=lambda _, answer: re.sub(rb"CSeq: \d+", b"CSeq: 0", answer).replace(b": 77", b": 77;timeout=2"),
        session=(2, frozenset({"OPTIONS"})),
        description=lambda text: text.rstrip() + "\0",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", QUIRKS)
def test_an_odd_camera_is_recorded_whole(name: str, rig_source: MakeSource, tmp_path: Path) -> None:
    quirk: Quirk = QUIRKS[name]
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera, running(tmp_path, {"Odd": camera.url}) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(2.0)
        if quirk.session is not None:
            wait_for(lambda: camera.times_kept_alive >= 3, "requests that keep the session alive")
        program.post("/api/v1/recording/stop")
        numbers = assert_whole(program, camera)
    assert len(numbers) >= 50
