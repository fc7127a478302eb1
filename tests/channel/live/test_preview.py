"""The preview: small H.264 of whatever a channel sends, made in another process that may fail."""

import io
import itertools
import sys
import threading
from fractions import Fraction
from queue import SimpleQueue

import av
import pytest

from fakes.footage import Footage, Recipe, footage, number_in
from seacorder.base.clock import SystemClock
from seacorder.channel.live.preview import LEAST_STEP_NS, Preview, looks_of
from seacorder.channel.live.preview_process import PreviewProcess
from seacorder.media.packing import packed, packed_format
from seacorder.model.live import LiveBegun, LiveFragment, LiveRefused, LiveReport, LiveStream

SECONDS = 30.0
RECIPES = {
    "H.265": Recipe(frames=50, codec="libx265"),
    "H.265 with B-frames": Recipe(frames=50, codec="libx265", b_frames=2),
    "H.264": Recipe(frames=50),
}


def numbers_in(reports: list[LiveReport]) -> list[int]:
    begun = next(one for one in reports if isinstance(one, LiveBegun))
    content = begun.content + b"".join(one.content for one in reports if isinstance(one, LiveFragment))
    with av.open(io.BytesIO(content)) as container:
        return [number_in(frame) for frame in container.decode(video=0)]


@pytest.mark.parametrize("kind", RECIPES)
def test_some_of_the_pictures_are_shown_with_their_capture_times(kind: str) -> None:
    made = footage(RECIPES[kind])
    preview = Preview()
    preview.begin(packed_format(made.source))
    reports = [report for sample in packed(made.video) for report in preview.take(sample)]
    begun, *pictures = reports
    assert isinstance(begun, LiveBegun)
    assert (begun.stream, begun.codecs[:5], begun.width) == (LiveStream.PREVIEW, "avc1.", 320)
    numbers = numbers_in(reports)
    assert numbers[:3] == [0, 2, 4]
    by_number = dict(enumerate(sorted(one.utc_ns for one in made.video)))
    times = [one.utc_ns for one in pictures if isinstance(one, LiveFragment)]
    assert times == [by_number[number] for number in numbers]
    assert all(after - before >= LEAST_STEP_NS for before, after in itertools.pairwise(times))


@pytest.mark.parametrize(
    ("size", "aspect", "small"),
    [((1920, 1080), "1", (640, 360)), ((320, 180), "1", (320, 180)), ((720, 576), "16/15", (640, 480)),
     ((641, 99), "1", (640, 98)), ((352, 288), "2", (352, 144))],
)  # fmt: skip
def test_it_is_small_and_its_pixels_are_square(size: tuple[int, int], aspect: str, small: tuple[int, int]) -> None:
    looks = looks_of(av.VideoFrame(*size, "yuv420p"), Fraction(aspect))
    assert (looks.width, looks.height) == small


class Sent:
    def __init__(self) -> None:
        self.reports: SimpleQueue[LiveReport] = SimpleQueue()

    def next(self, count: int) -> list[LiveReport]:
        return [self.reports.get(timeout=SECONDS) for _ in range(count)]


def fed(process: PreviewProcess, made: Footage, numbers: range) -> None:
    for number in numbers:
        assert list(process.take(made.video[number], made.source)) == []


def test_another_process_makes_it_and_ends_with_it() -> None:
    made, sent, before = footage(RECIPES["H.265"]), Sent(), threading.active_count()
    process = PreviewProcess(sent.reports.put, SystemClock())
    fed(process, made, range(30))
    reports = sent.next(6)
    assert numbers_in(reports) == [0, 2, 4, 6, 8]
    process.end()
    assert threading.active_count() <= before + 1


def test_one_that_ends_at_once_harms_nobody() -> None:
    made, sent = footage(RECIPES["H.265"]), Sent()
    process = PreviewProcess(sent.reports.put, SystemClock(), (sys.executable, "-c", "raise SystemExit(3)"))
    for _ in range(3):
        fed(process, made, range(50))
    process.end()
    assert sent.reports.empty()


def test_one_that_cannot_be_started_says_why() -> None:
    made = footage(RECIPES["H.265"])
    process = PreviewProcess(lambda _: None, SystemClock(), ("/nowhere/at/all",))
    (refused,) = process.take(made.video[0], made.source)
    assert isinstance(refused, LiveRefused)
    assert "cannot be started" in refused.why.fact
    assert list(process.take(made.video[1], made.source)) == []
    process.end()
