"""Why a camera cannot be read, as one sentence that says what to do; from what a socket, the camera or FFmpeg says.

Never with credentials.
"""

import errno
import socket

import av.error

from seacorder.base.errors import InputFailed, InputRefused
from seacorder.base.log import redact

_UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)
SILENT = "{source} does not answer; check its address, its power and the network."
CLOSED = "{source} closed the connection."
_CUT = "{source} cut the connection."
_UNREACHED = "{source} cannot be reached; check its address, its power and the network."
_UNFOUND = "{source} cannot be found; check its host name and the network."
_UNAUTHORIZED = "{source} refuses the user name or password; correct them in its address, in front of the @."
_FORBIDDEN = "{source} forbids this user to watch; give the user that right in the camera."
_NO_STREAM = "{source} has no such stream; correct the part of its address after the host."
_REFUSED_REQUEST = "{source} refuses the request ({reason}); try #transport=udp, or another stream."
_OWN_FAULT = "{source} reports a fault of its own ({reason}); it may have too many viewers."
_REFUSED = "{source} refuses connections; check the port, and that RTSP is switched on in the camera."
NOT_RTSP = "{source} answers, but not as an RTSP camera; check the port, and write rtsps:// if it uses TLS there."
NO_TLS = "{source} does not speak TLS (1.2 or newer) on this port; write rtsp://, or the camera's TLS port, often 322."
ONLY_TLS = "{source} speaks TLS on this port; write rtsps:// instead of rtsp://."
HUNG_UP = "{source} closed the connection without an answer; check the port, and write rtsps:// if it uses TLS there."
_UNREADABLE = "{source} cannot be read ({reason}); check its address."
_SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (av.error.HTTPUnauthorizedError, _UNAUTHORIZED),
    (av.error.HTTPForbiddenError, _FORBIDDEN),
    (av.error.HTTPNotFoundError, _NO_STREAM),
    (av.error.HTTPClientError, _REFUSED_REQUEST),
    (av.error.HTTPError, _OWN_FAULT),
    (ConnectionRefusedError, _REFUSED),
    (TimeoutError, SILENT),
    (ConnectionResetError, _CUT),
    (BrokenPipeError, _CUT),
    (ConnectionAbortedError, _CUT),
    (EOFError, CLOSED),
    (av.error.InvalidDataError, NOT_RTSP),
)
_ANSWERS = {401: _UNAUTHORIZED, 403: _FORBIDDEN, 404: _NO_STREAM}


def failure(sentence: str, source: str, reason: str = "") -> InputFailed:
    """The failure of a sentence of this module. `source` names the camera, without credentials."""
    kind = InputRefused if sentence in (_UNAUTHORIZED, _FORBIDDEN) else InputFailed
    return kind(sentence.format(source=source, reason=redact(reason)))


def answer_failure(status: int, reason: str, source: str) -> InputFailed:
    """The failure to raise from an RTSP status that is no success."""
    sentence = _ANSWERS.get(status) or (_OWN_FAULT if status >= 500 else _REFUSED_REQUEST)
    return failure(sentence, source, reason[:80] or str(status))


def network_failure(error: OSError, source: str) -> InputFailed:
    """The failure to raise from what a socket says."""
    if isinstance(error, socket.gaierror):
        return failure(_UNFOUND, source)
    if error.errno in _UNREACHABLE:
        return failure(_UNREACHED, source)
    sentence = next((sentence for kind, sentence in _SENTENCES if isinstance(error, kind)), _UNREADABLE)
    return failure(sentence, source, error.strerror or type(error).__name__)


def camera_failure(
    error: av.error.FFmpegError, source: str, *, timed_out: bool = False, tls_host: str | None = None
) -> InputFailed:
    """The failure to raise from `error`. `source` names the camera, without credentials.

    `tls_host`: where TLS was to begin. Its name may be looked up, which blocks.
    """
    if timed_out and isinstance(error, av.error.InvalidDataError):
        return failure(SILENT, source)
    reason = error.strerror or type(error).__name__
    if error.errno in _UNREACHABLE:
        return failure(_UNREACHED, source)
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return failure(sentence, source, reason)
    if error.errno == errno.EIO:
        # FFmpeg says no more of a name that it did not find, nor of a handshake that failed.
        return failure(NO_TLS if tls_host is not None and _is_found(tls_host) else _UNFOUND, source)
    return failure(_UNREADABLE, source, reason)


def _is_found(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False
