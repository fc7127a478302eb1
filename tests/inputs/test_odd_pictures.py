"""Cameras that send their pictures oddly, read by the input alone: which pictures come out, and what counts as lost."""

import itertools
from pathlib import Path

import pytest

from rig.fixtures import MakeSource
from rig.frames import frame_numbers
from rig.odd_camera import ORDINARY, OddCamera, Quirk, footage
from rig.recording import write
from rig.source_files import SourceSpec
from seacorder.base.clock import SystemClock
from seacorder.inputs.rtsp import RtspInput
from seacorder.model.address import RtspAddress
from seacorder.model.sample import SourceFormat, SourcePacket

SPECS = {
    codec: SourceSpec(width=320, height=240, seconds=8, gop=10, codec=codec, bits_per_second=2_000_000)
    for codec in ("h264", "hevc")
}
COUNT = 60


def taken(camera: OddCamera, count: int = COUNT) -> tuple[list[SourceFormat], list[SourcePacket]]:
    """Formats, and the first `count` pictures."""
    source = RtspInput(RtspAddress(camera.url), SystemClock())
    formats = [source.open()]
    pictures: list[SourcePacket] = []
    for item in source.packets():
        if isinstance(item, SourceFormat):
            formats.append(item)
        else:
            pictures.append(item)
        if len(pictures) == count:
            break
    source.close()
    return formats, pictures


def assert_all_come(camera: OddCamera, path: Path) -> None:
    """Every picture that is sent is taken, once, in order and whole, as one format, and none counts as missing."""
    formats, pictures = taken(camera)
    assert len(formats) == 1
    assert sum(picture.missing_before for picture in pictures) == 0
    assert not any(picture.is_corrupt for picture in pictures)
    write(formats[0], pictures, path)
    numbers = frame_numbers(path)
    assert numbers == list(itertools.islice(itertools.count(numbers[0]), COUNT))


QUIRKS = {"ordinary": ORDINARY}


@pytest.mark.parametrize("codec", SPECS)
@pytest.mark.parametrize("name", QUIRKS)
def test_every_picture_of_a_camera_comes(name: str, codec: str, rig_source: MakeSource, tmp_path: Path) -> None:
    quirk: Quirk = QUIRKS[name]
    with OddCamera(footage(rig_source(SPECS[codec])), quirk, seconds=0) as camera:
        assert_all_come(camera, tmp_path / "taken.mp4")
