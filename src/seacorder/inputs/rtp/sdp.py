"""Session descriptions (SDP, RFC 4566): which tracks a camera offers, and how each is asked for and read. Pure.

Reading is tolerant: lines that make no sense are ignored, and so are blanks, a byte order mark, and the zero bytes with
which some cameras end their text. Control URLs are resolved as RFC 2326, C.1.1 says, but as cameras mean them: `*` or
nothing stands for all tracks together, and a relative URL is appended to the base.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from urllib.parse import urljoin, urlsplit

_STATIC = {
    0: ("PCMU", 8000, 1),
    3: ("GSM", 8000, 1),
    8: ("PCMA", 8000, 1),
    9: ("G722", 8000, 1),
    10: ("L16", 44100, 2),
    11: ("L16", 44100, 1),
    14: ("MPA", 90000, 1),
    26: ("JPEG", 90000, 1),
    31: ("H261", 90000, 1),
    32: ("MPV", 90000, 1),
    33: ("MP2T", 90000, 1),
    34: ("H263", 90000, 1),
}
"""RFC 3551, tables 4 and 5: payload types that need no `rtpmap`."""
_BLANK = " \t\ufeff\u200b\xa0"
_DIRECTIONS = ("sendonly", "recvonly", "sendrecv", "inactive")
"""RFC 4566, 6."""
_SPROP = ("sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets")


@dataclass(frozen=True, slots=True)
class OfferedTrack:
    """One `m=` section, by its first payload type."""

    media: str
    """`video`, `audio` or something else."""
    payload_type: int
    is_only_type: bool
    """The section names no other payload type."""
    encoding: str
    """As `rtpmap` has it, in upper case; empty when unknown."""
    clock_rate: int
    channels: int
    format_text: str
    """The `fmtp` line as it stands, without its payload type."""
    control: str
    """The URL to set it up with."""
    frame_rate: Fraction | None = None
    direction: str = ""
    """`sendonly`, `recvonly`, `sendrecv` or `inactive`; empty where nothing is said."""
    control_text: str | None = None
    """The control attribute as it stands."""
    alternatives: "tuple[OfferedTrack, ...]" = ()
    """The same section with its other payload types."""

    def other_controls(self, url: str) -> tuple[str, ...]:
        """URLs to try when the camera does not know `control`; `url` is the one whose description was asked for.

        Some cameras give a base with the address of another network card, or one that they do not know themselves.
        """
        text, bare = self.control_text, url.partition("?")[0]
        if scheme_of(text or ""):
            path = _path_of(text or "").rpartition("/")[2]
            found = [resolve(url, path), resolve(bare, path)] if path else []
        else:
            found = [resolve(url, text), resolve(bare, text), _beside(bare, text or ""), f"{bare.rstrip('/')}/"]
        return tuple(one for one in dict.fromkeys(found) if one != self.control)

    @property
    def parameters(self) -> dict[str, str]:
        """`fmtp` parameters, names in lower case."""
        pairs = (part.partition("=") for part in self.format_text.split(";"))
        return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}

    @property
    def parameter_sets(self) -> tuple[bytes, ...]:
        """NAL units of the `sprop-…` parameters (RFC 6184, 8.1; RFC 7798, 7.1), in the order VPS, SPS, PPS."""
        parameters = self.parameters
        texts = [text for name in _SPROP for text in parameters.get(name, "").split(",")]
        return tuple(unit for text in texts if (unit := _decoded(text)))


@dataclass(frozen=True, slots=True)
class Description:
    """All tracks that a camera offers, and the URL for all of them together."""

    tracks: tuple[OfferedTrack, ...]
    control: str


@dataclass(slots=True)
class _Section:
    media: str = ""
    types: list[int] = field(default_factory=list)
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def first(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)

    def of_type(self, name: str, payload_type: int) -> str:
        """The value of an attribute that begins with the payload type."""
        for key, value in self.attributes:
            match = re.match(r"(\d+)\s+(.*)", value)
            if key == name and match is not None and int(match[1]) == payload_type:
                return match[2].strip()
        return ""

    @property
    def direction(self) -> str:
        return next((key for key, _ in self.attributes if key in _DIRECTIONS), "")

    @property
    def payload_types(self) -> list[int]:
        """Those of the `m=` line, or where it has none those that attributes describe."""
        mapped = (re.match(r"\d{1,3}", value) for key, value in self.attributes if key == "rtpmap")
        return self.types or [int(one[0]) for one in mapped if one is not None and int(one[0]) < 128]


def parse(text: str, base: str) -> Description:
    """The description in `text`; `base` is the URL to which control URLs are relative."""
    whole, sections = _Section(), []
    at = whole
    for line in re.split(r"[\r\n\0]+", text):
        kind, _, value = line.strip(_BLANK).partition("=")
        kind = kind.strip().lower()
        if kind == "m":
            fields = re.split(r"[\s,]+", value.strip())
            at = _Section(fields[0].lower(), [int(one) for one in fields[3:] if _is_type(one)])
            sections.append(at)
        elif kind == "a":
            name, _, rest = value.partition(":")
            at.attributes.append((name.strip().lower(), rest.strip()))
    control = resolve(base, whole.first("control"))
    known = [one for one in sections if one.payload_types]
    return Description(tuple(_offered(one, whole, control, base) for one in known), control)


def resolve(base: str, control: str | None) -> str:
    """The URL of a control attribute."""
    if not control or control.strip("/") == "*":
        return base
    if scheme_of(control):
        return control
    if control.startswith("/"):
        try:
            parts = urlsplit(base)
        except ValueError:
            return base  # a base with half an IPv6 address, as `rtsp://[`
        return f"{parts.scheme}://{parts.netloc}{control}"
    return base + control if base.endswith("/") else f"{base}/{control}"


def scheme_of(url: str) -> str:
    """`rtsp` or `rtsps` where `url` begins with it, else nothing."""
    match = re.match(r"(rtsps?)://", url, re.IGNORECASE)
    return match[1].lower() if match else ""


def static_type(payload_type: int) -> tuple[str, int, int] | None:
    """Encoding, clock rate and channels that a payload type stands for wherever it comes (RFC 3551, 6)."""
    return _STATIC.get(payload_type)


def _offered(section: _Section, whole: _Section, control: str, base: str) -> OfferedTrack:
    first, *others = (_track(section, one, control, base) for one in section.payload_types)
    return replace(first, direction=section.direction or whole.direction, alternatives=tuple(others))


def _track(section: _Section, payload_type: int, control: str, base: str) -> OfferedTrack:
    encoding, clock_rate, channels = _STATIC.get(payload_type, ("", 90000, 1))
    mapped = re.fullmatch(r"([^/\s]+)\s*/\s*(\d{1,7})(?:\s*/\s*(\d{1,2}))?.*", section.of_type("rtpmap", payload_type))
    if mapped:
        encoding, clock_rate, channels = mapped[1].upper(), int(mapped[2]), int(mapped[3] or 1)
    wanted = section.first("control")
    return OfferedTrack(
        media=section.media,
        payload_type=payload_type,
        is_only_type=len(section.payload_types) == 1,
        encoding=encoding,
        clock_rate=max(1, clock_rate),
        channels=max(1, channels),
        format_text=section.of_type("fmtp", payload_type),
        control=resolve(control if scheme_of(control) else base, wanted),
        frame_rate=_rate(section.first("framerate")),
        control_text=wanted,
    )


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _beside(url: str, text: str) -> str:
    try:
        return urljoin(url, text)
    except ValueError:
        return url


def _rate(text: str | None) -> Fraction | None:
    match = re.match(r"\d{1,4}(?:\.\d{1,6})?", (text or "").strip())
    rate = Fraction(match[0]).limit_denominator(1001) if match else Fraction(0)
    return rate or None


def _is_type(text: str) -> bool:
    return re.fullmatch(r"\d{1,3}", text) is not None and int(text) < 128


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
    except (binascii.Error, ValueError):
        return b""
