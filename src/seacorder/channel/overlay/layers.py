"""Layers: what each shows at an instant, and how that is painted."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.overlay.canvas import Box, Canvas
from seacorder.channel.overlay.colour import Palette
from seacorder.channel.overlay.lettering import Lettering, Size
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind
from seacorder.model.overlay_line import Lookup, line_or_text, no_values

DEFAULT_TIME_PATTERN = "%Y-%m-%d %H:%M:%S"
LONGEST_TEXT = 1000
"""Characters of one layer that are shown; no picture has room for more."""
_FRACTION = re.compile(r"%([1-6])f")
_ALIGN = {"left": 0.0, "right": 1.0}
Say = Callable[[str, int, Lookup], str]
"""What a layer shows of the client's text, the frame's time and the fields' values."""
Value = str
"""What a layer shows now; the layer is painted again when that changes. Empty: it shows nothing."""


def align_of(anchor: LayerAnchor) -> float:
    """The share of free room that goes to the left."""
    return next((share for word, share in _ALIGN.items() if anchor.value.endswith(word)), 0.5)


def rise_of(anchor: LayerAnchor) -> float:
    """The share of free room that goes above."""
    return 0.0 if anchor.value.startswith("top") else 1.0 if anchor.value.startswith("bottom") else 0.5


class Painter(Protocol):
    """Paints one layer for pictures of one height."""

    def value(self, text: str, utc_ns: int, lookup: Lookup = no_values) -> Value:
        """What is shown of the client's `text`, the frame's time and the fields' values."""
        ...

    def size(self, value: Value) -> Size:
        """Width and height in pixels."""
        ...

    def paint(self, value: Value, canvas: Canvas, box: Box, palette: Palette) -> None:
        """Fills the box, which may be smaller than `size` and is a little larger where chroma wants it."""
        ...


class TextPainter:
    """Lines of text: the client's, the layer's own, the channel's name or the time."""

    def __init__(self, layer: Layer, height: int, say: Say) -> None:
        """`height` of the picture in pixels. OSError when the font cannot be read."""
        font = Path(layer.font) if layer.font else None
        self._lettering = Lettering(font, round(layer.size * height), is_outlined=layer.outline is not None)
        self._layer = layer
        self._say = say

    def value(self, text: str, utc_ns: int, lookup: Lookup = no_values) -> Value:
        return self._say(text, utc_ns, lookup)

    def size(self, value: Value) -> Size:
        return self._lettering.size(value)

    def paint(self, value: Value, canvas: Canvas, box: Box, palette: Palette) -> None:
        layer = self._layer
        ground = palette.paint(layer.background or (layer.outline or layer.colour)[:7] + "00")
        canvas.fill(box, ground)
        edge = palette.paint(layer.outline) if layer.outline else ground
        size = (box[2] - box[0], box[3] - box[1])
        ink, ring = self._lettering.draw(value, size, align_of(layer.anchor), with_ring=edge != ground)
        if ring is not None:
            canvas.stamp(box, ring, edge, ground)
        canvas.stamp(box, ink, palette.paint(layer.colour), ground if ring is None else None)


class ImagePainter:
    """A picture file. It is read once."""

    def __init__(self, layer: Layer, height: int) -> None:
        """OSError when the file cannot be read or is no picture."""
        with Image.open(layer.text) as opened:
            image = opened.convert("RGBA")
        lines = max(1, round(layer.size * height))
        self._image = image.resize((max(1, round(image.width * lines / image.height)), lines), Image.Resampling.LANCZOS)
        self._value = layer.text

    def value(self, text: str, utc_ns: int, lookup: Lookup = no_values) -> Value:
        del text, utc_ns, lookup
        return self._value

    def size(self, value: Value) -> Size:
        del value
        return self._image.width, self._image.height

    def paint(self, value: Value, canvas: Canvas, box: Box, palette: Palette) -> None:
        del value
        fitted = Image.new("RGBA", (box[2] - box[0], box[3] - box[1]))
        fitted.paste(self._image)
        canvas.picture(box, fitted, palette)


def painter_of(layer: Layer, height: int, channel_name: str, *, use_utc: bool) -> Painter:
    """The painter of a layer for pictures of `height` lines; OSError when a file of it cannot be read."""
    match layer.kind:
        case LayerKind.IMAGE:
            return ImagePainter(layer, height)
        case LayerKind.TIME:
            clock = Stamp(layer.text or DEFAULT_TIME_PATTERN, use_utc=use_utc)
            return TextPainter(layer, height, lambda _, utc_ns, __: clock.text(utc_ns))
        case LayerKind.CHANNEL:
            return TextPainter(layer, height, lambda *_: tidied(channel_name))
        case LayerKind.TEXT if layer.text:
            own = line_or_text(layer.text)
            return TextPainter(layer, height, lambda _, __, lookup: tidied(own.text(lookup)))
        case _:
            return TextPainter(layer, height, lambda text, *_: tidied(text))


class Stamp:
    """A time by a pattern of `strftime`, in which `%1f` … `%6f` are so many digits of the second's fraction."""

    def __init__(self, pattern: str, *, use_utc: bool) -> None:
        self._pattern = pattern
        self._zone = UTC if use_utc else None
        digits = [int(one) for one in _FRACTION.findall(pattern)] + [6] * ("%f" in pattern)
        self._step_ns = NS_PER_SECOND // 10 ** max(digits, default=0)
        self._last = (-1, "")

    def text(self, utc_ns: int) -> str:
        """The time as text. It is made again only when the pattern's finest field has changed."""
        step = utc_ns // self._step_ns
        if step != self._last[0]:
            self._last = (step, self._text(utc_ns))
        return self._last[1]

    def _text(self, utc_ns: int) -> str:
        second, rest_ns = divmod(utc_ns, NS_PER_SECOND)
        pattern = _FRACTION.sub(lambda found: f"{rest_ns:09d}"[: int(found[1])], self._pattern)
        moment = datetime.fromtimestamp(second, UTC).replace(microsecond=rest_ns // 1000)
        return tidied(moment.astimezone(self._zone).strftime(pattern))


def tidied(text: str) -> str:
    """Lines that can be drawn: line ends of any system, tabs as spaces, other control characters left out."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").strip("\n")[:LONGEST_TEXT]
    return "".join(character for character in lines if character == "\n" or character.isprintable())


def in_order(layers: Iterable[Layer]) -> list[tuple[tuple[int, LayerAnchor], list[Layer]]]:
    """Layers grouped by their place, lowest first: layers of the same z and anchor are listed one below the other."""
    places: dict[tuple[int, LayerAnchor], list[Any]] = {}
    for layer in layers:
        places.setdefault((layer.z, layer.anchor), []).append(layer)
    return sorted(places.items(), key=lambda place: place[0][0])
