"""The timed text inside a video file: the same as beside it, also while the file grows and after it was cut off."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import av
import pytest

from fakes.footage import START_NS, Footage, Recipe, footage, packets_in
from fakes.sinks import Bench
from seacorder.channel.overlay.texts import Texts
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.repair import repair
from seacorder.model.recording import FileState
from seacorder.sinks.video.recording import RecordingSink

SECOND_NS = 1_000_000_000
RECIPES = [
    pytest.param(Recipe(group=25), id="H.264"),
    pytest.param(Recipe(b_frames=2, sound=True), id="B-frames and sound"),
    pytest.param(Recipe(codec="libx265", b_frames=2), id="H.265"),
]


def texts_of_a_dive() -> Texts:
    """A text that changes ten times a second, and is not there for 0.1 s of each."""
    texts = Texts()
    for number in range(80):
        texts.set(START_NS + number * SECOND_NS // 10, f"Depth {number / 10} m\nÅ & <b>" if number % 10 else "")
    return texts


def recording(folder: Path, texts: Texts, *, has_lines: bool = True) -> tuple[Bench, RecordingSink]:
    bench = Bench(folder)
    bench.context = replace(bench.context, text_at=texts.at, has_lines=lambda: has_lines)
    return bench, RecordingSink(bench.start_recording(), bench.context)


def finished(folder: Path, made: Footage, texts: Texts, *, has_lines: bool = True) -> Path:
    bench, sink = recording(folder, texts, has_lines=has_lines)
    bench.feed(sink, made.samples, made.source)
    assert bench.finish(sink).ok
    return next(folder.rglob("*.mp4"))


def inside(path: Path) -> list[tuple[float, float, str]]:
    """(from, to, text) of the text track, without what shows nothing."""
    found = []
    with av.open(str(path)) as container:
        (stream,) = container.streams.subtitles
        for packet in container.demux(stream):
            content = bytes(packet)
            if packet.pts is not None and len(content) > 2:
                begin = packet.pts * packet.time_base
                found.append((float(begin), float(begin + packet.duration * packet.time_base), content[2:].decode()))
    return found


def beside(path: Path) -> list[tuple[float, float, str]]:
    found = []
    with av.open(str(path.with_suffix(".srt"))) as container:
        for packet in container.demux():
            if packet.size:
                begin = packet.pts * packet.time_base
                found.append((float(begin), float(begin + packet.duration * packet.time_base), bytes(packet).decode()))
    return found


@pytest.mark.parametrize("recipe", RECIPES)
def test_it_has_the_cues_that_stand_beside_the_file(recipe: Recipe, tmp_path: Path) -> None:
    path = finished(tmp_path, footage(recipe), texts_of_a_dive())
    cues = inside(path)
    assert cues == beside(path)
    assert len(cues) > 20


@pytest.mark.parametrize("recipe", RECIPES)
def test_pictures_and_sound_are_those_of_a_file_without_it(recipe: Recipe, tmp_path: Path) -> None:
    made, texts = footage(recipe), texts_of_a_dive()
    with_text = finished(tmp_path / "with", made, texts)
    without = finished(tmp_path / "without", made, Texts(), has_lines=False)
    for kind in ("video", "audio"):
        assert _read(with_text, kind) == _read(without, kind)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_file_that_grows_or_was_cut_off_has_all_but_the_newest_and_is_repaired(
    recipe: Recipe, tmp_path: Path
) -> None:
    made, texts = footage(recipe), texts_of_a_dive()
    whole = finished(tmp_path / "whole", made, texts)
    bench, sink = recording(tmp_path / "cut", texts)
    bench.feed(sink, made.samples, made.source)
    bench.clock.advance(1.0)
    newest = 0
    while newest < made.video[-4].utc_ns:  # the newest two or three are still in the writer
        status = sink.status()
        assert status is not None
        newest = status.newest_stored_utc_ns
    (path,) = (tmp_path / "cut").rglob("*.mp4")
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(path.read_bytes())
    bench.finish(sink)
    grown = inside(copy)
    assert grown == inside(whole)[: len(grown)]
    assert grown[-1][1] > (newest - made.video[0].utc_ns) / SECOND_NS - 0.3
    pictures = packets_in(copy)
    assert repair(copy) is not None
    assert inspect_file(copy).state is FileState.REPAIRED
    assert [one[:1] + one[2:] for one in inside(copy)] == [one[:1] + one[2:] for one in grown]
    assert packets_in(copy) == pictures


def test_ffprobe_knows_the_track(tmp_path: Path) -> None:
    path = finished(tmp_path, footage(Recipe(sound=True)), texts_of_a_dive())
    command = ["ffprobe", "-v", "warning", "-show_streams", "-of", "json", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    *_, text = json.loads(run.stdout)["streams"]
    assert (text["codec_name"], text["codec_tag_string"], text["codec_type"]) == ("mov_text", "tx3g", "subtitle")
    assert float(text["start_time"]) == 0


def test_a_file_that_begins_without_a_text_has_no_track(tmp_path: Path) -> None:
    with av.open(str(finished(tmp_path, footage(Recipe()), Texts(), has_lines=False))) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def _read(path: Path, kind: str) -> list[tuple[int, int, int, bytes]]:
    with av.open(str(path)) as container:
        streams = [stream for stream in container.streams if stream.type == kind]
        return [
            (packet.pts, packet.dts, packet.duration, bytes(packet))
            for packet in container.demux(streams) if packet.pts is not None
        ] if streams else []
