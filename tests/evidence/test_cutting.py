"""A stretch of a video: from the keyframe before its begin to the last frame before its end, each picture as it was."""

import os
from pathlib import Path

import av
import pytest

from fakes.footage import Recipe, footage, number_in
from fakes.sinks import Bench
from seacorder.evidence.cutting import PartCut, cut_part
from seacorder.evidence.layout import layout_of
from seacorder.model.recording import FileState, Part
from seacorder.sinks.video.recording import RecordingSink

FRAME_NS = 40_000_000
GROUP = 10
RECIPES = [
    pytest.param(Recipe(frames=60, group=GROUP), id="H.264"),
    pytest.param(Recipe(frames=60, group=GROUP, b_frames=3, sound=True), id="B-frames and sound"),
    pytest.param(Recipe(frames=60, group=GROUP, codec="libx265", b_frames=2), id="H.265"),
]


def recorded(tmp_path: Path, recipe: Recipe) -> tuple[Part, int]:
    """A part, and the capture time of its first frame."""
    bench, made = Bench(tmp_path), footage(recipe)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    path = next(tmp_path.rglob("*.mp4"))
    start = min(one.utc_ns for one in made.video)
    return Part("R1", "Bow", 1, str(path), start, None, 0, recipe.frames, path.stat().st_size, FileState.WHOLE), start


def stored(one: PartCut, folder: Path) -> Path:
    """The cut as a file."""
    path = folder / "cut.mp4"
    source = Path(one.part.path).read_bytes()
    path.write_bytes(one.cut.head + b"".join(source[at : at + length] for at, length in one.cut.ranges))
    assert path.stat().st_size == one.cut.size
    return path


def numbers(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [number_in(frame) for frame in container.decode(video=0)]


def wanted(begin: int, end: int) -> list[int]:
    """The frames of a stretch from one frame to before another: whole groups at its begin, none too many at its end."""
    return list(range(begin // GROUP * GROUP, end))


@pytest.mark.parametrize("recipe", RECIPES)
def test_from_the_keyframe_before_to_the_last_frame_before_the_end(recipe: Recipe, tmp_path: Path) -> None:
    part, start = recorded(tmp_path, recipe)
    for begin, end in ((0, 60), (0, 1), (10, 20), (11, 20), (19, 21), (35, 36), (59, 80), (-30, 5)):
        one = cut_part(part, start + begin * FRAME_NS, start + end * FRAME_NS)
        assert one is not None
        expected = wanted(max(0, begin), min(60, end))
        found = numbers(stored(one, tmp_path))
        assert found[: len(expected)] == expected
        extra = found[len(expected) :]  # a picture that others before it are predicted from is decoded before them
        assert len(extra) <= recipe.b_frames + 1, (begin, end)
        assert recipe.b_frames or not extra
        assert abs(one.first_utc_ns - (start + expected[0] * FRAME_NS)) < 1_000_000
        assert abs(one.last_utc_ns - (start + found[-1] * FRAME_NS)) < 1_000_000


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_file_whose_index_is_gone_is_cut_by_its_fragments(recipe: Recipe, tmp_path: Path) -> None:
    part, start = recorded(tmp_path, recipe)
    of_index = cut_part(part, start + 13 * FRAME_NS, start + 31 * FRAME_NS)
    path = Path(part.path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100)
    assert not layout_of(path).is_whole
    of_fragments = cut_part(part, start + 13 * FRAME_NS, start + 31 * FRAME_NS)
    assert of_index is not None
    assert of_fragments is not None
    assert of_fragments.cut.ranges == of_index.cut.ranges
    assert of_fragments.cut.stretch == of_index.cut.stretch


def packets(path: Path, kind: str) -> list[tuple[float, bytes]]:
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        return [(float(one.pts * stream.time_base), bytes(one)) for one in container.demux(stream) if one.size]


def test_sound_stays_in_step_with_the_pictures(tmp_path: Path) -> None:
    part, start = recorded(tmp_path, Recipe(frames=60, group=GROUP, sound=True))
    one = cut_part(part, start + 25 * FRAME_NS, start + 45 * FRAME_NS)
    assert one is not None
    path = stored(one, tmp_path)
    pictures = [data for _, data in packets(Path(part.path), "video")]
    assert [data for _, data in packets(path, "video")] == pictures[20:45]
    of_source, of_cut = packets(Path(part.path), "audio"), packets(path, "audio")
    begin = next(place for place, (seconds, _) in enumerate(of_source) if seconds >= 0.8)
    taken = of_source[begin : begin + len(of_cut)]
    assert [data for _, data in of_cut] == [data for _, data in taken]
    assert [seconds for seconds, _ in of_cut] == pytest.approx([seconds - 0.8 for seconds, _ in taken], abs=1e-4)
    assert taken[-1][0] == pytest.approx(1.8, abs=0.03)


def test_nothing_of_the_stretch(tmp_path: Path) -> None:
    part, start = recorded(tmp_path, Recipe(frames=20, group=GROUP))
    assert cut_part(part, start - 100 * FRAME_NS, start) is None
    assert cut_part(part, start + 21 * FRAME_NS, start + 30 * FRAME_NS) is None


def test_a_file_that_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "Bow.mp4"
    path.write_bytes(os.urandom(2000))
    part = Part("R1", "Bow", 1, str(path), 0, None, 0, 0, 0, FileState.INTERRUPTED)
    assert cut_part(part, 0, 10**9) is None


def test_a_cut_says_what_it_is_and_is_taken_for_no_recorded_file(tmp_path: Path) -> None:
    part, start = recorded(tmp_path, Recipe(frames=20, group=GROUP))
    one = cut_part(part, start + 12 * FRAME_NS, start + 15 * FRAME_NS)
    assert one is not None
    with av.open(str(stored(one, tmp_path))) as container:
        said = container.metadata
    assert said["title"] == "Bow"
    assert '"source":' in said["seacorder_cut"]
    assert '"first_picture":10' in said["seacorder_cut"]
    assert "seacorder" not in said

