"""Cameras that answer oddly, read by the input alone: every picture comes over one connection."""

import itertools
import re
from collections.abc import Callable

import pytest

from rig.fixtures import MakeSource
from rig.inputs import read_camera
from rig.odd_camera import STANDSTILL_SECONDS, OddCamera, Quirk, RtpPacket, footage
from rig.scripted_camera import Answer
from rig.source_files import SourceSpec
from seacorder.base.clock import SystemClock
from seacorder.base.errors import InputFailed
from seacorder.inputs.rtsp.camera import RtspInput
from seacorder.model.address.address import RtspAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SPEC = SourceSpec(width=320, height=240, seconds=8, gop=10)
SESSION_SECONDS = 3
KEPT_ALIVE = 3
"""So often, before a session is believed to live on."""
SOUND = "m=audio 0 RTP/AVP 8\r\na=control:track2\r\n"


def numbered(change: Callable[[int], object]) -> Quirk:
    """Answers whose CSeq is changed."""

    def text(_: str, answer: bytes) -> bytes:
        return re.sub(rb"CSeq: (\d+)", lambda match: b"CSeq: %a" % change(int(match[1])), answer)

    return Quirk(text=text)


def refused(method: str, status: int, header: str = "cseq") -> Quirk:
    """Refuses a method where a header stands."""

    def answer(asked: str, _url: str, headers: dict[str, str]) -> Answer | None:
        return (status, {}, b"") if asked == method and header in headers else None

    return Quirk(answer=answer)


def of_describe(change: Callable[[bytes], bytes]) -> Quirk:
    return Quirk(text=lambda method, answer: change(answer) if method == "DESCRIBE" else answer)


def knows_only(ending: str) -> Quirk:
    """Knows its track by one URL alone."""

    def answer(method: str, url: str, _headers: dict[str, str]) -> Answer | None:
        if method == "DESCRIBE":
            return None
        return (404, {}, b"") if method == "SETUP" and not re.search(rf":\d+{ending}$", url) else None

    return Quirk(answer=answer)


def plays_only(ending: str) -> Quirk:
    def answer(method: str, url: str, _headers: dict[str, str]) -> Answer | None:
        return (454, {}, b"") if method == "PLAY" and not url.endswith(ending) else None

    return Quirk(answer=answer, description=lambda text: text.replace("v=0", "v=0\r\na=control:/other/"))


QUIRKS = {
    "cseq one behind": numbered(lambda number: number - 1),
    "cseq of its own": numbered(lambda number: number * 7 + 100),
    "cseq always the same": numbered(lambda _: 1),
    "no cseq": Quirk(text=lambda _, answer: re.sub(rb"CSeq: \d+\r\n", b"", answer)),
    "no reason, line feeds alone": Quirk(text=lambda _, answer: answer.replace(b" Said", b"").replace(b"\r\n", b"\n")),
    "names of headers": Quirk(text=lambda _, answer: answer.replace(b"CSeq", b"cSEQ").replace(b"Session", b"SESSION")),
    "another version": Quirk(text=lambda _, answer: answer.replace(b"RTSP/1.0", b"RTSP/2.0")),
    "OPTIONS not answered": Quirk(text=lambda method, answer: b"" if method == "OPTIONS" else answer),
    "OPTIONS refused": refused("OPTIONS", 501),
    "Range refused": refused("PLAY", 457, "range"),
    "Range is a bad request": refused("PLAY", 400, "range"),
    "Range is a fault": refused("PLAY", 500, "range"),
    "zero behind the description": Quirk(description=lambda text: text.rstrip() + "\0"),
    "no last line end": Quirk(description=lambda text: "\ufeff" + text.rstrip()),
    "text too long": of_describe(lambda answer: re.sub(rb"Length: \d+", b"Length: 2000", answer)),
    "text too short": of_describe(lambda answer: re.sub(rb"Length: \d+", b"Length: 40", answer)),
    "no length": of_describe(lambda answer: re.sub(rb"Content-Length: \d+\r\n", b"", answer)),
    "zero behind every answer": Quirk(text=lambda _, answer: answer + b"\0"),
    "a question before each answer": Quirk(text=lambda _, answer: b"OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n" + answer),
    "each answer twice": Quirk(text=lambda _, answer: answer + answer),
    "continue first": Quirk(text=lambda _, answer: b"RTSP/1.0 100 Continue\r\n\r\n" + answer),
    "track by the whole": knows_only("/track1"),
    "track below a slash": knows_only("/cam/track1"),
    "played by the address": plays_only("/cam"),
    "played by the track": plays_only("/track1"),
    "other channels": Quirk(text=lambda _, answer: re.sub(rb"interleaved=.*", b"interleaved= 8 - 9 ;x", answer)),
    "no channels": Quirk(text=lambda _, answer: re.sub(rb";interleaved=[0-9-]+", b"", answer)),
    "no transport": Quirk(text=lambda _, answer: re.sub(rb"Transport:.*\r\n", b"", answer)),
    "sound refused": Quirk(
        description=lambda text: text + SOUND,
        answer=lambda method, url, _: (400, {}, b"") if method == "SETUP" and "track2" in url else None,
    ),
}


def taken(camera: OddCamera, count: int = 40) -> tuple[SourceFormat, list[SourcePacket]]:
    formats, packets = read_camera(camera.url, count)
    return formats[0], packets


@pytest.mark.parametrize("name", QUIRKS)
def test_the_pictures_come(name: str, rig_source: MakeSource) -> None:
    with OddCamera(footage(rig_source(SPEC)), QUIRKS[name], seconds=0.005) as camera:
        _, packets = taken(camera)
    assert camera.connections == 1
    assert {(after.pts or 0) - (before.pts or 0) for before, after in itertools.pairwise(packets)} == {3600}


@pytest.mark.parametrize("one_channel", [True, False])
def test_one_pair_of_channels_for_picture_and_sound(rig_source: MakeSource, *, one_channel: bool) -> None:
    def packets(number: int, sent: list[RtpPacket]) -> list[RtpPacket]:
        sound = RtpPacket(bytes(320), number * 320, True, 8, 77, sequence=number, track=0 if one_channel else 1)
        return [*sent, sound]

    def text(_: str, answer: bytes) -> bytes:
        return re.sub(rb"interleaved=[0-9-]+", b"interleaved=0-1", answer)

    quirk = Quirk(packets=packets, text=text, description=lambda text: text + SOUND)
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera:
        found, came = taken(camera, 45)
    pictures = [packet for packet in came if packet.track is Track.VIDEO]
    assert found.audio is not None
    assert len(came) - len(pictures) > 10
    assert sum(picture.missing_before for picture in pictures) == 0
    assert {(after.pts or 0) - (before.pts or 0) for before, after in itertools.pairwise(pictures)} == {3600}


@pytest.mark.parametrize(
    ("method", "status", "sentence"),
    [
        ("SETUP", 461, "does not send over TCP. Add #transport=udp"),
        ("SETUP", 453, "serves no more viewers"),
        ("PLAY", 454, "has ended the session"),
        ("DESCRIBE", 404, "answers, but does not know this stream. Look up the path of the stream"),
        ("DESCRIBE", 503, "(503 Said), often because too many programs watch it. Close other viewers"),
        ("PLAY", 406, "refuses the request (406 Said)"),
    ],
)
def test_a_refusal_says_what_to_do(method: str, status: int, sentence: str, rig_source: MakeSource) -> None:
    quirk = refused(method, status)
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera, pytest.raises(InputFailed) as failed:
        taken(camera)
    assert sentence in failed.value.sentence


def of_sessions(counts: str, others: int) -> Quirk:
    """Sessions of so long, kept alive by one method alone; the other one is answered with a status."""

    def answer(method: str, _url: str, _headers: dict[str, str]) -> Answer | None:
        is_other = method in {"GET_PARAMETER", "OPTIONS", "SET_PARAMETER"} - {counts}
        return (others, {}, b"") if is_other and others != 200 else None

    def text(_: str, sent: bytes) -> bytes:
        return sent.replace(b"Session: 77", b"Session: 77;timeout=%d" % SESSION_SECONDS)

    return Quirk(answer=answer, text=text, session=(SESSION_SECONDS, frozenset({counts})))


@pytest.mark.parametrize(
    ("counts", "others"),
    [("GET_PARAMETER", 200), ("OPTIONS", 200), ("GET_PARAMETER", 400), ("OPTIONS", 501), ("SET_PARAMETER", 405)],
)
def test_a_session_outlives_its_timeout(counts: str, others: int, rig_source: MakeSource) -> None:
    with OddCamera(footage(rig_source(SPEC)), of_sessions(counts, others)) as camera:
        source = RtspInput(RtspAddress(camera.url), SystemClock())
        source.open()
        for _ in source.packets():
            if camera.times_kept_alive >= KEPT_ALIVE:
                break
        source.close()
    assert camera.connections == 1
    assert len(camera.sent) <= SPEC.rate * (KEPT_ALIVE * SESSION_SECONDS + STANDSTILL_SECONDS)


def test_reports_go_to_a_camera_that_sends_none(rig_source: MakeSource) -> None:
    quirk = Quirk(packets=lambda _, packets: [one for one in packets if not one.is_rtcp])
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera:
        taken(camera, 30)
    assert camera.reports >= 1


def test_a_camera_that_means_to_send_datagrams_is_told_from_one_that_is_silent(rig_source: MakeSource) -> None:
    answered = b"Transport: RTP/AVP;unicast;client_port=0-1;server_port=6970-6971\r\n"
    quirk = Quirk(text=lambda _, answer: re.sub(rb"Transport:.*\r\n", answered, answer))
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera, pytest.raises(InputFailed, match="Add #transport=udp"):
        taken(camera)


def test_a_password_that_is_asked_for_anew_in_mid_session(rig_source: MakeSource) -> None:
    taken_from: list[str] = []

    def answer(method: str, _url: str, headers: dict[str, str]) -> Answer | None:
        nonce = f"n{len(taken_from) // 2}"
        if f'nonce="{nonce}"' not in headers.get("authorization", ""):
            return 401, {"WWW-Authenticate": f'Digest realm="cam", nonce="{nonce}"'}, b""
        taken_from.append(method)
        return None

    quirk = Quirk(answer=answer, text=lambda _, answer: answer.replace(b"Session: 77", b"Session: 77;timeout=2"))
    with OddCamera(footage(rig_source(SPEC)), quirk) as camera:
        source = RtspInput(RtspAddress(camera.url, user="diver", password="secret"), SystemClock())
        source.open()
        for _ in source.packets():
            if taken_from.count("GET_PARAMETER") > 2:
                break
        source.close()
    assert taken_from[:4] == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]
    assert camera.connections == 1
