"""The test pattern: in real time, a keyframe where it was asked for, every frame saying which and when it is."""

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from fakes.clock import FakeClock
from rig.frames import decoded_frames
from rig.recording import write
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.base.errors import InputFailed
from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.input import PatternInput
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.model.address.address import PatternAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track


def paced(address: PatternAddress, clock: FakeClock) -> PatternInput:
    return PatternInput(address, channel_name="Bow", channel_index=5, clock=clock, wait_until=clock.wait_until)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_every_frame_names_itself(tmp_path: Path, codec: str) -> None:
    clock = FakeClock()
    begin_utc_ns = clock.utc_ns()
    source = paced(PatternAddress(640, 360, Fraction(25), 10, codec), clock)
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), 35) if isinstance(item, SourcePacket)]
    source.close()
    assert (found.picture.codec, found.picture.frame_rate) == (codec, 25)
    assert [number for number, packet in enumerate(packets) if packet.is_keyframe] == [0, 10, 20, 30]
    write(found, packets, tmp_path / "copy.mp4")
    for number, frame in enumerate(decoded_frames(tmp_path / "copy.mp4")):
        assert frame.reading is not None
        assert (frame.reading.channel_index, frame.reading.number) == (5, number)
        assert frame.reading.utc_ms == begin_utc_ns // NS_PER_MS + 40 * number
        assert abs(packets[number].arrived_ns - packets[0].arrived_ns - number * NS_PER_SECOND // 25) < NS_PER_MS


def test_odd_rates_do_not_drift() -> None:
    source = paced(PatternAddress(320, 180, Fraction(30000, 1001), 30), FakeClock())
    source.open()
    packets = [item for item in itertools.islice(source.packets(), 301) if isinstance(item, SourcePacket)]
    source.close()
    assert packets[300].pts == 300 * 3003
    assert abs(packets[300].arrived_ns - packets[0].arrived_ns - 10_010_000_000) < 1000


def test_reading_needs_opening() -> None:
    with pytest.raises(InputFailed, match="not open"):
        next(paced(PatternAddress(320, 180), FakeClock()).packets())


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (33, 41), (641, 361), (1280, 720)])
@pytest.mark.parametrize(
    ("codec", "look"),
    [
        ("raw", {}),
        ("raw", {"depth": 10, "is_full_range": True}),
        ("raw", {"is_interlaced": True}),
        ("mjpeg", {"is_full_range": True}),
    ],
)
def test_single_pictures_name_themselves(size: tuple[int, int], codec: str, look: dict[str, Any]) -> None:
    width, height = size
    address = PatternAddress(width, height, Fraction(25), 25, codec, **look)
    found, packets = opened(address, 3)
    context = found.templates[Track.VIDEO].codec_context
    deep, full = address.depth == 10, address.is_full_range
    assert found.video.codec == ("rawvideo" if codec == "raw" else "mjpeg")
    assert found.video.pixel_format == context.pix_fmt
    assert context.pix_fmt == ("yuvj420p" if codec == "mjpeg" else "yuv420p10le" if deep else "yuv420p")
    assert (found.video.width, found.video.height) == size
    assert context.color_range == (2 if full else 1)
    assert context.field_order == (2 if address.is_interlaced else 0 if codec == "mjpeg" else 1)
    assert all(packet.is_keyframe for packet in packets)
    for number, packet in enumerate(packets):
        [frame] = context.decode(packet.packet)
        assert (frame.width, frame.height, frame.interlaced_frame) == (width, height, address.is_interlaced)
        if width >= (32 if codec == "raw" else 320):
            assert reading_in(frame) == (5, number)


def reading_in(frame: Any) -> tuple[int, int] | None:
    """Channel index and number in the strip of a frame of 8 or 10 bits."""
    eight = frame if frame.format.name != "yuv420p10le" else frame.reformat(format="yuv420p")
    luma = eight.planes[0]
    found = strip.read(memoryview(luma), luma.line_size, eight.width, eight.height)
    return None if found is None else (found.channel_index, found.number)


def opened(address: PatternAddress, count: int) -> tuple[SourceFormat, list[SourcePacket]]:
    source = paced(address, FakeClock())
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), count) if isinstance(item, SourcePacket)]
    source.close()
    return found, packets


def test_ten_bits_are_ten_bits() -> None:
    found, [packet] = opened(PatternAddress(1280, 720, codec="raw", depth=10), 1)
    [frame] = found.templates[Track.VIDEO].codec_context.decode(packet.packet)
    plane = frame.planes[0]
    last = bytes(plane)[719 * plane.line_size :][: 2 * 1280]
    levels = [int.from_bytes(last[at : at + 2], "little") for at in range(0, len(last), 2)]
    assert set(levels) == set(range(64, 941))


def test_fields_are_of_two_moments() -> None:
    found, packets = opened(PatternAddress(640, 360, codec="raw", is_interlaced=True), 2)
    starts = []
    for packet in packets:
        [frame] = found.templates[Track.VIDEO].codec_context.decode(packet.packet)
        plane = frame.planes[0]
        lines = [bytes(plane)[line * plane.line_size :][:640] for line in (180, 181)]
        starts += [line.index(bytes([235]) * 20) for line in lines]
    assert starts == [0, 3, 6, 9]


def test_full_range_reaches_black_and_white() -> None:
    for is_full, extremes in ((True, (0, 255)), (False, (16, 235))):
        found, [packet] = opened(PatternAddress(320, 180, codec="raw", is_full_range=is_full), 1)
        [frame] = found.templates[Track.VIDEO].codec_context.decode(packet.packet)
        below_the_strip = bytes(frame.planes[0])[18 * frame.planes[0].line_size :]
        assert (min(below_the_strip), max(below_the_strip)) == extremes


@pytest.mark.parametrize(
    ("codec", "look", "seen"),
    [
        # x264 does not write down the limited range, for it is what H.264 takes where nothing is written (E.2.1).
        ("h264", {"depth": 10}, ("yuv420p10le", 0)),
        ("h264", {"is_full_range": True}, ("yuvj420p", 2)),
        ("h264", {"is_interlaced": True}, ("yuv420p", 0)),
        ("hevc", {"depth": 10, "is_full_range": True}, ("yuv420p10le", 2)),
    ],
)
def test_compressed_pictures_keep_depth_range_and_fields(
    codec: str, look: dict[str, Any], seen: tuple[str, int], tmp_path: Path
) -> None:
    found, packets = opened(PatternAddress(640, 360, Fraction(25), 25, codec, **look), 5)
    write(found, packets, tmp_path / "copy.mp4")
    with av.open(str(tmp_path / "copy.mp4")) as copy:
        context = copy.streams.video[0].codec_context
        frames = list(copy.decode(video=0))
        assert (context.pix_fmt, context.color_range) == seen
    assert [frame.interlaced_frame for frame in frames] == [bool(look.get("is_interlaced"))] * 5
    assert [reading_in(frame) for frame in frames] == [(5, number) for number in range(5)]


@pytest.mark.parametrize("name", ["", "Bow & stern – Ölfeld 7", "x" * 200])
@pytest.mark.parametrize(("width", "height"), [(320, 160), (322, 500), (1920, 1080), (1, 1), (7, 300)])
def test_any_name_and_size_can_be_drawn(name: str, width: int, height: int) -> None:
    frame = TestPicture(width, height, name, 255).frame(4_000_000_000, 2**42)
    assert (frame.width, frame.height) == (width, height)
