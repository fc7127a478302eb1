"""The live view's stream: whatever is recorded is decoded from it, picture by picture, as a browser gets it."""

import io
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import av
import pytest

from fakes.footage import Footage, Recipe, footage, number_in, picture, samples_of, with_start_codes
from fakes.h264_keyframe import keyframe
from seacorder.media.h264_vui import without_reordering
from seacorder.media.parameter_sets import of_record
from seacorder.model.live import LiveBegun, LiveFragment, LiveRefused, LiveReport, LiveStream
from seacorder.model.sample import Sample, Track
from seacorder.mp4.boxes import box_at
from seacorder.mp4.configuration import configuration_of
from seacorder.mp4.fragments import fragment_of
from seacorder.mp4.tracks import tracks_in
from seacorder.sinks.live.muxer import LiveMuxer

FRAMES = 40


@dataclass(frozen=True)
class Film:
    """A beginning, and what follows it."""

    begun: LiveBegun
    fragments: list[LiveFragment]

    @property
    def numbers(self) -> list[int]:
        content = self.begun.content + b"".join(one.content for one in self.fragments)
        with av.open(io.BytesIO(content)) as container:
            return [number_in(frame) for frame in container.decode(video=0)]


def av1() -> Footage:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream: Any = container.add_stream("libsvtav1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 64, "yuv420p"
        stream.options = {"preset": "12", "svtav1-params": "pred-struct=1:lookahead=0:keyint=10"}
        for number in range(FRAMES):
            frame = picture(number, (320, 64))
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    out.seek(0)
    return samples_of(out)


KINDS: dict[str, Any] = {
    "H.264": lambda: footage(Recipe(frames=FRAMES)),
    "B-frames": lambda: footage(Recipe(frames=FRAMES, b_frames=3)),
    "start codes": lambda: with_start_codes(Recipe(frames=FRAMES)),
    "H.265": lambda: footage(Recipe(frames=FRAMES, codec="libx265")),
    "H.265 with start codes and B-frames": lambda: with_start_codes(Recipe(frames=FRAMES, codec="libx265", b_frames=2)),
    "AV1": av1,
    "with sound": lambda: footage(Recipe(frames=FRAMES, sound=True)),
}
NAMES = {
    "H.264": "avc1.64000B", "B-frames": "avc1.64000B", "start codes": "avc1.64000B", "H.265": "hvc1.1.6.L30.90",
    "H.265 with start codes and B-frames": "hvc1.1.6.L30.90", "AV1": "av01.0.00M.08", "with sound": "avc1.64000B",
}  # fmt: skip


@cache
def made_of(kind: str) -> Footage:
    made: Footage = KINDS[kind]()
    return made


def all_of(muxer: LiveMuxer, made: Footage, samples: Iterable[Sample]) -> list[LiveReport]:
    return [report for sample in samples for report in muxer.take(sample, made.source)]


def films(reports: Iterable[LiveReport]) -> list[Film]:
    found: list[Film] = []
    for report in reports:
        if isinstance(report, LiveBegun):
            found.append(Film(report, []))
        elif isinstance(report, LiveFragment):
            found[-1].fragments.append(report)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_is_in_the_stream_as_it_comes(kind: str) -> None:
    made = made_of(kind)
    muxer, out = LiveMuxer(LiveStream.MAIN), []
    for sample in made.samples:
        reports = list(muxer.take(sample, made.source))
        assert sum(isinstance(one, LiveFragment) for one in reports) == (sample.track is Track.VIDEO)
        out += reports
    (film,) = films(out)
    assert film.begun.codecs == NAMES[kind]
    assert (film.begun.width, film.begun.height) == (320, 64)
    assert film.numbers == list(range(FRAMES))
    assert [one.utc_ns for one in film.fragments] == [sample.utc_ns for sample in made.video]
    assert [one.is_keyframe for one in film.fragments] == [sample.is_keyframe for sample in made.video]


def test_each_fragment_is_one_picture_that_begins_where_the_one_before_ends() -> None:
    made = made_of("H.264")
    (film,) = films(all_of(LiveMuxer(LiveStream.MAIN), made, made.samples))
    heads = [box_at(one.content, 0, len(one.content)) for one in film.fragments]
    found = [fragment_of(one.content[: head.end], 0) for one, head in zip(film.fragments, heads, strict=True)]
    assert [len(one.samples) for one in found] == [1] * FRAMES
    assert [one.end for one in found] == [len(one.content) for one in film.fragments]
    assert [one.media_us for one in film.fragments] == [40_000 * number for number in range(FRAMES)]


def test_without_b_frames_the_header_says_that_nothing_is_reordered() -> None:
    for kind, is_said in (("H.264", True), ("start codes", True), ("B-frames", False)):
        made = made_of(kind)
        (film,) = films(all_of(LiveMuxer(LiveStream.MAIN), made, made.samples))
        _, record = configuration_of(tracks_in(film.begun.content)[0].trak)
        assert (without_reordering(of_record(record, "h264")[0]) is None) == is_said


def test_a_stream_that_turns_out_to_reorder_begins_again_with_a_keyframe() -> None:
    made = made_of("H.264")
    later = [sample._replace(pts=sample.pts + 512 * (sample.number == 25)) for sample in made.video]
    first, second = films(all_of(LiveMuxer(LiveStream.MAIN), made, later))
    assert (len(first.fragments), len(second.fragments)) == (25, 10)
    assert second.fragments[0].is_keyframe
    assert second.fragments[0].media_us >= first.fragments[-1].media_us
    assert second.numbers == list(range(30, 40))


def test_parameter_sets_in_a_packet_say_it_too() -> None:
    (sps, *others), packet = keyframe("cabac=1")
    made = made_of("start codes")
    stream = b"".join(b"\0\0\0\1" + unit for unit in (sps, *others)) + packet
    sample = made.video[0]._replace(packet=stream, size=len(stream))
    (film,) = films(all_of(LiveMuxer(LiveStream.MAIN), made, [sample]))
    changed = without_reordering(sps)
    assert changed is not None
    assert changed in film.fragments[0].content
    assert sps not in film.fragments[0].content


def test_nothing_comes_before_a_keyframe() -> None:
    made = made_of("H.264")
    muxer = LiveMuxer(LiveStream.MAIN)
    assert all_of(muxer, made, made.video[3:10]) == []
    (film,) = films(all_of(muxer, made, made.video[10:]))
    assert film.numbers == list(range(10, FRAMES))


def test_a_hole_costs_a_player_no_picture_behind_it() -> None:
    made = made_of("H.264")
    (film,) = films(all_of(LiveMuxer(LiveStream.MAIN), made, made.video[:13] + made.video[33:]))
    times = [one.media_us for one in film.fragments]
    assert times[12:15] == [480_000, 560_000, 1_360_000 - 800_000 + 40_000]
    ends = [before + 2 * 40_000 >= after for before, after in itertools.pairwise(times)]
    assert all(ends)


def test_a_packet_that_goes_back_or_is_empty_is_left_out() -> None:
    made = made_of("start codes")
    odd = [made.video[0], made.video[0], made.video[1]._replace(packet=b"\0\0\1"), made.video[2]]
    (film,) = films(all_of(LiveMuxer(LiveStream.MAIN), made, odd))
    assert len(film.fragments) == 2


def test_another_format_begins_the_stream_again() -> None:
    one, other = made_of("H.264"), made_of("H.265")
    muxer = LiveMuxer(LiveStream.MAIN)
    reports = all_of(muxer, one, one.video) + all_of(muxer, other, other.video[3:])
    first, second = films(reports)
    assert (first.begun.codecs, second.begun.codecs) == ("avc1.64000B", "hvc1.1.6.L30.90")
    assert second.numbers == list(range(10, FRAMES))
    assert second.fragments[0].media_us == FRAMES * 40_000


def test_a_format_that_no_browser_knows_is_refused_once_with_the_reason() -> None:
    made = made_of("H.264")
    video = replace(made.source.video, codec="h264", extradata=b"\1\2\3")
    strange = replace(made.source, video=replace(video, codec="mjpeg"), templates={Track.VIDEO: jpegs()})
    muxer = LiveMuxer(LiveStream.PREVIEW)
    reports = [report for sample in made.video for report in muxer.take(sample, strange)]
    assert [type(one) for one in reports] == [LiveRefused]
    assert isinstance(reports[0], LiveRefused)
    assert "mjpeg" in reports[0].why.fact


def jpegs() -> Any:
    stream: Any = av.open(io.BytesIO(), "w", format="mp4").add_stream("mjpeg", rate=25)
    stream.width, stream.height, stream.pix_fmt = 320, 64, "yuvj420p"
    return stream
