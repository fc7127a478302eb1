"""Looks at real keyframes, decoded: what moves, what is frozen, what is black; and what a look takes."""

import io
import itertools
import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import pytest

from seacorder.channel.picture_check.judge import COLUMNS, ROWS
from seacorder.channel.picture_check.luma import luma_of
from seacorder.channel.picture_check.watch import LOOK_EVERY_NS, PictureWatch
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.model.channel import PictureFault
from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat

SIZE = (640, 360)
SECOND = 1_000_000_000


def drawn(number: int) -> Any:
    picture = TestPicture(*SIZE, "Bow", 0).frame(number, 1_700_000_000_000 + number * 40)
    frame = av.VideoFrame(*SIZE, "yuv420p")
    for mine, theirs in zip(frame.planes, picture.planes, strict=True):
        mine.update(theirs)
    return frame


def filled(brightness: int) -> Any:
    frame = av.VideoFrame(*SIZE, "yuv420p")
    for plane, value in zip(frame.planes, (brightness, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


def keyframes(
    pictures: list[Any], codec: str = "libx264", form: str = "yuv420p", size: tuple[int, int] = SIZE
) -> Iterator[tuple[Sample, SourceFormat]]:
    """Each picture as a keyframe, two seconds apart."""
    quiet = {"x265-params": "log-level=none:keyint=1"} if codec == "libx265" else {}
    with av.open(io.BytesIO(), "w", format="mp4") as container:
        stream: Any = container.add_stream(codec, rate=1)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, form, 1
        stream.options = {"preset": "ultrafast"} | quiet
        packets = []
        for number, picture in enumerate(pictures):
            frame = picture.reformat(*size, format=form)
            frame.pts, frame.time_base = number, Fraction(1)
            packets += stream.encode(frame)
        packets += stream.encode(None)
        context = stream.codec_context
        name = "hevc" if codec == "libx265" else "h264"
        video = TrackFormat(Track.VIDEO, name, Fraction(1), bytes(context.extradata or b""), *size)
        source = SourceFormat(video, None, Fraction(1), {})
        for number, packet in enumerate(packets):
            at = number * LOOK_EVERY_NS
            yield Sample(Track.VIDEO, packet, number, number, 1, True, packet.size, at, at, number), source


def verdicts(pictures: list[Any], **options: str) -> list[PictureFault | None]:
    found: list[PictureFault | None] = []
    watch = PictureWatch(found.append)
    for keyframe, source in keyframes(pictures, **options):
        watch.look(keyframe, source)
    return found


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize("form", ["yuv420p", "yuv420p10le"])
def test_a_pattern_that_moves_then_stops_then_turns_black(codec: str, form: str) -> None:
    pictures = [*(drawn(i * 50) for i in range(6)), *(drawn(300) for _ in range(6)), *(filled(16) for _ in range(6))]
    found = verdicts([*pictures, drawn(400)], codec=codec, form=form)
    assert found[:9] == [None] * 9
    assert found[9:12] == [PictureFault.FROZEN] * 3
    assert found[12:15] == [None] * 3
    assert found[15:] == [PictureFault.BLACK] * 3 + [None]


def test_points_are_read_where_they_are_and_eight_bits_deep() -> None:
    for form in ("yuv420p", "yuv420p10le"):
        ((keyframe, source),) = keyframes([filled(77)], form=form)
        luma = luma_of(keyframe, source)
        assert luma is not None
        assert len(luma) == COLUMNS * ROWS
        assert {abs(value - 77) <= 1 for value in luma} == {True}


@pytest.mark.parametrize(
    ("size", "points"), [((2, 2), None), ((COLUMNS - 2, 64), None), ((COLUMNS, 2), COLUMNS * ROWS)]
)
def test_a_tiny_picture_says_nothing(size: tuple[int, int], points: int | None) -> None:
    ((keyframe, source),) = keyframes([filled(16)], size=size)
    luma = luma_of(keyframe, source)
    assert (None if luma is None else len(luma)) == points


def test_a_keyframe_that_cannot_be_decoded_says_nothing() -> None:
    found: list[PictureFault | None] = []
    watch = PictureWatch(found.append)
    ((keyframe, source),) = keyframes([drawn(1)])
    watch.look(keyframe._replace(packet=b"\0\0\0\1" + bytes(500)), source)
    watch.look(keyframe._replace(packet=bytes(keyframe.packet)[:40]), source)
    assert all(fault is None for fault in found)


def test_the_thread_takes_what_is_due_and_passes_over_the_rest() -> None:
    looks: list[PictureFault | None] = []
    come = threading.Semaphore(0)

    def found(fault: PictureFault | None) -> None:
        looks.append(fault)
        come.release()

    watch = PictureWatch(found, lambda: 0)
    watch.start()
    ((keyframe, source),) = keyframes([drawn(1)])
    for place in range(5):
        due = keyframe._replace(instant_ns=place * 10 * SECOND)
        watch.offer(due, source, 0)
        assert come.acquire(timeout=60)
        watch.offer(due._replace(instant_ns=due.instant_ns + SECOND), source, 0)
    assert len(looks) == 5


class Looks:
    """What a watch looks at when it is offered keyframes, each after what it has done with the one before."""

    def __init__(self, group_seconds: float, *, lively: bool = True, cost_ns: int = 0) -> None:
        self._watch = PictureWatch(self._found, itertools.count(0, cost_ns).__next__)
        self._group_ns = round(group_seconds * SECOND)
        self._lively = lively
        self._offered_ns = 10 * SECOND
        self.fault: PictureFault | None = None
        self.looked_ns: list[int] = []

    def _found(self, fault: PictureFault | None) -> None:
        self.fault = fault
        self.looked_ns.append(self._offered_ns)

    def offer(self, keyframe: Sample, source: SourceFormat) -> None:
        self._offered_ns += self._group_ns
        size = source.video.width * source.video.height if self._lively else 0
        self._watch.offer(keyframe._replace(instant_ns=self._offered_ns), source, size)
        self._watch.look_if_offered()


@pytest.mark.parametrize(
    ("group_seconds", "lively", "every_seconds"),
    [(0.5, True, 3), (1, True, 3), (2, True, 2), (3, True, 3), (5, True, 5), (0.5, False, 2), (1, False, 2)],
)
def test_lively_pictures_are_looked_at_more_seldom(group_seconds: float, lively: bool, every_seconds: float) -> None:
    looks = Looks(group_seconds, lively=lively)
    moving = list(keyframes([drawn(i * 50) for i in range(4)]))
    for place in range(60):
        looks.offer(*moving[place % 4])
    distances = {after - before for before, after in itertools.pairwise(looks.looked_ns)}
    assert distances == {round(every_seconds * SECOND)}


def test_looks_that_cost_much_are_rare() -> None:
    """A look that takes 0.2 s of the processor is followed by ten seconds without one: 2 % of a core."""
    looks = Looks(1, lively=False, cost_ns=SECOND // 5)
    moving = list(keyframes([drawn(i * 50) for i in range(4)]))
    for place in range(60):
        looks.offer(*moving[place % 4])
    assert {after - before for before, after in itertools.pairwise(looks.looked_ns)} == {10 * SECOND}


@pytest.mark.parametrize(
    ("group_seconds", "limit_seconds"),
    [(0.5, 9.5), (1, 9.5), (2, 9.5), (2.5, 9.5), (3, 9.5), (4, 14), (5, 15), (10, 20)],
)
@pytest.mark.parametrize("shift", range(6))
def test_a_freeze_behind_a_stream_that_stays_lively_is_noticed(
    group_seconds: float, limit_seconds: float, shift: int
) -> None:
    """An encoder that stuffs its stream, or makes noise of its own; frozen right after any keyframe."""
    looks = Looks(group_seconds)
    *moving, frozen = keyframes([*(drawn(i * 50) for i in range(4)), drawn(999)])
    for place in range(8 + shift):
        looks.offer(*moving[place % 4])
    count = 0
    while looks.fault is None:
        looks.offer(*frozen)
        count += 1
        assert count * group_seconds <= limit_seconds
    assert looks.fault is PictureFault.FROZEN
