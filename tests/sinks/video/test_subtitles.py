"""Subtitles beside recordings and clips: real files, read back as a player does."""

from dataclasses import replace
from pathlib import Path

import av
import pytest

from fakes.footage import START_NS, Recipe, footage
from fakes.sinks import Bench
from seacorder.channel.overlay.texts import Texts
from seacorder.model.report import ClipClosed, PartClosed
from seacorder.sinks.video.clip import ClipSink
from seacorder.sinks.video.recording import RecordingSink

SECOND_NS = 1_000_000_000


def bench_with(folder: Path, texts: Texts) -> Bench:
    bench = Bench(folder)
    bench.context = replace(bench.context, text_at=texts.at)
    return bench


def subtitles(path: Path) -> list[tuple[float, float, str]]:
    """(from, to, text) as FFmpeg reads the file."""
    found = []
    with av.open(str(path)) as container:
        assert container.format.name == {".srt": "srt", ".vtt": "webvtt"}[path.suffix]
        for packet in container.demux():
            if packet.size:
                begin = float(packet.pts * packet.time_base)
                found.append((begin, begin + float(packet.duration * packet.time_base), bytes(packet).decode()))
    return found


@pytest.mark.parametrize("b_frames", [0, 2])
def test_each_frame_of_each_part_has_its_text(tmp_path: Path, b_frames: int) -> None:
    texts = Texts()
    for number in range(60):
        texts.set(START_NS + number * SECOND_NS // 10, f"Depth {number / 10} m")
    made = footage(Recipe(b_frames=b_frames, group=25))
    bench = bench_with(tmp_path, texts)
    sink = RecordingSink(bench.start_recording(2 * SECOND_NS), bench.context)
    bench.feed(sink, made.samples, made.source)
    assert bench.finish(sink).ok
    parts = sorted((one.part for one in bench.of(PartClosed)), key=lambda part: part.number)
    assert len(parts) == 2
    video = iter(made.video)
    for part in parts:
        cues = subtitles(Path(part.path).with_suffix(".srt"))
        assert subtitles(Path(part.path).with_suffix(".vtt")) == cues
        assert len(cues) >= 15
        frames = [next(video) for _ in range(part.frames)]
        for frame in frames:
            at = float((frame.pts - frames[0].dts) * made.source.video.time_base) + 0.0005
            shown = [text for begin, end, text in cues if begin <= at < end]
            assert shown == [texts.at(frame.instant_ns)]


def test_without_a_text_no_file_is_made(tmp_path: Path) -> None:
    made = footage(Recipe())
    bench = bench_with(tmp_path, Texts())
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    assert not [*tmp_path.rglob("*.srt"), *tmp_path.rglob("*.vtt")]


def test_a_clip_has_its_own(tmp_path: Path) -> None:
    texts = Texts()
    texts.set(0, "Job 12")
    made = footage(Recipe())
    bench = bench_with(tmp_path, texts)
    sink = ClipSink(bench.start_clip(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    (clip,) = bench.of(ClipClosed)
    cues = subtitles(Path(clip.clip.path).with_suffix(".srt"))
    assert {text for _, _, text in cues} == {"Job 12"}
    assert cues[0][0] == 0
    assert cues[-1][1] == pytest.approx(4.0, abs=0.001)


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_it_is_only_appended_to_and_good_before_the_end(tmp_path: Path, suffix: str) -> None:
    texts = Texts()
    for number in range(60):
        texts.set(START_NS + number * SECOND_NS // 10, f"Depth {number / 10} m")
    made = footage(Recipe())
    bench = bench_with(tmp_path, texts)
    sink = RecordingSink(bench.start_recording(), bench.context)
    seen = b""
    for sample in made.samples:
        bench.feed(sink, [sample], made.source)
        for path in tmp_path.rglob(f"*{suffix}"):
            now = path.read_bytes()
            assert now.startswith(seen)
            assert now.endswith(b"\n\n") or not now
            seen = now
    bench.finish(sink)
    whole = next(tmp_path.rglob(f"*{suffix}")).read_bytes()
    assert whole.startswith(seen)


def test_a_name_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    texts = Texts()
    texts.set(0, "Job 12")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "Bow.srt").write_text("mine")
    made = footage(Recipe())
    bench = bench_with(tmp_path, texts)
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    assert (tmp_path / "d" / "Bow.srt").read_text() == "mine"
    assert (tmp_path / "d" / "Bow_2.srt").is_file()
