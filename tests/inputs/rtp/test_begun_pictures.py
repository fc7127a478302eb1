"""A camera's video that is taken in pieces: when a picture came of which only the beginning was there at first."""

import pytest

from rig.fixtures import MakeSource
from rig.scripted_camera import ScriptedCamera
from rig.source_files import SourceFile, SourceSpec
from seacorder.base.clock import NS_PER_MS, SystemClock
from seacorder.inputs.rtp.arrivals import Burst
from seacorder.inputs.rtp.interleaved import take_frames
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtp.sdp import parse
from seacorder.inputs.rtp.video_track import VideoTrack
from seacorder.model.sample import SourcePacket

SPEC = SourceSpec(width=320, height=180, rate=50, seconds=6, gop=25)
DESCRIPTION = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"


class Pieces(ScriptedCamera):
    """Gives its pictures without a connection."""

    def pictures(self, count: int) -> list[bytes]:
        return [block for block, _ in zip(self._frames(), range(count), strict=False)]


class Scene:
    """A video track that takes bytes as reads bring them."""

    def __init__(self, source: SourceFile) -> None:
        with Pieces(source) as camera:
            self.pictures = camera.pictures(SPEC.gop + 2)
        (offered,) = parse(DESCRIPTION, "rtsp://c/").tracks
        self._track = VideoTrack(offered, "the camera", SystemClock())
        self._receiver = RtpReceiver(96, self._track.units)
        self._rest = b""

    def read(self, block: bytes, came_ms: int, after_ms: int) -> list[int]:
        """When the pictures that are whole now came, in ms."""
        self._receiver.settle()
        view = memoryview(self._rest + block)
        self._rest = bytes(view[take_frames(view, 0, len(view), {4: self._receiver}, {}) :])
        burst = Burst(came_ms * NS_PER_MS, after_ms * NS_PER_MS, has_lain=came_ms - after_ms >= 50)
        found = self._track.items(burst, self._receiver.timestamp)
        return [one.arrived_ns // NS_PER_MS for one in found if isinstance(one, SourcePacket)]


@pytest.fixture
def scene(rig_source: MakeSource) -> Scene:
    return Scene(rig_source(SPEC))


def test_its_beginning_tells_when_it_came(scene: Scene) -> None:
    scene.read(b"".join(scene.pictures[:25]), came_ms=1000, after_ms=500)
    keyframe, following = scene.pictures[25:]
    assert scene.read(keyframe[:-20], came_ms=1020, after_ms=1001) == []
    assert scene.read(keyframe[-20:] + following, came_ms=1190, after_ms=1021) == [1020, 1190]


def test_the_first_of_several_pieces_tells(scene: Scene) -> None:
    scene.read(b"".join(scene.pictures[:25]), came_ms=1000, after_ms=500)
    keyframe = scene.pictures[25]
    assert scene.read(keyframe[:-40], came_ms=1020, after_ms=1001) == []
    assert scene.read(keyframe[-40:-20], came_ms=1024, after_ms=1021) == []
    assert scene.read(keyframe[-20:], came_ms=1190, after_ms=1025) == [1020]


def test_what_stands_after_a_whole_picture_begins_anew(scene: Scene) -> None:
    scene.read(b"".join(scene.pictures[:24]), came_ms=1000, after_ms=500)
    keyframe = scene.pictures[25]
    scene.read(scene.pictures[24] + keyframe[:-20], came_ms=1100, after_ms=1001)
    assert scene.read(keyframe[-20:], came_ms=1290, after_ms=1101) == [1100]
