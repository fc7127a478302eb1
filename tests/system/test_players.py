"""Every kind of file that the recorder writes shows every picture in every player: FFmpeg's, GStreamer and VLC."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import pytest

from fakes.footage import Footage, samples_of
from fakes.sinks import Bench
from rig.fixtures import MakeSource, need_rtsp_server
from rig.flv import add_sound
from rig.players import PLAYERS, Film, reason_to_skip_vlc
from rig.program import wait_for
from rig.source_files import SourceSpec
from seacorder.model.report import ClipClosed, PartClosed
from seacorder.sinks.video.clip import ClipSink
from seacorder.sinks.video.recording import RecordingSink

WIDTH, HEIGHT = 320, 180
SPLIT_NS = 1_500_000_000
KINDS: dict[str, tuple[str, int, str | None]] = {
    "H.264": ("h264", 0, None),
    "B-frames and AAC": ("h264", 2, "aac"),
    "H.265 and Opus": ("hevc", 0, "libopus"),
    "H.265 with B-frames": ("hevc", 2, None),
}
"""Codec, B-frames, sound."""


def footage_of(kind: str, rig_source: MakeSource, folder: Path) -> Footage:
    codec, b_frames, sound = KINDS[kind]
    spec = SourceSpec(width=WIDTH, height=HEIGHT, seconds=2.4, gop=12, codec=codec, b_frames=b_frames)
    path = rig_source(spec).path
    if sound is not None:
        path = folder / "with_sound.mp4"
        add_sound(rig_source(spec).path, path, spec.seconds, codec=sound)
    return samples_of(str(path))


def written(made: Footage, folder: Path) -> dict[Path, int]:
    """The parts of a recording that was split, a clip, and a recording that was cut off, with their frames."""
    bench = Bench(folder)
    for sink in (RecordingSink(bench.start_recording(SPLIT_NS), bench.context), _clip(bench)):
        bench.feed(sink, made.samples, made.source)
        assert bench.finish(sink).ok
    closed = [report.part for report in bench.of(PartClosed)] + [report.clip for report in bench.of(ClipClosed)]
    found = {Path(one.path): one.frames for one in closed}
    assert len(found) == 3
    return found | _cut_off(made, Bench(folder / "cut"))


def _clip(bench: Bench) -> ClipSink:
    return ClipSink(bench.start_clip(), bench.context)


def _cut_off(made: Footage, bench: Bench) -> dict[Path, int]:
    sink: Any = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    least = sum(sample.size for sample in made.video) // 2
    status = wait_for(lambda: (told := sink.status()) and told.bytes_stored > least and told, "half of it on the disk")
    copy = Path(status.path).with_name("cut_off.mp4")
    shutil.copyfile(status.path, copy)
    assert bench.finish(sink).ok
    with av.open(str(copy)) as file:
        return {copy: sum(1 for packet in file.demux(video=0) if packet.size)}


@pytest.mark.players
@pytest.mark.parametrize("kind", KINDS)
def test_every_player_shows_every_picture(kind: str, rig_source: MakeSource, tmp_path: Path) -> None:
    need_rtsp_server()
    reason = reason_to_skip_vlc()
    if reason is not None:
        pytest.skip(reason)
    expected = written(footage_of(kind, rig_source, tmp_path), tmp_path)
    films = [Film(path, WIDTH, HEIGHT, pictures) for path, pictures in expected.items()]
    with ThreadPoolExecutor(4) as pool:
        shown = {player: list(pool.map(count, films)) for player, count in PLAYERS.items()}
    wrong = [
        f"{player} shows {count} of {film.pictures} pictures of {film.path.name}"
        for player, counts in shown.items()
        for film, count in zip(films, counts, strict=True)
        if count != film.pictures
    ]
    assert wrong == []
