"""The overlay of one channel: what is burned into its frames."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import av
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from seacorder.base.message import Message
from seacorder.channel.overlay.blend import Blender, Patch
from seacorder.channel.overlay.canvas import Box, Canvas
from seacorder.channel.overlay.colour import HD_LINES, Palette
from seacorder.channel.overlay.layers import Painter, align_of, in_order, painter_of, rise_of
from seacorder.channel.overlay.look import Look, blendable
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind, OverlaySettings
from seacorder.model.overlay_line import Lookup, no_values

log = logging.getLogger(__name__)

_REPLACE_FILE = (
    "Put the file there, or correct its name in the settings file, then restart Seacorder between dives."
)


@dataclass(slots=True)
class _AnchorStack:
    """The layers at one anchor of the picture, one below the other."""

    anchor: LayerAnchor
    margin: int
    """Pixels."""
    painters: list[Painter]
    values: tuple[str, ...] = ()
    """The values that `patch` shows."""
    patch: Patch | None = None


class Overlay:
    """Used on the encode thread alone."""

    def __init__(
        self,
        settings: OverlaySettings,
        channel_name: str,
        text_at: Callable[[int], str],
        fields_at: Callable[[int], Lookup] = lambda _: no_values,
    ) -> None:
        """`text_at` tells the client's text valid at an instant (monotonic), `fields_at` the values of fields."""
        self._settings = settings
        self._name = channel_name
        self._text_at = text_at
        self._fields_at = fields_at
        self._look: Look | None = None
        self._palette = Palette.of(0, 0, 0)
        self._places: list[_AnchorStack] = []
        self._blender: Blender | None = None
        self._reformatter = VideoReformatter()
        self._faults: tuple[Message, ...] = ()
        list(self._painters(settings.layers, 720))

    @property
    def faults(self) -> tuple[Message, ...]:
        """One message for each file that cannot be read."""
        return self._faults

    def apply(self, frame: av.VideoFrame, instant_ns: int, utc_ns: int) -> av.VideoFrame:
        """The frame with everything that was valid at its capture; the same object where nothing is shown.

        A new frame has the old one's format, times and colour fields.
        """
        kind = frame.format
        frame = self._converted(frame, kind, blendable(kind))
        look = Look.of(frame)
        if look != self._look:
            self._begin(look)
        if self._take(self._text_at(instant_ns), utc_ns, self._fields_at(instant_ns)):
            patches = [place.patch for place in self._places if place.patch is not None]
            self._blender = Blender(look, patches) if patches else None
        return frame if self._blender is None else self._converted(self._blender.blend(frame), kind, kind.name)

    def _converted(self, frame: Any, kind: Any, wanted: str) -> Any:
        """The frame in another pixel format; the frame itself where it has that format."""
        if wanted == frame.format.name:
            return frame
        options: dict[str, Any] = {}
        if kind.is_rgb:
            side = "dst" if frame.format.is_rgb else "src"
            matrix = Colorspace.ITU709 if frame.height >= HD_LINES else Colorspace.ITU601
            options = {f"{side}_colorspace": matrix, f"{side}_color_range": ColorRange.MPEG}
        return self._reformatter.reformat(frame, format=wanted, **options)

    def _begin(self, look: Look) -> None:
        self._look = look
        self._palette = Palette.of(look.matrix, look.colour_range, look.height)
        self._blender = None
        self._places = []
        for (_, anchor), layers in in_order(self._settings.layers):
            painters = list(self._painters(layers, look.height))
            self._places.append(_AnchorStack(anchor, round(layers[0].margin * look.height), painters))

    def _painters(self, layers: tuple[Layer, ...] | list[Layer], height: int) -> Iterator[Painter]:
        """Without the layers whose image file cannot be read; a font that cannot be read is replaced by the usual
        one."""
        for layer in layers:
            try:
                yield self._painter(layer, height)
            except (OSError, ValueError) as error:
                if layer.kind is LayerKind.IMAGE:
                    what = f"The image {layer.text} of the overlay cannot be read ({error})."
                    self._complain(f"{what} Pictures are without it.")
                else:
                    what = f"The font {layer.font} of the overlay cannot be read ({error})."
                    self._complain(f"{what} DejaVu Sans is used instead.")
                    yield self._painter(replace(layer, font=None), height)

    def _painter(self, layer: Layer, height: int) -> Painter:
        return painter_of(layer, height, self._name, use_utc=self._settings.use_utc)

    def _complain(self, fact: str) -> None:
        why = Message(fact, _REPLACE_FILE)
        if why not in self._faults:
            self._faults = (*self._faults, why)
            log.warning("%s", why)

    def _take(self, text: str, utc_ns: int, lookup: Lookup) -> bool:
        """Paints again what has changed; True when something has."""
        changed = False
        for place in self._places:
            values = tuple([painter.value(text, utc_ns, lookup) for painter in place.painters])
            if values != place.values:
                place.values = values
                place.patch = self._patch(place)
                changed = True
        return changed

    def _patch(self, place: _AnchorStack) -> Patch | None:
        look = self._look
        shown = [(painter, value) for painter, value in zip(place.painters, place.values, strict=True) if value]
        if look is None or not shown:
            return None
        across, down = look.chroma_steps
        sizes = [painter.size(value) for painter, value in shown]
        width = max(size[0] for size in sizes)
        heights = [_up(size[1], down) for size in sizes]
        left = _placed(look.width, width, place.margin, align_of(place.anchor)) // across * across
        top = _placed(look.height, sum(heights), place.margin, rise_of(place.anchor)) // down * down
        width = _up(min(width, look.width - left), across)
        canvas = Canvas(width, min(sum(heights), _up(look.height - top, down)), look)
        line = 0
        for (painter, value), size, height in zip(shown, sizes, heights, strict=True):
            bottom = min(line + height, canvas.height)
            if bottom > line:
                painter.paint(value, canvas, self._box(size[0], line, bottom, width, place.anchor), self._palette)
            line += height
        return Patch(left, top, canvas.frame(self._reformatter))

    def _box(self, width: int, top: int, bottom: int, room: int, anchor: LayerAnchor) -> Box:
        across = self._look.chroma_steps[0] if self._look else 1
        width = min(room, _up(width, across))
        left = int((room - width) * align_of(anchor)) // across * across
        return left, top, left + width, bottom


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def _placed(room: int, size: int, margin: int, share: float) -> int:
    """Where something of `size` begins within `room`; what does not fit begins at the margin, or at the edge."""
    place = (room - size) * share if share == 0.5 else margin + (room - size - 2 * margin) * share
    return max(0, min(int(place), room - 1)) if place >= 0 else max(0, min(margin, room - size))
