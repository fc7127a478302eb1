"""Addresses of what comes over the network. Everything before `#` is sent to the other side; our options follow it.

    rtsp://user:password@10.0.0.5:554/stream1            a camera; everything up to `#` belongs to the camera
    rtsps://10.0.0.5/stream1#transport=udp&audio=off     our own options stand after `#`, which no camera ever sees
    rtsp://10.0.0.5/stream1#client=ffmpeg                the same camera, read by FFmpeg's client instead of ours
    udp://:5000                                          MPEG-TS that is sent to a port of this machine
    udp://239.1.2.3:5000#interface=10.0.0.7              MPEG-TS of a multicast group, by a network card's address
    tcp://10.0.0.8:5000                                  MPEG-TS, fetched from an encoder that waits for us
    tcp://:5000#listen=on                                MPEG-TS, brought by an encoder that connects to us
    rtmp://10.0.0.9/live/bow                             a stream of an RTMP server
    http://user:password@10.0.0.5/video.mjpg             MJPEG as web cameras send it; or MPEG-TS or FLV without end

User and password are percent-encoded in the text (RFC 3986, section 3.2.1) and decoded in the values. Neither `repr`
nor `redacted` shows them.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, unquote

from seacorder.base.redaction import MASK, redact_address
from seacorder.model.address.options import ON_OFF, Option, one_of, parse_options, refused

_ENCODE_HINT = "In a user name or password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25."
_PORT_HINT = {"rtsp": "; RTSP's own is 554", "rtsps": "; RTSP's own is 554"}


class Transport(StrEnum):
    """How RTP packets travel: inside the RTSP connection (TCP), or in datagrams of their own (UDP)."""

    TCP = "tcp"
    UDP = "udp"


class RtspClient(StrEnum):
    """Which RTSP client talks to the camera: our own, or FFmpeg's for a camera that ours cannot read."""

    OWN = "own"
    FFMPEG = "ffmpeg"


@dataclass(frozen=True, slots=True)
class RtspAddress:
    """A camera. `url` is what the camera is asked for: without credentials, without our options.

    Some cameras take a password in the path or query, so `url` is never shown whole either; `redacted` is.
    """

    url: str = field(repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    transport: Transport = Transport.TCP
    wants_audio: bool = True
    client: RtspClient = RtspClient.OWN

    @property
    def url_with_credentials(self) -> str:
        """With user and password, percent-encoded. For the client that connects; never shown or logged."""
        return _with_credentials(self.url, self.user, self.password)

    @property
    def redacted(self) -> str:
        """To show to people: `***` stands for the credentials, if there are any."""
        return _redacted(self.url, self.user)


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """A stream of MPEG-TS or FLV, or MJPEG over HTTP. `url` as for `RtspAddress`."""

    url: str = field(repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    wants_audio: bool = True
    listens: bool = False
    """TCP: the encoder connects to us, instead of us to it."""
    interface: str | None = None
    """UDP: IP address of the network card on which the multicast group is joined; None: the system chooses."""

    @property
    def scheme(self) -> str:
        return self.url.partition(":")[0]

    @property
    def url_with_credentials(self) -> str:
        """With user and password, percent-encoded. For the client that connects; never shown or logged."""
        return _with_credentials(self.url, self.user, self.password)

    @property
    def redacted(self) -> str:
        """To show to people: `***` stands for the credentials, if there are any."""
        return _redacted(self.url, self.user)


def parse_rtsp(scheme: str, rest: str) -> RtspAddress:
    """`rest` is what follows `rtsp:` or `rtsps:`. Raises BadRequest, as every parser here."""
    target, option_text = _target(scheme, rest, "A camera's address")
    authority, path = _split(target)
    secret, at, host = authority.rpartition("@")
    _check_host(scheme, host, path)
    options = parse_options(option_text, "#", _RTSP_OPTIONS, unquote)
    transport, client = options.get("transport"), options.get("client")
    user, password = _credentials(secret, at)
    return RtspAddress(
        url=f"{scheme}://{host}{path}",
        user=user,
        password=password,
        transport=transport if isinstance(transport, Transport) else Transport.TCP,
        wants_audio=bool(options.get("audio", True)),
        client=client if isinstance(client, RtspClient) else RtspClient.OWN,
    )


def parse_web(scheme: str, rest: str) -> StreamAddress:
    """RTMP and HTTP: a server, and the path of the stream."""
    target, option_text = _target(scheme, rest, "A stream's address")
    authority, path = _split(target)
    secret, at, host = authority.rpartition("@")
    _check_host(scheme, host, path)
    options = parse_options(option_text, "#", {"audio": ON_OFF}, unquote)
    user, password = _credentials(secret, at)
    return StreamAddress(f"{scheme}://{host}{path}", user, password, wants_audio=bool(options.get("audio", True)))


def parse_port(scheme: str, rest: str) -> StreamAddress:
    """MPEG-TS over UDP and TCP: a host and a port, without a path."""
    example = "udp://:5000" if scheme == "udp" else "tcp://10.0.0.8:5000"
    target, option_text = _target(scheme, rest, "An MPEG-TS address")
    host, colon, port = target.removeprefix("@").rstrip("/").rpartition(":")
    if not colon or not re.fullmatch(r"\d{1,5}", port) or not 1 <= int(port) <= 65535:
        raise refused("An MPEG-TS address ends with its port, from 1 to 65535.", f"Write {example}.")
    if not re.fullmatch(r"\[[0-9A-Fa-f:.%A-Za-z]+\]|[\w.-]*", host):
        raise refused("The host in front of the port cannot be read.", f"Write {example}.")
    known = {"udp": _UDP_OPTIONS, "tcp": _TCP_OPTIONS}[scheme]
    options = parse_options(option_text, "#", known, unquote)
    listens = bool(options.get("listen", False))
    if scheme == "tcp" and not host and not listens:
        raise refused(
            "Without a host nothing can be fetched.", "Write tcp://10.0.0.8:5000, or tcp://:5000#listen=on."
        )
    interface = options.get("interface")
    return StreamAddress(
        f"{scheme}://{host}:{port}",
        wants_audio=bool(options.get("audio", True)),
        listens=listens,
        interface=interface if isinstance(interface, str) else None,
    )


def _target(scheme: str, rest: str, what: str) -> tuple[str, str]:
    if not rest.startswith("//"):
        raise refused(f"{what} begins with {scheme}:// and its host name.")
    target, _, option_text = rest[2:].partition("#")
    if "@" in option_text:
        raise refused("What is behind the # is no option.", _ENCODE_HINT)
    return target, option_text


def _split(target: str) -> tuple[str, str]:
    """The authority (user, host, port), and the path and query behind it."""
    split = re.match(r"[^/?]*", target)
    end = split.end() if split else 0
    return target[:end], target[end:]


def _credentials(secret: str, at: str) -> tuple[str | None, str | None]:
    user, colon, password = secret.partition(":")
    return unquote(user) if at else None, unquote(password) if colon else None


def _check_host(scheme: str, host: str, path: str) -> None:
    """Raises BadRequest for a host or port that cannot be one. The message does not repeat what it read: if a password
    was not percent-encoded, that is part of the password.
    """
    match = re.fullmatch(r"(?P<name>\[[0-9A-Fa-f:.%A-Za-z]+\]|[^\s:\[\]]+)(?::(?P<port>\d{1,5}))?", host)
    is_camera = scheme in _PORT_HINT
    whose = "camera's" if is_camera else "server's"
    if match is None or re.match(r"[^/?]*/[^?]*@" if is_camera else r"/[^?/]*@", path):
        raise refused(f"The {whose} host or port cannot be read.", _ENCODE_HINT)
    port = match["port"]
    if port is not None and not 1 <= int(port) <= 65535:
        raise refused(f"A {whose} port is a number from 1 to 65535{_PORT_HINT.get(scheme, '')}.")


def _with_credentials(url: str, user: str | None, password: str | None) -> str:
    if user is None:
        return url
    scheme, _, rest = url.partition("://")
    secret = quote(user, safe="") + ("" if password is None else ":" + quote(password, safe=""))
    return f"{scheme}://{secret}@{rest}"


def _redacted(url: str, user: str | None) -> str:
    if user is None:
        return redact_address(url)
    scheme, _, rest = url.partition("://")
    return redact_address(f"{scheme}://{MASK}@{rest}")


def _interface(value: str) -> str:
    return str(ipaddress.ip_address(value))


_RTSP_OPTIONS = {
    "transport": Option(one_of(tcp=Transport.TCP, udp=Transport.UDP), "tcp or udp"),
    "audio": ON_OFF,
    "client": Option(one_of(own=RtspClient.OWN, ffmpeg=RtspClient.FFMPEG), "own or ffmpeg"),
}
_UDP_OPTIONS = {
    "audio": ON_OFF,
    "interface": Option(_interface, "the IP address of a network card of this computer"),
}
_TCP_OPTIONS = {"audio": ON_OFF, "listen": ON_OFF}
