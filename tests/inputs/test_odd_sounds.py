"""Cameras whose sound is odd: what is recorded of it, and that it never costs the picture."""

import itertools
import logging
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import av
import pytest

from fakes.rtp_stream import adts
from rig.fixtures import MakeSource
from rig.inputs import read_camera
from rig.odd_camera import OddCamera, Quirk, RtpPacket, footage
from rig.scripted_camera import Answer
from rig.source_files import SourceSpec
from seacorder.base.clock import SystemClock
from seacorder.inputs.rtsp.camera import RtspInput
from seacorder.model.address.address import RtspAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SPEC = SourceSpec(width=320, height=240, seconds=8, gop=10)
RATE = 16_000
AAC = "a=rtpmap:97 MPEG4-GENERIC/16000/1\r\na=fmtp:97 mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3"


@cache
def aac_frames() -> tuple[bytes, ...]:
    encoder: Any = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.time_base = RATE, "mono", "fltp", Fraction(1, RATE)
    frames = []
    for number in range(40):
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * 1024, Fraction(1, RATE)
        frame.planes[0].update(bytes(4096))
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(frames)


def sized(*frames: bytes, counted: int | None = None) -> bytes:
    """Access units behind their sizes (RFC 3640, 3.2)."""
    sizes = b"".join(((len(one) if counted is None else counted) << 3).to_bytes(2, "big") for one in frames)
    return (16 * len(frames)).to_bytes(2, "big") + sizes + b"".join(frames)


def with_sound(
    lines: str, payload: Callable[[int], bytes], *, seconds: float, stamp: Callable[[int], int], kind: int = 97
) -> Quirk:
    """One more track, whose packets last `seconds` each; `payload` and `stamp` of a packet's number."""
    sent = itertools.count()

    def packets(number: int, pictures: list[RtpPacket]) -> list[RtpPacket]:
        count = int((number + 1) / SPEC.rate / seconds) - int(number / SPEC.rate / seconds)
        numbers = itertools.islice(sent, count)
        sound = (RtpPacket(payload(one), stamp(one), True, kind, 99, sequence=one, track=1) for one in numbers)
        return [*pictures, *sound]

    description = f"m=audio 0 RTP/AVP 97\r\n{lines}\r\na=control:track2\r\n"
    return Quirk(packets=packets, description=lambda text: text + description)


def aac(payload: Callable[[bytes], bytes], *, factor: float = 1, config: str = ";config=1408") -> Quirk:
    def of(number: int) -> bytes:
        return payload(aac_frames()[number % len(aac_frames())])

    return with_sound(AAC + config, of, seconds=1024 / RATE, stamp=lambda number: 777 + round(number * 1024 * factor))


def g711(*, factor: float = 1) -> Quirk:
    lines = "a=rtpmap:97 PCMA/8000"
    return with_sound(lines, lambda _: bytes(320), seconds=0.04, stamp=lambda number: round(number * 320 * factor))


class PunctualCamera(OddCamera):
    """Is on time again soon, however long a busy machine has held it up."""

    _catches_up_seconds = 60.0


def taken(camera: OddCamera, pictures: int = 60) -> tuple[SourceFormat, list[SourcePacket], list[SourcePacket]]:
    """The format, pictures and sound."""
    formats, came = read_camera(camera.url, pictures)
    video = [one for one in came if one.track is Track.VIDEO]
    steps = {(after.pts or 0) - (before.pts or 0) for before, after in itertools.pairwise(video)}
    assert steps == {round(90_000 / SPEC.rate)}
    return formats[0], video, [one for one in came if one.track is Track.AUDIO]


QUIRKS = {
    "as it should be": aac(sized),
    "adts": aac(lambda frame: sized(adts(frame))),
    "adts with crc": aac(lambda frame: sized(adts(frame, crc=True))),
    "adts that is not counted": aac(lambda frame: sized(adts(frame), counted=len(frame))),
    "adts alone": aac(adts),
    "adts and no configuration": aac(lambda frame: sized(adts(frame)), config=""),
    "no configuration": aac(sized, config=""),
    "clock of 90 kHz": aac(sized, factor=90_000 / RATE),
    "clock of 8 kHz": aac(sized, factor=0.5),
    "clock that stands": aac(sized, factor=0),
    "g711": g711(),
    "g711 by 90 kHz": g711(factor=90_000 / 8000),
}


@pytest.mark.parametrize("name", QUIRKS)
def test_sound_is_recorded_as_long_as_it_is(name: str, rig_source: MakeSource) -> None:
    # Only what arrives in its own time tells which clock is wrong.
    seconds = None if "clock" in name or "by" in name else 0.01
    with PunctualCamera(footage(rig_source(SPEC)), QUIRKS[name], seconds=seconds) as camera:
        found, video, sound = taken(camera)
    assert found.audio is not None
    assert (found.audio.codec, found.audio.channels) == ("aac", 1)
    rate = found.audio.sample_rate
    times = [one.pts or 0 for one in sound]
    assert all(after > before for before, after in itertools.pairwise(times))
    length, pictures = (times[-1] - times[0]) / rate, len(video) / SPEC.rate
    assert length == pytest.approx(pictures, abs=0.5)
    assert length == pytest.approx((len(sound) - 1) * 1024 / rate, abs=0.15)
    assert not any(bytes(one.packet)[:1] == b"\xff" for one in sound)


def sections(*audio: str, video: str = "") -> Callable[[str], str]:
    def description(text: str) -> str:
        return text.rstrip() + f"\r\n{video}\r\n" + "".join(f"m=audio 0 RTP/AVP {one}\r\n" for one in audio)

    return description


@pytest.mark.parametrize(
    ("audio", "video", "set_up"),
    [
        (["0\r\na=control:back\r\na=sendonly", "8\r\na=control:mic\r\na=recvonly"], "", ["mic"]),
        (["97\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=control:back\r\na=sendonly", "8\r\na=control:mic"], "", ["mic"]),
        (["8\r\na=control:mic", "0\r\na=control:back\r\na=sendonly"], "", ["mic"]),
        (["0\r\na=control:back\r\na=sendonly"], "", []),
        (["0\r\na=control:off\r\na=inactive"], "", []),
        (["8\r\na=control:mic\r\na=sendonly", "0\r\na=control:back\r\na=recvonly"], "a=sendonly", ["mic"]),
        (["96\r\na=rtpmap:96 X-NEW/8000\r\na=control:odd", "8\r\na=control:mic"], "", ["mic"]),
        (["96 8\r\na=rtpmap:96 X-NEW/8000\r\na=control:mic"], "", ["mic"]),
        (["96\r\na=rtpmap:96 X-NEW/0/0\r\na=fmtp:96 config=zz\r\na=control:odd"], "", []),
        (["97\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=fmtp:97 config=ffffff\r\na=control:odd"], "", ["odd"]),
        (["\r\na=control:odd", "x y z"], "", []),
    ],
)
def test_which_sound_is_the_cameras(
    audio: list[str], video: str, set_up: list[str], rig_source: MakeSource
) -> None:
    quirk = Quirk(description=sections(*audio, video=video))
    with OddCamera(footage(rig_source(SPEC)), quirk, seconds=0.005) as camera:
        taken(camera, 20)
    asked = [url.rpartition("/")[2] for method, url in camera.requests if method == "SETUP"]
    assert asked == ["track1", *set_up]


def test_sound_that_does_not_come_is_said(rig_source: MakeSource, caplog: pytest.LogCaptureFixture) -> None:
    quirk = Quirk(description=sections("8\r\na=control:mic"))
    with caplog.at_level(logging.WARNING), OddCamera(footage(rig_source(SPEC)), quirk) as camera:
        found, _, sound = taken(camera, 90)
    assert found.audio is not None
    assert sound == []
    assert "offers sound (pcma) and sends none that can be read" in caplog.text


def test_a_camera_that_hangs_up_when_asked_for_its_sound_is_recorded_without(rig_source: MakeSource) -> None:
    from seacorder.base.errors import InputFailed
    from seacorder.inputs.rtsp.camera_memory import CameraMemory

    def answer(method: str, url: str, _headers: dict[str, str]) -> Answer | None:
        if method == "SETUP" and url.endswith("mic"):
            raise ConnectionError
        return None

    quirk, memory = Quirk(description=sections("8\r\na=control:mic"), answer=answer), CameraMemory()
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera:
        with pytest.raises(InputFailed):
            RtspInput(RtspAddress(camera.url), SystemClock(), memory).open()
        source = RtspInput(RtspAddress(camera.url), SystemClock(), memory)
        found = source.open()
        source.close()
    assert found.audio is None
