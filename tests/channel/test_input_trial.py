"""What comes of an address that is tried: each step, and a picture of whatever codec the source has."""

from pathlib import Path

import pytest

from rig.ports import free_ports
from rig.source_files import SourceSpec, make_source
from seacorder.base.clock import SystemClock
from seacorder.channel.input_trial import WIDTH, trial
from seacorder.media.packets import switch_off_log
from seacorder.model.command import TryInput


def steps_of(address: str) -> list[object]:
    return list(trial(TryInput(address, "Bow"), SystemClock()))


@pytest.mark.parametrize("codec", ["h264", "raw"])
def test_first_it_is_open_and_then_it_has_a_picture(codec: str) -> None:
    opened, shown = trial(TryInput(f"test:?size=1280x720&rate=25&codec={codec}", "Bow"), SystemClock())
    assert opened.picture is not None
    assert (opened.picture.width, opened.jpeg) == (1280, b"")
    assert shown.why is None
    assert shown.jpeg.startswith(b"\xff\xd8")
    assert WIDTH.to_bytes(2, "big") in shown.jpeg[:700]


def test_a_camera_that_nobody_has_is_refused_in_words() -> None:
    (port,) = free_ports(1)
    (only,) = trial(TryInput(f"rtsp://127.0.0.1:{port}/1", "Bow"), SystemClock())
    assert only.picture is None
    assert only.why is not None
    assert only.why.action


def test_a_film_is_tried_too(tmp_path: Path) -> None:
    switch_off_log()
    path = make_source(tmp_path, SourceSpec(seconds=1)).path
    *_, shown = trial(TryInput(f"file:{path}", "Bow"), SystemClock())
    assert shown.jpeg.startswith(b"\xff\xd8")
