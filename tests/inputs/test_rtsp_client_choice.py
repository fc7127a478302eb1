"""Which client reads a camera: ours, and FFmpeg's where ours cannot."""

import itertools

import pytest

from rig.fixtures import MakeSource
from rig.odd_camera import ORDINARY, OddCamera, Quirk, footage
from rig.scripted_camera import Answer
from rig.source_files import SourceSpec
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.base.errors import InputFailed
from seacorder.base.message import Message
from seacorder.inputs.open import make_input
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.inputs.rtsp import camera as rtsp
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.model.sample import SourcePacket

SPEC = SourceSpec(width=320, height=240, seconds=8, gop=10)


def read_by(camera: OddCamera, memory: CameraMemory) -> str:
    source = make_input(camera.url, channel_name="Bow", channel_index=0, clock=SystemClock(), memory=memory)
    try:
        found = source.open()
        packets = [one for one in itertools.islice(source.packets(), 20) if isinstance(one, SourcePacket)]
        assert packets[0].is_keyframe
        assert len(packets) > 15
    finally:
        source.close()
    return found.picture.read_by


def for_others(method: str, status: int) -> Quirk:
    """Refuses one method to whoever says that it is this recorder."""

    def answer(asked: str, _url: str, headers: dict[str, str]) -> Answer | None:
        return (status, {}, b"") if asked == method and headers.get("user-agent") == "Seacorder" else None

    return Quirk(answer=answer)


def test_ours_reads_an_ordinary_camera(rig_source: MakeSource) -> None:
    said: list[Message] = []
    with OddCamera(footage(rig_source(SPEC)), ORDINARY, seconds=0.005) as camera:
        assert read_by(camera, CameraMemory(said.append)) == ""
    assert said == []


def test_ffmpegs_takes_over_and_stays(rig_source: MakeSource) -> None:
    said: list[Message] = []
    memory = CameraMemory(said.append)
    with OddCamera(footage(rig_source(SPEC)), for_others("PLAY", 400), seconds=0.005) as camera:
        assert read_by(camera, memory) == "ffmpeg"
        asked = len(camera.requests)
        assert read_by(camera, memory) == "ffmpeg"
        assert [method for method, _ in camera.requests[asked:]].count("PLAY") == 1
    [message] = said
    assert message.fact.endswith("FFmpeg's client can read it and has taken over.")
    assert message.action == (
        "Nothing to do. To begin with that client, add #client=ffmpeg to the camera's address between dives."
    )
    assert "\n" not in message.text


def test_where_neither_can_ours_says_why_and_ffmpegs_is_tried_less_and_less(rig_source: MakeSource) -> None:
    quirk = Quirk(answer=lambda method, *_: (406, {}, b"") if method == "SETUP" else None)
    memory, plays = CameraMemory(), []
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera:
        for _ in range(8):
            before = len(camera.requests)
            with pytest.raises(InputFailed, match="406 Said"):
                read_by(camera, memory)
            plays.append([method for method, _ in camera.requests[before:]].count("SETUP"))
    assert [count > 1 for count in plays] == [True, False, True, False, False, False, True, False]


@pytest.mark.parametrize(("method", "status"), [("DESCRIBE", 404), ("DESCRIBE", 401), ("SETUP", 403)])
def test_what_another_client_cannot_change_is_no_reason(method: str, status: int, rig_source: MakeSource) -> None:
    with OddCamera(footage(rig_source(SPEC)), for_others(method, status)) as camera, pytest.raises(InputFailed):
        read_by(camera, CameraMemory())
    assert camera.connections == 0


def test_a_slow_camera_is_no_reason(rig_source: MakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pictures come over our client, too; the next connection waits longer for the second one."""
    monkeypatch.setattr(rtsp, "TIMEOUT_SECONDS", 1)
    memory = CameraMemory(picture_timeout=PictureTimeout(NS_PER_SECOND))
    with OddCamera(footage(rig_source(SPEC)), seconds=30) as camera, pytest.raises(InputFailed, match="not answer"):
        read_by(camera, memory)
    assert not memory.prefers_ffmpeg
    assert [method for method, _ in camera.requests].count("PLAY") == 1
    assert memory.picture_timeout.limit_ns == 2 * NS_PER_SECOND


def test_ffmpegs_client_gives_up_a_camera_whose_next_picture_stays_away(rig_source: MakeSource) -> None:
    memory = CameraMemory(picture_timeout=PictureTimeout(NS_PER_SECOND), prefers_ffmpeg=True)
    with OddCamera(footage(rig_source(SPEC)), seconds=30) as camera, pytest.raises(InputFailed, match="not answer"):
        read_by(camera, memory)
    assert memory.picture_timeout.limit_ns == 2 * NS_PER_SECOND
