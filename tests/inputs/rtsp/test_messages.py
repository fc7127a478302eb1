"""RTSP as cameras write it, well and badly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.rtsp.messages import (
    NotRtsp,
    RtspMessage,
    answer_to,
    numbers_of,
    parse,
    request,
    rtp_times_of,
    session_of,
    transport_of,
)

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 4\r\n\r\nv=0\n"


def answer(*headers: tuple[str, str]) -> RtspMessage:
    return RtspMessage(200, "OK", None, headers, b"")


def test_a_request_as_text() -> None:
    assert request("PLAY", "rtsp://cam/1", {"CSeq": "3"}) == b"PLAY rtsp://cam/1 RTSP/1.0\r\nCSeq: 3\r\n\r\n"


@pytest.mark.parametrize(
    "block",
    [
        ANSWER,
        ANSWER.replace(b"\r\n", b"\n"),
        ANSWER.replace(b"CSeq", b"CSEQ").replace(b"Content-Length", b"content-length  "),
        ANSWER.replace(b"RTSP/1.0 200 OK", b"rtsp/1.0 200"),
        ANSWER.replace(b"RTSP/1.0 200 OK", b"RTSP/2.0  200   "),
        ANSWER.replace(b"RTSP/1.0 200 OK", b"RTSP/1 200OK"),
        ANSWER.replace(b"CSeq: 2", b"CSeq:2\r\nCSeq: 7\r\nno colon"),
        ANSWER.replace(b"Content-Length: 4", b"Content-Length:4 bytes"),
    ],
)
def test_an_answer_in_many_hands(block: bytes) -> None:
    found = parse(block + b"$rest")
    assert found is not None
    message, size = found
    assert (message.status, message.sequence, message.body) == (200, 2, b"v=0\n")
    assert size == len(block)


@given(st.integers(0, len(ANSWER) - 1))
def test_a_part_is_not_yet_a_message(size: int) -> None:
    assert size == 0 or parse(ANSWER[:size]) is None


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_none(block: bytes) -> None:
    try:
        found = parse(block)
    except NotRtsp:
        return
    assert found is None or found[1] <= len(block)


@given(st.binary(max_size=300), st.booleans())
def test_what_is_all_is_a_message_or_none(block: bytes, is_all: bool) -> None:
    for before in (b"", b"RTSP/1.0 200 OK\r\n", b"RTSP/1.0 200 OK\r\nContent-Length: 50\r\n\r\n"):
        try:
            found = parse(before + block, is_all=is_all)
        except NotRtsp:
            continue
        assert found is None or 0 < found[1] <= len(before + block)


@pytest.mark.parametrize("length", ["Content-Length: 90\r\n", "", "Content-Length: ?\r\n"])
def test_a_description_whose_length_is_wrong_is_taken_when_nothing_more_comes(length: str) -> None:
    block = f"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n{length}\r\nv=0\r\n".encode()
    assert parse(block) is None
    found = parse(block, is_all=True)
    assert found is not None
    assert (found[0].body, found[1]) == (b"v=0\r\n", len(block))


def test_a_head_without_its_empty_line_is_taken_when_nothing_more_comes() -> None:
    found = parse(b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n", is_all=True)
    assert found is not None
    assert found[0].sequence == 2


def test_a_folded_header_and_two_of_one_name() -> None:
    block = b"RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm=\r\n  x\r\nWWW-Authenticate: Basic\r\n\r\n"
    found = parse(block)
    assert found is not None
    assert found[0].all("www-authenticate") == ["Digest realm= x", "Basic"]


def test_a_question_of_the_camera_is_answered() -> None:
    found = parse(b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n")
    assert found is not None
    assert found[0].method == "OPTIONS"
    assert answer_to(found[0]) == b"RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n"


def test_headers_with_a_meaning() -> None:
    assert session_of(answer(("session", "ab12;timeout=60"))) == ("ab12", 60)
    assert session_of(answer(("session", " ab12 "))) == ("ab12", None)
    assert session_of(answer()) is None
    sloppy = ("ab12;timeout=60s", "ab12 ; Timeout = 60", 'ab12;a;timeout="60"', "ab12,timeout=60", "ab12 timeout=60")
    for text in sloppy:
        assert session_of(answer(("session", text))) == ("ab12", 60)
    assert session_of(answer(("session", "ab12;timeout=soon"))) == ("ab12", None)
    transport = transport_of(answer(("transport", "RTP/AVP/TCP;unicast;Interleaved=2-3;ssrc=1F")))
    assert numbers_of(transport["interleaved"]) == (2, 3)
    assert numbers_of("7000") == (7000, 7001)
    assert numbers_of(" 2 - 3 ") == (2, 3)
    assert numbers_of(None) is None
    begin = answer(("rtp-info", "url=rtsp://c/1;seq=4;rtptime=77, url=trackID=2;rtptime=99"))
    assert rtp_times_of(begin) == [("rtsp://c/1", 77), ("trackID=2", 99)]


def test_too_long_is_refused() -> None:
    with pytest.raises(NotRtsp):
        parse(b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n")
