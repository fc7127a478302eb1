"""Evidence: whatever a cut leaves is readable, counted and repaired, and a whole file is never touched."""

import random
import subprocess
import sys
from pathlib import Path

import av
import pytest

from fakes.damage import TURNED_AT
from fakes.footage import START_UTC_NS, Recipe, footage, numbers_in, packets_in
from fakes.sinks import Bench
from seacorder.base.errors import StorageFailed
from seacorder.base.pipe import decode, encode, payload_bytes
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.layout import layout_of
from seacorder.evidence.repair import repair
from seacorder.model.command import EndWorker, RepairFiles
from seacorder.model.recording import FileKind, FileState
from seacorder.sinks.video.recording import RecordingSink

RECIPES = [
    pytest.param(Recipe(), id="H.264"),
    pytest.param(Recipe(b_frames=3, sound=True), id="B-frames and sound"),
    pytest.param(Recipe(frames=300, group=250, b_frames=2), id="10 s GOP"),
    pytest.param(Recipe(codec="libx265", b_frames=2), id="H.265"),
]


def running(tmp_path: Path, recipe: Recipe) -> tuple[Bench, RecordingSink, Path]:
    """A recording that goes on, with everything handed over that is due."""
    bench = Bench(tmp_path)
    made = footage(recipe)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.clock.advance(1.0)
    newest = 0
    while newest < made.video[-4].utc_ns:  # the newest two or three are still in the muxer
        status = sink.status()
        assert status is not None
        newest = status.newest_stored_utc_ns
    return bench, sink, next(tmp_path.rglob("*.mp4"))


def test_a_cut_at_any_byte_of_a_fragment_leaves_what_was_before_it(tmp_path: Path) -> None:
    bench, sink, path = running(tmp_path, Recipe(frames=20))
    content = path.read_bytes()
    fragments = [index for index in range(len(content)) if content[index : index + 4] == b"moof"]
    cut = tmp_path / "cut.mp4"
    for size in range(fragments[5] - 4, fragments[7]):
        cut.write_bytes(content[:size])
        facts = inspect_file(cut)
        assert facts.state is FileState.INTERRUPTED
        assert facts.frames == sum(following - 4 <= size for following in fragments[1:])
    bench.finish(sink)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_prefix_opens_and_is_repaired(recipe: Recipe, tmp_path: Path) -> None:
    bench, sink, path = running(tmp_path, recipe)
    content = path.read_bytes()
    made = footage(recipe)
    first_fragment = content.index(b"moof") - 4
    rng = random.Random(7)
    stored = packets_in(path)
    sizes = [rng.randrange(first_fragment, len(content)) for _ in range(12)] + [len(content)]
    for size in sizes:
        cut = tmp_path / "cut.mp4"
        cut.write_bytes(content[:size])
        facts = inspect_file(cut)
        assert facts.state is FileState.INTERRUPTED, facts
        assert repair(cut)
        repaired = inspect_file(cut)
        assert (repaired.state, repaired.frames) == (FileState.REPAIRED, facts.frames)
        assert repaired.newest_frame_utc_ns == facts.newest_frame_utc_ns
        assert packets_in(cut) == stored[: facts.frames]
    assert facts.frames >= len(made.video) - 3
    assert facts.newest_frame_utc_ns == max(sample.utc_ns for sample in made.video[: facts.frames])
    bench.finish(sink)


def test_the_cut_costs_no_more_than_half_a_second(tmp_path: Path) -> None:
    """A copy at any instant holds all that was captured more than half a second before."""
    bench = Bench(tmp_path)
    made = footage(Recipe(frames=300, group=250, b_frames=2))
    sink = RecordingSink(bench.start_recording(), bench.context)
    for index, sample in enumerate(made.samples):
        bench.feed(sink, [sample], made.source)
        if index % 50 == 49:
            due_ns = bench.clock.utc_ns() - 700_000_000  # half a second, and the frames inside the muxer
            status = sink.status()
            while status is not None and status.newest_stored_utc_ns < due_ns:
                status = sink.status()
            copy = tmp_path / "copy.mp4"
            copy.write_bytes(next((tmp_path / "d").glob("*.mp4")).read_bytes())
            newest = inspect_file(copy).newest_frame_utc_ns
            assert newest is not None
            assert newest >= due_ns
    bench.finish(sink)


def test_a_whole_file_is_left_alone(tmp_path: Path) -> None:
    bench, sink, path = running(tmp_path, Recipe(sound=True))
    bench.finish(sink)
    before = path.read_bytes()
    assert not repair(path)
    assert path.read_bytes() == before
    facts = inspect_file(path)
    assert (facts.state, facts.frames, facts.bytes) == (FileState.WHOLE, 100, len(before))
    assert facts.newest_frame_utc_ns == footage(Recipe(sound=True)).video[-1].utc_ns
    assert facts.note is not None
    assert (facts.note.kind, facts.note.channel, facts.note.id) == (FileKind.RECORDING, "Bow", "R1")
    assert (facts.note.number, facts.note.first_frame, facts.note.first_frame_utc_ns) == (1, 0, START_UTC_NS)


def test_a_file_that_lacks_only_its_last_step_is_repaired(tmp_path: Path) -> None:
    """Index written, header not yet turned: the cut that OBS's hybrid MP4 was lost by."""
    bench, sink, path = running(tmp_path, Recipe())
    running_head = path.read_bytes()[:TURNED_AT + 8]
    bench.finish(sink)
    path.write_bytes(running_head + path.read_bytes()[TURNED_AT + 8:])
    assert inspect_file(path).state is FileState.INTERRUPTED
    assert repair(path)
    assert numbers_in(path) == list(range(100))


def test_metadata_outlives_the_repair(tmp_path: Path) -> None:
    bench, sink, path = running(tmp_path, Recipe())
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(path.read_bytes())
    repair(copy)
    bench.finish(sink)
    with av.open(str(copy)) as container:
        assert container.metadata["title"] == "Bow"
        assert container.metadata["creation_time"] == "2023-11-14T22:13:20.000000Z"
    assert not list(tmp_path.glob(".*"))
    assert layout_of(copy).is_whole


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x1cftyp", b"x" * 5000], ids=["empty", "head", "rubbish"])
def test_what_holds_no_picture_is_said_and_left(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    facts = inspect_file(path)
    assert facts.state is None
    assert str(path) in facts.sentence
    with pytest.raises(StorageFailed, match=r"cut off|left as it was"):
        repair(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("more", [0, 40], ids=["header alone", "the head of a fragment too"])
def test_a_header_without_a_picture_opens_and_there_is_nothing_to_repair(more: int, tmp_path: Path) -> None:
    bench, sink, path = running(tmp_path, Recipe())
    content = path.read_bytes()
    bench.finish(sink)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: content.index(b"moof") - 4 + more])
    size = cut.stat().st_size
    facts = inspect_file(cut)
    assert (facts.state, facts.frames, facts.newest_frame_utc_ns) == (FileState.INTERRUPTED, 0, None)
    with pytest.raises(StorageFailed, match="nothing to repair"):
        repair(cut)
    assert cut.stat().st_size == size
    assert not list(tmp_path.glob(".*"))


def test_the_worker_repairs_and_answers_in_order(tmp_path: Path) -> None:
    bench, sink, path = running(tmp_path, Recipe())
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(path.read_bytes())
    bench.finish(sink)
    missing = tmp_path / "missing.mp4"
    ask = encode(RepairFiles((str(cut), str(path), str(missing)))) + encode(EndWorker())
    command = [sys.executable, "-m", "seacorder.evidence"]
    worker = subprocess.run(command, input=ask, capture_output=True, check=True, timeout=60)
    answers, rest = [], worker.stdout
    while rest:
        size = payload_bytes(rest[:4])
        answers.append(decode(rest[4 : 4 + size]))
        rest = rest[4 + size :]
    assert [(answer.state, answer.was_repaired) for answer in answers] == [
        (FileState.REPAIRED, True),
        (FileState.WHOLE, False),
        (None, False),
    ]
