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
from seacorder.inputs.ffmpeg.stream_failures import CLOSED, answer_failure, said, silence, stream_failure
from seacorder.model.address.address import StreamAddress, parse_address

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
    return stream_failure(error, address_of(address), "Stream")


@pytest.mark.parametrize("status", [404, 410, 408, 429, 500, 502, 503, 504])
def test_who_may_be_back_is_waited_for(status: int) -> None:
    sentence = answer_failure(status, HTTPStatus(status).phrase, "Stream").sentence
    assert str(status) in sentence
    assert " now (" in sentence
    assert not isinstance(answer_failure(status, "", "Stream"), InputRefused)


def test_a_password_that_is_missing_is_not_called_wrong() -> None:
    assert "asks for a user name" in answer_failure(401, "Unauthorized", "Stream", has_user=False).sentence
    assert "refuses the user name or password" in answer_failure(401, "Unauthorized", "Stream").sentence
    assert isinstance(answer_failure(401, "", "Stream", has_user=False), InputRefused)
    error = av.error.HTTPUnauthorizedError(0, "")
    assert "asks for a user name" in failure_of(error, "rtmp://127.0.0.1/live/bow").sentence
    assert "refuses the user" in failure_of(error, "rtmp://a:b@127.0.0.1/live/bow").sentence


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
    sentence = silence(address_of(address), "Stream").sentence
    assert "Check that" in sentence or "is away" in sentence


@given(st.sampled_from(ADDRESSES), st.integers(1, 133))
def test_every_error_has_a_sentence_with_a_remedy(address: str, number: int) -> None:
    sentence = failure_of(OSError(number, "reason"), address).sentence
    assert sentence.startswith("Stream ")
    assert sentence.endswith(".")
    assert any(word in sentence for word in ("heck", "orrect", "hoose", "is back"))
    assert "{" not in sentence


def test_an_end_is_no_mistake_of_the_address() -> None:
    assert "back" in said(CLOSED, "Stream").sentence
    assert "ddress" not in said(CLOSED, "Stream").sentence
