"""Addresses: what is understood, what is refused with which hint, and that no password ever shows."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import BadRequest
from seacorder.model.address.address import (
    DeviceAddress,
    FileAddress,
    ImagesAddress,
    PatternAddress,
    RtspAddress,
    ScreenAddress,
    StreamAddress,
    Transport,
    parse_address,
)


def test_a_camera_with_credentials_keeps_its_own_query() -> None:
    address = parse_address("rtsp://admin:p%40ss%2Fw@10.0.0.5:554/cam?channel=1&transport=x#transport=udp&audio=off")
    assert isinstance(address, RtspAddress)
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
        ("file:what?/now.mp4", "what?/now.mp4", False),
        ("file:relative/what is this? no.mp4", "relative/what is this? no.mp4", False),
    ],
)
def test_files(text: str, path: str, loop: bool) -> None:
    assert parse_address(text) == FileAddress(path, loop)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("udp://:5000", StreamAddress("udp://:5000")),
        ("udp://@239.1.2.3:5000#interface=10.0.0.7", StreamAddress("udp://239.1.2.3:5000", interface="10.0.0.7")),
        ("UDP://[ff02::1]:5000/#audio=off", StreamAddress("udp://[ff02::1]:5000", wants_audio=False)),
        ("tcp://10.0.0.8:5000", StreamAddress("tcp://10.0.0.8:5000")),
        ("tcp://:5000#listen=on", StreamAddress("tcp://:5000", listens=True)),
        ("rtmp://10.0.0.9/live/bow#audio=off", StreamAddress("rtmp://10.0.0.9/live/bow", wants_audio=False)),
        ("https://u:p%40@cam/v.cgi?a=b@c", StreamAddress("https://cam/v.cgi?a=b@c", "u", "p@")),
    ],
)
def test_streams(text: str, address: StreamAddress) -> None:
    assert parse_address(text) == address


@given(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=20))
@pytest.mark.parametrize("scheme", ["http", "https", "rtmp"])
def test_credentials_of_streams_survive_and_never_show(scheme: str, secret: str) -> None:
    stream = StreamAddress(f"{scheme}://cam:8080/x", user=secret, password=secret)
    again = parse_address(stream.url_with_credentials)
    assert again == stream
    assert again.redacted == f"{scheme}://***@cam:8080/x"
    assert repr(again) == repr(StreamAddress(f"{scheme}://cam:8080/x"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("v4l2:/dev/video0", DeviceAddress("v4l2", "/dev/video0")),
        (
            "v4l2:/dev/video0?size=1920x1080&rate=30000/1001&format=MJPEG",
            DeviceAddress("v4l2", "/dev/video0", (1920, 1080), Fraction(30000, 1001), "mjpeg"),
        ),
        ("dshow:HD Webcam (2)?size=640x480", DeviceAddress("dshow", "HD Webcam (2)", (640, 480))),
        ("avfoundation:0", DeviceAddress("avfoundation", "0")),
        ("screen:", ScreenAddress()),
        (
            "screen:?display=:1.0&size=641x361&offset=10,20&rate=10&cursor=0",
            ScreenAddress(":1.0", (641, 361), (10, 20), Fraction(10), cursor=False),
        ),
        ("images:/shots/%04d.png?rate=12.5&loop=1", ImagesAddress("/shots/%04d.png", Fraction(25, 2), loop=True)),
        ("images:/shots", ImagesAddress("/shots")),
    ],
)
def test_devices_screens_and_images(text: str, address: DeviceAddress | ScreenAddress | ImagesAddress) -> None:
    assert parse_address(text) == address


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
        ("rstp://cam/1", "There is no input kind 'rstp'; did you mean rtsp? Use rtsp://"),
        ("gopher://cam/1", "Use rtsp://"),
        ("htpp://cam/1", "did you mean http?"),
        ("v4l:/dev/video0", "did you mean v4l2?"),
        ("rtsp:cam", "begins with rtsp://"),
        ("rtsp:///x", "host or port cannot be read"),
        ("rtsp://cam:99999/x", "1 to 65535"),
        ("rtsp://cam/x#transprot=udp", "did you mean transport?"),
        ("rtsp://cam/x#transport=udb", "Input option transport: 'udb' is not accepted. Write tcp or udp."),
        ("file:", "needs a path"),
        ("file:/x.mp4?lop=1", "did you mean loop?"),
        ("test:?size=641x360", "two even numbers"),
        ("test:?size=64x36", "320x160"),
        ("test:?rate=0", "frames a second"),
        ("test:?rate=25/0", "frames a second"),
        ("test:?gop=0", "1 to 10000"),
        ("test:?codec=vp8", "h264, h265, raw or mjpeg"),
        ("test:?codec=raw&size=0x1", "width x height"),
        ("test:?codec=h265&interlaced=1", "Choose h264 or raw"),
        ("test:?codec=mjpeg&depth=10", "Use codec=raw"),
        ("test:?codec=mjpeg&range=limited", "Use codec=raw"),
        ("test:?depth=9", "8 or 10"),
        ("test:?range=wide", "limited or full"),
        ("test:pattern", "test:?size=1280x720"),
        ("v4l2:", "v4l2:/dev/video0?size="),
        ("v4l2:?size=1x1", "`seacorder inputs`"),
        ("v4l2:/dev/video0?size=big", "size: 'big' is not accepted. Write width x height, 7680x4320 at most."),
        ("v4l2:/dev/video0?fromat=mjpeg", "did you mean format?"),
        ("v4l2:/dev/video0?format=", "yuyv422, nv12, mjpeg or h264"),
        ("dshow:", "dshow:HD Webcam"),
        ("screen:0", "screen:?display=:0"),
        ("screen:?display=left", "such as :0"),
        ("screen:?offset=5", "from the left and from the top"),
        ("images:", "images:/path/shot_%04d.png"),
        ("udp:5000", "begins with udp://"),
        ("udp://239.1.2.3", "ends with its port"),
        ("udp://:70000", "from 1 to 65535"),
        ("udp://a b:1", "cannot be read"),
        ("udp://:5000#listen=on", "Known: audio, interface"),
        ("udp://:5000#interface=eth0", "the IP address of a network card"),
        ("tcp://:5000", "tcp://:5000#listen=on"),
        ("tcp://x:5000#listn=on", "did you mean listen?"),
        ("rtmp:/x", "begins with rtmp://"),
        ("http://cam:0/x", "1 to 65535"),
        ("http://cam/x#transport=udp", "Known: audio"),
    ],
)
def test_mistakes_get_one_sentence_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_address(text)
    assert hint in str(refused.value)
    assert refused.value.field == "input"


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://admin:se/cret@cam/1",
        "rtsp://admin:secret:cam",
        "rtsp://admin:secret/x@cam",
        "http://admin:se/cret@cam/1",
        "rtmp://admin:secret:cam/live",
        "udp://admin:secret@239.0.0.1:5",
    ],
)
def test_a_badly_encoded_password_is_not_repeated(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_address(text)
    assert "cret" not in str(refused.value)
    assert "%2F" in str(refused.value) or text.startswith("udp")


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://admin:a/b#Fjord99x@cam/1",
        "rtsp://cam/s?password=a#Fjord99x",
        "rtsp://cam/s?password=a#Fjord99x=1",
        "rtsp://cam/s#transport=Fjord99x",
        "rtmp://10.0.0.9/live#Fjord99x&audio=off",
        "tcp://10.0.0.8:5000#Fjord99x",
        "Fjord99x:admin@10.0.0.5/1",
    ],
)
def test_what_may_be_a_password_is_not_repeated(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_address(text)
    assert "fjord99x" not in str(refused.value).lower()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://10.0.0.5/user=me_password=Fjord99x_channel=1", "rtsp://10.0.0.5/user=***_password=***_channel=1"),
        ("http://cam/v.cgi?grant=Fjord99x&channel=1", "http://cam/v.cgi?grant=***&channel=1"),
        ("http://me:Fjord99x@cam/v.cgi?mail=a@b.c", "http://***@cam/v.cgi?mail=***"),
        ("rtmp://10.0.0.9/live/Fjord99x", "rtmp://10.0.0.9/live/***"),
    ],
)
def test_a_secret_behind_the_host_does_not_show(text: str, shown: str) -> None:
    address = parse_address(text)
    assert address.redacted == shown
    assert "Fjord99x" not in repr(address)


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    heads = ("", "rtsp://", "http://", "rtmp://", "udp://", "tcp://", "file:", "images:", "test:?", "v4l2:", "screen:?")
    for address in (head + text for head in heads):
        try:
            parse_address(address)
        except BadRequest as refused:
            assert "\n" not in str(refused)  # noqa: PT017
