"""Samples that come together are written in one pass; the files are those of samples that come one by one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from fakes.footage import Recipe, footage, numbers_in
from fakes.sinks import Bench
from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.loss import Loss, LossCause
from seacorder.model.report import PartClosed
from seacorder.model.sample import Sample, Track
from seacorder.sinks.video.recording import RecordingSink

RECIPES = [Recipe(), Recipe(b_frames=2, sound=True), Recipe(codec="mpeg4", sound=True), Recipe(group=1)]


def together(samples: Sequence[Sample], size: int) -> Iterator[list[Sample]]:
    """As a channel gives them to its sinks: at most `size`, and a keyframe is the first."""
    found: list[Sample] = []
    for sample in samples:
        if found and (len(found) == size or (sample.is_keyframe and sample.track is Track.VIDEO)):
            yield found
            found = []
        found.append(sample)
    yield found


def recorded(bench: Bench, passes: Iterator[list[Sample]], recipe: Recipe) -> list[Path]:
    """The parts of a recording that is split each second."""
    sink = RecordingSink(bench.start_recording(NS_PER_SECOND), bench.context)
    for samples in passes:
        bench.clock.advance(max(0, samples[-1].instant_ns - bench.clock.monotonic_ns()) / NS_PER_SECOND)
        sink.write(samples, footage(recipe).source)
    assert bench.finish(sink).ok
    return [Path(report.part.path) for report in bench.of(PartClosed)]


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_files_are_the_same(recipe: Recipe, tmp_path: Path) -> None:
    samples, files = footage(recipe).samples, {}
    for size in (1, 7):
        bench = Bench(tmp_path / str(size))
        files[size] = [path.read_bytes() for path in sorted(recorded(bench, together(samples, size), recipe))]
        assert not bench.of(Loss)
    assert len(files[1]) > 3
    assert files[1] == files[7]


def test_memory_that_fills_up_within_a_pass_drops_the_rest_of_the_group(tmp_path: Path) -> None:
    """As when they come one by one: what there is room for is stored, and the rest is one loss."""
    samples = footage(Recipe()).video
    losses = []
    for size in (1, 10):
        bench = Bench(tmp_path / str(size), limit_bytes=1_000_000)
        assert recorded_until_full(bench, [*together(samples[:30], size)]) == [*range(24)]
        (loss,) = bench.of(Loss)
        losses.append((loss.cause, loss.frames, loss.from_utc_ns, loss.to_utc_ns))
    assert losses[0] == losses[1]
    assert losses[0][:2] == (LossCause.DISK_SLOW, 6)


def recorded_until_full(bench: Bench, passes: list[list[Sample]]) -> list[int]:
    """The numbers that are stored where there is memory for four pictures of the last group."""
    sink = RecordingSink(bench.start_recording(), bench.context)
    source, last = footage(Recipe()).source, footage(Recipe()).video[20:30]
    for samples in passes:
        if samples[0].number == 20:
            file = sink._files.current
            assert file is not None
            file._hand_over()
            waiting = file._pending_bytes + sum(one.size for one in last[:4])
            room = bench.context.budget.limit_bytes - bench.context.budget.taken_bytes - waiting
            assert bench.context.budget.take(room)
        sink.write(samples, source)
    assert bench.finish(sink).ok
    (report,) = bench.of(PartClosed)
    return numbers_in(Path(report.part.path))
