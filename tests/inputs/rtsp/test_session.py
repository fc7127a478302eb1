"""What our own RTSP client does that FFmpeg's does not, or that only a camera on demand can show."""

import itertools
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from rig.fixtures import MakeSource
from rig.frames import frame_numbers
from rig.inputs import pictures_of, read_camera
from rig.lossy_proxy import LossyProxy
from rig.recording import write
from rig.rtsp_server import RtspServer
from rig.scripted_camera import Answer, Script, ScriptedCamera
from rig.source_files import SourceSpec
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.base.errors import InputFailed
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.inputs.rtp.audio import mpeg_frame_bytes
from seacorder.inputs.rtsp import camera as rtsp_camera
from seacorder.inputs.rtsp.camera import RtspInput
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.model.address.address import RtspAddress, Transport
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SPEC = SourceSpec(width=320, height=180, rate=50, seconds=6, gop=25)
RICH = SourceSpec(width=640, height=360, rate=50, seconds=6, gop=25, bits_per_second=400_000, noise=True)
"""Several packets in a picture, and so few bytes that a socket holds those of a second and more, in which nobody reads.
"""


class SilentCamera(ScriptedCamera):
    """Answers every request, and sends no picture."""

    def _frames(self) -> Iterator[bytes]:
        return itertools.repeat(b"")


def made(url: str, **options: object) -> RtspInput:
    return RtspInput(RtspAddress(url, **options), SystemClock())  # type: ignore[arg-type]


def taken(camera: ScriptedCamera, count: int = 40) -> tuple[SourceFormat, list[SourcePacket]]:
    formats, packets = read_camera(camera.url, count)
    return formats[0], [packet for packet in packets if packet.track is Track.VIDEO]


@pytest.mark.rtsp
def test_every_lost_picture_is_a_hole_and_no_other_is(
    rtsp_server: RtspServer, rig_source: MakeSource
) -> None:
    rtsp_server.serve("/bow", rig_source(RICH), parameters="sdp")
    chance = random.Random(7)
    with LossyProxy(rtsp_server.port, lambda *_: chance.random() < 0.05) as proxy:
        source = made(f"rtsp://127.0.0.1:{proxy.port}/bow", transport=Transport.UDP)
        found = source.open()
        packets = pictures_of(source.packets(), 150)
        source.close()
        seen, lost = list(proxy.seen), set(proxy.lost)
    assert source._playing is not None
    origin = source._playing._video.origin
    assert origin is not None
    kept = [(origin + (packet.pts or 0)) & 0xFFFF_FFFF for packet in packets]
    sent = seen[seen.index(origin) : seen.index(kept[-1]) + 1]
    missing = set(sent) - set(kept)
    assert missing == lost & set(sent)
    assert missing
    steps = [(after.dts or 0) - (before.dts or 0) for before, after in itertools.pairwise(packets)]
    assert sum(round(step / 1800) - 1 for step in steps) == len(missing)
    assert [packet.missing_before for packet in packets] == [0, *(round(step / 1800) - 1 for step in steps)]
    assert found.picture.frame_rate == 50


@pytest.mark.rtsp
def test_datagrams_without_loss(rtsp_server: RtspServer, rig_source: MakeSource) -> None:
    rtsp_server.serve("/bow", rig_source(RICH))
    with LossyProxy(rtsp_server.port, lambda *_: False) as proxy:
        source = made(f"rtsp://127.0.0.1:{proxy.port}/bow", transport=Transport.UDP)
        source.open()
        packets = pictures_of(source.packets(), 60)
        source.close()
    assert {(after.dts or 0) - (before.dts or 0) for before, after in itertools.pairwise(packets)} == {1800}


@pytest.mark.rtsp
@pytest.mark.parametrize("transport", list(Transport))
def test_closing_ends_a_read_that_waits(
    rtsp_server: RtspServer, rig_source: MakeSource, transport: Transport
) -> None:
    rtsp_server.serve("/bow", rig_source(SPEC))
    source = made(f"rtsp://127.0.0.1:{rtsp_server.port}/bow", transport=transport)
    source.open()
    packets = source.packets()
    pictures_of(packets, 3)
    rtsp_server.silence("/bow", on=True)
    closer = threading.Timer(0.5, source.close)
    closer.start()
    with pytest.raises(InputFailed, match="was closed"):
        pictures_of(packets, 1000)
    closer.join()


def test_a_redirection_is_followed_once(rig_source: MakeSource) -> None:
    source = rig_source(SPEC)
    with ScriptedCamera(source) as other:

        def script(method: str, _url: str, _headers: dict[str, str]) -> Answer | None:
            return (302, {"Location": other.url}, b"") if method == "DESCRIBE" else None

        with ScriptedCamera(source, script) as camera:
            found, packets = taken(camera)
        assert found.picture.width == 320
        assert len(packets) == 40

        def circle(method: str, url: str, _headers: dict[str, str]) -> Answer | None:
            return (302, {"Location": url}, b"") if method == "DESCRIBE" else None

        with ScriptedCamera(source, circle) as camera, pytest.raises(InputFailed, match="refuses the request"):
            taken(camera)


def test_a_session_is_kept_alive_as_long_as_the_camera_wants(rig_source: MakeSource) -> None:
    def script(method: str, _url: str, _headers: dict[str, str]) -> Answer | None:
        transport = {"Session": " 88 ; timeout=2", "Transport": "RTP/AVP/TCP;interleaved=4-5"}
        return (200, transport, b"") if method == "SETUP" else None

    with ScriptedCamera(rig_source(SPEC), script) as camera:
        source = made(camera.url)
        source.open()
        for _ in source.packets():
            if camera.kept_alive.is_set():
                break
        source.close()
    assert ("GET_PARAMETER", camera.url) in camera.requests


def _plain(method: str, url: str, _headers: dict[str, str]) -> Answer | None:
    """Wants each track played by itself, and numbers them in full URLs below a base of its own."""
    if method == "PLAY" and "track1" not in url:
        return 459, {}, b""
    if method == "DESCRIBE":
        body = b"v=0\na=control:*\nm=video 0 RTP/AVP 96\na=rtpmap:96 h264/90000\na=control:track1\n"
        return 200, {"content-base": f"{url}/base/"}, body
    return None


def test_tracks_that_want_to_be_played_one_by_one(rig_source: MakeSource) -> None:
    with ScriptedCamera(rig_source(SPEC), _plain) as camera:
        _, packets = taken(camera)
    assert len(packets) == 40
    assert ("PLAY", f"{camera.url}/base/track1") in camera.requests


@pytest.mark.parametrize("noise", [b"\r\n", b"\x00garbage\xff", b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"])
def test_what_stands_between_frames_is_passed_over(rig_source: MakeSource, noise: bytes) -> None:
    with ScriptedCamera(rig_source(SPEC), noise=noise) as camera:
        found, packets = taken(camera)
    assert {(after.pts or 0) - (before.pts or 0) for before, after in itertools.pairwise(packets)} == {1800}
    assert found.picture.codec == "h264"


@pytest.mark.parametrize("transport", list(Transport))
def test_a_refused_transport_is_said(rig_source: MakeSource, transport: Transport) -> None:
    script: Script = lambda method, *_: (461, {}, b"") if method == "SETUP" else None  # noqa: E731
    with ScriptedCamera(rig_source(SPEC), script) as camera, pytest.raises(InputFailed, match="refuses the request"):
        made(camera.url, transport=transport).open()


def test_a_camera_that_agrees_and_sends_nothing_is_told_from_one_that_does_not_answer(
    rig_source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtsp_camera, "TIMEOUT_SECONDS", 1)
    memory = CameraMemory(picture_timeout=PictureTimeout(NS_PER_SECOND))
    with SilentCamera(rig_source(SPEC)) as camera:
        source = RtspInput(RtspAddress(camera.url), SystemClock(), memory)
        with pytest.raises(InputFailed, match="agrees to send, but no picture comes"):
            source.open()


def test_interleaved_pictures_are_refused(rig_source: MakeSource) -> None:
    body = b"v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=2\n"
    script: Script = lambda method, *_: (200, {}, body) if method == "DESCRIBE" else None  # noqa: E731
    with ScriptedCamera(rig_source(SPEC), script) as camera, pytest.raises(InputFailed, match="interleaved"):
        made(camera.url).open()


@pytest.mark.rtsp
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_both_clients_bring_the_same_pictures(
    rtsp_server: RtspServer, rig_source: MakeSource, tmp_path: Path, codec: str
) -> None:
    from seacorder.inputs.ffmpeg.rtsp import FfmpegRtspInput

    url = rtsp_server.serve("/bow", rig_source(SourceSpec(width=320, height=180, rate=50, seconds=6, codec=codec)))
    numbers, slices = [], []
    for source in (made(url), FfmpegRtspInput(RtspAddress(url), SystemClock(), PictureTimeout())):
        path = tmp_path / f"{type(source).__name__}.mp4"
        found = source.open()
        packets = pictures_of(source.packets(), 60)
        source.close()
        write(found, packets, path)
        numbers.append(frame_numbers(path))
        slices.append({number: packet.size for number, packet in zip(numbers[-1], packets, strict=True)})
    both = slices[0].keys() & slices[1].keys()
    assert all(sequence == list(range(sequence[0], sequence[0] + 60)) or 0 in sequence for sequence in numbers)
    for number in both:
        # FFmpeg leaves parameter sets and delimiters in front of the slices; the slices are the same.
        assert 0 <= slices[1][number] - slices[0][number] < 200


@pytest.mark.rtsp
def test_mp3_is_recorded_as_it_comes(
    rtsp_server: RtspServer, rig_source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtsp_camera, "SOUND_WAIT_SECONDS", 60)  # however long the machine stands still
    source = made(rtsp_server.serve("/bow", rig_source(SPEC), audio="mp3"))
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), 150) if isinstance(item, SourcePacket)]
    source.close()
    assert found.audio is not None
    assert (found.audio.codec, found.audio.sample_rate, found.audio.channels) == ("mp3", 44100, 2)
    sound = [packet for packet in packets if packet.track is Track.AUDIO]
    assert {mpeg_frame_bytes(bytes(packet.packet)[:4]) for packet in sound} <= {417, 418}
    assert all(packet.size == mpeg_frame_bytes(bytes(packet.packet)[:4]) for packet in sound)
    steps = {(after.pts or 0) - (before.pts or 0) for before, after in itertools.pairwise(sound)}
    assert all(abs(step - 90_000 * 1152 / 44100) <= 1 for step in steps)
    write(found, packets, tmp_path / "copy.mp4")
    with av.open(str(tmp_path / "copy.mp4")) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > 10 * 1152


def test_sound_that_is_offered_and_never_comes(rig_source: MakeSource, caplog: pytest.LogCaptureFixture) -> None:
    body = (
        b"v=0\na=control:*\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:track1\n"
        b"m=audio 0 RTP/AVP 14\na=control:track2\n"
    )

    def script(method: str, url: str, _headers: dict[str, str]) -> Answer | None:
        if method == "SETUP" and url.endswith("track2"):
            return 200, {"Session": "77", "Transport": "RTP/AVP/TCP;unicast;interleaved=6-7"}, b""
        return (200, {"Content-Base": f"{url}/"}, body) if method == "DESCRIBE" else None

    with ScriptedCamera(rig_source(SPEC), script) as camera:
        found, packets = taken(camera)
    assert found.audio is None
    assert "did not send the sound that it offers" in caplog.text
    assert {(after.pts or 0) - (before.pts or 0) for before, after in itertools.pairwise(packets)} == {1800}
