"""Makes pictures fit for an encoder: size, even sides, pixel format. Colours and proportions stay what they are.

Where nothing has to change, the decoder's own frame goes through. Else libavfilter converts it, in one graph that is
kept while the pictures have the same format: its working memory is taken once, and it runs without the interpreter's
lock.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av.filter

from seacorder.channel.encoding.encoder import Looks
from seacorder.channel.encoding.encoder_options import EncoderKind

FULL_RANGE = 2
_OF_SCREENS = (1, 1, 13, 1)
"""What pictures of red, green and blue become: limited range, BT.709 primaries and matrix, the transfer of sRGB."""


def looks_of(frame: Any, aspect: Fraction | None) -> Looks:
    """The size and format of a decoded picture. `aspect`: a pixel's width divided by its height, None where nobody
    tells."""
    name = frame.format.name
    is_full = name.startswith("yuvj")
    colour = (
        FULL_RANGE if is_full else int(frame.color_range),
        int(frame.color_primaries),
        int(frame.color_trc),
        int(frame.colorspace),
    )
    return Looks(
        width=frame.width,
        height=frame.height,
        pixel_format=name,
        colour=colour,
        aspect=Fraction(aspect or 0),
        is_interlaced=bool(frame.interlaced_frame),
        rotation=frame.rotation,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the stored pictures should be like."""

    kind: EncoderKind
    size: tuple[int, int]
    """Width and height to scale to. (0, 0), or a size that differs from the source's only by lines that the encoder
    needs, means: not scaled."""
    is_upright: bool
    """Whether a picture that players would turn is turned here; otherwise a burned-in text would lie on its side."""


def conversion_for(looks: Looks, wanted: Wanted, pixel_format: Any) -> "Conversion":
    """How pictures of that format are converted for an encoder."""
    own, kind, size = (looks.width, looks.height), wanted.kind, wanted.size
    width, height = own if not all(size) or size == _fitting(own, kind) else size
    is_rgb = bool(pixel_format.is_rgb or pixel_format.has_palette)
    target = looks.pixel_format if looks.pixel_format in kind.pixel_formats else _nearest(kind, looks, pixel_format)
    aspect = looks.aspect
    if aspect and (width, height) != (looks.width, looks.height):
        aspect *= Fraction(looks.width * height, looks.height * width)
    elif not aspect and width * looks.height != height * looks.width:
        aspect = Fraction(looks.width * height, looks.height * width)
    turn = looks.rotation % 360 if wanted.is_upright and looks.rotation % 90 == 0 else 0
    if turn in (90, 270):
        width, height, aspect = height, width, 1 / aspect if aspect else aspect
    stored = _fitting((width, height), kind)
    out = Looks(
        width=stored[0],
        height=stored[1],
        pixel_format=target,
        colour=_OF_SCREENS if is_rgb else looks.colour,
        aspect=aspect.limit_denominator(65_535),
        is_interlaced=looks.is_interlaced and kind.keeps_fields and not turn,
        rotation=0 if turn else looks.rotation,
    )
    return Conversion(looks, (width, height), out, turn)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The format of pictures before and after, and what is done to them."""

    source: Looks
    scaled: tuple[int, int]
    out: Looks
    turn: int = 0
    """Degrees by which pictures are turned here, anticlockwise."""

    @property
    def is_identity(self) -> bool:
        """True when nothing has to be done."""
        source, out = self.source, self.out
        same = (source.width, source.height, source.pixel_format) == (out.width, out.height, out.pixel_format)
        return same and not self.turn

    @property
    def is_padded(self) -> bool:
        """True when lines or columns are added, on the right and below."""
        return self.scaled != (self.out.width, self.out.height)


def _fitting(size: tuple[int, int], kind: EncoderKind) -> tuple[int, int]:
    """Both sides even, and no smaller than the encoder takes."""
    width, height = (max(kind.known.least_side, side + side % 2) for side in size)
    return width, height


def _nearest(kind: EncoderKind, looks: Looks, pixel_format: Any) -> str:
    """The pixel format of the encoder that loses least: one of ten bits for pictures of more than eight."""
    bits = max(component.bits for component in pixel_format.components)
    is_full = looks.colour[0] == FULL_RANGE and not pixel_format.is_rgb
    for name in kind.pixel_formats:
        has_ten = "10" in name
        if has_ten == (bits > 8) and name.startswith("yuvj") == (is_full and "yuvj420p" in kind.pixel_formats):
            return name
    return next((name for name in kind.pixel_formats if ("10" in name) == (bits > 8)), kind.pixel_formats[0])


class Converter:
    """One graph of libavfilter for one conversion. Used on one thread; blocks while it works."""

    def __init__(self, shape: Conversion) -> None:
        self._conversion = shape
        self._graph: Any = None if shape.is_identity else _graph(shape)

    def apply(self, frame: Any) -> Any:
        """The converted frame; the same one where nothing has to be done."""
        if self._graph is None:
            return frame
        frame.pts = None
        self._graph.push(frame)
        return self._graph.pull()


class Deinterlacer:
    """Makes progressive pictures, one for each frame (bwdif). Each is held back until the next has come."""

    def __init__(self, looks: Looks) -> None:
        self._graph = linked_graph(looks, [("bwdif", "mode=send_frame:deint=all")])

    def push(self, frame: Any) -> list[Any]:
        """The pictures that are ready."""
        self._graph.push(frame)
        return pulled(self._graph)

    def flush(self) -> list[Any]:
        """The last one."""
        self._graph.push(None)
        return pulled(self._graph)


def pulled(graph: Any) -> list[Any]:
    """All that a graph has ready."""
    ready = []
    while True:
        try:
            ready.append(graph.pull())
        except (av.BlockingIOError, av.EOFError):
            return ready


def linked_graph(looks: Looks, filters: list[tuple[str, str]]) -> Any:
    """A configured graph for pictures of that format, through these filters (name, options)."""
    graph = av.filter.Graph()
    aspect = looks.aspect or Fraction(0)
    source = (
        f"video_size={looks.width}x{looks.height}:pix_fmt={looks.pixel_format}:time_base=1/90000"
        f":pixel_aspect={aspect.numerator}/{aspect.denominator}:colorspace={looks.colour[3]}:range={looks.colour[0]}"
    )
    nodes = [graph.add("buffer", source), *(graph.add(name, text) for name, text in filters), graph.add("buffersink")]
    graph.link_nodes(*nodes).configure()
    return graph


_TURNS: dict[int, list[tuple[str, str]]] = {
    0: [],
    90: [("transpose", "dir=cclock")],
    180: [("hflip", ""), ("vflip", "")],
    270: [("transpose", "dir=clock")],
}


def _graph(shape: Conversion) -> Any:
    source, out = shape.source, shape.out
    width, height = shape.scaled
    scale = f"w={width}:h={height}:flags=bicubic:interl={int(out.is_interlaced)}"
    scale += f":in_range={_range(source)}:out_range={_range(out)}"
    if source.colour != out.colour:
        scale += ":out_color_matrix=bt709"
    filters = [*_TURNS[shape.turn], ("scale", scale), ("format", out.pixel_format)]
    if shape.is_padded:
        filters.append(("pad", f"w={out.width}:h={out.height}:x=0:y=0"))
    return linked_graph(source, filters)


def _range(looks: Looks) -> str:
    return "full" if looks.colour[0] == FULL_RANGE else "limited"
