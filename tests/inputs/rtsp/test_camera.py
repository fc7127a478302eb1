"""Cameras, played by a real RTSP server: every kind of stream they send, and every way in which they fail."""

import itertools
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rig.fixtures import MakeSource, StartServer
from rig.frames import decoded_frames, frame_numbers, missing_and_repeated
from rig.inputs import pictures_of
from rig.recording import write
from rig.rtsp_server import RtspServer
from rig.source_files import SourceSpec
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Input
from seacorder.inputs.open import make_input
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.inputs.rtsp import camera as rtsp
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.model.sample import SourceFormat, SourcePacket, Track

pytestmark = pytest.mark.rtsp

SPEC = SourceSpec(width=320, height=180, rate=50, seconds=6, gop=25)


Camera = Callable[[str], Input]


@pytest.fixture(params=["own", "ffmpeg"])
def camera(request: pytest.FixtureRequest) -> Camera:
    """Makes inputs that are read by one of the two clients."""

    def make(address: str) -> Input:
        address += ("&" if "#" in address else "#") + f"client={request.param}"
        memory = CameraMemory(picture_timeout=PictureTimeout(NS_PER_SECOND) if is_impatient else PictureTimeout())
        return make_input(address, channel_name="Bow", channel_index=0, clock=SystemClock(), memory=memory)

    is_impatient = "impatient" in request.fixturenames
    return make


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence counts after a second; see `camera`."""
    monkeypatch.setattr(rtsp, "TIMEOUT_SECONDS", 1)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize(
    ("parameters", "transport"), [("both", "tcp"), ("sdp", "tcp"), ("inband", "tcp"), ("both", "udp")]
)
def test_no_frame_is_missing(
    camera: Camera,
    rtsp_server: RtspServer,
    rig_source: MakeSource,
    tmp_path: Path,
    *,
    parameters: str,
    codec: str,
    transport: str,
) -> None:
    address = rtsp_server.serve("/bow", rig_source(replace(SPEC, codec=codec)), parameters=parameters)
    source = camera(f"{address}#transport={transport}")
    found = source.open()
    packets = pictures_of(source.packets(), 50)
    source.close()
    assert (found.picture.codec, found.picture.width, found.picture.height) == (codec, 320, 180)
    assert found.picture.frame_rate == 50
    write(found, packets, tmp_path / "copy.mp4")
    numbers = frame_numbers(tmp_path / "copy.mp4")
    assert len(numbers) == 50
    assert missing_and_repeated(numbers) == ([], [])


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_b_frames_keep_their_order(
    camera: Camera, rtsp_server: RtspServer, rig_source: MakeSource, tmp_path: Path, codec: str
) -> None:
    spec = replace(SPEC, codec=codec, b_frames=3)
    source = camera(rtsp_server.serve("/bow", rig_source(spec)))
    found = source.open()
    packets = pictures_of(source.packets(), 60)
    source.close()
    assert any(packet.pts != packet.dts for packet in packets)
    dts = [packet.dts for packet in packets if packet.dts is not None]
    assert len(dts) == 60
    assert {after - before for before, after in itertools.pairwise(dts)} == {90_000 // 50}
    write(found, packets, tmp_path / "copy.mp4")
    numbers = frame_numbers(tmp_path / "copy.mp4")
    assert numbers == sorted(set(numbers))
    # The last pictures may be shown behind some that have not come.
    assert missing_and_repeated(numbers[:-4]) == ([], [])
    assert len(numbers) == 60


def test_a_new_size_in_mid_stream_is_a_new_format(
    camera: Camera, rtsp_server: RtspServer, rig_source: MakeSource, tmp_path: Path
) -> None:
    first = rig_source(replace(SPEC, seconds=1))
    second = rig_source(replace(SPEC, seconds=1, width=640, height=360, first_number=1000))
    source = camera(rtsp_server.serve("/bow", first, second, parameters="inband"))
    runs = [(source.open(), list[SourcePacket]())]
    for item in itertools.islice(source.packets(), 130):
        if isinstance(item, SourceFormat):
            runs.append((item, []))
        else:
            runs[-1][1].append(item)
    source.close()
    assert len(runs) >= 3
    for number, (found, packets) in enumerate(runs):
        assert packets[0].is_keyframe
        write(found, packets, tmp_path / f"{number}.mp4")
        frames = decoded_frames(tmp_path / f"{number}.mp4")
        assert len(frames) == len(packets)
        assert {(frame.width, frame.height) for frame in frames} == {(found.video.width, found.video.height)}
        assert all(frame.reading is not None for frame in frames)
    assert not runs[0][0].fits(runs[1][0])
    assert runs[0][0].video == runs[2][0].video


@pytest.mark.parametrize(
    ("sent", "kept", "rate"),
    [
        ("aac", "aac", 48000),
        ("pcma", "aac", 8000),
        ("pcmu", "aac", 8000),
        ("l16", "aac", 16000),
        ("opus", "opus or aac", 48000),
        ("mp3", "mp3 or aac", None),
    ],
)
def test_sound(
    request: pytest.FixtureRequest,
    camera: Camera,
    rtsp_server: RtspServer,
    rig_source: MakeSource,
    tmp_path: Path,
    *,
    sent: str,
    kept: str,
    rate: int | None,
) -> None:
    source = camera(rtsp_server.serve("/bow", rig_source(SPEC), audio=sent))
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), 120) if isinstance(item, SourcePacket)]
    source.close()
    assert found.audio is not None
    assert found.audio.codec in kept.split(" or ")
    # Only our own client waits for the first frame of MPEG audio, which tells its rate.
    assert found.audio.sample_rate == (rate or (44100 if found.audio.codec == "mp3" else 48000))
    sound = [packet for packet in packets if packet.track is Track.AUDIO]
    steps = {after.pts - before.pts for before, after in itertools.pairwise(sound) if after.pts and before.pts}
    assert len(sound) > 3
    # FFmpeg places one of the first frames of MPEG audio too early, so that the step after it is longer: at first it
    # takes RTP's clock (90 kHz) for the sampling rate, and a frame for 1152/90000 s. Why it is not always the same
    # frame is not known.
    assert len(steps) <= (3 if request.node.callspec.params["camera"] == "ffmpeg" else 2)
    write(found, packets, tmp_path / "copy.mp4")
    assert decoded_frames(tmp_path / "copy.mp4")


def test_sound_can_be_left_out(camera: Camera, rtsp_server: RtspServer, rig_source: MakeSource) -> None:
    source = camera(rtsp_server.serve("/bow", rig_source(SPEC), audio="aac") + "#audio=off")
    found = source.open()
    packets = list(itertools.islice(source.packets(), 20))
    source.close()
    assert found.audio is None
    assert all(isinstance(item, SourcePacket) and item.track is Track.VIDEO for item in packets)


@pytest.mark.parametrize("method", ["digest", "basic"])
def test_passwords(camera: Camera, start_rtsp_server: StartServer, rig_source: MakeSource, method: str) -> None:
    server = start_rtsp_server(auth=f"{method}:diver:p@ss/w")
    host = server.serve("/bow", rig_source(SPEC)).removeprefix("rtsp://")
    source = camera(f"rtsp://diver:p%40ss%2Fw@{host}")
    assert source.open().picture.width == 320
    source.close()
    for secret in ("diver:secret@", ""):
        source = camera(f"rtsp://{secret}{host}")
        with pytest.raises(InputFailed, match="rejects the user name or password") as failed:
            source.open()
        source.close()
        assert "secret" not in str(failed.value)
        assert failed.value.__cause__ is None


def test_what_cannot_be_recorded_is_said_in_one_sentence(
    camera: Camera, rtsp_server: RtspServer, rig_source: MakeSource
) -> None:
    rtsp_server.serve("/bow", rig_source(SPEC))
    rtsp_server.serve("/sound", audio="aac")
    sentences = {
        "/stern": "does not know this stream",
        "/sound": "sends no video",
    }
    for path, sentence in sentences.items():
        _assert_fails(camera, f"rtsp://diver:secret@127.0.0.1:{rtsp_server.port}{path}", sentence)


@pytest.mark.parametrize(("other", "codec"), [("vp8", "vp8"), ("jpeg", "mjpeg")])
def test_other_codecs_are_for_the_other_client(rtsp_server: RtspServer, other: str, codec: str) -> None:
    address = rtsp_server.serve("/bow", other=other)
    refused = make_input(address, channel_name="Bow", channel_index=0, clock=SystemClock())
    with pytest.raises(InputFailed, match=f"sends {codec} instead of .* add #client=ffmpeg"):
        refused.open()
    refused.close()
    # A path of its own: while the server takes down what one client had, it refuses the next one.
    address = rtsp_server.serve("/stern", other=other)
    source = make_input(f"{address}#client=ffmpeg", channel_name="Bow", channel_index=0, clock=SystemClock())
    found = source.open()
    [first] = pictures_of(source.packets(), 1)
    assert (found.video.codec, first.is_keyframe) == (codec, True)
    assert found.templates[Track.VIDEO].codec_context.decode(first.packet)[0].width == found.video.width > 0
    source.close()


def test_nobody_listens(camera: Camera) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        _assert_fails(camera, f"rtsp://127.0.0.1:{reserved.getsockname()[1]}/bow", "refuses connections")
    _assert_fails(camera, "rtsp://nowhere.invalid/bow", "cannot be found")


@pytest.mark.usefixtures("impatient")
def test_nobody_answers(camera: Camera) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        _assert_fails(camera, f"rtsp://127.0.0.1:{mute.getsockname()[1]}/bow", "does not answer")


def test_somebody_else_listens(camera: Camera) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        greeter = threading.Thread(target=_greet, args=(other,))
        greeter.start()
        _assert_fails(camera, f"rtsp://127.0.0.1:{other.getsockname()[1]}/bow", "not as an RTSP camera")
        greeter.join(5)


def test_a_cut_connection_ends_in_a_sentence(camera: Camera, rtsp_server: RtspServer, rig_source: MakeSource) -> None:
    source = camera(rtsp_server.serve("/bow", rig_source(SPEC)))
    source.open()
    packets = source.packets()
    pictures_of(packets, 5)
    rtsp_server.cut()
    with pytest.raises(InputFailed, match="the connection"):
        pictures_of(packets, 1000)
    source.close()


def test_silence_ends_in_a_sentence(camera: Camera, rtsp_server: RtspServer, rig_source: MakeSource) -> None:
    source = camera(rtsp_server.serve("/bow", rig_source(SPEC)))
    source.open()
    packets = source.packets()
    pictures_of(packets, 5)
    rtsp_server.silence("/bow", on=True)
    with pytest.raises(InputFailed, match="does not answer"):
        pictures_of(packets, 1000)
    source.close()


def test_a_camera_that_went_away_and_came_back(
    camera: Camera, rtsp_server: RtspServer, rig_source: MakeSource
) -> None:
    address = rtsp_server.serve("/bow", rig_source(SPEC))
    rtsp_server.stop("/bow")
    _assert_fails(camera, address, "does not know this stream")
    rtsp_server.resume("/bow")
    source = camera(address)
    source.open()
    assert len(pictures_of(source.packets(), 3)) == 3
    source.close()


def _greet(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"220 mail.example ESMTP\r\n\r\n")
        connection.recv(1000)


def _assert_fails(camera: Camera, address: str, sentence: str) -> None:
    source = camera(address)
    with pytest.raises(InputFailed) as failed:
        source.open()
    source.close()
    assert sentence in str(failed.value)
    assert str(failed.value).count("\n") == 0
    assert "secret" not in str(failed.value)
