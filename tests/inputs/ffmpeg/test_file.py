"""Files: at the speed of their times, over and over with times that go on, and refused in a sentence."""

import itertools
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from fakes.clock import FakeClock
from rig.fixtures import MakeSource
from rig.frames import decoded_frames
from rig.recording import reading_in, write
from rig.source_files import SourceSpec
from rig.web_camera import jpegs
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import InputFailed
from seacorder.inputs.ffmpeg.file import FileInput
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.model.address.address import FileAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SPEC = SourceSpec(width=320, height=180, seconds=2, gop=10)


def paced(path: Path, *, loop: bool = False) -> FileInput:
    """Waiting takes no time: it moves the clock on."""
    clock = FakeClock()
    return FileInput(FileAddress(str(path), loop), clock, wait_until=clock.wait_until)


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


@pytest.mark.parametrize(
    ("encoder", "name", "pixels", "codec"),
    [
        ("mpeg2video", "a.mpg", "yuv420p", "mpeg2video"),
        ("mpeg4", "a.avi", "yuv420p", "mpeg4"),
        ("mjpeg", "a.avi", "yuvj420p", "mjpeg"),
        ("prores_ks", "a.mov", "yuv422p10le", "prores"),
        ("rawvideo", "a.y4m", "yuv420p", "rawvideo"),
        ("rawvideo", "a.avi", "bgr24", "rawvideo"),
        ("ffv1", "a.mkv", "yuv420p10le", "ffv1"),
        ("libvpx-vp9", "a.webm", "yuv420p", "vp9"),
    ],
)
def test_other_codecs_come_as_they_are(tmp_path: Path, encoder: str, name: str, pixels: str, codec: str) -> None:
    path = tmp_path / name
    _encode(path, encoder, pixels, frames=12)
    source = paced(path)
    found = source.open()
    packets = [item for item in source.packets() if isinstance(item, SourcePacket)]
    source.close()
    assert (found.video.codec, found.video.pixel_format) == (codec, pixels)
    assert (found.video.width, found.video.height, found.frame_rate) == (320, 180, 25)
    assert packets[0].is_keyframe
    context = found.templates[Track.VIDEO].codec_context
    with av.open(str(path)) as container:
        assert context.sample_aspect_ratio == container.streams.video[0].sample_aspect_ratio
    frames = [frame for packet in packets for frame in context.decode(packet.packet)] + context.decode(None)
    assert [getattr(reading_in(frame), "number", None) for frame in frames] == list(range(12))


def test_aspect_range_and_fields_are_kept_for_the_decoder(tmp_path: Path) -> None:
    path = tmp_path / "a.y4m"
    head = b"YUV4MPEG2 W3 H5 F25:1 Ib A16:11 C422 XCOLORRANGE=FULL\n"
    path.write_bytes(head + b"FRAME\n" + bytes(3 * 5 + 2 * 2 * 5))
    source = paced(path)
    context = source.open().templates[Track.VIDEO].codec_context
    source.close()
    seen = (context.pix_fmt, context.sample_aspect_ratio, context.color_range, context.field_order)
    assert seen == ("yuv422p", Fraction(16, 11), 2, 3)


def _encode(path: Path, encoder: str, pixels: str, *, frames: int) -> None:
    picture = TestPicture(320, 180, "FILE", 1)
    with av.open(str(path), "w", format="yuv4mpegpipe" if path.suffix == ".y4m" else None) as out:
        stream: Any = out.add_stream(encoder, rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, pixels
        stream.sample_aspect_ratio = Fraction(16, 11)
        stream.bit_rate = 4_000_000
        for number in range(frames):
            frame = picture.frame(number, 0).reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def test_a_file_may_change_the_size_of_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "sizes.mjpeg"
    path.write_bytes(b"".join(jpegs(count=3) + jpegs(640, 360, count=3)))
    source = paced(path)
    items = [source.open(), *source.packets()]
    source.close()
    sizes = [(item.video.width, item.video.height) for item in items if isinstance(item, SourceFormat)]
    assert sizes == [(320, 180), (640, 360)]
    assert [isinstance(item, SourceFormat) for item in items] == [True, False, False, False, True, False, False, False]


def test_mistakes(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    for name, sentence in {
        "nothing.mp4": "does not exist",
        "text.mp4": "not a video file that can be read",
        ".": "not a video file|may not be read",
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
