"""Recordings: nothing missing, nothing twice, in files that are good at every instant."""

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from fakes.disk import RecordingDisk
from fakes.footage import Footage, Recipe, footage, numbers_in, packets_in, real_clips, samples_of
from fakes.sinks import Bench, Outcome
from rig.program import wait_for
from seacorder.evidence.inspect import inspect_file
from seacorder.model.loss import Loss
from seacorder.model.recording import FileState
from seacorder.model.report import PartClosed, PartOpened
from seacorder.model.sample import Sample, Track
from seacorder.mp4.boxes import last_box
from seacorder.mp4.start_time import start_time_box
from seacorder.sinks.video.direct_mp4 import takes
from seacorder.sinks.video.fragment_buffer import HAND_OVER_NS
from seacorder.sinks.video.recording import RecordingSink
from seacorder.storage import durable

SECOND_NS = 1_000_000_000
RECIPES = [
    pytest.param(Recipe(), id="H.264"),
    pytest.param(Recipe(b_frames=3), id="B-frames"),
    pytest.param(Recipe(frames=300, group=250, b_frames=2), id="10 s GOP"),
    pytest.param(Recipe(codec="libx265", b_frames=2), id="H.265"),
    pytest.param(Recipe(b_frames=2, open_group=True), id="open groups"),
    pytest.param(Recipe(sound=True, b_frames=2), id="sound"),
]


def record(bench: Bench, recipe: Recipe, period_ns: int = 0) -> list[Path]:
    made = footage(recipe)
    sink = RecordingSink(bench.start_recording(period_ns), bench.context)
    bench.feed(sink, made.samples, made.source)
    assert bench.finish(sink).ok
    parts = sorted(bench.of(PartClosed), key=lambda report: report.part.number)
    assert all(report.part.state is FileState.WHOLE for report in parts)
    return [Path(report.part.path) for report in parts]


def sound_after_origin(made: Footage) -> list[Sample]:
    assert made.source.audio is not None
    origin = made.video[0].dts * made.source.video.time_base
    time_base = made.source.audio.time_base
    return [s for s in made.samples if s.track is Track.AUDIO and s.dts * time_base >= origin]


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_frame_is_there_once_and_bit_for_bit(recipe: Recipe, tmp_path: Path) -> None:
    (path,) = record(Bench(tmp_path), recipe)
    made = footage(recipe)
    assert numbers_in(path) == list(range(recipe.frames))
    stored = packets_in(path)
    first = made.video[0]
    times = [(sample.pts - first.dts, sample.dts - first.dts) for sample in made.video]
    with av.open(str(path)) as container:
        ratio = made.source.video.time_base / container.streams.video[0].time_base
    assert [(pts, dts) for pts, dts, _ in stored] == [(pts * ratio, dts * ratio) for pts, dts in times]
    if recipe.codec == "libx264":
        assert [data for _, _, data in stored] == [bytes(sample.packet) for sample in made.video]


@pytest.mark.parametrize("given", [0, None], ids=["source without durations", "source with them"])
def test_the_last_frame_has_its_time(given: int | None, tmp_path: Path) -> None:
    made = footage(Recipe())
    bench = Bench(tmp_path)
    sink = RecordingSink(bench.start_recording(), bench.context)
    samples = [sample._replace(duration=sample.duration if given is None else given) for sample in made.samples]
    bench.feed(sink, samples, made.source)
    bench.finish(sink)
    with av.open(str(next(tmp_path.rglob("*.mp4")))) as container:
        stream = container.streams.video[0]
        assert stream.duration is not None
        assert stream.duration * stream.time_base == 4


def test_the_index_of_a_long_recording_has_its_true_duration_too(tmp_path: Path) -> None:
    """An index of more than 128 KiB, in which the muxer goes back to fill in sizes."""
    made, bench = footage(Recipe(b_frames=2)), Bench(tmp_path)
    rounds, frames = 120, len(made.video)
    sink = RecordingSink(bench.start_recording(), bench.context)
    for number in range(rounds):
        later = number * frames * SECOND_NS // 25
        ticks = int(Fraction(number * frames, 25) / made.source.video.time_base)
        bench.feed(sink, [_later(sample, number * frames, ticks, later) for sample in made.video], made.source)
    assert bench.finish(sink).ok
    path = next(tmp_path.rglob("*.mp4"))
    data = path.read_bytes()
    index = last_box(data, b"moov")
    assert index.end - index.at > 128 * 1024
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.duration is not None
        shown_last = max(sample.pts for sample in made.video) - made.video[0].dts
        end = shown_last * made.source.video.time_base + Fraction((rounds - 1) * frames + 1, 25)
        assert stream.duration * stream.time_base == end
        assert sum(1 for packet in container.demux(video=0) if packet.size) == rounds * frames


def _later(sample: Sample, frames: int, ticks: int, ns: int) -> Sample:
    return sample._replace(
        number=sample.number + frames, dts=sample.dts + ticks, pts=sample.pts + ticks,
        instant_ns=sample.instant_ns + ns, utc_ns=sample.utc_ns + ns,
    )  # fmt: skip


def test_a_hundred_splits_lose_and_repeat_nothing(tmp_path: Path) -> None:
    recipe = Recipe(frames=1010, group=10, b_frames=2, size=(256, 16), sound=True)
    bench = Bench(tmp_path)
    paths = record(bench, recipe, period_ns=400_000_000)
    assert len(paths) == 101
    assert [number for path in paths for number in numbers_in(path)] == list(range(1010))
    sound = []
    for path in paths:
        with av.open(str(path)) as container:
            sound += [bytes(packet) for packet in container.demux(audio=0) if packet.dts is not None]
    assert sound == [bytes(sample.packet) for sample in sound_after_origin(footage(recipe))]
    assert bench.of(Loss) == []


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_open_groups_are_split_without_losing_a_packet(codec: str, tmp_path: Path) -> None:
    recipe = Recipe(codec=codec, b_frames=3, open_group=True)
    paths = record(Bench(tmp_path), recipe, period_ns=SECOND_NS)
    assert len(paths) == 4
    assert sum(len(packets_in(path)) for path in paths) == 100
    shown = [numbers_in(path) for path in paths]
    # What a group shows first needs the group before: a player of the later part alone begins at its keyframe.
    assert all(numbers == list(range(numbers[0], numbers[-1] + 1)) for numbers in shown)


def test_late_sound_goes_where_it_belongs(tmp_path: Path) -> None:
    recipe = Recipe(frames=100, group=10, sound=True)
    made = footage(recipe)
    late = sorted(made.samples, key=lambda s: s.instant_ns + (300_000_000 if s.track is Track.AUDIO else 0))
    bench = Bench(tmp_path)
    sink = RecordingSink(bench.start_recording(2 * SECOND_NS), bench.context)
    bench.feed(sink, late, made.source)
    bench.finish(sink)
    total = 0
    for report in sorted(bench.of(PartClosed), key=lambda report: report.part.number):
        with av.open(report.part.path) as container:
            packets = [p for p in container.demux() if p.dts is not None]
            total += sum(p.stream.type == "audio" for p in packets)
            assert min(p.dts for p in packets) == 0
    assert total == len(sound_after_origin(made))


def test_parts_are_reported_with_what_they_hold(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    record(bench, Recipe(frames=100, group=10), period_ns=2 * SECOND_NS)
    opened = [report.part for report in bench.of(PartOpened)]
    closed = sorted((report.part for report in bench.of(PartClosed)), key=lambda part: part.number)
    assert [part.number for part in opened] == [1, 2]
    assert [(part.number, part.first_frame, part.frames) for part in closed] == [(1, 0, 50), (2, 50, 50)]
    assert [Path(part.path).name for part in closed] == ["Bow.mp4", "Bow_002.mp4"]
    assert all(part.bytes == Path(part.path).stat().st_size for part in closed)
    assert closed[0].end_utc_ns == footage(Recipe(frames=100, group=10)).video[49].utc_ns


@pytest.mark.parametrize("recipe", RECIPES[:2])
def test_a_part_ends_by_the_clock_of_its_first_frame_though_that_one_came_late(recipe: Recipe, tmp_path: Path) -> None:
    """Its row says what its file says, and what its anchor is for. The capture times of the first ten frames were
    estimated 46 ms late; the estimate got better meanwhile."""
    bench, made, late_ns = Bench(tmp_path), footage(recipe), 46_000_000
    samples = [
        s._replace(instant_ns=s.instant_ns + late_ns, utc_ns=s.utc_ns + late_ns) if s.number < 10 else s
        for s in made.samples
    ]
    sink = RecordingSink(bench.start_recording(2 * SECOND_NS), bench.context)
    bench.feed(sink, samples, made.source)
    assert bench.finish(sink).achieved_utc_ns == max(sample.utc_ns for sample in made.video), "as it is known now"
    parts = sorted((report.part for report in bench.of(PartClosed)), key=lambda part: part.number)
    assert len(parts) == 2
    for part, known_late_ns in zip(parts, (late_ns, 0), strict=True):
        stored = made.video[part.first_frame : part.first_frame + part.frames]
        assert part.start_utc_ns == stored[0].utc_ns + known_late_ns
        assert part.end_utc_ns == max(sample.utc_ns for sample in stored) + known_late_ns
        assert part.end_utc_ns == inspect_file(Path(part.path)).newest_frame_utc_ns


def test_names_are_evaluated_anew_at_the_split_instant(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    made = footage(Recipe(frames=100, group=10))
    order = bench.start_recording(2_100_000_000, anew=True, file_template="${ss}${fff}")
    sink = RecordingSink(order, bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    assert sorted(path.name for path in tmp_path.rglob("*.mp4")) == ["20000.mp4", "22100.mp4"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "Bow.mp4").write_bytes(b"evidence")
    paths = record(Bench(tmp_path), Recipe(), period_ns=2 * SECOND_NS)
    assert [path.name for path in paths] == ["Bow_2.mp4", "Bow_2_002.mp4"]
    assert (tmp_path / "d" / "Bow.mp4").read_bytes() == b"evidence"


def test_a_start_is_answered_when_the_first_frame_is_on_disk(tmp_path: Path) -> None:
    bench, started = Bench(tmp_path), Outcome()
    made = footage(Recipe())
    sink = RecordingSink(bench.start_recording(), bench.context, started)
    bench.feed(sink, made.samples[:2], made.source)
    outcome = started.wait()
    assert outcome.ok
    assert outcome.achieved_utc_ns == made.samples[0].utc_ns
    status = sink.status()
    assert status is not None
    assert status.newest_stored_utc_ns == made.samples[0].utc_ns
    bench.finish(sink)


def test_frames_out_of_the_backlog_do_not_wait_for_the_next_hand_over(tmp_path: Path) -> None:
    """They come all at once. A worker that is killed right after the start loses half a second of them at most."""
    made, bench = footage(Recipe(frames=50)), Bench(tmp_path)
    sink = RecordingSink(bench.start_recording(), bench.context)
    for sample in made.samples:
        sink.write([sample], made.source)
    stored = made.video[-1].utc_ns - HAND_OVER_NS - 2 * SECOND_NS // 25
    wait_for(lambda: (now := sink.status()) is not None and now.newest_stored_utc_ns >= stored, "the older frames")
    bench.finish(sink)


@pytest.mark.parametrize("pace", [1.0, 0.95])
def test_what_comes_together_is_handed_over_together(tmp_path: Path, pace: float) -> None:
    """A burst that makes a hand-over due goes with all that it brings: a worker that is killed loses none of it. Also
    where bursts come a little early."""
    made, bench = footage(Recipe(frames=50)), Bench(tmp_path)
    sink = RecordingSink(bench.start_recording(), bench.context)
    early_ns = [round((one.instant_ns - made.samples[0].instant_ns) * (1 - pace)) for one in made.samples]
    samples = [
        one._replace(instant_ns=one.instant_ns - ns, utc_ns=one.utc_ns - ns)
        for one, ns in zip(made.samples, early_ns, strict=True)
    ]
    bursts = [samples[begin : begin + 5] for begin in range(0, 50, 5)]
    waits = []
    for burst in bursts:
        sink.write(burst, made.source)
        file = sink._files.current
        assert file is not None
        waits.append(file._pending_bytes > 0)
    # What comes first has gone at once. After that a hand-over is due with every other burst of 0.2 s.
    assert waits == [False, True] * 5
    # The writer keeps the newest frame back.
    stored = samples[43].utc_ns
    wait_for(lambda: (now := sink.status()) is not None and now.newest_stored_utc_ns >= stored, "whole bursts")
    bench.finish(sink)


def test_what_only_ffmpeg_s_muxer_stores_is_recorded_as_well(tmp_path: Path) -> None:
    made, bench = footage(Recipe(codec="mpeg4")), Bench(tmp_path)
    assert not takes(made.source)
    sink = RecordingSink(bench.start_recording(1_500_000_000), bench.context)
    bench.feed(sink, made.samples, made.source)
    assert bench.finish(sink).ok
    parts = sorted(bench.of(PartClosed), key=lambda report: report.part.number)
    assert len(parts) > 1
    assert [number for report in parts for number in numbers_in(Path(report.part.path))] == list(range(100))


def test_a_file_has_its_header_as_soon_as_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a kill at any instant leaves a file that opens."""
    made, disk, bench = footage(Recipe(sound=True)), RecordingDisk(), Bench(tmp_path)
    monkeypatch.setattr(durable, "this_machine", lambda: disk)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    assert bench.finish(sink).ok
    (begun,) = [one for one in disk.operations if one.name == "create" and one.path.suffix == ".mp4"]
    with av.open(io.BytesIO(begun.data)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
    changed_by_closing = slice(28 + len(start_time_box(0)), 44 + len(start_time_box(0)))
    closed, header = disk.files[begun.path], bytearray(begun.data)
    header[changed_by_closing] = closed[changed_by_closing]
    assert closed.startswith(header)


def test_a_file_opens_before_its_first_frame_is_on_disk(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    made = footage(Recipe(sound=True))
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.video[:1], made.source)
    (path,) = tmp_path.rglob("*.mp4")
    wait_for(lambda: path.stat().st_size > 0, "the header on disk")
    with av.open(str(path)) as container:
        assert container.streams.video[0].width == made.source.video.width
        assert len(container.streams.audio) == 1
    bench.finish(sink)


def test_a_start_that_is_stopped_before_a_picture_is_answered(tmp_path: Path) -> None:
    bench, started = Bench(tmp_path), Outcome()
    sink = RecordingSink(bench.start_recording(), bench.context, started)
    assert bench.finish(sink).ok
    assert not started.wait().ok
    assert sink.status() is None


def test_a_new_format_begins_a_new_part_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    before, after = footage(Recipe(frames=20)), footage(Recipe(frames=20, size=(512, 128)))
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, before.samples, before.source)
    bench.feed(sink, after.samples[3:], after.source)
    bench.finish(sink)
    parts = [report.part for report in bench.of(PartClosed)]
    assert sorted(part.frames for part in parts) == [10, 20]
    (loss,) = bench.of(Loss)
    assert loss.frames == 7


def test_where_files_begin_nobody_waits_longer_for_a_disk_than_the_channels_of_a_process_may(tmp_path: Path) -> None:
    disk, bench, asked, made = RecordingDisk(), Bench(tmp_path), list[float](), footage(Recipe())

    def none_left(seconds: float) -> float:
        asked.append(seconds)
        return 0.0

    gate = disk.hang("create")
    bench.context = replace(bench.context, disk=disk, disk_waits=none_left)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    assert asked == [durable.OPEN_WAIT_SECONDS]
    assert "create" not in disk.names(), "the file is still to be opened, and takes frames already"
    gate.set()
    assert bench.finish(sink).ok
    (closed,) = bench.of(PartClosed)
    assert closed.part.frames == len([one for one in made.samples if one.track is Track.VIDEO])


def test_a_format_that_the_muxer_refuses_does_not_keep_the_recording_from_ending(tmp_path: Path) -> None:
    made, bench, started = footage(Recipe(frames=20)), Bench(tmp_path), Outcome()
    with av.open(io.BytesIO(), "w", format="avi") as container:
        refused = replace(made.source, templates={Track.VIDEO: container.add_stream("huffyuv", rate=25)})
        sink = RecordingSink(bench.start_recording(), bench.context, started)
        with pytest.raises((av.FFmpegError, ValueError)):
            sink.write(made.samples[:1], refused)
    assert sink.status() is None
    bench.finish(sink)
    assert not started.wait().ok
    assert bench.of(PartOpened) == []


@pytest.mark.parametrize("clip", real_clips(), ids=lambda path: path.stem)
def test_real_footage_is_stored_bit_for_bit(clip: Path, tmp_path: Path) -> None:
    made = samples_of(str(clip))
    bench = Bench(tmp_path)
    sink = RecordingSink(bench.start_recording(SECOND_NS), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    parts = sorted((report.part for report in bench.of(PartClosed)), key=lambda part: part.number)
    stored = [data for part in parts for _, _, data in packets_in(Path(part.path))]
    assert stored == [bytes(sample.packet) for sample in made.video]



def test_a_withdrawn_recording_does_not_wait_for_a_disk_that_has_taken_nothing(tmp_path: Path) -> None:
    (tmp_path / "d").write_bytes(b"a file where the folder should be")
    bench, started = Bench(tmp_path), Outcome()
    made = footage(Recipe())
    sink = RecordingSink(bench.start_recording(), bench.context, started)
    bench.feed(sink, made.samples[:2], made.source)
    assert not started.wait().ok
    sink.withdraw()
    assert not bench.finish(sink).ok
    (tmp_path / "d").unlink()
    assert list(tmp_path.iterdir()) == []
    assert [report.part.frames for report in bench.of(PartClosed)] == [0]
