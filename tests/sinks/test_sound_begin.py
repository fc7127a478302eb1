"""Sound that begins later than the picture is heard when it was, to the tick, in every kind of file."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from fakes.footage import Footage, Recipe, footage
from fakes.sinks import Bench, Outcome
from seacorder.model.report import ClipClosed, PartClosed
from seacorder.model.sample import Sample, Track
from seacorder.sinks.video.clip import ClipSink
from seacorder.sinks.video.recording import RecordingSink

SECOND_NS = 1_000_000_000
TICK = Fraction(1, 90_000)
"""The unit of edits."""
MILLISECOND = Fraction(1, 1000)


def late(made: Footage, left_out: int) -> list[Sample]:
    """Without the first packets of sound, and without those that lie before the first picture."""
    sound = [sample for sample in made.samples if sample.track is Track.AUDIO]
    return [sample for sample in made.samples if sample not in sound[:left_out]]


def sound_times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as file:
        stream: Any = file.streams.audio[0]
        return [packet.pts * stream.time_base for packet in file.demux(stream) if packet.size]


def seconds(made: Footage, samples: list[Sample], origin: Sample) -> list[Fraction]:
    assert made.source.audio is not None
    begin = origin.dts * made.source.video.time_base
    times = [one.pts * made.source.audio.time_base - begin for one in samples if one.track is Track.AUDIO]
    return [time for time in times if time >= 0]


def assert_alike(heard: list[Fraction], sent: list[Fraction]) -> None:
    assert len(heard) == len(sent)
    assert max(abs(one - other) for one, other in zip(heard, sent, strict=True)) <= TICK


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize("left_out", [0, 1, 2, 7, 30])
def test_a_recording_s_sound_begins_where_it_began(left_out: int, b_frames: int, tmp_path: Path) -> None:
    made, bench = footage(Recipe(sound=True, b_frames=b_frames)), Bench(tmp_path)
    samples = late(made, left_out)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, samples, made.source)
    assert bench.finish(sink).ok
    [report] = bench.of(PartClosed)
    path = Path(report.part.path)
    assert_alike(sound_times(path), seconds(made, samples, made.video[0]))
    with av.open(str(path)) as file:
        pictures = [packet.dts for packet in file.demux(video=0) if packet.size]
    assert len(pictures) == len(made.video)
    assert pictures[0] == 0


def test_the_sound_of_each_part_and_of_a_clip_begins_where_it_began(tmp_path: Path) -> None:
    made, bench = footage(Recipe(sound=True, b_frames=2)), Bench(tmp_path)
    sink = RecordingSink(bench.start_recording(SECOND_NS), bench.context)
    bench.feed(sink, made.samples, made.source)
    assert bench.finish(sink).ok
    clip = ClipSink(bench.start_clip(), bench.context, Outcome())
    bench.feed(clip, late(made, 9), made.source)
    assert bench.finish(clip).ok
    parts = sorted((report.part for report in bench.of(PartClosed)), key=lambda part: part.number)
    assert len(parts) >= 3
    origins = {sample.number: sample for sample in made.video}
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        sent = seconds(made, made.samples, origins[part.first_frame])
        if after is not None:
            until = origins[after.first_frame].dts - origins[part.first_frame].dts
            sent = [time for time in sent if time < until * made.source.video.time_base]
        assert_alike(sound_times(Path(part.path)), sent)
    [report] = bench.of(ClipClosed)
    assert_alike(sound_times(Path(report.clip.path)), seconds(made, late(made, 9), made.video[0]))


def test_sound_that_is_timed_in_milliseconds_begins_where_it_began(tmp_path: Path) -> None:
    """As RTMP has it: the file counts samples instead."""
    made, bench = footage(Recipe(sound=True, b_frames=2)), Bench(tmp_path)
    assert made.source.audio is not None
    factor = made.source.audio.time_base / MILLISECOND
    source = replace(made.source, audio=replace(made.source.audio, time_base=MILLISECOND))
    samples = [
        one._replace(dts=round(one.dts * factor), pts=round(one.pts * factor), duration=round(one.duration * factor))
        if one.track is Track.AUDIO
        else one
        for one in late(made, 7)
    ]
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, samples, source)
    assert bench.finish(sink).ok
    [report] = bench.of(PartClosed)
    sent = seconds(replace(made, source=source), samples, made.video[0])
    assert_alike(sound_times(Path(report.part.path)), sent)
