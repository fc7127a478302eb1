"""The blackbox's sink: parts in a folder for each hour, split when somebody keeps them, with memory of its own."""

from pathlib import Path

from fakes.footage import Recipe, footage, numbers_in
from fakes.sinks import Bench
from rig.program import wait_for
from seacorder.model.blackbox import BLACKBOX_PREFIX, FILE_TEMPLATE, StartBlackbox
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.recording import FileKind
from seacorder.model.report import PartClosed
from seacorder.sinks.video.blackbox import blackbox_sink
from seacorder.storage.blackbox_files import HOUR, find

MADE = footage(Recipe())


def order(bench: Bench) -> StartBlackbox:
    now = Instant.now(bench.clock)
    naming = Naming(str(bench.folder), "", now.utc_ns, FILE_TEMPLATE, now.utc_ns, FileKind.RECORDING, use_utc=True)
    return StartBlackbox(f"{BLACKBOX_PREFIX}1", now, naming, SplitSchedule(now.monotonic_ns, 0), 1, 0)


def paths(bench: Bench) -> list[Path]:
    parts = sorted((report.part for report in bench.of(PartClosed)), key=lambda part: part.number)
    assert {part.recording_id for part in parts} <= {f"{BLACKBOX_PREFIX}1"}
    return [Path(part.path) for part in parts]


def test_its_files_lie_in_the_folder_of_their_hour_and_are_found_there(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    sink = blackbox_sink(order(bench), bench.context)
    bench.feed(sink, MADE.samples, MADE.source)
    assert bench.finish(sink).ok
    (path,) = paths(bench)
    assert HOUR.fullmatch(path.parent.name)
    assert find(tmp_path).unknown == (str(path),)  # no account lists it yet


def test_a_split_loses_no_frame_and_repeats_none(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    sink = blackbox_sink(order(bench), bench.context)
    half = len(MADE.samples) // 2
    bench.feed(sink, MADE.samples[:half], MADE.source)
    sink.split(bench.clock.monotonic_ns())
    bench.feed(sink, MADE.samples[half:], MADE.source)
    assert bench.finish(sink).ok
    files = paths(bench)
    assert len(files) == 2
    assert [number for path in files for number in numbers_in(path)] == list(range(Recipe().frames))


def test_where_no_frame_comes_the_part_ends_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    sink = blackbox_sink(order(bench), bench.context)
    bench.feed(sink, MADE.samples, MADE.source)
    sink.split(None)
    wait_for(lambda: paths(bench), "the end of the part")
    assert bench.finish(sink).ok


def test_what_waits_for_its_disk_takes_no_memory_from_recordings(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limit_bytes=1)
    sink = blackbox_sink(order(bench), bench.context)
    bench.feed(sink, MADE.samples, MADE.source)
    assert bench.context.budget.taken_bytes == 0
    assert bench.finish(sink).ok
    assert numbers_in(paths(bench)[0]) == list(range(Recipe().frames))
