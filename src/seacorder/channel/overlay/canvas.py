"""A small picture in the planes of the frames that it is laid over: luma, two planes of chroma, and coverage (alpha).

It is painted in YCbCr directly, because painting in RGB would need a conversion at every change. Colour values are not
premultiplied by the coverage. Where nothing covers, they are those of what is nearest: several pixels share one value
of chroma, and edges would otherwise change their colour.
"""

from typing import Any

import av
from av.video.reformatter import ColorRange, VideoReformatter
from PIL import Image

from seacorder.channel.overlay.colour import Paint, Palette
from seacorder.channel.overlay.look import Look

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are just outside."""


class Canvas:
    """Width and height are multiples of the chroma steps, and boxes that are filled must be too."""

    def __init__(self, width: int, height: int, look: Look) -> None:
        self.width, self.height = width, height
        self._look = look
        across, down = look.chroma_steps
        small = (width // across, height // down)
        self._luma = Image.new("L", (width, height), 0)
        self._chroma = (Image.new("L", small, 128), Image.new("L", small, 128))
        self._alpha = Image.new("L", (width, height), 0)

    def fill(self, box: Box, paint: Paint) -> None:
        """Fills the whole box with colour and coverage."""
        self._luma.paste(paint.y, box)
        self._alpha.paste(paint.alpha, box)
        for plane, value in zip(self._chroma, (paint.u, paint.v), strict=True):
            plane.paste(value, self._small(box))

    def stamp(self, box: Box, mask: Any, paint: Paint, ground: Paint | None = None) -> None:
        """Paints over what is there, as much as `mask` (an image of the box's size) tells for each pixel.

        `ground`: the box is filled with this paint alone, so planes in which both paints are equal can be left alone.
        """
        if ground is None or paint.y != ground.y:
            self._luma.paste(paint.y, box, mask)
        if ground is None or paint.alpha != ground.alpha:
            self._alpha.paste(paint.alpha, box, mask)
        if ground is not None and (paint.u, paint.v) == (ground.u, ground.v):
            return
        small = mask.reduce(self._look.chroma_steps)
        for plane, value in zip(self._chroma, (paint.u, paint.v), strict=True):
            plane.paste(value, self._small(box), small)

    def picture(self, box: Box, image: Any, palette: Palette) -> None:
        """Puts an RGBA image of the box's size in place of what is there."""
        self._luma.paste(image.convert("RGB").convert("RGB", palette.matrix).getchannel(0), box)
        self._alpha.paste(image.getchannel(3), box)
        small = image.reduce(self._look.chroma_steps).convert("RGB").convert("RGB", palette.matrix)
        for index, plane in enumerate(self._chroma, start=1):
            plane.paste(small.getchannel(index), self._small(box))

    def frame(self, reformatter: VideoReformatter) -> av.VideoFrame:
        """The planes as a frame that `overlay` takes."""
        frame = av.VideoFrame(self.width, self.height, self._look.overlay_format_8_bit)
        frame.colorspace, frame.color_range = self._look.matrix, self._look.colour_range
        planes = (self._luma, *self._chroma, self._alpha)
        for plane, image in zip(frame.planes, planes, strict=True):
            plane.update(image.tobytes("raw", "L", plane.line_size, 1))
        if self._look.bits == 8:
            return frame
        # The same range on both sides; the matrix plays no part between formats of YCbCr.
        same = ColorRange.JPEG if self._look.colour_range == ColorRange.JPEG else ColorRange.MPEG
        return reformatter.reformat(frame, format=self._look.overlay_format, src_color_range=same, dst_color_range=same)

    def _small(self, box: Box) -> Box:
        across, down = self._look.chroma_steps
        return box[0] // across, box[1] // down, box[2] // across, box[3] // down
