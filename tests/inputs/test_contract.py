"""The promises of `inputs.contract`, kept by every kind of input and by the fake."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.input import FakeInput
from rig.fixtures import Keep, MakeSource, StartCamera, StartScreen, need_rtsp_server
from rig.inputs import made
from rig.ports import free_port
from rig.recording import readable
from rig.rtsp_server import RtspServer
from rig.senders import publish, send_tcp, send_udp, wait_until_listening
from rig.source_files import SourceSpec
from rig.web_camera import Manner, jpegs
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Input
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SHORT = SourceSpec(width=320, height=180, seconds=4, gop=10)
WANTED = 20


def _rtsp(request: pytest.FixtureRequest) -> Input:
    server: RtspServer = request.getfixturevalue("rtsp_server")
    rig_source: MakeSource = request.getfixturevalue("rig_source")
    return made(server.serve("/bow", rig_source(SHORT)))


def _rtsp_ffmpeg(request: pytest.FixtureRequest) -> Input:
    server: RtspServer = request.getfixturevalue("rtsp_server")
    rig_source: MakeSource = request.getfixturevalue("rig_source")
    return made(server.serve("/bow", rig_source(SHORT)) + "#client=ffmpeg")


def _file(request: pytest.FixtureRequest) -> Input:
    rig_source: MakeSource = request.getfixturevalue("rig_source")
    return made(f"file:{rig_source(SHORT).path}")


def _pattern(_request: pytest.FixtureRequest) -> Input:
    return made("test:?size=320x180&rate=50&gop=10")


def _pattern_raw(_request: pytest.FixtureRequest) -> Input:
    return made("test:?size=320x180&rate=50&codec=raw")


def _pattern_jpeg(_request: pytest.FixtureRequest) -> Input:
    return made("test:?size=320x180&rate=50&codec=mjpeg")


def _udp(request: pytest.FixtureRequest) -> Input:
    keep, rig_source = _sending(request)
    port = free_port(socket.SOCK_DGRAM)
    keep(send_udp(rig_source(SHORT), port))
    return made(f"udp://:{port}")


def _tcp(request: pytest.FixtureRequest) -> Input:
    keep, rig_source = _sending(request)
    port = free_port()
    keep(send_tcp(rig_source(SHORT), port, listens=True))
    wait_until_listening(port)
    return made(f"tcp://127.0.0.1:{port}")


def _tcp_listen(request: pytest.FixtureRequest) -> Input:
    keep, rig_source = _sending(request)
    port, source = free_port(), rig_source(SHORT)

    def connect() -> None:
        with contextlib.suppress(AssertionError):  # of the test that never opens
            wait_until_listening(port)
            keep(send_tcp(source, port))

    threading.Thread(target=connect, daemon=True).start()
    return made(f"tcp://:{port}#listen=on")


def _rtmp(request: pytest.FixtureRequest) -> Input:
    keep, rig_source = _sending(request)
    application: str = request.getfixturevalue("rtmp_application")
    keep(publish(rig_source(SHORT), f"{application}/bow"))
    return made(f"{application}/bow")


def _web(request: pytest.FixtureRequest) -> Input:
    start: StartCamera = request.getfixturevalue("start_web_camera")
    return made(f"http://{start(Manner(pictures=jpegs())).address}/video.mjpg")


def _images(request: pytest.FixtureRequest) -> Input:
    folder: Path = request.getfixturevalue("tmp_path")
    for number, picture in enumerate(jpegs(count=30)):
        (folder / f"shot_{number}.jpg").write_bytes(picture)
    return made(f"images:{folder}?rate=50")


def _screen(request: pytest.FixtureRequest) -> Input:
    start: StartScreen = request.getfixturevalue("start_screen")
    screen = start(320, 180)
    screen.show(TestPicture(320, 180, "SCREEN", 4).frame(7, 0))
    return made(f"screen:?display={screen.display}&rate=50&cursor=0")


def _sending(request: pytest.FixtureRequest) -> tuple[Keep, MakeSource]:
    return request.getfixturevalue("keep_sender"), request.getfixturevalue("rig_source")


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
        _images,
        _pattern,
        _pattern_raw,
        _pattern_jpeg,
        _udp,
        _tcp,
        _tcp_listen,
        pytest.param(_rtmp, marks=pytest.mark.rtmp),
        _web,
        pytest.param(_screen, marks=pytest.mark.screen),
        _fake,
    ],
    ids=lambda make: make.__name__.strip("_"),
)
def source(request: pytest.FixtureRequest) -> Input:
    make: Callable[[pytest.FixtureRequest], Input] = request.param
    if make in (_rtsp, _rtsp_ffmpeg):
        need_rtsp_server()
    return make(request)


def codec_of(request: pytest.FixtureRequest) -> str:
    """What the source under test sends."""
    others = {_pattern_raw: "rawvideo", _pattern_jpeg: "mjpeg", _web: "mjpeg", _images: "mjpeg", _screen: "rawvideo"}
    return others.get(request.node.callspec.params["source"], "h264")


def test_it_opens_reads_and_closes(source: Input, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), WANTED) if isinstance(item, SourcePacket)]
    source.close()  # in the midst of what most of them send
    source.close()
    assert (found.picture.width, found.picture.height, found.picture.codec) == (320, 180, codec_of(request))
    assert packets[0].track is Track.VIDEO
    assert packets[0].is_keyframe
    video = [packet for packet in packets if packet.track is Track.VIDEO]
    assert all(packet.size == len(bytes(packet.packet)) > 0 for packet in video)
    arrivals = [packet.arrived_ns for packet in packets]
    assert arrivals == sorted(arrivals)
    times = [packet.dts for packet in video if packet.dts is not None]
    assert times == sorted(set(times))
    assert readable(found, packets, tmp_path / "copy.mp4") == len(video)


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
