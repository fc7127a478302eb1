"""Clips: one more file beside the recording, which is not touched by it."""

from pathlib import Path

from fakes.footage import Recipe, footage, numbers_in
from fakes.sinks import Bench, Outcome
from seacorder.model.recording import FileKind, FileState
from seacorder.model.report import ClipClosed, ClipOpened, PartClosed
from seacorder.sinks.clip import ClipSink
from seacorder.sinks.recording import RecordingSink


def test_a_clip_holds_every_frame_and_leaves_the_recording_alone(tmp_path: Path) -> None:
    bench, started = Bench(tmp_path), Outcome()
    made = footage(Recipe(b_frames=2, sound=True))
    recording = RecordingSink(bench.start_recording(2_000_000_000), bench.surroundings)
    clip = ClipSink(bench.start_clip(), bench.surroundings, started)
    cut = next(index for index, sample in enumerate(made.samples) if sample.number == 60)
    bench.feed(recording, made.samples[:cut], made.source)
    bench.feed(clip, made.samples[: cut // 2], made.source)  # its pre-roll, out of the backlog, muxed a second time
    for sample in made.samples[cut // 2 : cut]:
        clip.write(sample, made.source)
    for sample in made.samples[cut:]:
        recording.write(sample, made.source)
        clip.write(sample, made.source)
    assert bench.finish(clip).ok
    bench.finish(recording)
    assert started.wait().ok
    (report,) = bench.of(ClipClosed)
    assert (report.clip.kind, report.clip.state, report.clip.frames) == (FileKind.CLIP, FileState.WHOLE, 100)
    assert (report.clip.id, report.clip.recording_id) == ("C1", "R1")
    assert len(bench.of(ClipOpened)) == 1
    assert numbers_in(Path(report.clip.path)) == list(range(100))
    parts = sorted((report.part for report in bench.of(PartClosed)), key=lambda part: part.number)
    assert [number for part in parts for number in numbers_in(Path(part.path))] == list(range(100))
