"""Times in an encoded channel's file: pictures and sound stand where they were captured, also behind lost frames."""

import itertools
from fractions import Fraction
from pathlib import Path

import pytest

from fakes.encoding import EncodedSink, EncodingBench, plan
from fakes.footage import Recipe, encoded, numbers_in
from fakes.mp4_writing import packets_by_track
from fakes.sinks import Bench
from seacorder.channel.outputs import Output, Slot
from seacorder.model.report import PartClosed
from seacorder.model.sample import Track
from seacorder.sinks.video.recording import RecordingSink

RATE, FRAMES = 25, 60
HOLES = {"one picture": (range(20, 21), False), "pictures and their sound": (range(20, 40), True)}
"""Which pictures are lost, and whether the sound is that belongs to them."""
SOUND_SECONDS = Fraction(1024, 48_000)
NS = 1_000_000_000
ROUNDING = Fraction(1, 48_000)
"""A source's times are whole units of its own tracks, and a file's are too."""


@pytest.mark.parametrize("hole", HOLES)
@pytest.mark.parametrize("encoder", ["libx264", "libx265", "libsvtav1"])
def test_behind_lost_frames_pictures_and_sound_stand_at_their_capture_times(
    encoder: str, hole: str, tmp_path: Path
) -> None:
    lost, is_sound_lost = HOLES[hole]
    source = tmp_path / "source.mp4"
    source.write_bytes(encoded(Recipe(frames=FRAMES, group=1, rate=RATE, size=(320, 176), sound=True)).getvalue())
    bench, files, seen = EncodingBench(f"file:{source}", plan(encoder)), Bench(tmp_path / "dive"), EncodedSink()
    bench.channel.outputs.open(Slot.CLIP, Output("C", seen, 0))
    bench.record_to(RecordingSink(files.start_recording(), files.context))
    begin_ns = bench.clock.monotonic_ns()
    for packet in bench._packets:
        is_in_hole = lost.start <= (Fraction(packet.arrived_ns - begin_ns, NS) + ROUNDING) * RATE < lost.stop
        if not is_in_hole or (packet.track is Track.AUDIO and not is_sound_lost):
            bench.give(packet)
    bench.pipeline.flush()
    bench.stop()

    (part,) = [report.part for report in files.of(PartClosed)]
    shown = [number for number in range(FRAMES) if number not in lost]
    assert numbers_in(Path(part.path)) == shown
    found = packets_by_track(Path(part.path).read_bytes())
    assert [one.pts for one in found["video"]] == [Fraction(number, RATE) for number in shown]
    for track in Track:
        captured = [Fraction(one.utc_ns - part.start_utc_ns, NS) for one in seen.samples if one.track is track]
        expected = [seconds for seconds in captured if seconds > -ROUNDING]
        assert len(found[track.value]) == len(expected)
        for packet, seconds in zip(found[track.value], expected, strict=True):
            assert abs(packet.pts - seconds) <= ROUNDING
    sound = [one.pts for one in found["audio"]]
    holes = [after - before for before, after in itertools.pairwise(sound) if after - before != SOUND_SECONDS]
    assert len(holes) == is_sound_lost
