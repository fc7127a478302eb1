"""Layers are painted into planes; what is left out to save time changes no pixel."""

from itertools import product

import pytest
from av.video.reformatter import VideoReformatter
from PIL import Image

from seacorder.channel.overlay.canvas import Canvas
from seacorder.channel.overlay.colour import Paint
from seacorder.channel.overlay.look import Look

LOOK = Look("yuv420p", 640, 360, 1, 1)
BOX = (0, 0, 64, 32)
PAINTS = [Paint(*values) for values in product((16, 235), (128, 90), (128,), (0, 140, 255))]


def painted(ground: Paint, paint: Paint, *, told: bool) -> list[bytes]:
    canvas = Canvas(64, 32, LOOK)
    canvas.fill(BOX, ground)
    canvas.stamp(BOX, Image.linear_gradient("L").resize((64, 32)), paint, ground if told else None)
    return [bytes(plane) for plane in canvas.frame(VideoReformatter()).planes]


@pytest.mark.parametrize("ground", PAINTS)
def test_a_stamp_on_a_known_ground_leaves_the_same_pixels(ground: Paint) -> None:
    for paint in PAINTS:
        assert painted(ground, paint, told=True) == painted(ground, paint, told=False)
    assert len({tuple(painted(ground, paint, told=True)) for paint in PAINTS}) == len(PAINTS)
