"""One frame of a recorded file: the one that is asked for, with its capture time, also while the file is written."""

import io
from pathlib import Path

import av
import pytest

from fakes.footage import START_UTC_NS, Recipe, footage, number_in
from fakes.sinks import Bench
from seacorder.evidence.frame import read_frame
from seacorder.model.command import ReadFrame
from seacorder.model.report import FrameRead
from seacorder.sinks.video.recording import RecordingSink

FRAME_NS = 40_000_000
RECIPES = [
    pytest.param(Recipe(frames=50), id="H.264"),
    pytest.param(Recipe(frames=50, b_frames=3, sound=True), id="B-frames and sound"),
    pytest.param(Recipe(frames=60, group=60, b_frames=2), id="one group"),
    pytest.param(Recipe(frames=50, codec="libx265", b_frames=2), id="H.265"),
]


def shown(read: FrameRead) -> int:
    """The number that the JPEG says."""
    assert read.why is None
    with av.open(io.BytesIO(read.jpeg)) as container:
        return number_in(next(container.decode(video=0)))


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_frame_is_found_by_its_time(recipe: Recipe, tmp_path: Path) -> None:
    bench, made = Bench(tmp_path), footage(recipe)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    path = str(next(tmp_path.rglob("*.mp4")))
    start_utc_ns = read_frame(ReadFrame(path, 0)).frame_utc_ns
    for number in (0, 1, 7, 23, recipe.frames - 1):
        for late_ns in (0, FRAME_NS // 2, FRAME_NS - 2_000_000, -900_000):
            read = read_frame(ReadFrame(path, number * FRAME_NS + late_ns))
            assert shown(read) == number
            assert abs(read.offset_ns - number * FRAME_NS) < 1_000_000
            assert read.frame_utc_ns == start_utc_ns + read.offset_ns
            assert shown(read_frame(ReadFrame(path, None, read.frame_utc_ns))) == number


def test_a_file_that_is_being_written(tmp_path: Path) -> None:
    bench, made = Bench(tmp_path), footage(Recipe(frames=50))
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.clock.advance(1.0)
    newest = 0
    while newest < made.video[20].utc_ns:
        status = sink.status()
        assert status is not None
        newest = status.newest_stored_utc_ns
    path = next(tmp_path.rglob("*.mp4"))
    read = read_frame(ReadFrame(str(path), 11 * FRAME_NS))
    assert (shown(read), read.frame_utc_ns) == (11, START_UTC_NS + read.offset_ns)
    bench.finish(sink)


def test_before_the_beginning_and_after_the_end(tmp_path: Path) -> None:
    bench, made = Bench(tmp_path), footage(Recipe(frames=20))
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    path = str(next(tmp_path.rglob("*.mp4")))
    assert shown(read_frame(ReadFrame(path, None, 0))) == 0
    assert shown(read_frame(ReadFrame(path, 3600 * 10**9))) == 19


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_what_is_no_video_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Bow.mp4"
    path.write_bytes(content)
    for one in (path, tmp_path / "absent.mp4"):
        read = read_frame(ReadFrame(str(one), 0))
        assert read.jpeg == b""
        assert read.why is not None
        assert one.name in read.why.fact
