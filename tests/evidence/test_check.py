"""Checks: damage in the middle of a file is found, and what is whole is never called damaged."""

import random
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from fakes.damage import TURNED_AT
from fakes.footage import Recipe, footage
from fakes.sinks import Bench
from seacorder.evidence.check import check_file, still_damage
from seacorder.evidence.layout import layout_of
from seacorder.evidence.repair import repair
from seacorder.model.recording import FileState
from seacorder.sinks.video.recording import RecordingSink

RECIPES = [
    pytest.param(Recipe(), id="H.264"),
    pytest.param(Recipe(b_frames=3, sound=True), id="B-frames and sound"),
    pytest.param(Recipe(codec="libx265", b_frames=2), id="H.265"),
    pytest.param(Recipe(codec="libx265", group=20, b_frames=3, open_group=True), id="H.265, open groups"),
]


def recorded(folder: Path, recipe: Recipe) -> Path:
    """A whole file of 100 pictures."""
    bench, made = Bench(folder), footage(recipe)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    return next(folder.rglob("*.mp4"))


def picture_at(path: Path, number: int) -> tuple[int, int]:
    """Where a picture stands in the file, and how long it is."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    return packets[number].pos, packets[number].size


def overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_whole_is_not_called_damaged(recipe: Recipe, tmp_path: Path) -> None:
    path = recorded(tmp_path, recipe)
    told: list[int] = []
    for decodes in (False, True):
        reading = check_file(path, decodes=decodes, progress=told.append)
        assert (reading.damage, reading.facts.frames, reading.facts.state) == ("", 100, FileState.WHOLE)
    assert 0 < sum(told) <= 2 * path.stat().st_size


def test_an_interrupted_file_and_its_repair_are_not_damaged(tmp_path: Path) -> None:
    bench, made = Bench(tmp_path), footage(Recipe())
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.clock.advance(1.0)
    bench.finish(sink)
    whole = next(tmp_path.rglob("*.mp4")).read_bytes()
    cut = tmp_path / "cut.mp4"
    # As it was while it was written: the eight bytes not yet turned, and no index.
    end = whole.rindex(b"moov") - 4 - 500
    cut.write_bytes(whole[:TURNED_AT] + (36).to_bytes(4, "big") + b"free" + whole[TURNED_AT + 8 : end])
    assert not layout_of(cut).is_whole
    interrupted = check_file(cut, decodes=True)
    assert (interrupted.damage, interrupted.facts.state) == ("", FileState.INTERRUPTED)
    assert repair(cut)
    repaired = check_file(cut, decodes=True)
    assert (repaired.damage, repaired.facts.frames) == ("", interrupted.facts.frames)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_block_of_zeros_is_found_without_decoding(recipe: Recipe, tmp_path: Path) -> None:
    path = recorded(tmp_path, recipe)
    offset, _ = picture_at(path, 50)
    overwrite(path, offset - 64, bytes(256))
    assert "with lost or changed bytes, the first at" in check_file(path).damage


def test_zeros_inside_of_one_picture_are_found(tmp_path: Path) -> None:
    path = recorded(tmp_path, Recipe(group=50))
    offset, size = picture_at(path, 50)
    overwrite(path, offset + size // 2, bytes(8))
    assert check_file(path).damage == "is damaged: 1 packet with lost or changed bytes, the first at 2.000 s."


def test_changed_bytes_are_found_by_decoding(tmp_path: Path) -> None:
    path = recorded(tmp_path, Recipe(group=50))
    offset, size = picture_at(path, 50)
    overwrite(path, offset + size - 100, random.Random(1).randbytes(90))
    assert "cannot be decoded, the first near" in check_file(path, decodes=True).damage


def larger(content: bytes) -> bytes:
    """The same file, whose index says of one picture that it is longer than the file."""
    at = content.rindex(b"stsz") + 16
    return content[: at + 200] + (1 << 30).to_bytes(4, "big") + content[at + 204 :]


def farther(content: bytes) -> bytes:
    """The same file, whose index says of the last pictures that they are beyond its end."""
    at = content.rindex(b"stco")
    count = int.from_bytes(content[at + 8 : at + 12], "big")
    last = at + 12 + 4 * (count - 1)
    return content[:last] + (1 << 30).to_bytes(4, "big") + content[last + 4 :]


@pytest.mark.parametrize("change", [larger, farther])
def test_an_index_that_leads_beyond_the_file_is_found(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = recorded(tmp_path, Recipe())
    path.write_bytes(change(path.read_bytes()))
    reading = check_file(path)
    assert "its index is damaged, and `seacorder repair` makes it again" in reading.damage
    assert reading.facts.frames == 100  # out of the fragments inside


def test_a_damaged_still_is_found(tmp_path: Path) -> None:
    path = tmp_path / "100%d.jpg"
    frame = av.VideoFrame(320, 240, "yuvj420p")
    for number, plane in enumerate(frame.planes):
        plane.update(random.Random(number).randbytes(plane.buffer_size))
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 320, 240, "yuvj420p", 1
    content = b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
    path.write_bytes(content)
    assert still_damage(path) == ""
    path.write_bytes(content[: len(content) // 2])
    assert still_damage(path) == "is damaged: it cannot be decoded."
    path.write_bytes(b"")
    assert still_damage(path) != ""
