"""Why a stream cannot be read, as one sentence that says what to do; never with credentials."""

import errno
import http.client
import socket
import ssl
from http import HTTPStatus
from urllib.parse import urlsplit

import av.error

from seacorder.base.errors import InputFailed, InputRefused
from seacorder.base.redaction import redact
from seacorder.model.address.address import StreamAddress

_UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)
_CUT = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)
_NO_DATAGRAMS = (
    "{source} receives nothing. "
    "Check that the sender runs and sends to this machine and port, and the firewall."
)
_NO_VISITOR = (
    "{source} waits, and no encoder connects. "
    "Check that it runs and sends to this machine and port, and the firewall."
)
_SILENT = "{source} does not answer. Check that it is switched on, then its address and the network."
_UNPUBLISHED = (
    "{source} is away: the server is reached and sends nothing under this name. It is recorded as soon as its sender "
    "publishes it; if the sender runs, check the application and the name in the address."
)
_NO_RTMP = (
    "{source} is away: its server is reached and gives no stream. It is recorded as soon as its sender publishes it; "
    "if the sender runs, check the application and the name in the address, and that the server's port is for {kind}."
)
_UNREACHED = "{source} cannot be reached. Check its power and the network, then its address."
_NOT_MINE = (
    "{source} cannot be opened: no network card of this machine has that address. "
    "Correct the address of the card."
)
_TAKEN = (
    "{source} cannot be opened: another program has that port, or another channel. "
    "Choose another port, or end that one."
)
_UNFOUND = "{source} cannot be found: its host name is not known. Check the host name in its address, and the network."
_NO_TLS = "{source} does not speak TLS on this port. Correct the port, or write {kind}:// without the s."
_REFUSED = "{source} refuses connections: nothing listens on that port. Check that it runs, then the port."
_UNAUTHORIZED = "{source} refuses the user name or password. Correct them in its address, in front of the @."
_ASKS_USER = "{source} asks for a user name and a password. Write user:password@ in front of the host."
_FORBIDDEN = "{source} forbids this user to watch. Give the user that right there."
_NO_STREAM = (
    "{source} has no such stream now ({reason}). It is recorded as soon as its sender is there; if that runs, correct "
    "the part of its address after the host."
)
_OWN_FAULT = (
    "{source} cannot give the stream now ({reason}). The sender may be off, or the server may have too many viewers; "
    "it is tried again."
)
_REFUSED_REQUEST = "{source} refuses the request ({reason}). Correct its address."
CLOSED = "{source} ended: the other side stopped sending. It is recorded again as soon as it is back."
_BROKEN = "{source} cut the connection. It is recorded again as soon as it is back; check the sender and the network."
_NOT_THAT = "{source} does not send {kind}. Check the port, and what is set in the sender."
_UNREADABLE = "{source} cannot be read ({reason}). Check its address."
_SENDS = {
    "udp": "MPEG-TS",
    "tcp": "MPEG-TS",
    "rtmp": "RTMP",
    "rtmps": "RTMP over TLS",
    "http": "HTTP",
    "https": "HTTP over TLS",
}
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
"""What says less of the request than of the moment."""
_ANSWERS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: _UNAUTHORIZED,
    HTTPStatus.FORBIDDEN: _FORBIDDEN,
    HTTPStatus.NOT_FOUND: _NO_STREAM,
    HTTPStatus.GONE: _NO_STREAM,
}
_FFMPEG_ANSWERS: tuple[tuple[type[Exception], str], ...] = (
    (av.error.HTTPUnauthorizedError, _UNAUTHORIZED),
    (av.error.HTTPForbiddenError, _FORBIDDEN),
    (av.error.HTTPNotFoundError, _NO_STREAM),
    (av.error.HTTPClientError, _REFUSED_REQUEST),
    (av.error.HTTPError, _OWN_FAULT),
)


BROKEN = (av.error.FFmpegError, OSError, http.client.HTTPException)
"""What reading a stream raises when it cannot go on; the last one comes from the content of an HTTP answer."""


def said(sentence: str, source: str, reason: str = "", kind: str = "") -> InputFailed:
    failure = InputRefused if sentence in (_UNAUTHORIZED, _ASKS_USER, _FORBIDDEN) else InputFailed
    return failure(sentence.format(source=source, reason=redact(reason), kind=kind))


def silence(address: StreamAddress, source: str) -> InputFailed:
    """Nothing came for as long as something might take."""
    if address.listens:
        return said(_NO_VISITOR, source)
    sentences = {"udp": _NO_DATAGRAMS, "rtmp": _UNPUBLISHED, "rtmps": _UNPUBLISHED}
    return said(sentences.get(address.scheme, _SILENT), source)


def answer_failure(status: int, reason: str, source: str, *, has_user: bool = True) -> InputFailed:
    """The failure to raise from an HTTP status that is no success; `has_user`: the address names one."""
    is_later = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER
    sentence = _ANSWERS.get(status) or (_OWN_FAULT if is_later else _REFUSED_REQUEST)
    if sentence is _UNAUTHORIZED and not has_user:
        sentence = _ASKS_USER
    return said(sentence, source, f"{status} {reason[:80]}".strip())


def stream_failure(error: Exception, address: StreamAddress, source: str) -> InputFailed:
    """The failure to raise from one of `BROKEN`."""
    if not isinstance(error, (OSError, av.error.FFmpegError)):
        return said(_BROKEN, source)
    reason = error.strerror or type(error).__name__
    if isinstance(error, (TimeoutError, av.error.ExitError)):
        return silence(address, source)
    for kind, sentence in _FFMPEG_ANSWERS:
        if isinstance(error, kind):
            is_open = sentence is _UNAUTHORIZED and address.user is None
            return said(_ASKS_USER if is_open else sentence, source, reason)
    sentence = _by_number(error.errno) or _by_kind(error, address)
    scheme = address.scheme.removesuffix("s") if sentence is _NO_TLS else address.scheme
    return said(sentence, source, reason, scheme if sentence is _NO_TLS else _SENDS.get(scheme, ""))


def _by_number(number: int | None) -> str | None:
    if number in _UNREACHABLE:
        return _UNREACHED
    return {errno.EADDRNOTAVAIL: _NOT_MINE, errno.ENODEV: _NOT_MINE, errno.EADDRINUSE: _TAKEN}.get(number or 0)


def _by_kind(error: OSError | av.error.FFmpegError, address: StreamAddress) -> str:
    if isinstance(error, ConnectionRefusedError):
        return _REFUSED
    if isinstance(error, _CUT):
        return _BROKEN
    if isinstance(error, (socket.gaierror, ssl.SSLError)):
        return _UNFOUND if isinstance(error, socket.gaierror) else _NO_TLS
    if isinstance(error, av.error.EOFError):
        return CLOSED
    if isinstance(error, av.error.InvalidDataError):
        return _NOT_THAT
    is_without_words = error.errno == errno.EIO or address.scheme in ("rtmp", "rtmps")
    return _without_words(address) if is_without_words else _UNREADABLE


def _without_words(address: StreamAddress) -> str:
    """FFmpeg says the same of a name that it did not find, of a handshake that failed, and of a server that refuses.

    The name is looked up, which blocks.
    """
    try:
        socket.getaddrinfo(urlsplit(address.url).hostname, None)
    except OSError:
        return _UNFOUND
    if address.scheme == "https":
        return _NO_TLS
    return _NO_RTMP if address.scheme in ("rtmp", "rtmps") else _BROKEN
