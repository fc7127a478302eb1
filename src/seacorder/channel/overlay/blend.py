"""Lays small pictures over frames with libavfilter's `overlay`.

A new filter graph is made whenever what is shown changes, which takes some tenths of a millisecond. Each small picture
is sent into the graph once, followed by the end of its stream. So `overlay` knows that it stays the same. Otherwise it
would wait for the next one and copy every frame meanwhile: 3 MB for each small picture at 1920x1080.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import av
from av.filter import Graph

from seacorder.channel.overlay.look import Look

_TIME_BASE = "1/1000"


@dataclass(frozen=True, slots=True)
class Patch:
    """A small picture and its place in the frame; both coordinates are multiples of the chroma steps."""

    x: int
    y: int
    frame: av.VideoFrame


class Blender:
    """Lays the same patches over all frames of one format. Used on one thread."""

    def __init__(self, look: Look, patches: Sequence[Patch]) -> None:
        """The first patch is the lowest; at least one."""
        self._graph = Graph()
        self._graph.threads = 1
        fields = {
            "time_base": _TIME_BASE,
            "pixel_aspect": "1/1",
            "colorspace": str(look.matrix),
            "range": str(look.colour_range),
        }
        self._input = top = self._add("buffer", video_size=f"{look.width}x{look.height}", pix_fmt=look.format, **fields)
        sources = []
        for patch in patches:
            size = f"{patch.frame.width}x{patch.frame.height}"
            source = self._add("buffer", video_size=size, pix_fmt=look.overlay_format, **fields)
            overlay = self._add("overlay", x=str(patch.x), y=str(patch.y), format=look.blend_option)
            top.link_to(overlay, 0, 0)
            source.link_to(overlay, 0, 1)
            top = overlay
            sources.append((source, patch.frame))
        self._output = self._add("buffersink")
        top.link_to(self._output)
        self._graph.configure()
        for source, frame in sources:
            frame.pts = 0
            source.push(frame)
            source.push(None)
        self._count = 0

    def blend(self, frame: av.VideoFrame) -> av.VideoFrame:
        """A new frame with the patches over it; `frame` stays as it is. Takes as long as copying the frame and the
        patches."""
        pts, time_base = frame.pts, frame.time_base
        frame.pts = self._count
        self._count += 1
        try:
            self._input.push(frame)
        finally:
            frame.pts = pts
        blended: av.VideoFrame = self._output.pull()
        blended.pts = pts
        if time_base is not None:
            blended.time_base = time_base
        return blended

    def _add(self, name: str, **options: str) -> Any:
        return self._graph.add(name, **options)
