"""Web cameras over real HTTP: every picture comes, at its time, in each manner in which cameras send them."""

import itertools
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from rig.fixtures import MakeSource, StartCamera
from rig.inputs import made
from rig.program import wait_for
from rig.recording import shown
from rig.source_files import SourceSpec
from rig.web_camera import Manner, jpegs
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import InputFailed, InputRefused
from seacorder.inputs.contract import Input
from seacorder.inputs.open import make_input
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.model.sample import SourceFormat, SourcePacket


def taken(source: Input, count: int) -> list[SourcePacket]:
    return [item for item in itertools.islice(source.packets(), count) if isinstance(item, SourcePacket)]


def opened(address: str, picture_timeout: PictureTimeout) -> Input:
    """Where a machine stood still for longer than the first picture may take, the next connection."""
    usual_ns = picture_timeout.usual_ns

    def attempt() -> Input | None:
        picture_timeout.limit_ns = usual_ns
        source = made(address, picture_timeout)
        try:
            source.open()
        except InputFailed:
            source.close()
            return None
        return source

    return wait_for(attempt, "a connection")


@pytest.mark.parametrize(
    "manner",
    [
        Manner(),
        Manner(with_length=False),
        Manner(quoted=True, hyphens=True),
        Manner(with_length=False, hyphens=True),
    ],
    ids=["plain", "no length", "quoted", "no length, hyphens"],
)
def test_every_picture_comes(start_web_camera: StartCamera, manner: Manner) -> None:
    manner.pictures, manner.rate = jpegs(count=40), 100
    source = made(f"http://{start_web_camera(manner).address}/video.mjpg")
    found = source.open()
    packets = taken(source, 40)
    source.close()
    assert (found.video.codec, found.video.pixel_format, found.audio) == ("mjpeg", "yuvj420p", None)
    assert [bytes(packet.packet) for packet in packets] == manner.pictures
    assert [reading.number for reading in shown(found, packets) if reading] == list(range(40))


def test_a_picture_s_time_is_its_arrival(start_web_camera: StartCamera) -> None:
    source = made(f"http://{start_web_camera(Manner(pictures=jpegs(count=5), rate=20)).address}/")
    source.open()
    packets = taken(source, 20)
    source.close()
    for packet in packets:
        seconds = (packet.arrived_ns - packets[0].arrived_ns) / NS_PER_SECOND
        assert packet.pts == packet.dts
        assert abs((packet.pts or 0) / 90_000 - seconds) < 1e-4
    assert all(packet.is_keyframe for packet in packets)


def test_user_and_password_are_asked_for_and_kept(start_web_camera: StartCamera) -> None:
    camera = start_web_camera(Manner(pictures=jpegs(count=5), password="p@ss"))
    source = made(f"http://admin:p%40ss@{camera.address}/video?channel=1")
    source.open()
    source.close()
    assert camera.requests == ["/video?channel=1"] * 2
    for secret, sentence in (("admin:wrong@", "rejects the user name or password"), ("", "asks for a user name")):
        refused = made(f"http://{secret}{camera.address}/video?user=a&pwd=hidden")
        with pytest.raises(InputRefused, match=sentence) as failed:
            refused.open()
        refused.close()
        assert "wrong" not in str(failed.value)
        assert "hidden" not in str(failed.value)


def test_a_redirection_is_followed(start_web_camera: StartCamera) -> None:
    camera = start_web_camera(Manner(pictures=jpegs(count=5)))
    source = made(f"http://{camera.address}/elsewhere")
    source.open()
    source.close()
    assert camera.requests == ["/elsewhere", "/video"]


def test_a_new_size_comes_between_the_pictures(start_web_camera: StartCamera) -> None:
    pictures = jpegs(count=3) + jpegs(640, 360, count=3)
    source = made(f"http://{start_web_camera(Manner(pictures=pictures, rate=100)).address}/")
    items = [source.open(), *itertools.islice(source.packets(), 8)]
    source.close()
    sizes = [(item.video.width, item.video.height) for item in items if isinstance(item, SourceFormat)]
    assert sizes == [(320, 180), (640, 360), (320, 180)]
    assert [isinstance(item, SourceFormat) for item in items] == [True, *[False] * 3, True, *[False] * 3, True]


def test_silence_and_ends_are_said(start_web_camera: StartCamera) -> None:
    for manner, picture_timeout, sentence in (
        (Manner(pictures=jpegs(count=3), silent_after=2), PictureTimeout(NS_PER_SECOND), "does not answer"),
        (Manner(pictures=jpegs(count=3), ends=True), PictureTimeout(), "ended"),
    ):
        source = opened(f"http://{start_web_camera(manner).address}/", picture_timeout)
        with pytest.raises(InputFailed, match=sentence):
            list(source.packets())
        source.close()


def test_what_is_no_stream_is_said(start_web_camera: StartCamera) -> None:
    for manner, sentence in (
        (Manner(content_type="text/html; charset=utf-8", body=b"<html>"), "answers with a web page"),
        (Manner(content_type="image/jpeg", body=jpegs(count=1)[0]), "answers with a single picture"),
        (Manner(content_type="video/mp4", body=b"x" * 1000), "a file of 1000 bytes. Download it"),
        (Manner(pictures=[b"no picture"] * 10, rate=1000), "no JPEG pictures"),
    ):
        source = made(f"http://{start_web_camera(manner).address}/")
        with pytest.raises(InputFailed, match=sentence):
            source.open()
        source.close()
    missing = made(f"http://{start_web_camera(Manner()).address}/nothing")
    with pytest.raises(InputFailed, match="has no such stream"):
        missing.open()


def test_a_transport_stream_comes_over_http_too(
    start_web_camera: StartCamera, rig_source: MakeSource, tmp_path: Path
) -> None:
    import av

    path = tmp_path / "bow.ts"
    spec = SourceSpec(width=320, height=180, seconds=4, gop=10)
    with av.open(str(rig_source(spec).path)) as given, av.open(str(path), "w", format="mpegts") as out:
        stream = out.add_stream_from_template(given.streams.video[0], opaque=True)
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    source = made(f"http://{start_web_camera(Manner(content_type='video/mp2t', stream=path)).address}/bow.ts")
    found = source.open()
    packets = taken(source, 50)
    source.close()
    assert found.video.codec == "h264"
    assert packets[0].is_keyframe
    assert len(packets) == 50


def test_reading_needs_opening() -> None:
    source = make_input("http://127.0.0.1:1/", channel_name="Bow", channel_index=0, clock=FakeClock())
    with pytest.raises(InputFailed, match="not open"):
        list(source.packets())


def three_pictures(address: str, picture_timeout: PictureTimeout) -> list[SourcePacket] | None:
    """None where one comes too late: on a machine that stood still also for a connection that has learned the pace."""
    source = made(address, picture_timeout)
    try:
        source.open()
        return taken(source, 3)
    except InputFailed:
        return None
    finally:
        source.close()


def test_a_slow_camera_is_found_and_its_pictures_come_when_they_are_sent(start_web_camera: StartCamera) -> None:
    """Three pictures a quarter longer apart than the first connection waits: the second one learns the pace."""
    picture_timeout = PictureTimeout(NS_PER_SECOND)
    camera = start_web_camera(Manner(pictures=jpegs(count=3), rate=0.8))
    address = f"http://{camera.address}/"
    first = opened(address, picture_timeout)
    with pytest.raises(InputFailed, match="does not answer"):
        list(first.packets())
    first.close()
    packets = wait_for(lambda: three_pictures(address, picture_timeout), "three pictures")
    assert packets[0].arrived_ns < camera.sent_ns[-1][1]  # and not when the second one has come
    assert picture_timeout.limit_ns > 2.5 * NS_PER_SECOND
