"""Clips: one more file beside the recording, which is not touched by it."""

from dataclasses import replace
from pathlib import Path

from fakes.footage import Recipe, footage, numbers_in
from fakes.sinks import Bench, Outcome
from seacorder.model.recording import FileKind, FileState
from seacorder.model.report import ClipClosed, ClipOpened, FramegrabStored, PartClosed
from seacorder.sinks.still.framegrab import take_framegrab
from seacorder.sinks.video.clip import ClipSink
from seacorder.sinks.video.recording import RecordingSink
from seacorder.storage.volume_room import Looking, VolumeRooms


def test_a_clip_holds_every_frame_and_leaves_the_recording_alone(tmp_path: Path) -> None:
    bench, started = Bench(tmp_path), Outcome()
    made = footage(Recipe(b_frames=2, sound=True))
    recording = RecordingSink(bench.start_recording(2_000_000_000), bench.context)
    clip = ClipSink(bench.start_clip(), bench.context, started)
    cut = next(index for index, sample in enumerate(made.samples) if sample.number == 60)
    bench.feed(recording, made.samples[:cut], made.source)
    bench.feed(clip, made.samples[: cut // 2], made.source)  # its pre-roll, out of the backlog, muxed a second time
    for sample in made.samples[cut // 2 : cut]:
        clip.write([sample], made.source)
    for sample in made.samples[cut:]:
        recording.write([sample], made.source)
        clip.write([sample], made.source)
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


class Volumes:
    """Two of them; the first has no room while `is_full`."""

    def __init__(self, folder: Path) -> None:
        self.first, self.second = folder / "first", folder / "second"
        self.is_full = False

    def free_bytes(self, folder: Path) -> int:
        return 10_000_000 if self.is_full and folder == self.first else 10**12

    def bench(self) -> Bench:
        bench = Bench(self.first)
        rooms = VolumeRooms(9_000_000, bench.clock, looking=Looking(self.free_bytes))
        bench.context = replace(bench.context, rooms=rooms)
        return bench


def test_a_clip_and_a_still_are_begun_on_the_second_volume_while_the_first_has_no_room(tmp_path: Path) -> None:
    volumes = Volumes(tmp_path)
    volumes.is_full = True
    bench, made, done = volumes.bench(), footage(Recipe()), Outcome()
    order = bench.start_clip()
    clip = ClipSink(
        replace(order, naming=replace(order.naming, fallback_folder=str(volumes.second))), bench.context
    )
    bench.feed(clip, made.samples, made.source)
    assert bench.finish(clip).ok
    (report,) = bench.of(ClipClosed)
    assert Path(report.clip.path) == volumes.second / "d" / "clip.mp4"
    assert report.clip.state is FileState.WHOLE
    grab = bench.take_framegrab(made.samples[20].instant_ns)
    grab = replace(grab, naming=replace(grab.naming, fallback_folder=str(volumes.second)))
    take_framegrab(grab, made.samples[:25], made.source, bench.context, done)
    assert done.wait().ok
    (stored,) = bench.of(FramegrabStored)
    assert Path(stored.framegrab.path) == volumes.second / "d" / "grab.jpg"


def test_a_still_goes_to_the_second_volume_when_the_first_refuses(tmp_path: Path) -> None:
    volumes = Volumes(tmp_path)
    bench, made, done = volumes.bench(), footage(Recipe()), Outcome()
    volumes.first.write_text("no folder")
    grab = bench.take_framegrab(made.samples[20].instant_ns)
    grab = replace(grab, naming=replace(grab.naming, fallback_folder=str(volumes.second)))
    take_framegrab(grab, made.samples[:25], made.source, bench.context, done)
    outcome = done.wait()
    assert outcome.ok, outcome.reason.text
    assert outcome.path == str(volumes.second / "d" / "grab.jpg")
