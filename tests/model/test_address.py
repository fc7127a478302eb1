"""Addresses: what is understood, what is refused with which hint, and that no password ever shows."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import BadRequest
from seacorder.model.address import FileAddress, PatternAddress, RtspAddress, SourceKind, Transport, parse_address


def test_a_camera_with_credentials_keeps_its_own_query() -> None:
    address = parse_address("rtsp://admin:p%40ss%2Fw@10.0.0.5:554/cam?channel=1&transport=x#transport=udp&audio=off")
    assert isinstance(address, RtspAddress)
    assert address.kind is SourceKind.RTSP
    assert address.url == "rtsp://10.0.0.5:554/cam?channel=1&transport=x"
    assert (address.user, address.password) == ("admin", "p@ss/w")
    assert (address.transport, address.wants_audio) == (Transport.UDP, False)
    assert address.redacted == "rtsp://***@10.0.0.5:554/cam?channel=1&transport=x"
    assert address.url_with_credentials == "rtsp://admin:p%40ss%2Fw@10.0.0.5:554/cam?channel=1&transport=x"


def test_a_camera_without_options_is_read_over_tcp() -> None:
    address = parse_address("rtsps://[fe80::1]:322/stream")
    assert address == RtspAddress("rtsps://[fe80::1]:322/stream")
    assert address.redacted == "rtsps://[fe80::1]:322/stream"


def test_an_at_sign_in_a_password_is_forgiven() -> None:
    address = parse_address("rtsp://admin:p@ss@cam/1")
    assert isinstance(address, RtspAddress)
    assert (address.password, address.url) == ("p@ss", "rtsp://cam/1")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=20))
def test_credentials_survive_the_way_and_never_show(secret: str) -> None:
    camera = RtspAddress("rtsp://cam:8554/x", user=secret, password=secret)
    again = parse_address(camera.url_with_credentials)
    assert again == camera
    assert repr(again) == repr(parse_address("rtsp://cam:8554/x"))
    assert again.redacted == "rtsp://***@cam:8554/x"


@pytest.mark.parametrize(
    ("text", "path", "loop"),
    [
        ("file:/dives/one.mp4", "/dives/one.mp4", False),
        ("file:/dives/one.mp4?loop=1", "/dives/one.mp4", True),
        ("file:///dives/one%20two.mp4?loop=off", "/dives/one two.mp4", False),
        ("file:///C:/dives/one.mp4", "C:/dives/one.mp4", False),
        ("file:C:\\dives\\one.mp4", "C:\\dives\\one.mp4", False),
        ("file:relative/what is this? no.mp4", "relative/what is this? no.mp4", False),
    ],
)
def test_files(text: str, path: str, loop: bool) -> None:
    assert parse_address(text) == FileAddress(path, loop)


def test_pattern_defaults_to_one_keyframe_a_second() -> None:
    assert parse_address("test:") == PatternAddress()
    assert parse_address("test:?size=640x360&rate=30000/1001") == PatternAddress(640, 360, Fraction(30000, 1001), 30)
    assert parse_address("test:?rate=12.5&gop=125&codec=h265") == PatternAddress(
        rate=Fraction(25, 2), gop=125, codec="hevc"
    )


def test_patterns_that_are_not_compressed() -> None:
    assert parse_address("test:?codec=raw&size=1x1") == PatternAddress(1, 1, codec="raw")
    text = "test:?size=641x361&rate=25&gop=25&codec=raw&depth=10&range=full&interlaced=1"
    deep = PatternAddress(641, 361, codec="raw", depth=10, is_full_range=True, is_interlaced=True)
    assert parse_address(text) == deep
    assert deep.redacted == text
    assert parse_address("test:?codec=mjpeg") == PatternAddress(codec="mjpeg", is_full_range=True)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "needs a kind"),
        ("10.0.0.5/stream", "needs a kind"),
        ("rstp://cam/1", "did you mean rtsp?"),
        ("http://cam/1", "Use rtsp://"),
        ("rtsp:cam", "begins with rtsp://"),
        ("rtsp:///x", "host or port cannot be read"),
        ("rtsp://cam:99999/x", "1 to 65535"),
        ("rtsp://cam/x#transprot=udp", "did you mean transport?"),
        ("rtsp://cam/x#transport=udb", "tcp or udp, not 'udb'"),
        ("file:", "needs a path"),
        ("file:/x.mp4?lop=1", "did you mean loop?"),
        ("test:?size=641x360", "both even"),
        ("test:?size=64x36", "320x160"),
        ("test:?rate=0", "frames a second"),
        ("test:?rate=25/0", "frames a second"),
        ("test:?gop=0", "1 to 10000"),
        ("test:?codec=vp8", "h264, h265, raw or mjpeg"),
        ("test:?codec=raw&size=0x1", "width x height"),
        ("test:?codec=h265&interlaced=1", "choose h264 or raw"),
        ("test:?codec=mjpeg&depth=10", "use codec=raw"),
        ("test:?codec=mjpeg&range=limited", "use codec=raw"),
        ("test:?depth=9", "8 or 10"),
        ("test:?range=wide", "limited or full"),
        ("test:pattern", "test:?size=1280x720"),
    ],
)
def test_mistakes_get_one_sentence_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_address(text)
    assert hint in str(refused.value)
    assert refused.value.field == "input"


@pytest.mark.parametrize("text", ["rtsp://admin:se/cret@cam/1", "rtsp://admin:secret:cam", "rtsp://admin:secret/x@cam"])
def test_a_badly_encoded_password_is_not_repeated(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_address(text)
    assert "cret" not in str(refused.value)
    assert "%2F" in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for address in (text, "rtsp://" + text, "file:" + text, "test:?" + text):
        try:
            parse_address(address)
        except BadRequest as refused:
            assert "\n" not in str(refused)  # noqa: PT017
