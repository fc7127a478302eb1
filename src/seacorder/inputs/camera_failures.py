"""Why a camera cannot be read, as one sentence that says what to do; from what a socket, the camera or FFmpeg says.

Never with credentials.
"""

import errno
import socket
from urllib.parse import urlsplit

import av.error

from seacorder.base.errors import InputFailed, InputRefused
from seacorder.base.redaction import redact
from seacorder.model.address.address import RtspAddress, Transport

_UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)
SILENT = "{source} does not answer. Check its address, its power and the network."
CLOSED = "{source} closed the connection."
_CUT = "{source} cut the connection."
_UNREACHED = "{source} cannot be reached. Check its address, its power and the network."
_UNFOUND = "{source} cannot be found. Check the host name in its address, and the network."
_UNAUTHORIZED = "{source} refuses the user name or password. Correct them in its address, in front of the @."
_FORBIDDEN = "{source} forbids this user to watch. Give the user that right in the camera."
_NO_STREAM = (
    "{source} has no such stream. The name of the stream (the address after the host) may be wrong, or its publisher "
    "is away."
)
_REFUSED_REQUEST = "{source} refuses the request ({reason}). Check its address, or choose another of its streams."
_NO_TCP = "{source} refuses the request ({reason}): it does not send over TCP. Add #transport=udp to its address."
_NO_UDP = "{source} refuses the request ({reason}): it does not send over UDP. Remove #transport=udp from its address."
_NO_TLS_MEDIA = (
    "{source} refuses the request ({reason}): it does not send inside of the encrypted connection. "
    "Write rtsp:// instead of rtsps://, with the camera's port for that, often 554."
)
_FULL = (
    "{source} refuses the request ({reason}): it serves no more viewers. Close other viewers, or choose a stream of a "
    "lower bit rate."
)
_NO_SESSION = (
    "{source} refuses the request ({reason}): it has ended the session. It is asked again; if that goes on, restart "
    "the camera."
)
_OWN_FAULT = "{source} reports a fault of its own ({reason}). It may have too many viewers; close some, or restart it."
_REFUSED = (
    "{source} refuses connections. Check that RTSP is enabled and that the port is right, then power, cable and "
    "address."
)
NOT_RTSP = "{source} answers, but not as an RTSP camera. Check the port{or_tls}."
NO_TLS = "{source} does not speak TLS (1.2 or newer) on this port. Write rtsp://, or the camera's TLS port, often 322."
ONLY_TLS = "{source} speaks TLS on this port. Write rtsps:// instead of rtsp://."
HUNG_UP = "{source} closed the connection without an answer. Check the port{or_tls}."
_OR_TLS = ", and write rtsps:// if it uses TLS there"
_UNREADABLE = "{source} cannot be read ({reason}). Check its address."
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
_ANSWERS = {401: _UNAUTHORIZED, 403: _FORBIDDEN, 404: _NO_STREAM, 410: _NO_STREAM, 453: _FULL, 454: _NO_SESSION}
UNSUPPORTED_TRANSPORT = 461


def failure(sentence: str, source: str, reason: str = "", address: RtspAddress | None = None) -> InputFailed:
    """The failure of a sentence of this module. `source` names the camera, without credentials.

    `address`: so that nothing is advised that is so already.
    """
    kind = InputRefused if sentence in (_UNAUTHORIZED, _FORBIDDEN) else InputFailed
    or_tls = "" if address is not None and _is_tls(address) else _OR_TLS
    return kind(sentence.format(source=source, reason=redact(reason), or_tls=or_tls))


def answer_failure(status: int, reason: str, source: str, address: RtspAddress) -> InputFailed:
    """The failure to raise from an RTSP status that is no success."""
    if status == UNSUPPORTED_TRANSPORT:
        sentence = _transport_sentence(address)
    else:
        sentence = _ANSWERS.get(status) or (_OWN_FAULT if status >= 500 else _REFUSED_REQUEST)
    return failure(sentence, source, f"{status} {reason[:80]}".strip())


def network_failure(error: OSError, source: str, address: RtspAddress | None = None) -> InputFailed:
    """The failure to raise from what a socket says."""
    if isinstance(error, socket.gaierror):
        return failure(_UNFOUND, source)
    if error.errno in _UNREACHABLE:
        return failure(_UNREACHED, source)
    sentence = next((sentence for kind, sentence in _SENTENCES if isinstance(error, kind)), _UNREADABLE)
    return failure(sentence, source, error.strerror or type(error).__name__, address)


def camera_failure(
    error: av.error.FFmpegError, source: str, address: RtspAddress, *, timed_out: bool = False, begins: bool = False
) -> InputFailed:
    """The failure to raise from `error`. `source` names the camera, without credentials.

    `begins`: the connection was being made; its host's name may be looked up then, which blocks.
    """
    if timed_out and isinstance(error, av.error.InvalidDataError):
        return failure(SILENT, source)
    reason = error.strerror or type(error).__name__
    if error.errno in _UNREACHABLE:
        return failure(_UNREACHED, source)
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return failure(sentence, source, reason, address)
    if error.errno == errno.EIO:
        # FFmpeg says no more of a name that it did not find, nor of a handshake that failed.
        host = urlsplit(address.url).hostname
        is_handshake = begins and _is_tls(address) and host is not None and _is_found(host)
        return failure(NO_TLS if is_handshake else _UNFOUND, source)
    return failure(_UNREADABLE, source, reason)


def _transport_sentence(address: RtspAddress) -> str:
    if address.transport is Transport.UDP:
        return _NO_UDP
    return _NO_TLS_MEDIA if _is_tls(address) else _NO_TCP


def _is_tls(address: RtspAddress) -> bool:
    return address.url[:6].lower() == "rtsps:"


def _is_found(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False
