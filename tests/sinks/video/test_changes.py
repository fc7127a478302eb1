"""A recording whose settings are changed while it runs: where its files end, and what the next ones are called."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from fakes.footage import START_NS, Recipe, footage, numbers_in
from fakes.sinks import Bench
from seacorder.base.message import Message
from seacorder.model.command import ChangeRecording
from seacorder.model.instant import SplitSchedule
from seacorder.model.loss import Loss
from seacorder.model.recording import Part
from seacorder.model.report import PartClosed
from seacorder.sinks.video.recording import RecordingSink
from seacorder.storage.volume_room import VolumeRooms

SECOND_NS = 1_000_000_000
RECIPE = Recipe(frames=100, group=10)
"""Four seconds, a keyframe each 0.4 s: frame 50 is taken 2 s after the start."""


def change(bench: Bench, after_seconds: float, period_seconds: float, name: str = "${channelname}") -> ChangeRecording:
    """A change of the split time, to be counted from `after_seconds` after the start."""
    from_ns = START_NS + round(after_seconds * SECOND_NS)
    schedule = SplitSchedule(from_ns, round(period_seconds * SECOND_NS))
    return ChangeRecording(from_ns, bench.naming(file_template=name), schedule, reevaluate_tags=False)


def parts_of(bench: Bench) -> list[Part]:
    return sorted((report.part for report in bench.of(PartClosed)), key=lambda part: part.number)


def record(bench: Bench, period_seconds: float, *changes: ChangeRecording) -> list[list[int]]:
    """The numbers of the frames in each file; every change comes at its own instant."""
    made = footage(RECIPE)
    sink = RecordingSink(bench.start_recording(round(period_seconds * SECOND_NS)), bench.context)
    waiting = list(changes)
    for sample in made.samples:
        while waiting and waiting[0].from_ns <= sample.instant_ns:
            sink.change(waiting.pop(0))
        bench.feed(sink, [sample], made.source)
    assert bench.finish(sink).ok
    assert bench.of(Loss) == []
    return [numbers_in(Path(part.path)) for part in parts_of(bench)]


def test_a_new_split_time_counts_from_the_change_on_where_files_never_split(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    files = record(bench, 0, change(bench, 0.5, 1.1, name="later"))
    # Due 1.6 s and 2.7 s after the start; the next keyframes are frames 40 and 70. 3.8 s: no keyframe comes any more.
    assert files == [list(range(40)), list(range(40, 70)), list(range(70, 100))]
    assert [Path(part.path).name for part in parts_of(bench)] == ["Bow.mp4", "later_002.mp4", "later_003.mp4"]


@pytest.mark.parametrize(
    ("corrected", "files"),
    [
        pytest.param(1.1, [list(range(60)), list(range(60, 90)), list(range(90, 100))], id="to a shorter time"),
        pytest.param(0, [list(range(100))], id="back to never"),
    ],
)
def test_a_split_time_can_be_corrected_before_it_has_passed(
    corrected: float, files: list[list[int]], tmp_path: Path
) -> None:
    bench = Bench(tmp_path)
    assert record(bench, 0, change(bench, 0.5, 3.0), change(bench, 1.3, corrected)) == files


def test_a_change_at_a_split_leaves_the_running_file_its_length(tmp_path: Path) -> None:
    bench, made = Bench(tmp_path), footage(RECIPE)
    sink = RecordingSink(bench.start_recording(2 * SECOND_NS), bench.context)
    bench.feed(sink, made.samples[:20], made.source)
    sink.change(change(bench, 2.0, 0.8))
    bench.feed(sink, made.samples[20:], made.source)
    assert bench.finish(sink).ok
    assert [part.frames for part in parts_of(bench)] == [50, 20, 20, 10]


def test_a_change_that_comes_before_the_first_keyframe_counts_all_the_same(tmp_path: Path) -> None:
    bench, made = Bench(tmp_path), footage(RECIPE)
    sink = RecordingSink(bench.start_recording(), bench.context)
    sink.change(change(bench, 0.5, 1.1))  # a slow encoder: frames from before the change come after it
    bench.feed(sink, made.samples, made.source)
    assert bench.finish(sink).ok
    assert [part.frames for part in parts_of(bench)] == [40, 30, 30]


class Room:
    """The disk of all files, in a given state, whatever folder is asked for."""

    folder: Path
    is_full = is_tight = is_exchanged = is_shunned = False
    why = Message("The disk is full.")

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def at(self, _: object) -> "Room":
        return self

    def is_proved(self, _: int) -> bool:
        return True


def test_no_split_any_more_and_no_room_at_the_last_one(tmp_path: Path) -> None:
    bench, made, room = Bench(tmp_path), footage(RECIPE), Room(tmp_path)
    bench.context = replace(bench.context, rooms=cast(VolumeRooms, room))
    sink = RecordingSink(bench.start_recording(SECOND_NS), bench.context)
    bench.feed(sink, made.samples[:20], made.source)
    sink.change(change(bench, 1.0, 0))
    room.is_exchanged = True
    bench.feed(sink, made.samples[20:60], made.source)
    room.is_exchanged = False
    bench.feed(sink, made.samples[60:], made.source)
    assert bench.finish(sink).ok
    assert [part.frames for part in parts_of(bench)] == [60, 40]
    assert bench.of(Loss) == []
