"""Session descriptions of real cameras, by their peculiarities."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seacorder.inputs.rtp.sdp import parse, resolve

TEXT = """v=0
s=Media Presentation
a=control:rtsp://10.0.0.5/s/
m=video 0 RTP/AVP 96
a=framerate:29.97
a=rtpmap:96 H264/90000
a=fmtp:96 profile-level-id=64001f; packetization-mode=1;sprop-parameter-sets=Z2QAH6zZQFAFuw==,aOvjyyLA
a=control:rtsp://10.0.0.5/s/trackID=1
m=audio 0 RTP/AVP 8 0
a=control:trackID=2
m=application 0 RTP/AVP 107
a=rtpmap:107 vnd.onvif.metadata/90000
"""


def test_tracks() -> None:
    found = parse(TEXT, "rtsp://10.0.0.5/s")
    video, audio, other = found.tracks
    assert found.control == "rtsp://10.0.0.5/s/"
    assert (video.media, video.payload_type, video.encoding, video.clock_rate) == ("video", 96, "H264", 90000)
    assert video.control == "rtsp://10.0.0.5/s/trackID=1"
    assert video.frame_rate == Fraction("29.97").limit_denominator(1001)
    assert video.parameters["packetization-mode"] == "1"
    assert [unit[0] & 31 for unit in video.parameter_sets] == [7, 8]
    assert (audio.encoding, audio.clock_rate, audio.channels, audio.is_only_type) == ("PCMA", 8000, 1, False)
    assert audio.control == "rtsp://10.0.0.5/s/trackID=2"
    assert other.media == "application"


def test_parameter_sets_of_h265_come_in_order() -> None:
    section = "m=video 0 RTP/AVP 97\na=rtpmap:97 H265/90000\na=fmtp:97 sprop-sps=QgE=; sprop-pps=RAE=; sprop-vps=QAE="
    (track,) = parse(section, "rtsp://c/").tracks
    assert track.parameter_sets == (b"\x40\x01", b"\x42\x01", b"\x44\x01")


@pytest.mark.parametrize(
    ("base", "control", "url"),
    [
        ("rtsp://c/a/", "track1", "rtsp://c/a/track1"),
        ("rtsp://c/a", "track1", "rtsp://c/a/track1"),
        ("rtsp://c/a?x=1", "*", "rtsp://c/a?x=1"),
        ("rtsp://c/a", None, "rtsp://c/a"),
        ("rtsp://c/a", "RTSP://d/b", "RTSP://d/b"),
        ("rtsp://c/a/b", "/t", "rtsp://c/t"),
    ],
)
def test_control_urls(base: str, control: str | None, url: str) -> None:
    assert resolve(base, control) == url


PLAIN = parse(TEXT, "rtsp://10.0.0.5/s")


@pytest.mark.parametrize(
    "sloppy",
    [
        TEXT + "\0",
        TEXT.rstrip() + "\0\0\0",
        TEXT.rstrip() + "\0left over from an answer before",
        "\ufeff" + TEXT,
        "\r\n\r\n  " + TEXT + "  \r\n \r\n",
        TEXT.replace("\n", "\r"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\n\n"),
        TEXT.replace("\n", "\0\n"),
        TEXT.replace("\n", " \t\n  "),
        TEXT.replace("a=rtpmap:96 ", "a=rtpmap:96\t  "),
        TEXT.replace("a=", "a = ").replace("m=", "M="),
        TEXT.replace("a=rtpmap", "A=RTPMAP"),
        TEXT.replace("a=rtpmap:96 H264/90000\n", "a=rtpmap:96 H264/90000\n" * 3),
        TEXT.replace("s=Media Presentation\n", "s=\nb=AS:5000\nnonsense\n=\nx\n"),
    ],
)
def test_a_sloppy_text_is_the_same_description(sloppy: str) -> None:
    assert parse(sloppy, "rtsp://10.0.0.5/s") == PLAIN


def test_a_track_without_types_has_those_that_are_described() -> None:
    [track] = parse("m=video 0 RTP/AVP\na=rtpmap:96 H264/90000\n", "rtsp://c/").tracks
    assert (track.payload_type, track.encoding) == (96, "H264")


def test_directions() -> None:
    text = "a=recvonly\nm=video 0 RTP/AVP 96\nm=audio 0 RTP/AVP 0\na=sendonly\nm=audio 0 RTP/AVP 8\na=inactive\n"
    assert [track.direction for track in parse(text, "rtsp://c/").tracks] == ["recvonly", "sendonly", "inactive"]


@pytest.mark.parametrize(
    ("control", "other"),
    [
        ("trackID=1", "rtsp://10.0.0.5/cam?x=1/trackID=1"),
        ("trackID=1", "rtsp://10.0.0.5/cam/trackID=1"),
        ("trackID=1", "rtsp://10.0.0.5/trackID=1"),
        ("rtsp://192.168.1.9:554/cam/trackID=1", "rtsp://10.0.0.5/cam/trackID=1"),
    ],
)
def test_other_ways_to_name_a_track(control: str, other: str) -> None:
    text = f"m=video 0 RTP/AVP 96\na=control:{control}\n"
    [track] = parse(text, "rtsp://192.168.1.9/base/").tracks
    others = track.other_controls("rtsp://10.0.0.5/cam?x=1")
    assert other in others
    assert track.control not in others


@given(st.text(max_size=80), st.text(max_size=40))
@example("/track1", "[")
@example("rtsp://[", "10.0.0.5")
@example("//[", "10.0.0.5")
def test_any_control_has_its_ways(control: str, base: str) -> None:
    for track in parse(f"m=video 0 RTP/AVP 96\na=control:{control}", f"rtsp://{base}").tracks:
        assert all(isinstance(one, str) for one in (track.control, *track.other_controls("rtsp://c/a")))


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_is_a_description(text: str, rest: str) -> None:
    for track in parse(f"{text}\nm=video 0 RTP/AVP 96\na=rtpmap:96 {rest}\na=fmtp:96 {rest}", "rtsp://c").tracks:
        assert track.clock_rate > 0
        assert isinstance(track.parameters, dict)
        assert isinstance(track.parameter_sets, tuple)
