"""Why a source cannot be read: the cause, and the message that tells the operator what it is and what to do.

Sockets, servers and FFmpeg report an error each in their own way; `Cause` names what is behind it. Each cause has a
message for cameras over RTSP and one for streams (MPEG-TS, FLV, HTTP), because the advice differs. The functions make
the InputFailed to raise, or the InputRefused where only a change of the address or of the camera can help.
What FFmpeg reports is translated in `ffmpeg.failures`.

No message says that the source is tried again, or what its failure costs: who tries it again and who knows whether a
recording is on say that. None holds a user name or a password: `source` is how the input names itself, without
credentials, and reasons pass through `redact`.
"""

import errno
import socket
from enum import Enum, auto
from http import HTTPStatus
from urllib.parse import urlsplit

from seacorder.base.errors import InputFailed, InputRefused
from seacorder.base.message import Message
from seacorder.base.redaction import redact
from seacorder.model.address.address import RtspAddress, StreamAddress, Transport

PACKETS_LOST = (
    "%s: packets were lost on the way. Frames so far that came damaged and were dropped: %d. "
    "Check the network cable and switch."
)
"""A line of the log: the source, and how many frames."""


class Cause(Enum):
    SILENT = auto()
    """Nothing came for as long as the limit allows."""
    CLOSED = auto()
    """The other side ended the connection properly."""
    CUT = auto()
    """The connection was reset or aborted."""
    REFUSED = auto()
    """Nothing listens on that port."""
    UNREACHED = auto()
    UNFOUND = auto()
    """The host's name is not known."""
    UNAUTHORIZED = auto()
    ASKS_USER = auto()
    """As UNAUTHORIZED, where the address names no user."""
    FORBIDDEN = auto()
    NO_STREAM = auto()
    REFUSED_REQUEST = auto()
    OWN_FAULT = auto()
    """The server reports an error of its own (5xx)."""
    NO_TLS = auto()
    WRONG_PROTOCOL = auto()
    UNREADABLE = auto()
    """None of the others; the reason says more."""
    # Cameras over RTSP only:
    NO_TCP = auto()
    NO_UDP = auto()
    NO_TLS_MEDIA = auto()
    """It does not send pictures inside of an encrypted connection."""
    FULL = auto()
    NO_SESSION = auto()
    ONLY_TLS = auto()
    HUNG_UP = auto()
    """It closed the connection in place of its first answer."""
    NO_PICTURE = auto()
    """It has answered every request, also the one to begin sending, and nothing has come since."""
    TAKES_NOTHING = auto()
    """It sends, and does not read what is sent to it."""
    # Streams only:
    NO_DATAGRAMS = auto()
    NO_VISITOR = auto()
    """No encoder connected to the port on which the recorder listens."""
    UNPUBLISHED = auto()
    """An RTMP server answers and sends nothing."""
    NO_RTMP = auto()
    """An RTMP server is reached and gives no stream, without a reason that FFmpeg could tell."""
    NOT_MINE = auto()
    """No network card of this computer has the address on which to receive."""
    TAKEN = auto()
    """Another program has the port on which to receive."""


_CORRECT = "correct `input` of this channel on the page, under Settings."
_ADDRESS = f"If its address is wrong, {_CORRECT}"
_UNAUTHORIZED = Message(
    "{source} rejects the user name or password.",
    "Correct them (in front of the @) in `input` of this channel on the page, under Settings. Many cameras lock a "
    "user out for some minutes after failed logins: if the right password is rejected, too, stop Seacorder between "
    "dives and wait that long.",
)
_FORBIDDEN = "{source} does not let this user watch."
_IF_OFTEN = "If this happens often, check its power supply, cable and network switch, or lower its bit rate."
_UNREADABLE = Message("{source} cannot be read ({reason}).", _ADDRESS)
_CAMERA: dict[Cause, Message] = {
    Cause.SILENT: Message("{source} does not answer.", f"Check its power and network cable. {_ADDRESS}"),
    Cause.NO_PICTURE: Message(
        "{source} answers and agrees to send, but no picture comes.",
        "If this stays so, restart the camera. Where pictures come as datagrams, check the firewall of this computer.",
    ),
    Cause.CLOSED: Message("{source} ended the connection.", _IF_OFTEN),
    Cause.CUT: Message("{source} cut the connection.", _IF_OFTEN),
    Cause.REFUSED: Message(
        "{source} refuses connections.",
        f"Check that RTSP is switched on in it, then the port in its address, then power and cable. {_ADDRESS}",
    ),
    Cause.UNREACHED: Message(
        "{source} cannot be reached.",
        f"Check its power and network cable, then the network of this computer. {_ADDRESS}",
    ),
    Cause.UNFOUND: Message(
        "{source} cannot be found: its host name is not known.",
        f"Check the network. If the host name is wrong, {_CORRECT}",
    ),
    Cause.UNAUTHORIZED: _UNAUTHORIZED,
    Cause.FORBIDDEN: Message(_FORBIDDEN, "Give the user that right in the camera."),
    Cause.NO_STREAM: Message(
        "{source} answers, but does not know this stream.",
        "Look up the path of the stream (the address after the host) in the camera's manual; if it is wrong, "
        f"{_CORRECT} If the stream comes from another program, start that one.",
    ),
    Cause.REFUSED_REQUEST: Message(
        "{source} refuses the request ({reason}).", f"Choose another of its streams. {_ADDRESS}"
    ),
    Cause.OWN_FAULT: Message(
        "{source} reports an error of its own ({reason}), often because too many programs watch it.",
        "Close other viewers, or restart the camera.",
    ),
    Cause.NO_TLS: Message(
        "{source} does not speak TLS (1.2 or newer) on this port.",
        "Write rtsp:// in its address, or the camera's TLS port, often 322.",
    ),
    Cause.WRONG_PROTOCOL: Message("{source} answers, but not as an RTSP camera.", "Check the port{or_tls}."),
    Cause.UNREADABLE: _UNREADABLE,
    Cause.NO_TCP: Message(
        "{source} refuses the request ({reason}): it does not send over TCP.", "Add #transport=udp to its address."
    ),
    Cause.NO_UDP: Message(
        "{source} refuses the request ({reason}): it does not send over UDP.",
        "Remove #transport=udp from its address.",
    ),
    Cause.NO_TLS_MEDIA: Message(
        "{source} refuses the request ({reason}): it does not send inside of the encrypted connection.",
        "Write rtsp:// instead of rtsps://, with the camera's port for that, often 554.",
    ),
    Cause.FULL: Message(
        "{source} refuses the request ({reason}): it serves no more viewers.",
        "Close other viewers, or choose a stream of a lower bit rate.",
    ),
    Cause.NO_SESSION: Message(
        "{source} refuses the request ({reason}): it has ended the session.", "If that goes on, restart the camera."
    ),
    Cause.ONLY_TLS: Message("{source} speaks TLS on this port.", "Write rtsps:// instead of rtsp:// in its address."),
    Cause.TAKES_NOTHING: Message(
        "{source} does not read what is sent to it, so its connection was ended.",
        "If this happens often, restart the camera, then update its firmware.",
    ),
    Cause.HUNG_UP: Message("{source} closed the connection without an answer.", "Check the port{or_tls}."),
}
_OR_TLS = ", and write rtsps:// if it uses TLS there"
_LISTENER = "Check that the sender runs and sends to this computer and port, then the firewall."
_STREAM: dict[Cause, Message] = {
    Cause.SILENT: Message(
        "{source} does not answer.", "Check that it is switched on, then its address and the network."
    ),
    Cause.CLOSED: Message("{source} ended: the other side stopped sending.", "Check the sender."),
    Cause.CUT: Message("{source} cut the connection.", "Check the sender and the network."),
    Cause.REFUSED: Message(
        "{source} refuses connections: nothing listens on that port.", "Check that it runs, then the port."
    ),
    Cause.UNREACHED: Message("{source} cannot be reached.", "Check its power and the network, then its address."),
    Cause.UNFOUND: Message(
        "{source} cannot be found: its host name is not known.",
        "Check the network, then the host name in its address.",
    ),
    Cause.UNAUTHORIZED: _UNAUTHORIZED,
    Cause.ASKS_USER: Message(
        "{source} asks for a user name and a password.",
        f"Write user:password@ in front of the host: {_CORRECT}",
    ),
    Cause.FORBIDDEN: Message(_FORBIDDEN, "Give the user that right there."),
    Cause.NO_STREAM: Message(
        "{source} has no such stream now ({reason}).",
        "Start its sender. If that runs, correct the part of its address after the host.",
    ),
    Cause.REFUSED_REQUEST: Message("{source} refuses the request ({reason}).", "Correct its address."),
    Cause.OWN_FAULT: Message(
        "{source} cannot give the stream now ({reason}).",
        "Start its sender; or the server has too many viewers: close some.",
    ),
    Cause.NO_TLS: Message(
        "{source} does not speak TLS on this port.", "Correct the port, or write {plain}:// without the s."
    ),
    Cause.WRONG_PROTOCOL: Message(
        "{source} does not send {protocol}.", "Check the port, and what is set in the sender."
    ),
    Cause.UNREADABLE: _UNREADABLE,
    Cause.NO_DATAGRAMS: Message("{source} receives nothing.", _LISTENER),
    Cause.NO_VISITOR: Message("{source} waits, and no encoder connects.", _LISTENER),
    Cause.UNPUBLISHED: Message(
        "{source} is away: the server is reached and sends nothing under this name.",
        "Start its sender. If it runs, check the application and the name in the address.",
    ),
    Cause.NO_RTMP: Message(
        "{source} is away: its server is reached and gives no stream.",
        "Start its sender. If it runs, check the application and the name in the address, and that the server's port "
        "is for {protocol}.",
    ),
    Cause.NOT_MINE: Message(
        "{source} cannot be opened: no network card of this computer has that address.",
        "Correct the address of the card.",
    ),
    Cause.TAKEN: Message(
        "{source} cannot be opened: another program has that port, or another channel.",
        "End that program, or choose another port.",
    ),
}
_PROTOCOLS = {
    "udp": "MPEG-TS",
    "tcp": "MPEG-TS",
    "rtmp": "RTMP",
    "rtmps": "RTMP over TLS",
    "http": "HTTP",
    "https": "HTTP over TLS",
}
_REFUSALS = (Cause.UNAUTHORIZED, Cause.ASKS_USER, Cause.FORBIDDEN)

_BY_STATUS: dict[int, Cause] = {
    HTTPStatus.UNAUTHORIZED: Cause.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN: Cause.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Cause.NO_STREAM,
    HTTPStatus.GONE: Cause.NO_STREAM,
}
"""Statuses that RTSP and HTTP have in common."""
UNSUPPORTED_TRANSPORT = 461
_BY_RTSP_STATUS = {453: Cause.FULL, 454: Cause.NO_SESSION}
"""RFC 2326, 11.3: not enough bandwidth, session not found."""
_NOT_NOW = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
"""HTTP statuses that say that the server cannot do it now, not that the request is wrong."""
_BY_NUMBER: dict[int | None, Cause] = {
    errno.EHOSTUNREACH: Cause.UNREACHED,
    errno.ENETUNREACH: Cause.UNREACHED,
    errno.EHOSTDOWN: Cause.UNREACHED,
    errno.ENETDOWN: Cause.UNREACHED,
    errno.EADDRNOTAVAIL: Cause.NOT_MINE,
    errno.ENODEV: Cause.NOT_MINE,
    errno.EADDRINUSE: Cause.TAKEN,
}
_BY_CLASS: tuple[tuple[type[Exception], Cause], ...] = (
    (socket.gaierror, Cause.UNFOUND),
    (ConnectionRefusedError, Cause.REFUSED),
    (TimeoutError, Cause.SILENT),
    (ConnectionResetError, Cause.CUT),
    (BrokenPipeError, Cause.CUT),
    (ConnectionAbortedError, Cause.CUT),
    (EOFError, Cause.CLOSED),
)


def cause_of(error: Exception) -> Cause | None:
    """What an error of a socket means, or an error of FFmpeg's that is of one of Python's classes; None: not known."""
    by_number = _BY_NUMBER.get(getattr(error, "errno", None))
    return by_number or next((cause for kind, cause in _BY_CLASS if isinstance(error, kind)), None)


def reason_of(error: Exception) -> str:
    """What the system calls the error."""
    return getattr(error, "strerror", None) or type(error).__name__


def is_found(url: str) -> bool:
    """True when the name of the URL's host can be looked up. Blocks for as long as that takes."""
    try:
        return bool(socket.getaddrinfo(urlsplit(url).hostname, None))
    except OSError:
        return False


def camera_failure(cause: Cause, address: RtspAddress, source: str, reason: str = "") -> InputFailed:
    """The failure of a camera over RTSP; `reason` is put in brackets by facts that have a place for it."""
    or_tls = "" if is_tls(address) else _OR_TLS
    return _failure(cause, _CAMERA, source=source, reason=redact(reason), or_tls=or_tls)


def camera_status_failure(status: int, reason: str, address: RtspAddress, source: str) -> InputFailed:
    """The failure after an RTSP status that is no success."""
    if status == UNSUPPORTED_TRANSPORT:
        cause = _transport_cause(address)
    else:
        known = _BY_STATUS.get(status) or _BY_RTSP_STATUS.get(status)
        cause = known or (Cause.OWN_FAULT if status >= 500 else Cause.REFUSED_REQUEST)
    return camera_failure(cause, address, source, f"{status} {reason[:80]}".strip())


def camera_socket_failure(error: OSError, address: RtspAddress, source: str) -> InputFailed:
    """The failure after an error of the socket to a camera."""
    return camera_failure(cause_of(error) or Cause.UNREADABLE, address, source, reason_of(error))


def stream_failure(cause: Cause, address: StreamAddress, source: str, reason: str = "") -> InputFailed:
    """The failure of a stream; `reason` is put in brackets by facts that have a place for it."""
    if cause is Cause.SILENT:
        cause = _silence(address)
    elif cause is Cause.UNAUTHORIZED and address.user is None:
        cause = Cause.ASKS_USER
    protocol, plain = _PROTOCOLS.get(address.scheme, ""), address.scheme.removesuffix("s")
    return _failure(cause, _STREAM, source=source, reason=redact(reason), protocol=protocol, plain=plain)


def stream_status_failure(status: int, reason: str, address: StreamAddress, source: str) -> InputFailed:
    """The failure after an HTTP status that is no success."""
    is_later = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _NOT_NOW
    cause = _BY_STATUS.get(status) or (Cause.OWN_FAULT if is_later else Cause.REFUSED_REQUEST)
    return stream_failure(cause, address, source, f"{status} {reason[:80]}".strip())


def stream_socket_failure(error: Exception, address: StreamAddress, source: str) -> InputFailed:
    """The failure after an error of the socket to a stream, or of `http.client`. May look up the host's name."""
    if not isinstance(error, OSError):
        return stream_failure(Cause.CUT, address, source)  # an answer of HTTP that breaks off in its midst
    import ssl  # a megabyte that a worker without TLS does not need; the inputs that call this have loaded it before

    cause = Cause.NO_TLS if isinstance(error, ssl.SSLError) else cause_of(error)
    return stream_failure(cause or unnamed_cause(error.errno, address), address, source, reason_of(error))


def unnamed_cause(number: int | None, address: StreamAddress) -> Cause:
    """The cause of an error that has no class of its own, by its number. Blocks: the host's name may be looked up.

    FFmpeg reports EIO for a host name that is not found, for a TLS handshake that failed and for a connection that was
    cut. Over RTMP it reports all kinds of numbers for a server that gives no stream.
    """
    is_rtmp = address.scheme in ("rtmp", "rtmps")
    if number != errno.EIO and not is_rtmp:
        return Cause.UNREADABLE
    if not is_found(address.url):
        return Cause.UNFOUND
    if address.scheme == "https":
        return Cause.NO_TLS
    return Cause.NO_RTMP if is_rtmp else Cause.CUT


def is_tls(address: RtspAddress) -> bool:
    return address.url[:6].lower() == "rtsps:"


def _failure(cause: Cause, messages: dict[Cause, Message], **values: str) -> InputFailed:
    message = messages.get(cause, _UNREADABLE)
    kind = InputRefused if cause in _REFUSALS else InputFailed
    return kind(message.fact.format(**values), message.action.format(**values))


def _silence(address: StreamAddress) -> Cause:
    if address.listens:
        return Cause.NO_VISITOR
    by_scheme = {"udp": Cause.NO_DATAGRAMS, "rtmp": Cause.UNPUBLISHED, "rtmps": Cause.UNPUBLISHED}
    return by_scheme.get(address.scheme, Cause.SILENT)


def _transport_cause(address: RtspAddress) -> Cause:
    """461, unsupported transport: which one was asked for says which one to advise."""
    if address.transport is Transport.UDP:
        return Cause.NO_UDP
    return Cause.NO_TLS_MEDIA if is_tls(address) else Cause.NO_TCP
