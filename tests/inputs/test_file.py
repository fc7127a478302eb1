"""Files: at the speed of their times, over and over with times that go on, and refused in a sentence."""

import itertools
from dataclasses import replace
from pathlib import Path

import av
import pytest

from fakes.clock import FakeClock
from rig.fixtures import MakeSource
from rig.frames import decoded_frames
from rig.recording import write
from rig.source_files import SourceSpec
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import InputFailed
from seacorder.inputs.file import FileInput
from seacorder.model.address import FileAddress
from seacorder.model.sample import SourcePacket

SPEC = SourceSpec(width=320, height=180, seconds=2, gop=10)


def paced(path: Path, *, loop: bool = False) -> FileInput:
    """Waiting takes no time: it moves the clock on."""
    clock = FakeClock()

    def wait_until(due_ns: int) -> None:
        clock.advance(max(0, due_ns - clock.monotonic_ns()) / NS_PER_SECOND)

    return FileInput(FileAddress(str(path), loop), clock, wait_until=wait_until)


def test_it_takes_as_long_as_it_was_recorded(rig_source: MakeSource) -> None:
    source = paced(rig_source(SPEC).path)
    found = source.open()
    packets = [item for item in source.packets() if isinstance(item, SourcePacket)]
    source.close()
    assert found.picture.frame_rate == 25
    assert len(packets) == SPEC.frames
    steps = [after.arrived_ns - before.arrived_ns for before, after in itertools.pairwise(packets)]
    assert all(abs(step - NS_PER_SECOND / 25) < 1000 for step in steps)


@pytest.mark.parametrize("b_frames", [0, 3])
def test_a_loop_goes_on_in_time(rig_source: MakeSource, tmp_path: Path, b_frames: int) -> None:
    source = paced(rig_source(replace(SPEC, b_frames=b_frames)).path, loop=True)
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), 130) if isinstance(item, SourcePacket)]
    source.close()
    dts = [packet.dts for packet in packets if packet.dts is not None]
    assert len({after - before for before, after in itertools.pairwise(dts)}) == 1
    assert packets[50].is_keyframe
    write(found, packets, tmp_path / "copy.mp4")
    numbers = [frame.reading.number for frame in decoded_frames(tmp_path / "copy.mp4") if frame.reading]
    assert numbers[:100] == [*range(50), *range(50)]


def test_closing_ends_it(rig_source: MakeSource) -> None:
    source = paced(rig_source(SPEC).path, loop=True)
    source.open()
    packets = source.packets()
    next(packets)
    source.close()
    assert list(packets) == []


def test_sound_that_mp4_cannot_carry_becomes_aac(rig_source: MakeSource, tmp_path: Path) -> None:
    path = _with_pcm(rig_source(SPEC).path, tmp_path / "sound.mkv")
    source = paced(path)
    found = source.open()
    packets = [item for item in source.packets() if isinstance(item, SourcePacket)]
    source.close()
    assert found.audio is not None
    assert (found.audio.codec, found.audio.sample_rate, found.audio.channels) == ("aac", 16000, 2)
    write(found, packets, tmp_path / "copy.mp4")
    with av.open(str(tmp_path / "copy.mp4")) as copy:
        samples = sum(frame.samples for frame in copy.decode(audio=0))
    assert abs(samples - 2 * 16000) <= 2 * 1024


def test_mistakes(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    with av.open(str(tmp_path / "old.avi"), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height = 320, 180
        out.mux(stream.encode(av.VideoFrame(320, 180, "yuv420p")) + stream.encode(None))
    for name, sentence in {
        "nothing.mp4": "does not exist",
        "text.mp4": "no video file that can be read",
        ".": "no video file|may not be read",
        "old.avi": "sends mpeg4, which is not supported",
    }.items():
        with pytest.raises(InputFailed, match=sentence):
            paced(tmp_path / name).open()


def _with_pcm(video: Path, path: Path) -> Path:
    with av.open(str(video)) as source, av.open(str(path), "w") as out:
        picture = out.add_stream_from_template(source.streams.video[0], opaque=True)
        sound = out.add_stream("pcm_s16le", rate=16000, layout="stereo")
        for number in range(20):
            frame = av.AudioFrame(format="s16", layout="stereo", samples=1600)
            frame.sample_rate, frame.pts = 16000, number * 1600
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            out.mux(sound.encode(frame))
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = picture
                out.mux(packet)
    return path
