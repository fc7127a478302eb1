"""What is shown of an address: what is known to be harmless, and never what somebody wants kept."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seacorder.base.redaction import MASK, hidden_pieces, redact, redact_address

SECRETS = [
    "Tr4wlNet99", "correct-horse-battery", "hunter2hunter2", "a8F3kz0Qm1", "Fjordgeheim", "zW_9x-Kp_4Lq", "geheim",
    "abc123",
]
"""None is a known word, a small number or a word of two letters: as passwords, tokens and stream keys are."""


@pytest.mark.parametrize(
    "harmless",
    [
        "rtsp://10.0.0.5:554/Streaming/Channels/101",
        "rtsp://10.0.0.5/cam/realmonitor?channel=1&subtype=0",
        "rtsp://10.0.0.5/h264Preview_01_main",
        "rtsp://10.0.0.5/onvif1",
        "rtsp://10.0.0.5/av0_0",
        "rtsp://10.0.0.5/unicast/c1/s0/live",
        "rtsp://10.0.0.5/LiveMedia/ch1/Media1/trackID=1",
        "rtsps://[fe80::1%25eth0]:322/stream#transport=udp&client=ffmpeg",
        "http://10.0.0.5/axis-media/media.amp?videocodec=h264&resolution=1920x1080&fps=25",
        "http://cam.vessel.lan/cgi-bin/mjpg/video.cgi",
        "rtmp://10.0.0.9/live/bow",
        "rtsp://10.0.0.9:8554/sternrov2",
        "udp://@239.1.2.3:5000#interface=10.0.0.7",
        "tcp://:5000#listen=on",
        "rtsp://…",
        "http://127.0.0.1:13000/api/v1/status",
        "file:///dives/Tr4wlNet99/one.mp4",
        "rtsp://***@10.0.0.5/***/***.sdp?***=***&token=***#***",
    ],
)
def test_what_is_known_to_be_harmless_is_shown(harmless: str) -> None:
    assert redact_address(harmless) == harmless
    assert redact(f"Camera {harmless}: it went.") == f"Camera {harmless}: it went."
    assert redact(f"'{harmless}', ({harmless}).") == f"'{harmless}', ({harmless})."


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://pilot:{}@10.0.0.5:554/live", "rtsp://***@10.0.0.5:554/live"),
        ("rtsp://{}@[fe80::1]/live", "rtsp://***@[fe80::1]/live"),
        ("rtsp://pilot:a/b?c#d{}@10.0.0.5/live", "rtsp://***@10.0.0.5/live"),
        ("rtsp://pilot:a@{}@b@10.0.0.5/live", "rtsp://***@10.0.0.5/live"),
        ("rtsp://pilot:{} x@10.0.0.5/live", "rtsp://***@10.0.0.5/live"),
        ("rtsp://pilot:it's{}@10.0.0.5/live", "rtsp://***@10.0.0.5/live"),
        ("rtsp://pilot:@'{}@10.0.0.5/live", "rtsp://***@10.0.0.5/live"),
        ("rtsp://pilot:{}", "rtsp://***"),
        ("rtsp://cam/{}/main", "rtsp://cam/***/main"),
        ("rtsp://cam/live/{}.sdp", "rtsp://cam/live/***.sdp"),
        ("rtsp://cam/user=pilot&password={}&channel=1&stream=0.sdp?",
         "rtsp://cam/user=***&password=***&channel=1&stream=0.sdp?"),
        ("rtsp://cam/user=pilot_password={}_channel=1_stream=0.sdp?real_stream",
         "rtsp://cam/user=***_password=***_channel=1_stream=0.sdp?real_stream"),
        ("rtsp://cam/user%3Dpilot%26password%3D{}%26channel%3D1", "rtsp://cam/user=***&password=***&channel=1"),
        ("rtsp://cam/live;grant={}/main", "rtsp://cam/live;grant=***/main"),
        ("http://cam/v.cgi?access_token={}&channel=2", "http://cam/v.cgi?access_token=***&channel=2"),
        ("http://cam/v.cgi?ApiKey={}", "http://cam/v.cgi?ApiKey=***"),
        ("http://cam/v.cgi?Berechtigung={}", "http://cam/v.cgi?***=***"),
        ("http://cam/v.cgi?channel={}&size=640x480", "http://cam/v.cgi?channel=***&size=640x480"),
        ("http://cam/v.cgi?{}", "http://cam/v.cgi?***"),
        ("http://cam/v.cgi?{}=1", "http://cam/v.cgi?***=***"),
        ("http://cam/v.cgi?src=rtsp%3A%2F%2Fpilot%3A{}%40cam", "http://cam/v.cgi?src=***"),
        ("http://cam/v.cgi?user=a@b.c&pwd={}", "http://cam/v.cgi?user=***&pwd=***"),
        ("rtsp://10.0.0.5/s?pwd=x#{}", "rtsp://10.0.0.5/s?pwd=***#***"),
        ("rtsp://cam/s#transport={}", "rtsp://cam/s#transport=***"),
    ],
)
def test_what_is_not_is_hidden_in_its_place(address: str, shown: str, secret: str) -> None:
    assert redact_address(address.format(secret)) == shown
    text = redact(f"Camera {address.format(secret)} went; it is looked for.")
    assert secret not in text
    assert text.startswith("Camera ")
    assert text.endswith(" it is looked for.")


@pytest.mark.parametrize(
    "text",
    [
        "401 for /user=pilot_password={}_channel=1",
        "PLAY /live?token={}&x=1 RTSP/1.0",
        "rtsp%3A%2F%2Fpilot%3A{}%40cam",
        "rtsp%253A%252F%252Fpilot%253A{}%2540cam",
        'av.error: Invalid data: "rtsp://pilot:{}@cam/x"; last error',
        "{{'input': 'http://cam/?key={}'}}",
        "open http://cam/v.cgi?usr='pilot'&pwd='{}' failed",
        'open http://cam/v.cgi?usr="pilot"&pwd="{}" failed',
        "open http://cam/v.cgi?channel=1&auth=Basic {}: refused",
        "rtsp:/pilot:{}@10.0.0.5/live",
        "rtsp:pilot:{}@cam.lan/live is no address",
        "pilot:{}@10.0.0.5:554/live",
        "//pilot:{}@[fe80::1]/live",
        "rtsp://a:{0}@cam/x and rtsp://b:{0}@cam/y",
    ],
)
@pytest.mark.parametrize("secret", SECRETS)
def test_what_libraries_print_is_hidden_too(text: str, secret: str) -> None:
    assert secret not in redact(text.format(secret))


HOSTS = st.sampled_from(["10.0.0.5", "10.0.0.5:554", "[fe80::2]", "[fe80::2]:8554", "cam.vessel.lan:80"])
SHOWN_WORDS = st.sampled_from(["live", "main", "Streaming", "101", "ch0", "h264", "bow", "media.amp"])
MARKS = st.text(st.sampled_from("/?#&;=:@%_-.,+~!$*()[]|'\" "), max_size=3)


@st.composite
def addresses(draw: st.DrawFn, secret: str) -> str:
    """An address with a secret in it somewhere, encoded or not, between other things that cameras have there."""
    host, words = draw(HOSTS), draw(st.lists(SHOWN_WORDS, min_size=1, max_size=3))
    scheme = draw(st.sampled_from(["rtsp", "rtsps", "http", "https", "rtmp"]))
    path, place = "/".join(words), draw(st.integers(0, 6))
    hidden = draw(st.sampled_from([secret, quote(secret, safe=""), quote(quote(secret, safe=""), safe="")]))
    key = draw(st.sampled_from(["password", "token", "k", "Zutritt", "channel", "hash", "x-amz-what", "стр"]))
    pair = draw(st.sampled_from([hidden, f"{key}={hidden}", f"user=me&{key}={hidden}&channel=1", f"{hidden}=1"]))
    joint = draw(st.sampled_from("&;_|,"))
    if place == 0:
        return f"{scheme}://pilot:{draw(MARKS)}{hidden}{draw(MARKS)}@{host}/{path}"
    if place == 1:
        return f"{scheme}://{hidden}@{host}/{path}?channel=1"
    if place == 2:
        return f"{scheme}://{host}/{hidden}/{path}"
    if place == 3:
        return f"{scheme}://{host}/{path}/{pair.replace('&', joint)}"
    if place == 4:
        return f"{scheme}://{host}/{path}?stream=0&{pair}"
    if place == 5:
        return f"{scheme}://{host}/{path}?size=640x480#{pair}"
    return f"{scheme}://me:{hidden}@{host}/{path};{pair}?{pair}#{pair}"


@given(st.sampled_from(SECRETS).flatmap(lambda secret: st.tuples(st.just(secret), addresses(secret))))
def test_a_secret_anywhere_is_never_shown(given_one: tuple[str, str]) -> None:
    secret, address = given_one
    shown = redact_address(address)
    assert secret not in shown
    assert secret not in redact(address)
    assert secret not in redact(f"Camera {address}: not found.")
    assert redact_address(shown) == redact(shown) == shown


@given(st.sampled_from(SECRETS).flatmap(lambda secret: st.tuples(st.just(secret), addresses(secret))))
def test_what_is_hidden_is_named_and_nothing_that_is_shown(given_one: tuple[str, str]) -> None:
    """So that both are of one mind: what is hidden holds the secret, and nothing that is shown."""
    secret, address = given_one
    for text in (address, f"Camera {address}: not found."):
        pieces = hidden_pieces(text)
        assert any(secret in piece for piece in pieces)
        assert [piece for piece in pieces if piece in redact_address(address)] == []


@pytest.mark.parametrize("secret", ["Kaltwasser77zz", "p#a:s/s", "Fjord geheim", "größer!", "it's"])
def test_a_secret_is_named_in_each_form_that_it_may_have(secret: str) -> None:
    basic = base64.b64encode(f"pilot:{secret}".encode()).decode().rstrip("=")
    for written in (secret, quote(secret, safe="")):
        pieces = hidden_pieces(f"rtsp://pilot:{written}@10.0.0.5/live")
        assert {secret, quote(secret, safe=""), basic} <= pieces


@pytest.mark.parametrize(
    "text",
    ["rtsp://cam/live/1234?token=1", "rtsp://cam/ab/cde", "rtsp://10.0.0.5/live", "test:?rate=10",
     "file:///dives/Tr4wlNet99.mp4", "no address", "rtsp://***@cam/***", ""],
)
def test_what_everybody_knows_and_what_is_too_short_is_not_named(text: str) -> None:
    assert hidden_pieces(text) == frozenset()


def test_of_words_that_everybody_knows_only_what_is_sent_of_them_is_named() -> None:
    pieces = hidden_pieces("rtsp://admin:live@10.0.0.5/x")
    assert "YWRtaW46bGl2ZQ" in pieces
    assert not {"admin", "live", "admin:live"} & pieces


def test_pieces_of_a_longer_text_are_named_too() -> None:
    text = "# was rtsp://a:Tr4wlNet99@cam/x\nk = 'pilot:Fjordgeheim@10.0.0.5'\nGET /live?pwd=zW_9x-Kp_4Lq&x=1"
    assert {"Tr4wlNet99", "Fjordgeheim", "zW_9x-Kp_4Lq"} <= hidden_pieces(text)


@given(HOSTS, st.lists(SHOWN_WORDS, max_size=4), st.sampled_from(SECRETS))
def test_what_is_shown_tells_which_camera_it_is(host: str, words: list[str], secret: str) -> None:
    path = "".join(f"/{word}" for word in words)
    address = f"rtsp://pilot:{quote(secret)}@{host}{path}/{secret}?token={secret}"
    assert redact_address(address) == f"rtsp://{MASK}@{host}{path}/{MASK}?token={MASK}"


@given(st.text(max_size=80), st.text(max_size=80))
@example("rtsp://a:b", " c@d")
@example("rtsp://***", "@")
def test_any_text_is_shown_and_shown_again_the_same(before: str, behind: str) -> None:
    for text in (before, f"{before}rtsp://{behind}", f"{before} http://cam/{behind}"):
        shown = redact(text)
        assert redact(shown) == shown


@given(st.text(st.characters(exclude_characters=":%=")))
def test_a_text_without_an_address_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("secret", ["Olaf7", "oslo", "31415"])
@pytest.mark.parametrize(
    "address",
    [
        "rtsp://cam/{}/main", "rtmp://cam/live/{}", "rtsp://cam/live/{}.sdp", "rtsp://cam/live;{}", "rtsp://cam/live?{}",
        "rtsp://cam/live#{}", "rtsp://cam/live?pwd={}", "rtsp://cam/stream_{}",
    ],
)
def test_a_short_one_is_hidden_too(address: str, secret: str) -> None:
    assert secret not in redact_address(address.format(secret))


@pytest.mark.parametrize(
    "path", ["/dives/20260101@Bow.mp4", "/a:b/x@Bow.mp4", "C:\\dives\\x@Bow.mp4", "at 10:30: x@Bow"]
)
def test_paths_of_files_stay(path: str) -> None:
    assert redact(f"{path} is whole.") == f"{path} is whole."


def test_of_an_endless_address_nothing_is_shown() -> None:
    assert redact("rtsp://cam/" + "live/" * 1000) == "rtsp://***"
