"""Other inputs than cameras with RTSP, from the sender to the file: what was sent is in it, told by its strip."""

import itertools
import socket
import threading
from pathlib import Path
from typing import Any

import av
import pytest

from rig.fixtures import Keep, MakeSource, StartCamera, StartScreen
from rig.frames import decoded_frames, frame_numbers, missing_and_repeated
from rig.lossy_relay import LossyRelay
from rig.ports import free_port
from rig.program import Program, running, wait_for
from rig.senders import publish, send_udp
from rig.source_files import SourceSpec
from rig.web_camera import Manner, jpegs
from seacorder.inputs.pattern.picture import TestPicture

SPEC = SourceSpec(width=640, height=360, rate=25, seconds=60, gop=25)
TIMED = "a receiver that comes late loses what UDP brings"
BACK_SECONDS = 6
"""Within so long a source that has come back is recorded: the wait between attempts, an attempt, a keyframe."""
NOISY = SourceSpec(width=640, height=360, seconds=20, gop=25, noise=True, bits_per_second=6_000_000)


def recorded(program: Program, seconds: float) -> list[Any]:
    """The parts of a recording of so long a time, in their order; nothing of it is lost."""
    program.wait_live()
    program.post("/api/v1/recording/start")
    program.wait_recorded(seconds)
    program.post("/api/v1/recording/stop")
    assert program.rows("losses") == []
    return program.rows("parts")


@pytest.mark.slow
@pytest.mark.alone(TIMED)
def test_a_transport_stream_is_stored_as_it_comes(tmp_path: Path, rig_source: MakeSource, keep_sender: Keep) -> None:
    port = free_port(socket.SOCK_DGRAM)
    keep_sender(send_udp(rig_source(SPEC), port))
    with running(tmp_path, {"Bow": f"udp://:{port}"}) as program:
        [part] = recorded(program, 4.0)
    numbers = frame_numbers(Path(part["path"]))
    assert missing_and_repeated(numbers) == ([], [])
    assert len(numbers) == part["frames"] >= 4 * SPEC.rate
    with av.open(part["path"]) as file, av.open(str(rig_source(SPEC).path)) as sent:
        stored = {_slice(bytes(packet)) for packet in file.demux(video=0) if packet.size}
        assert stored <= {_slice(bytes(packet)) for packet in sent.demux(video=0) if packet.size}


@pytest.mark.slow
@pytest.mark.alone(TIMED)
def test_what_udp_loses_is_listed_to_the_frame(tmp_path: Path, rig_source: MakeSource, keep_sender: Keep) -> None:
    port = free_port(socket.SOCK_DGRAM)
    storm = threading.Event()
    with LossyRelay(port, lambda number: storm.is_set() and number % 200 == 150) as relay:
        keep_sender(send_udp(rig_source(NOISY), relay.port))
        with running(tmp_path, {"Bow": f"udp://:{port}"}) as program:
            program.wait_live()
            program.post("/api/v1/recording/start")
            program.wait_recorded(0.5)
            storm.set()
            program.wait_recorded(6.0)
            storm.clear()
            program.wait_recorded(7.0)
            program.post("/api/v1/recording/stop")
            [part], losses = program.rows("parts"), program.rows("losses")
    with av.open(part["path"]) as file:
        times = sorted(float(packet.pts * packet.time_base) for packet in file.demux(video=0) if packet.size)
    lost = sum(loss["frames"] for loss in losses)
    assert {loss["cause"] for loss in losses} == {"network"}
    assert lost >= 5
    assert len(times) == part["frames"]
    assert round((times[-1] - times[0]) * NOISY.rate) + 1 == len(times) + lost


@pytest.mark.slow
def test_no_password_is_shown_of_any_source(tmp_path: Path, start_web_camera: StartCamera) -> None:
    camera = start_web_camera(Manner(password="other"))
    addresses = {
        "Web": f"http://admin:hidden1@{camera.address}/video?pwd=hidden2",
        "Rtmp": f"rtmp://admin:hidden3@{camera.address}/live/bow",
    }
    with running(tmp_path, addresses) as program:
        for name in addresses:
            wait_for(lambda name=name: program.channel(name)["state"] == "failed", f"{name} to fail")
        answers = str(program.get("/api/v1/status"))
    assert "rejects the user name or password" in answers
    assert "***@" in answers
    for text in (answers, program.log()):
        assert "hidden" not in text


def _slice(packet: bytes) -> bytes:
    """The end of a picture, without what muxers put in front of it."""
    return packet[-200:]


@pytest.mark.slow
@pytest.mark.rtmp
@pytest.mark.alone("recorded again within six seconds")
def test_rtmp_comes_back_after_a_cut_and_what_is_missing_is_said(
    tmp_path: Path, rig_source: MakeSource, keep_sender: Keep, rtmp_application: str
) -> None:
    first = keep_sender(publish(rig_source(SPEC).path, f"{rtmp_application}/bow"))
    with running(tmp_path, {"Bow": f"{rtmp_application}/bow"}) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(2.0)
        first.close()
        wait_for(lambda: program.channel("Bow")["state"] == "failed", "the channel to notice")
        assert "is away: the server is reached and sends nothing under this name" in program.channel("Bow")["reason"]
        keep_sender(publish(rig_source(SPEC).path, f"{rtmp_application}/bow"))
        program.wait_live()
        before = program.channel("Bow")["recording"]["frames"]
        wait_for(lambda: program.channel("Bow")["recording"]["frames"] > before + SPEC.rate, "more to be recorded")
        program.post("/api/v1/recording/stop")
        [part], [loss] = program.rows("parts"), program.rows("losses")
    numbers = frame_numbers(Path(part["path"]))
    assert len(numbers) == part["frames"]
    [cut] = [place for place in range(1, len(numbers)) if numbers[place] != numbers[place - 1] + 1]
    # The second sender begins its film anew: so much of it had passed when it was recorded.
    assert numbers[cut] <= BACK_SECONDS * SPEC.rate
    assert missing_and_repeated(numbers[:cut]) == missing_and_repeated(numbers[cut:]) == ([], [])
    frames = decoded_frames(Path(part["path"]))
    hole = frames[cut].seconds - frames[cut - 1].seconds
    assert loss["cause"] == "stall"
    assert abs(hole - (loss["frames"] + 1) / SPEC.rate) < 0.1


@pytest.mark.alone(TIMED)
@pytest.mark.slow
def test_a_web_camera_is_encoded_without_missing_a_picture(tmp_path: Path, start_web_camera: StartCamera) -> None:
    camera = start_web_camera(Manner(pictures=jpegs(640, 360, count=600, index=3)))
    with running(tmp_path, {"Bow": f"http://{camera.address}/video.mjpg"}) as program:
        [part] = recorded(program, 4.0)
    frames = decoded_frames(Path(part["path"]))
    numbers = [frame.reading.number for frame in frames if frame.reading is not None]
    assert len(numbers) == len(frames) == part["frames"]
    assert missing_and_repeated(numbers) == ([], [])
    assert {frame.reading.channel_index for frame in frames if frame.reading is not None} == {3}
    steps = [after.seconds - before.seconds for before, after in itertools.pairwise(frames)]
    assert 0.03 < sum(steps) / len(steps) < 0.06


@pytest.mark.alone(TIMED)
@pytest.mark.slow
@pytest.mark.screen
def test_a_screen_is_recorded_with_all_that_was_shown_in_its_colours(
    tmp_path: Path, start_screen: StartScreen
) -> None:
    screen = start_screen(640, 360)
    picture = TestPicture(640, 360, "SCREEN", 9)
    screen.show(picture.frame(0, 0))
    with running(tmp_path, {"Screen": f"screen:?display={screen.display}&rate=25&cursor=0"}) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        program.wait_recorded(0.5)
        for number in range(1, 21):
            screen.show(picture.frame(number, 0))
            _wait_for_frames(program, 4)
        program.post("/api/v1/recording/stop")
        [part] = program.rows("parts")
        assert program.rows("losses") == []
    frames = decoded_frames(Path(part["path"]))
    numbers = [frame.reading.number for frame in frames if frame.reading is not None]
    assert len(numbers) == len(frames) == part["frames"]
    assert [number for number, _ in itertools.groupby(numbers)] == list(range(21))
    with av.open(part["path"]) as file:
        stored = next(file.decode(video=0)).reformat(format="rgb24")
    shown = picture.frame(0, 0).reformat(format="bgr0").reformat(format="rgb24")
    for bar in range(8):
        at = (60, bar * 80 + 40)
        assert all(abs(one - other) <= 8 for one, other in zip(_pixel(stored, *at), _pixel(shown, *at), strict=True))


def _wait_for_frames(program: Program, count: int) -> None:
    before = program.channel("Screen")["recording"]["frames"]
    wait_for(lambda: program.channel("Screen")["recording"]["frames"] >= before + count, "stored frames of the screen")


def _pixel(frame: Any, line: int, column: int) -> bytes:
    plane = frame.planes[0]
    return bytes(plane)[line * plane.line_size + 3 * column :][:3]
