"""Pictures for a page to show: a seabed with a pipeline on it, as an inspection camera sees it. Drawn, always the same.
"""

import io

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 480, 270
_WATER = (
    ((18, 74, 88), (6, 28, 40)), ((28, 92, 84), (8, 36, 38)), ((16, 60, 96), (4, 22, 44)), ((40, 88, 74), (12, 34, 34)),
)
"""For each channel: the water near the light, and far from it."""


def seabed(channel: int) -> bytes:
    """The picture of a channel, as JPEG."""
    light, dark = _WATER[channel % len(_WATER)]
    glow = Image.radial_gradient("L").resize((WIDTH * 2, HEIGHT * 2))
    left, top = (WIDTH - 160 * channel) // 3 % WIDTH, HEIGHT // 3
    picture = Image.composite(
        Image.new("RGB", (WIDTH, HEIGHT), dark),
        Image.new("RGB", (WIDTH, HEIGHT), light),
        glow.crop((left, top, left + WIDTH, top + HEIGHT)),
    )
    draw = ImageDraw.Draw(picture)
    _sand(draw, channel)
    _pipe(draw, channel)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _sand(draw: ImageDraw.ImageDraw, channel: int) -> None:
    edge = [(x, 190 + (x * (channel + 3) * 7) % 11 - x // 40 * (channel % 2)) for x in range(0, WIDTH + 1, 24)]
    draw.polygon([*edge, (WIDTH, HEIGHT), (0, HEIGHT)], fill=(58, 62, 50))
    for stone in range(40):
        x, y = (stone * 97 + channel * 53) % WIDTH, 206 + (stone * 31) % 60
        size = 2 + (stone * 7 + channel) % 6
        draw.ellipse((x, y, x + 2 * size, y + size), fill=(44 + stone % 20, 48 + stone % 16, 40))


def _pipe(draw: ImageDraw.ImageDraw, channel: int) -> None:
    """A pipeline of some thickness, lit from above, with a joint."""
    slope, begin = (-0.10, 0.16, 0.02, -0.2)[channel % 4], (205, 150, 180, 225)[channel % 4]
    for row in range(46):
        shade = 150 - abs(row - 12) * 3
        draw.line((0, begin + row, WIDTH, begin + row + slope * WIDTH), fill=(shade, shade - 12, shade - 44), width=2)
    x = 150 + 60 * channel
    y = begin + slope * x
    draw.rectangle((x, y - 6, x + 26, y + 52), fill=(96, 92, 70))
    draw.rectangle((x, y - 6, x + 26, y + 12), fill=(148, 140, 108))
