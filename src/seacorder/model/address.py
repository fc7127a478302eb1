"""Addresses of sources: text as it stands in the settings file, parsed once into typed values.

    rtsp://user:password@10.0.0.5:554/stream1            a camera; everything up to `#` belongs to the camera
    rtsps://10.0.0.5/stream1#transport=udp&audio=off     our own options stand after `#`, which no camera ever sees
    rtsp://10.0.0.5/stream1#client=ffmpeg                the same camera, read by FFmpeg's client instead of ours
    file:/path/dive.mp4?loop=1                           a file, played in real time
    test:?size=1280x720&rate=25&gop=25&codec=h264        a moving test pattern
    test:?codec=raw&depth=10&range=full&interlaced=1     the same, not compressed, as a capture card would send it

User and password are percent-encoded (RFC 3986, section 3.2.1) and kept decoded; they show in no `repr` or `redacted`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar
from urllib.parse import quote, unquote

from seacorder.base.errors import BadRequest

SIZE_MIN, SIZE_MAX = (320, 160), (7680, 4320)
"""Of a compressed test pattern; one that is sent as single pictures begins at one pixel."""
DEPTHS = (8, 10)
RATE_MAX = 240
_KINDS = ("rtsp", "rtsps", "file", "test")
_ENCODE_HINT = "In a user name or password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25."


class SourceKind(StrEnum):
    RTSP = "rtsp"
    FILE = "file"
    TEST = "test"


class Transport(StrEnum):
    """How RTP travels: inside the RTSP connection, or in datagrams of its own."""

    TCP = "tcp"
    UDP = "udp"


class RtspClient(StrEnum):
    """Who speaks RTSP with the camera: our own client, or FFmpeg's where ours does not get along with it."""

    OWN = "own"
    FFMPEG = "ffmpeg"


@dataclass(frozen=True, slots=True)
class RtspAddress:
    """A camera. `url` is what it is asked for, without credentials and without our options."""

    kind: ClassVar[SourceKind] = SourceKind.RTSP
    url: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    transport: Transport = Transport.TCP
    wants_audio: bool = True
    client: RtspClient = RtspClient.OWN

    @property
    def url_with_credentials(self) -> str:
        """For the client that connects, and for nothing else."""
        if self.user is None:
            return self.url
        scheme, _, rest = self.url.partition("://")
        secret = quote(self.user, safe="") + ("" if self.password is None else ":" + quote(self.password, safe=""))
        return f"{scheme}://{secret}@{rest}"

    @property
    def redacted(self) -> str:
        """For people: says that there are credentials, not which."""
        if self.user is None:
            return self.url
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://***@{rest}"


@dataclass(frozen=True, slots=True)
class FileAddress:
    """A file, read at the speed at which it was recorded."""

    kind: ClassVar[SourceKind] = SourceKind.FILE
    path: str
    loop: bool = False
    """Begin again at the end, with times that go on."""

    @property
    def redacted(self) -> str:
        return f"file:{self.path}"


@dataclass(frozen=True, slots=True)
class PatternAddress:
    """The moving test pattern. Pixels, frames a second, frames."""

    kind: ClassVar[SourceKind] = SourceKind.TEST
    width: int = 1280
    height: int = 720
    rate: Fraction = Fraction(25)
    gop: int = 25
    """Frames from one keyframe to the next; every picture of `raw` and `mjpeg` is one."""
    codec: str = "h264"
    """`h264`, `hevc`, `raw` or `mjpeg`."""
    depth: int = DEPTHS[0]
    """Bits a sample, 8 or 10."""
    is_full_range: bool = False
    """Black is 0 instead of 16; JPEG knows nothing else."""
    is_interlaced: bool = False
    """Two fields a frame, the upper one first, of two moments."""

    @property
    def redacted(self) -> str:
        shown = f"test:?size={self.width}x{self.height}&rate={self.rate}&gop={self.gop}&codec={self.codec}"
        shown += f"&depth={self.depth}" if self.depth != DEPTHS[0] else ""
        shown += "&range=full" if self.is_full_range else ""
        return shown + ("&interlaced=1" if self.is_interlaced else "")


Address = RtspAddress | FileAddress | PatternAddress


def parse_address(text: str) -> Address:
    """The address in `text`. BadRequest, in one sentence without credentials, when it cannot be one."""
    text = text.strip()
    kind, colon, rest = text.partition(":")
    kind = kind.lower()
    if not colon or not re.fullmatch(r"[a-z][a-z0-9+.-]*", kind):
        raise BadRequest("An input needs a kind in front: rtsp://, rtsps://, file: or test:.", field="input")
    if kind not in _KINDS:
        raise BadRequest(
            f"There is no input kind {_shown(kind)}:{_suggestion(kind, _KINDS)} Use rtsp://, rtsps://, file: or test:.",
            field="input",
        )
    if kind == "file":
        return _file(rest)
    return _test(rest) if kind == "test" else _rtsp(kind, rest)


def _rtsp(scheme: str, rest: str) -> RtspAddress:
    if not rest.startswith("//"):
        raise BadRequest(f"A camera's address begins with {scheme}:// and its host name.", field="input")
    target, _, option_text = rest[2:].partition("#")
    split = re.match(r"[^/?]*", target)
    authority, path = target[: split.end()] if split else "", target[split.end() :] if split else target
    secret, at, host = authority.rpartition("@")
    _check_host(host, path)
    options = _options(option_text, "#", {"transport": Transport, "audio": _switch, "client": RtspClient})
    user, colon, password = secret.partition(":")
    transport, client = options.get("transport"), options.get("client")
    return RtspAddress(
        url=f"{scheme}://{host}{path}",
        user=unquote(user) if at else None,
        password=unquote(password) if colon else None,
        transport=transport if isinstance(transport, Transport) else Transport.TCP,
        wants_audio=bool(options.get("audio", True)),
        client=client if isinstance(client, RtspClient) else RtspClient.OWN,
    )


def _check_host(host: str, path: str) -> None:
    """Says nothing of what it read: with a badly encoded password, that is the password."""
    match = re.fullmatch(r"(?P<name>\[[0-9A-Fa-f:.%A-Za-z]+\]|[^\s:\[\]]+)(?::(?P<port>\d{1,5}))?", host)
    if match is None or re.match(r"[^/?]*/[^?]*@", path):
        raise BadRequest(f"The camera's host or port cannot be read. {_ENCODE_HINT}", field="input")
    port = match["port"]
    if port is not None and not 1 <= int(port) <= 65535:
        raise BadRequest("A camera's port is a number from 1 to 65535; RTSP's own is 554.", field="input")


def _file(rest: str) -> FileAddress:
    path, mark, option_text = rest.rpartition("?") if re.search(r"\?[\w=&.-]*$", rest) else (rest, "", "")
    if path.startswith("//"):
        path = unquote(path[2:])
        path = re.sub(r"^/(?=[A-Za-z]:[\\/])", "", path)
    if not path:
        raise BadRequest("A file input needs a path: file:/path/dive.mp4, with ?loop=1 to repeat it.", field="input")
    options = _options(option_text if mark else "", "?", {"loop": _switch})
    return FileAddress(path, bool(options.get("loop", False)))


def _test(rest: str) -> PatternAddress:
    if rest and not rest.startswith("?"):
        raise BadRequest("A test input is written test:?size=1280x720&rate=25, or only test:", field="input")
    options = _options(rest[1:], "?", _PATTERN_OPTIONS)
    size, rate, gop = options.get("size"), options.get("rate"), options.get("gop")
    width, height = size if isinstance(size, tuple) else (1280, 720)
    frame_rate = rate if isinstance(rate, Fraction) else Fraction(25)
    frames = gop if isinstance(gop, int) else max(1, round(frame_rate))
    codec = str(options.get("codec", "h264"))
    pattern = PatternAddress(
        width,
        height,
        frame_rate,
        frames,
        codec,
        depth=DEPTHS[1] if options.get("depth") == DEPTHS[1] else DEPTHS[0],
        is_full_range=bool(options.get("range", codec == "mjpeg")),
        is_interlaced=bool(options.get("interlaced", False)),
    )
    if (wrong := _misfit(pattern)) is not None:
        raise BadRequest(wrong, field="input")
    return pattern


def _misfit(pattern: PatternAddress) -> str | None:
    """What one option cannot be beside another."""
    (least_width, least_height), (most_width, most_height) = SIZE_MIN, SIZE_MAX
    is_odd = pattern.width % 2 or pattern.height % 2
    if pattern.codec in ("h264", "hevc"):
        if is_odd or pattern.width < least_width or pattern.height < least_height:
            return (
                f"Input option size: with this codec both even, {least_width}x{least_height} to "
                f"{most_width}x{most_height}; codec=raw and codec=mjpeg take any size from 1x1."
            )
        if pattern.codec == "hevc" and pattern.is_interlaced:
            return "Input option interlaced: not with codec=h265; choose h264 or raw."
    plain = pattern.depth == DEPTHS[0] and pattern.is_full_range and not pattern.is_interlaced
    if pattern.codec == "mjpeg" and not plain:
        return "A test pattern with codec=mjpeg has depth=8, range=full and interlaced=0; use codec=raw for others."
    return None


def _options(text: str, mark: str, parsers: Mapping[str, Callable[[str], object]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for item in filter(None, text.split("&")):
        name, _, value = item.partition("=")
        parse = parsers.get(name)
        if parse is None:
            hint = f"{_suggestion(name, tuple(parsers))} Known: {', '.join(parsers)}."
            raise BadRequest(f"There is no input option {_shown(name)} after {mark}{hint}", field="input")
        try:
            values[name] = parse(unquote(value))
        except ValueError as error:
            raise BadRequest(f"Input option {name}: {_expected(name)}, not {_shown(value)}.", field="input") from error
    return values


def _expected(name: str) -> str:
    low, high = SIZE_MIN, SIZE_MAX
    return {
        "transport": "tcp or udp",
        "audio": "on or off",
        "client": "own or ffmpeg",
        "loop": "1 or 0",
        "size": f"width x height, {high[0]}x{high[1]} at most; even, from {low[0]}x{low[1]} for H.264 and H.265",
        "rate": f"frames a second, above 0 and up to {RATE_MAX}",
        "gop": "frames from keyframe to keyframe, 1 to 10000",
        "codec": "h264, h265, raw or mjpeg",
        "depth": "8 or 10",
        "range": "limited or full",
        "interlaced": "1 or 0",
    }[name]


def _switch(value: str) -> bool:
    states = {"1": True, "on": True, "true": True, "yes": True, "0": False, "off": False, "false": False, "no": False}
    if value.lower() not in states:
        raise ValueError(value)
    return states[value.lower()]


def _size(value: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", value)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (1 <= width <= SIZE_MAX[0] and 1 <= height <= SIZE_MAX[1]):
        raise ValueError(value)
    return width, height


def _rate(value: str) -> Fraction:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6}|/\d{1,5})?", value) or value.endswith(("/0", "/00")):
        raise ValueError(value)
    rate = Fraction(value).limit_denominator(1001)
    if not 0 < rate <= RATE_MAX:
        raise ValueError(value)
    return rate


def _gop(value: str) -> int:
    if not re.fullmatch(r"\d{1,5}", value) or not 1 <= int(value) <= 10000:
        raise ValueError(value)
    return int(value)


def _codec(value: str) -> str:
    names = {"h264": "h264", "avc": "h264", "h265": "hevc", "hevc": "hevc", "raw": "raw", "mjpeg": "mjpeg"}
    if value.lower() not in names:
        raise ValueError(value)
    return names[value.lower()]


def _depth(value: str) -> int:
    if value not in map(str, DEPTHS):
        raise ValueError(value)
    return int(value)


def _range(value: str) -> bool:
    """True for the full range."""
    states = {"full": True, "limited": False}
    if value.lower() not in states:
        raise ValueError(value)
    return states[value.lower()]


_PATTERN_OPTIONS: Mapping[str, Callable[[str], object]] = {
    "size": _size,
    "rate": _rate,
    "gop": _gop,
    "codec": _codec,
    "depth": _depth,
    "range": _range,
    "interlaced": _switch,
}


def _suggestion(word: str, known: tuple[str, ...]) -> str:
    import difflib  # only a mistake needs it, and workers are to stay small

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else "."


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "…")
