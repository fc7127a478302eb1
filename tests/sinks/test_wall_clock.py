"""The wall clock is stepped while a recording runs: no gap, no overwriting, names that follow, times that are right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.footage import START_UTC_NS, Recipe, footage, numbers_in
from fakes.sinks import Bench
from seacorder.model.loss import Loss
from seacorder.model.recording import Part
from seacorder.model.report import PartClosed
from seacorder.sinks.video.clip import ClipSink
from seacorder.sinks.video.recording import RecordingSink

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
RECIPE = Recipe(frames=200, b_frames=2)
NAME = "${yyyy}${MM}${dd}${hh}${mm}${ss}"


def recorded(bench: Bench, step_ns: int, *, at_frame: int = 85, template: str = NAME) -> list[Part]:
    """Eight seconds in parts of two; the wall clock is stepped after `at_frame` frames, in the middle of a part."""
    made = footage(RECIPE)
    sink = RecordingSink(bench.start_recording(2 * SECOND, anew=True, file_template=template), bench.context)
    samples = [s if s.number < at_frame else s.on_clock(s.clock_ns + step_ns) for s in made.samples]
    bench.feed(sink, samples, made.source)
    assert bench.finish(sink).ok
    return sorted((report.part for report in bench.of(PartClosed)), key=lambda part: part.number)


def stems(parts: list[Part]) -> list[str]:
    return [Path(part.path).stem for part in parts]


@pytest.mark.parametrize("step_ns", [HOUR, -HOUR, 2 * SECOND, -2 * SECOND])
def test_a_step_costs_no_frame_and_no_file(step_ns: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    parts = recorded(bench, step_ns)
    assert [number for part in parts for number in numbers_in(Path(part.path))] == list(range(200))
    assert len({part.path for part in parts}) == 4
    assert bench.of(Loss) == []


def test_names_after_a_step_follow_the_new_clock(tmp_path: Path) -> None:
    """START_UTC_NS is 22:13:20; the step comes in the second part."""
    forward = recorded(Bench(tmp_path / "forward"), HOUR)
    assert stems(forward) == ["20231114221320", "20231114221322", "20231114231324", "20231114231326"]
    back = recorded(Bench(tmp_path / "back"), -HOUR)
    assert stems(back) == ["20231114221320", "20231114221322", "20231114211324", "20231114211326"]


def test_a_name_that_comes_again_gets_a_number(tmp_path: Path) -> None:
    parts = recorded(Bench(tmp_path), -2 * SECOND)
    assert stems(parts) == ["20231114221320", "20231114221322", "20231114221322_2", "20231114221324"]


def test_a_clock_that_creeps_moves_no_name(tmp_path: Path) -> None:
    """All channels have the same name for the same split, whatever microseconds each reads its clocks apart."""
    parts = recorded(Bench(tmp_path), 40_000_000, template=NAME + "${fff}")
    assert [stem[-3:] for stem in stems(parts)] == ["000"] * 4


@pytest.mark.parametrize("step_ns", [HOUR, -HOUR])
def test_stored_times_are_right_from_the_next_part_on_and_every_part_has_its_length(
    step_ns: int, tmp_path: Path
) -> None:
    parts = recorded(Bench(tmp_path), step_ns)
    made = footage(RECIPE)
    for part in parts:
        first = made.video[part.first_frame]
        clock_ns = step_ns if part.first_frame >= 85 else 0
        assert part.start_utc_ns == first.utc_ns + clock_ns
        newest = max(sample.utc_ns for sample in made.video[part.first_frame : part.first_frame + part.frames])
        assert part.end_utc_ns == newest + clock_ns


def test_a_clip_keeps_its_length(tmp_path: Path) -> None:
    bench, made = Bench(tmp_path), footage(RECIPE)
    sink = ClipSink(bench.start_clip(), bench.context)
    bench.feed(sink, [s if s.number < 85 else s.on_clock(s.clock_ns - HOUR) for s in made.samples], made.source)
    outcome = bench.finish(sink)
    assert outcome.achieved_utc_ns == max(sample.utc_ns for sample in made.video)


@pytest.mark.skipif(not hasattr(__import__("time"), "tzset"), reason="needs a time zone that can be chosen")
def test_an_hour_that_comes_twice_overwrites_nothing(tmp_path: Path) -> None:
    """Summer time ended in Berlin on 2023-10-29 at 01:00 UTC: 02:30 came at 00:30 and again at 01:30."""
    code = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parents[1])]!r}
from pathlib import Path
from dataclasses import replace
from seacorder.model.file_name import Naming
from seacorder.model.recording import FileKind
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.durable import DurableFile
from seacorder.storage.names import path_for
from fakes.clock import FakeClock
half_past_two = 1698539400 * 10**9
for number in range(2):
    at = half_past_two + number * 3600 * 10**9
    naming = Naming({str(tmp_path)!r}, "", at, "${{hh}}${{mm}}", at, FileKind.RECORDING)
    file = DurableFile.create(path_for(naming, "Bow", "mp4"), budget=MemoryBudget(10**6), clock=FakeClock())
    file.write(b"%d" % number)
    file.close(lambda _: None)
    assert file.wait_ended(20)
"""
    environment = os.environ | {"TZ": "Europe/Berlin"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert files == {"0230.mp4": b"0", "0230_2.mp4": b"1"}


def test_the_footage_begins_where_the_names_say() -> None:
    assert START_UTC_NS == 1_700_000_000 * SECOND
