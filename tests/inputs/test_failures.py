"""A source that is away is told as away; whatever the server says, the advice is one that can work."""

import errno
import socket
import ssl
from http import HTTPStatus

import av.error
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import InputFailed, InputRefused
from seacorder.inputs.failures import (
    _CAMERA,
    _STREAM,
    Cause,
    camera_failure,
    camera_socket_failure,
    camera_status_failure,
    stream_failure,
    stream_status_failure,
)
from seacorder.inputs.ffmpeg.failures import ffmpeg_camera_failure, ffmpeg_stream_failure
from seacorder.model.address.address import RtspAddress, StreamAddress, parse_address

ADDRESSES = (
    "udp://:5000",
    "tcp://127.0.0.1:5000",
    "tcp://:5000#listen=on",
    "rtmp://127.0.0.1/live/bow",
    "rtmps://127.0.0.1/live/bow",
    "http://127.0.0.1/bow",
    "https://127.0.0.1/bow",
)


def address_of(text: str) -> StreamAddress:
    address = parse_address(text)
    assert isinstance(address, StreamAddress)
    return address


def failure_of(error: Exception, address: str) -> InputFailed:
    return ffmpeg_stream_failure(error, address_of(address), "Stream")


@pytest.mark.parametrize("status", [404, 410, 408, 429, 500, 502, 503, 504])
def test_who_may_be_back_is_waited_for(status: int) -> None:
    failure = stream_status_failure(status, HTTPStatus(status).phrase, address_of("http://127.0.0.1/bow"), "Stream")
    sentence = failure.sentence
    assert str(status) in sentence
    assert " now (" in sentence
    assert not isinstance(failure, InputRefused)


def test_a_password_that_is_missing_is_not_called_wrong() -> None:
    missing = stream_status_failure(401, "Unauthorized", address_of("http://127.0.0.1/bow"), "Stream")
    wrong = stream_status_failure(401, "Unauthorized", address_of("http://a:b@127.0.0.1/bow"), "Stream")
    assert "asks for a user name" in missing.sentence
    assert "rejects the user name or password" in wrong.sentence
    assert isinstance(missing, InputRefused)
    assert isinstance(wrong, InputRefused)
    error = av.error.HTTPUnauthorizedError(0, "")
    assert "asks for a user name" in failure_of(error, "rtmp://127.0.0.1/live/bow").sentence
    assert "rejects the user" in failure_of(error, "rtmp://a:b@127.0.0.1/live/bow").sentence


def test_an_error_without_words_is_told_by_where_it_happened() -> None:
    nothing = OSError(errno.EIO, "Input/output error")
    for address, sentence in (
        ("rtmp://127.0.0.1/live/bow", "is away: its server is reached and gives no stream"),
        ("rtmp://nowhere.invalid/live/bow", "its host name is not known"),
        ("https://127.0.0.1/bow", "does not speak TLS on this port. Correct the port, or write http://"),
        ("tcp://127.0.0.1:5000", "cut the connection"),
    ):
        assert sentence in failure_of(nothing, address).sentence


def test_sockets_say_what_they_know() -> None:
    for error, sentence in (
        (socket.gaierror(-2, "Name or service not known"), "its host name is not known"),
        (ssl.SSLError(1, "wrong version number"), "does not speak TLS"),
        (ConnectionRefusedError(errno.ECONNREFUSED, ""), "nothing listens on that port"),
        (ConnectionResetError(errno.ECONNRESET, ""), "cut the connection"),
        (OSError(errno.EHOSTUNREACH, ""), "cannot be reached"),
    ):
        assert sentence in failure_of(error, "https://127.0.0.1/bow").sentence


@pytest.mark.parametrize("address", ADDRESSES)
def test_silence_names_the_sender_or_the_source(address: str) -> None:
    failure = stream_failure(Cause.SILENT, address_of(address), "Stream")
    assert failure.action.startswith("Check that") or "is away" in failure.fact


@given(st.sampled_from(ADDRESSES), st.integers(1, 133))
def test_every_error_has_a_fact_and_an_action(address: str, number: int) -> None:
    failure = failure_of(OSError(number, "reason"), address)
    assert failure.fact.startswith("Stream ")
    assert failure.fact.endswith(".")
    assert failure.action.endswith(".")
    assert any(word in failure.action for word in ("heck", "orrect", "hoose"))
    assert "{" not in failure.sentence


def test_an_end_is_no_mistake_of_the_address() -> None:
    failure = stream_failure(Cause.CLOSED, address_of("tcp://127.0.0.1:5000"), "Stream")
    assert (failure.fact, failure.action) == ("Stream ended: the other side stopped sending.", "Check the sender.")


def camera_of(text: str) -> RtspAddress:
    address = parse_address(text)
    assert isinstance(address, RtspAddress)
    return address


def test_a_camera_is_told_what_would_help_with_its_transport() -> None:
    for address, advice in (
        ("rtsp://127.0.0.1/bow", "Add #transport=udp"),
        ("rtsp://127.0.0.1/bow#transport=udp", "Remove #transport=udp"),
        ("rtsps://127.0.0.1/bow", "Write rtsp:// instead of rtsps://"),
    ):
        assert advice in camera_status_failure(461, "Unsupported Transport", camera_of(address), "Camera").sentence


def test_tls_is_advised_only_where_it_is_not_used() -> None:
    for cause in (Cause.HUNG_UP, Cause.WRONG_PROTOCOL):
        assert "write rtsps://" in camera_failure(cause, camera_of("rtsp://127.0.0.1/bow"), "Camera").sentence
        assert "rtsps" not in camera_failure(cause, camera_of("rtsps://127.0.0.1/bow"), "Camera").sentence


def test_what_ffmpeg_calls_invalid_is_silence_when_the_time_is_over() -> None:
    error, address = av.error.InvalidDataError(0, ""), camera_of("rtsp://127.0.0.1/bow#client=ffmpeg")
    assert "not as an RTSP camera" in ffmpeg_camera_failure(error, address, "Camera").sentence
    assert "does not answer" in ffmpeg_camera_failure(error, address, "Camera", timed_out=True).sentence


def test_an_error_without_words_of_a_camera_is_its_name_or_the_handshake() -> None:
    error = av.error.OSError(errno.EIO, "Input/output error")
    for text, advice in (("rtsps://127.0.0.1/bow", "does not speak TLS"), ("rtsp://127.0.0.1/bow", "cannot be found")):
        assert advice in ffmpeg_camera_failure(error, camera_of(text), "Camera", begins=True).sentence
    assert "cannot be found" in ffmpeg_camera_failure(error, camera_of("rtsps://127.0.0.1/bow"), "Camera").sentence


@given(st.integers(1, 133))
def test_every_error_of_a_socket_has_a_fact_and_an_action_for_cameras(number: int) -> None:
    failure = camera_socket_failure(OSError(number, "reason"), camera_of("rtsp://127.0.0.1/bow"), "Camera")
    assert failure.fact.startswith("Camera ")
    assert failure.fact.endswith(".")
    assert failure.action.endswith(".")
    assert "{" not in failure.sentence


def test_every_cause_has_a_message() -> None:
    assert set(_CAMERA) | set(_STREAM) == set(Cause)


def test_no_message_says_that_the_source_is_tried_again_or_what_its_failure_costs() -> None:
    for message in (*_CAMERA.values(), *_STREAM.values()):
        assert "again" not in message.text
        assert "record" not in message.text


def test_an_address_can_be_corrected_during_a_dive() -> None:
    failure = camera_failure(Cause.UNAUTHORIZED, camera_of("rtsp://a:b@127.0.0.1/bow"), "Camera")
    assert failure.fact == "Camera rejects the user name or password."
    assert failure.action.startswith(
        "Correct them (in front of the @) in `input` of this channel on the page, under Settings. Many cameras "
        "lock a user out for some minutes after failed logins"
    )
    silent = camera_failure(Cause.SILENT, camera_of("rtsp://127.0.0.1/bow"), "Camera")
    assert (silent.fact, silent.action) == (
        "Camera does not answer.",
        (
            "Check its power and network cable. If its address is wrong, correct `input` of this channel on the page, "
            "under Settings."
        ),
    )


def test_what_a_server_says_is_no_place_for_a_placeholder() -> None:
    reason = "{source} {0} {"
    failure = camera_status_failure(400, reason, camera_of("rtsp://127.0.0.1/bow"), "Camera")
    assert failure.fact == "Camera refuses the request (400 {source} {0} {)."
