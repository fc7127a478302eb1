"""Pictures as a source: in the order that people expect, at a steady rate, over and over with times that go on."""

import itertools
from fractions import Fraction
from pathlib import Path

import av
import pytest

from fakes.clock import FakeClock
from rig.recording import shown
from rig.web_camera import jpegs
from seacorder.base.errors import InputFailed
from seacorder.inputs.ffmpeg.images import ImagesInput
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.model.address.address import ImagesAddress
from seacorder.model.sample import SourceFormat, SourcePacket


def paced(path: Path, *, rate: int = 25, loop: bool = False) -> ImagesInput:
    clock = FakeClock()
    return ImagesInput(ImagesAddress(str(path), Fraction(rate), loop), clock, wait_until=clock.wait_until)


def save_png(path: Path, number: int, size: tuple[int, int] = (320, 180)) -> None:
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = *size, "rgb24", Fraction(1, 25)
    frame = TestPicture(*size, "SHOT", 1).frame(number, 0).reformat(format="rgb24")
    frame.pts = 0
    path.write_bytes(b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)]))


def numbers(source: ImagesInput, count: int) -> list[int | None]:
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), count) if isinstance(item, SourcePacket)]
    source.close()
    return [reading.number if reading else None for reading in shown(found, packets)]


def test_a_folder_is_shown_in_the_order_of_numbers(tmp_path: Path) -> None:
    for number in (1, 2, 9, 10, 11, 100):
        save_png(tmp_path / f"Shot_{number}.PNG", number)
    (tmp_path / "notes.txt").write_text("no picture")
    assert numbers(paced(tmp_path), 10) == [1, 2, 9, 10, 11, 100]


def test_a_pattern_takes_its_numbers_and_leaves_holes(tmp_path: Path) -> None:
    for number in (7, 3, 12):
        save_png(tmp_path / f"shot_{number:04d}.png", number)
    save_png(tmp_path / "other_0001.png", 99)
    assert numbers(paced(tmp_path / "shot_%04d.png"), 10) == [3, 7, 12]
    assert numbers(paced(tmp_path / "shot_0007.png", loop=True), 3) == [7, 7, 7]


def test_rate_and_loop_make_times_that_go_on(tmp_path: Path) -> None:
    for number, picture in enumerate(jpegs(count=3)):
        (tmp_path / f"{number}.jpg").write_bytes(picture)
    source = paced(tmp_path, rate=10, loop=True)
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), 7) if isinstance(item, SourcePacket)]
    source.close()
    assert found.frame_rate == 10
    assert [packet.pts for packet in packets] == [9000 * count for count in range(7)]
    assert packets[6].arrived_ns - packets[0].arrived_ns == 600_000_000
    assert [reading.number for reading in shown(found, packets) if reading] == [0, 1, 2, 0, 1, 2, 0]


def test_another_size_or_kind_is_another_format(tmp_path: Path) -> None:
    save_png(tmp_path / "1.png", 1)
    save_png(tmp_path / "2.png", 2, (640, 360))
    (tmp_path / "3.jpg").write_bytes(jpegs(640, 360, count=1)[0])
    source = paced(tmp_path)
    items = [source.open(), *source.packets()]
    source.close()
    formats = [item.video for item in items if isinstance(item, SourceFormat)]
    assert [(one.codec, one.width) for one in formats] == [("png", 320), ("png", 640), ("mjpeg", 640)]
    assert [isinstance(item, SourceFormat) for item in items] == [True, False, True, False, True, False]


def test_mistakes(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "1.png").write_text("no picture")
    (tmp_path / "empty").mkdir()
    for name, sentence in {
        "nothing": "are not there. Write a folder",
        "empty": "are not there",
        "empty/shot_%04d.png": "are not there",
        "bad": "cannot be read as a picture",
        "no/where/%d.png": "may not be read",
    }.items():
        source = paced(tmp_path / name)
        with pytest.raises(InputFailed, match=sentence):
            source.open()
    with pytest.raises(InputFailed, match="not open"):
        list(paced(tmp_path).packets())
