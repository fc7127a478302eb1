"""Why a stream cannot be read, as one sentence that says what to do; never with credentials."""

import errno
import http.client
import socket
from http import HTTPStatus

import av.error

from seacorder.base.errors import InputFailed, InputRefused
from seacorder.base.log import redact
from seacorder.model.address import StreamAddress

_UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)
_CUT = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)
_NO_DATAGRAMS = "{source} receives nothing; check the sender, that it sends to this machine and port, and the firewall."
_NO_VISITOR = "{source} waits, and no encoder connects; check that it sends to this machine and port, and the firewall."
_SILENT = "{source} does not answer; check its address, its power and the network."
_UNPUBLISHED = "{source} sends nothing; check that something is published there under this name."
_UNREACHED = "{source} cannot be reached; check its address, its power and the network."
_NOT_MINE = "{source} cannot be opened; no network card of this machine has that address."
_TAKEN = "{source} cannot be opened; another program has that port, or another channel."
_UNFOUND = "{source} cannot be found, or does not speak {kind}; check its host name, the port and the network."
_REFUSED = "{source} refuses connections; check the port, and that something is sent there."
_UNAUTHORIZED = "{source} refuses the user name or password; correct them in its address, in front of the @."
_FORBIDDEN = "{source} forbids this user to watch; give the user that right there."
_NO_STREAM = "{source} has no such stream; correct the part of its address after the host."
_OWN_FAULT = "{source} reports a fault of its own ({reason}); it may have too many viewers."
_REFUSED_REQUEST = "{source} refuses the request ({reason}); correct its address."
CLOSED = "{source} ended."
_BROKEN = "{source} cut the connection."
_NOT_THAT = "{source} does not send {kind}; check the port, and what is set in the sender."
_UNREADABLE = "{source} cannot be read ({reason}); check its address."
_SENDS = {
    "udp": "MPEG-TS",
    "tcp": "MPEG-TS",
    "rtmp": "RTMP",
    "rtmps": "RTMP over TLS",
    "http": "HTTP",
    "https": "HTTP over TLS",
}
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
    failure = InputRefused if sentence in (_UNAUTHORIZED, _FORBIDDEN) else InputFailed
    return failure(sentence.format(source=source, reason=redact(reason), kind=kind))


def silence(address: StreamAddress, source: str) -> InputFailed:
    """Nothing came for as long as something might take."""
    if address.listens:
        return said(_NO_VISITOR, source)
    sentences = {"udp": _NO_DATAGRAMS, "rtmp": _UNPUBLISHED, "rtmps": _UNPUBLISHED}
    return said(sentences.get(address.scheme, _SILENT), source)


def answer_failure(status: int, reason: str, source: str) -> InputFailed:
    """The failure to raise from an HTTP status that is no success."""
    sentence = _ANSWERS.get(status) or (_OWN_FAULT if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _REFUSED_REQUEST)
    return said(sentence, source, reason[:80] or str(status))


def stream_failure(error: Exception, address: StreamAddress, source: str) -> InputFailed:
    """The failure to raise from one of `BROKEN`."""
    if not isinstance(error, (OSError, av.error.FFmpegError)):
        return said(_BROKEN, source)
    reason = error.strerror or type(error).__name__
    if isinstance(error, (TimeoutError, av.error.ExitError)):
        return silence(address, source)
    for kind, sentence in _FFMPEG_ANSWERS:
        if isinstance(error, kind):
            return said(sentence, source, reason)
    sentence = _by_number(error.errno) or _by_kind(error, address)
    return said(sentence, source, reason, _SENDS.get(address.scheme, ""))


def _by_number(number: int | None) -> str | None:
    if number in _UNREACHABLE:
        return _UNREACHED
    return {errno.EADDRNOTAVAIL: _NOT_MINE, errno.ENODEV: _NOT_MINE, errno.EADDRINUSE: _TAKEN}.get(number or 0)


def _by_kind(error: OSError | av.error.FFmpegError, address: StreamAddress) -> str:
    if isinstance(error, ConnectionRefusedError):
        return _REFUSED
    if isinstance(error, _CUT):
        return _BROKEN
    if isinstance(error, av.error.EOFError):
        return CLOSED
    if isinstance(error, av.error.InvalidDataError):
        return _NOT_THAT
    # FFmpeg says no more of a name that it did not find, nor of a handshake that failed.
    return _UNFOUND if error.errno == errno.EIO or isinstance(error, socket.gaierror) else _UNREADABLE
