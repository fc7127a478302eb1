"""The test pattern: in real time, a keyframe where it was asked for, every frame saying which and when it is."""

import itertools
from fractions import Fraction
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from rig.frames import decoded_frames
from rig.recording import write
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.base.errors import InputFailed
from seacorder.inputs.picture import TestPicture
from seacorder.inputs.test_pattern import PatternInput
from seacorder.model.address import PatternAddress
from seacorder.model.sample import SourcePacket


def paced(address: PatternAddress, clock: FakeClock) -> PatternInput:
    def wait_until(due_ns: int) -> None:
        clock.advance(max(0, due_ns - clock.monotonic_ns()) / NS_PER_SECOND)

    return PatternInput(address, channel_name="Bow", channel_index=5, clock=clock, wait_until=wait_until)


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


def test_closing_ends_it_and_reading_needs_opening() -> None:
    source = paced(PatternAddress(320, 180), FakeClock())
    source.open()
    packets = source.packets()
    next(packets)
    source.close()
    assert list(packets) == []
    with pytest.raises(InputFailed, match="not open"):
        list(paced(PatternAddress(320, 180), FakeClock()).packets())


@pytest.mark.parametrize("name", ["", "Bow & stern – Ölfeld 7", "x" * 200])
@pytest.mark.parametrize(("width", "height"), [(320, 160), (322, 500), (1920, 1080)])
def test_any_name_and_size_can_be_drawn(name: str, width: int, height: int) -> None:
    frame = TestPicture(width, height, name, 255).frame(4_000_000_000, 2**42)
    assert (frame.width, frame.height) == (width, height)
