"""RTSP as cameras write it, well and badly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.rtsp_messages import (
    Message,
    NotRtsp,
    answer_to,
    numbers_of,
    parse,
    request,
    rtp_times_of,
    session_of,
    transport_of,
)

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 4\r\n\r\nv=0\n"


def answer(*headers: tuple[str, str]) -> Message:
    return Message(200, "OK", None, headers, b"")


def test_a_request_as_text() -> None:
    assert request("PLAY", "rtsp://cam/1", {"CSeq": "3"}) == b"PLAY rtsp://cam/1 RTSP/1.0\r\nCSeq: 3\r\n\r\n"


@pytest.mark.parametrize(
    "block",
    [
        ANSWER,
        ANSWER.replace(b"\r\n", b"\n"),
        ANSWER.replace(b"CSeq", b"CSEQ").replace(b"Content-Length", b"content-length  "),
        ANSWER.replace(b"RTSP/1.0 200 OK", b"rtsp/1.0 200"),
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
    transport = transport_of(answer(("transport", "RTP/AVP/TCP;unicast;Interleaved=2-3;ssrc=1F")))
    assert numbers_of(transport["interleaved"]) == (2, 3)
    assert numbers_of("7000") == (7000, 7001)
    assert numbers_of(None) is None
    begin = answer(("rtp-info", "url=rtsp://c/1;seq=4;rtptime=77, url=trackID=2;rtptime=99"))
    assert rtp_times_of(begin) == [("rtsp://c/1", 77), ("trackID=2", 99)]


def test_too_long_is_refused() -> None:
    with pytest.raises(NotRtsp):
        parse(b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n")
