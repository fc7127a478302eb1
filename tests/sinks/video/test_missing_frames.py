"""What a file cannot take: whole groups are dropped, and every missing frame becomes part of one loss."""

from pathlib import Path

import av
from hypothesis import given
from hypothesis import strategies as st

from fakes.footage import Recipe, footage, numbers_in
from fakes.sinks import Bench, Outcome
from seacorder.model.loss import Loss, LossCause
from seacorder.model.report import PartClosed
from seacorder.model.sample import Sample
from seacorder.sinks.video.missing_frames import GroupGate, StoredFrames
from seacorder.sinks.video.recording import RecordingSink


@given(st.lists(st.booleans(), min_size=1, max_size=120), st.integers(1, 12))
def test_the_gate_never_opens_within_a_group(room: list[bool], group: int) -> None:
    gate = GroupGate()
    was_open = True
    for place, has_room in enumerate(room):
        sample = footage(Recipe()).video[0]._replace(is_keyframe=place % group == 0, number=place)
        is_open = gate.admits(sample, lambda _count, has_room=has_room: has_room)
        assert was_open or not is_open or sample.is_keyframe
        assert not is_open or has_room
        was_open = is_open


def record(bench: Bench, samples: list[Sample]) -> tuple[list[int], RecordingSink]:
    made = footage(Recipe())
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, samples, made.source)
    assert bench.finish(sink).ok
    (report,) = bench.of(PartClosed)
    return numbers_in(Path(report.part.path)), sink


def test_a_disk_that_is_too_slow_costs_whole_groups_and_is_accounted_for(tmp_path: Path) -> None:
    made = footage(Recipe())
    bench = Bench(tmp_path, limit_bytes=1_000_000)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.video[:33], made.source)
    assert bench.context.budget.take(1_000_000)  # as if so much waited for the disk
    bench.feed(sink, made.video[33:55], made.source)
    bench.context.budget.give_back(1_000_000)
    bench.feed(sink, made.video[55:], made.source)
    bench.finish(sink)
    (part,) = [report.part for report in bench.of(PartClosed)]
    assert numbers_in(Path(part.path)) == [*range(33), *range(60, 100)]
    (loss,) = bench.of(Loss)
    assert (loss.cause, loss.frames, loss.recording_id) == (LossCause.DISK_SLOW, 27, "R1")
    assert (loss.from_utc_ns, loss.to_utc_ns) == (made.video[32].utc_ns, made.video[60].utc_ns)
    assert part.frames + loss.frames == 100


def test_bad_times_and_empty_packets_are_losses_and_nothing_else_suffers(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    samples = list(footage(Recipe()).video)
    samples[95] = samples[95]._replace(dts=samples[10].dts)
    samples[97] = samples[97]._replace(packet=av.Packet(0), size=0)
    samples[98] = samples[98]._replace(pts=samples[98].dts - 1)
    numbers, _ = record(bench, samples)
    assert set(range(95)) <= set(numbers)
    losses = bench.of(Loss)
    assert [(loss.cause, loss.frames) for loss in losses] == [(LossCause.BAD_TIMESTAMPS, 1), (LossCause.DAMAGED, 2)]


def test_a_folder_that_cannot_be_written_is_said_and_the_order_stands(tmp_path: Path) -> None:
    bench, started = Bench(tmp_path), Outcome()
    (tmp_path / "d").write_bytes(b"a file where the folder should be")
    made = footage(Recipe())
    sink = RecordingSink(bench.start_recording(), bench.context, started)
    bench.feed(sink, made.video[:30], made.source)
    outcome = started.wait()
    assert not outcome.ok
    assert str(tmp_path / "d") in outcome.reason.text
    status = sink.status()
    assert status is not None
    assert status.why is not None
    assert status.last_stored_ns == 0
    (tmp_path / "d").unlink()
    bench.feed(sink, made.video[30:], made.source)
    assert bench.finish(sink).ok
    (part,) = [report.part for report in bench.of(PartClosed)]
    assert numbers_in(Path(part.path)) == list(range(100))
    assert bench.of(Loss) == []


def test_a_fragment_counts_once_all_of_it_is_there() -> None:
    stored = StoredFrames(100)
    stored.reached(1000, 1, 110)
    stored.reached(2000, 2, 120)
    assert stored.within(0) == (0, 100)
    assert stored.within(1999) == (1, 110)
    assert stored.within(2000) == (2, 120)


def test_what_is_safe_is_forgotten_and_the_rest_is_not() -> None:
    stored = StoredFrames(0)
    for frame in range(1, 1001):
        stored.reached(frame * 10, frame, frame)
        stored.confirmed(frame * 10 - 200)
    assert len(stored) < 100
    assert stored.within(9_900) == (990, 990)
