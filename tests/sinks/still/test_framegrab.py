"""Framegrabs: the frame of the instant, its colours, and what it says of itself."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from fakes.footage import START_UTC_NS, Recipe, footage, real_clips, samples_of
from fakes.sinks import Bench, Outcome
from seacorder.model.report import FramegrabStored
from seacorder.model.sample import Sample
from seacorder.sinks.still.framegrab import take_framegrab, thumbnail_of

_EXIF_IFD = 0x8769


def grab(bench: Bench, samples: list[Sample], source: Any, instant_ns: int) -> Any:
    done = Outcome()
    take_framegrab(bench.take_framegrab(instant_ns), samples, source, bench.context, done)
    outcome = done.wait()
    assert outcome.ok, outcome.reason.text
    (report,) = bench.of(FramegrabStored)
    assert outcome.path == report.framegrab.path
    return report.framegrab


def number_on(image: Image.Image) -> int:
    return sum((image.convert("L").getpixel((bit * 16 + 8, 8)) > 125) << bit for bit in range(16))


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize("offset", [0, 3, 8, 9])
def test_a_still_is_the_newest_at_or_before_the_instant(
    codec: str, b_frames: int, offset: int, tmp_path: Path
) -> None:
    made = footage(Recipe(codec=codec, b_frames=b_frames))
    bench = Bench(tmp_path)
    group = made.video[50:60]
    wanted = sorted(group, key=lambda sample: sample.instant_ns)[offset]
    stored = grab(bench, group, made.source, wanted.instant_ns + 1_000_000)
    assert (stored.frame, stored.frame_utc_ns) == (wanted.number, wanted.utc_ns)
    with Image.open(stored.path) as image:
        assert image.size == (320, 64)
        assert number_on(image) == 50 + offset
    assert stored.bytes == Path(stored.path).stat().st_size


def test_a_picture_that_needs_the_group_before_gives_the_nearest_that_can_be_shown(tmp_path: Path) -> None:
    made = footage(Recipe(codec="libx265", b_frames=3, open_group=True))
    index = next(index for index, sample in enumerate(made.video) if sample.is_keyframe and sample.number > 40)
    keyframe, leading = made.video[index : index + 2]
    assert leading.pts < keyframe.pts
    stored = grab(Bench(tmp_path), [keyframe, leading], made.source, leading.instant_ns)
    assert (stored.frame, stored.frame_utc_ns) == (keyframe.number, keyframe.utc_ns)


def test_exif_says_when_and_what(tmp_path: Path) -> None:
    made = footage(Recipe())
    stored = grab(Bench(tmp_path), made.video[:4], made.source, made.video[3].instant_ns)
    with Image.open(stored.path) as image:
        exif = image.getexif()
        details = exif.get_ifd(_EXIF_IFD)
        assert image.layer[0][1:3] == (2, 2), "chroma as the source has it: 4:2:0"
    assert exif[0x010E] == "Bow"
    assert details[0x9003] == "2023:11:14 22:13:20"
    assert (details[0x9291], details[0x9011]) == ("120", "+00:00")
    assert details[0xA420] == "3"
    comment = json.loads(details[0x9286].removeprefix(b"ASCII\0\0\0"))
    assert comment["frame_utc_ns"] == START_UTC_NS + 120_000_000
    assert (comment["channel"], comment["id"], comment["frame"]) == ("Bow", "G1", 3)


@pytest.mark.parametrize("clip", real_clips(), ids=lambda path: path.stem)
def test_a_still_of_real_footage_equals_the_recorded_frame(clip: Path, tmp_path: Path) -> None:
    made = samples_of(str(clip))
    until = made.video[: 1 + next(index for index, sample in enumerate(made.video) if sample.number == 40)]
    wanted = max(until, key=lambda sample: sample.instant_ns)
    stored = grab(Bench(tmp_path), until, made.source, wanted.instant_ns)
    with av.open(str(clip)) as container:
        frame = next(frame for frame in container.decode(video=0) if frame.pts == wanted.pts)
        expected = frame.to_image().convert("RGB") if frame.height < 720 else None
    with Image.open(stored.path) as image:
        assert image.size == (frame.width, frame.height)
        if expected is not None:
            assert mean_difference(image, expected) < 2.5


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    pairs = zip(one.convert("RGB").tobytes(), other.tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height * 3)


@pytest.mark.parametrize(("matrix", "kr", "kb"), [("bt709", 0.2126, 0.0722), ("smpte170m", 0.299, 0.114)])
@pytest.mark.parametrize("full", [False, True])
def test_colours_are_right_for_every_matrix_and_range(
    matrix: str, kr: float, kb: float, full: bool, tmp_path: Path
) -> None:
    options = (("x264-params", f"colormatrix={matrix}:fullrange={'on' if full else 'off'}"),)
    made = footage(Recipe(frames=10, options=options))
    stored = grab(Bench(tmp_path), made.video[:1], made.source, made.video[0].instant_ns)
    luma, blue, red = 90, 100, 140  # what `picture` paints beside the squares
    y = luma / 255 if full else (luma - 16) / 219
    scale = 255 if full else 224
    pb, pr = (blue - 128) / scale, (red - 128) / scale
    r, b = y + 2 * (1 - kr) * pr, y + 2 * (1 - kb) * pb
    g = (y - kr * r - kb * b) / (1 - kr - kb)
    expected = [min(255, max(0, round(255 * value))) for value in (r, g, b)]
    with Image.open(stored.path) as image:
        seen = image.convert("RGB").getpixel((300, 32))
    assert all(abs(a - b) <= 4 for a, b in zip(seen, expected, strict=True)), (seen, expected)


def test_a_small_picture_is_small(tmp_path: Path) -> None:
    made = footage(Recipe())
    jpeg = tmp_path / "p.jpg"
    jpeg.write_bytes(thumbnail_of(made.video[10:11], made.source, 160))
    with Image.open(jpeg) as image:
        assert image.size == (160, 32)


def test_pixels_that_are_not_square_are_named_and_left(tmp_path: Path) -> None:
    clip = next(path for path in real_clips() if path.stem == "carphone_pristine")
    made = samples_of(str(clip))
    stored = grab(Bench(tmp_path), made.video[:1], made.source, made.video[0].instant_ns)
    with Image.open(stored.path) as image:
        exif = image.getexif()
        assert image.size == (176, 144)
    across, down = (Fraction(exif[tag].numerator, exif[tag].denominator) for tag in (0x011A, 0x011B))
    assert down / across == Fraction(128, 117)


def test_a_damaged_group_is_answered_not_raised(tmp_path: Path) -> None:
    made = footage(Recipe())
    broken = made.video[0]._replace(packet=av.Packet(b"\0\0\0\4none"))
    done = Outcome()
    bench = Bench(tmp_path)
    take_framegrab(bench.take_framegrab(broken.instant_ns), [broken], made.source, bench.context, done)
    assert not done.wait().ok
