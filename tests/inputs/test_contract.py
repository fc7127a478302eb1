"""The promises of `inputs.contract`, kept by every kind of input and by the fake."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.input import FakeInput
from rig.fixtures import MakeSource, need_rtsp_server
from rig.recording import written
from rig.rtsp_server import RtspServer
from rig.source_files import SourceSpec
from seacorder.base.clock import SystemClock
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Input
from seacorder.inputs.open import make_input
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SHORT = SourceSpec(width=320, height=180, seconds=4, gop=10)
WANTED = 20


def _made(address: str) -> Input:
    return make_input(address, channel_name="Bow", channel_index=3, clock=SystemClock())


def _rtsp(request: pytest.FixtureRequest) -> Input:
    server: RtspServer = request.getfixturevalue("rtsp_server")
    rig_source: MakeSource = request.getfixturevalue("rig_source")
    return _made(server.serve("/bow", rig_source(SHORT)))


def _rtsp_ffmpeg(request: pytest.FixtureRequest) -> Input:
    server: RtspServer = request.getfixturevalue("rtsp_server")
    rig_source: MakeSource = request.getfixturevalue("rig_source")
    return _made(server.serve("/bow", rig_source(SHORT)) + "#client=ffmpeg")


def _file(request: pytest.FixtureRequest) -> Input:
    rig_source: MakeSource = request.getfixturevalue("rig_source")
    return _made(f"file:{rig_source(SHORT).path}")


def _pattern(_request: pytest.FixtureRequest) -> Input:
    return _made("test:?size=320x180&rate=50&gop=10")


def _fake(request: pytest.FixtureRequest) -> Input:
    real = _file(request)
    script: list[SourceFormat | SourcePacket | Exception] = [real.open(), *itertools.islice(real.packets(), WANTED)]
    real.close()
    return FakeInput(script)


@pytest.fixture(
    params=[
        pytest.param(_rtsp, marks=pytest.mark.rtsp),
        pytest.param(_rtsp_ffmpeg, marks=pytest.mark.rtsp),
        _file,
        _pattern,
        _fake,
    ],
    ids=lambda make: make.__name__.strip("_"),
)
def source(request: pytest.FixtureRequest) -> Input:
    make: Callable[[pytest.FixtureRequest], Input] = request.param
    if make in (_rtsp, _rtsp_ffmpeg):
        need_rtsp_server()
    return make(request)


def test_it_opens_reads_and_closes(source: Input, tmp_path: Path) -> None:
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), WANTED) if isinstance(item, SourcePacket)]
    source.close()
    source.close()
    assert (found.picture.width, found.picture.height, found.picture.codec) == (320, 180, "h264")
    assert packets[0].track is Track.VIDEO
    assert packets[0].is_keyframe
    video = [packet for packet in packets if packet.track is Track.VIDEO]
    assert all(packet.size == len(bytes(packet.packet)) > 0 for packet in video)
    arrivals = [packet.arrived_ns for packet in packets]
    assert arrivals == sorted(arrivals)
    times = [packet.dts for packet in video if packet.dts is not None]
    assert times == sorted(set(times))
    assert written(found, packets, tmp_path / "copy.mp4") == len(video)


def test_formats_know_what_fits_into_one_file(source: Input) -> None:
    found = source.open()
    source.close()
    assert found.fits(found)
    assert not found.fits(replace(found, video=replace(found.video, width=found.video.width + 2)))


def test_reading_before_opening_fails_or_is_empty(source: Input) -> None:
    try:
        items = list(itertools.islice(source.packets(), 1))
    except InputFailed as failure:
        assert "not open" in failure.sentence  # noqa: PT017
    else:
        assert items == []
    finally:
        source.close()


def test_closing_in_the_midst_ends_what_is_being_read(source: Input) -> None:
    source.open()
    packets = source.packets()
    next(packets)
    source.close()
    try:
        assert len(list(packets)) < WANTED
    except InputFailed as failure:
        assert "closed" in failure.sentence  # noqa: PT017
