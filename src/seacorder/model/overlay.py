"""What is shown over a picture: burned into it, or kept as subtitles beside it if the pictures pass through."""

from dataclasses import dataclass
from enum import StrEnum

from seacorder.model.instant import Instant
from seacorder.model.reading import Value

OVERLAY_CHARACTERS_MAX = 1000
"""The longest text that a client can set; no picture has room for more."""


class LayerAnchor(StrEnum):
    """Where a layer stands in the picture."""

    TOP_LEFT = "top_left"
    TOP = "top"
    TOP_RIGHT = "top_right"
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom_right"


class LayerKind(StrEnum):
    """What a layer shows."""

    TEXT = "text"
    """The layer's own text; without one the text that a client sets."""
    TIME = "time"
    """Date and time of the frame's capture, by the layer's pattern."""
    CHANNEL = "channel"
    """The channel's name."""
    IMAGE = "image"
    """A picture file, such as a logo."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing that is shown. Sizes are shares of the picture's height, so they suit every source."""

    kind: LayerKind
    anchor: LayerAnchor = LayerAnchor.TOP_LEFT
    text: str = ""
    """TEXT: what is shown, with fields (`overlay_line`); empty: the client's text. TIME: a pattern of `strftime`, where
    `%1f` … `%6f` are so many digits of the second's fraction; empty: the usual pattern. IMAGE: the file's path.
    """
    size: float = 0.04
    """Height of a line or of the image, as a share of the picture's height."""
    margin: float = 0.02
    """Distance from the edges, as a share of the picture's height. Of several layers below each other, the first one's
    counts.
    """
    font: str | None = None
    """A font file; None: the one that comes with the program."""
    colour: str = "#ffffff"
    """`#rrggbb` or `#rrggbbaa`."""
    outline: str | None = "#000000"
    background: str | None = None
    z: int = 0
    """Layers with a higher z cover those with a lower one. Layers with the same anchor and z stand below each other."""


@dataclass(frozen=True, slots=True)
class OverlayText:
    """The text that a client has set, and from when on it is shown."""

    text: str = ""
    """Empty: none."""
    since: Instant | None = None
    """None if nobody has set or cleared it since the program began."""


@dataclass(frozen=True, slots=True)
class ShownField:
    """A value that overlay lines, subtitles and framegrabs may show, and from when to when it holds."""

    name: str
    value: Value | None
    """None: there is none from then on."""
    unit: str
    from_ns: int
    """Monotonic: when it came."""
    until_ns: int | None = None
    """Monotonic: from then on it is stale; None: it holds until the next one."""


@dataclass(frozen=True, slots=True)
class OverlaySettings:
    """All layers of a channel's pictures, and whether times in them are UTC or local."""

    layers: tuple[Layer, ...] = ()
    use_utc: bool = False
