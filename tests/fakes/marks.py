"""A number as block characters, so that a test can read from a picture which text was burned into it."""

from collections.abc import Sequence
from typing import Any

from PIL.Image import Image

ONE, NOUGHT = "█", "▁"
BITS = 16
"""The last two are a check: the number of ones, modulo four."""


COLOUR = "#ff0000"
"""The colour in which marks are burned; the test pattern has none like it where they stand."""
_RED = 200


def mark(number: int) -> str:
    """`number` below 2 to the 12th, between two ones that show where it begins and ends."""
    bits = f"{number:012b}"
    bits += f"{bits.count('1') % 4:02b}"
    return "".join(ONE if bit == "1" else NOUGHT for bit in f"1{bits}1")


def read_mark(frame: Any, top: float, bottom: float) -> int | None:
    """The number burned between two shares of the picture's height, of 4:2:0; None when none can be read."""
    plane = frame.planes[2]
    line = _line(top, bottom, plane.height)
    return _read(memoryview(plane)[line * plane.line_size :][: plane.width])


def read_mark_of_picture(picture: Image, top: float, bottom: float) -> int | None:
    """As `read_mark`, of a picture as a browser shows it."""
    red = picture.convert("YCbCr").getchannel("Cr")
    line = _line(top, bottom, red.height)
    return _read(red.crop((0, line, red.width, line + 1)).tobytes())


def _line(top: float, bottom: float, height: int) -> int:
    """A zero is a low block, so the upper half of the line is read."""
    return int((top * 2 + bottom) / 3 * height)


def _read(row: Sequence[int]) -> int | None:
    red = [x for x, value in enumerate(row) if value > _RED]
    if not red:
        return None
    left, right = red[0], red[-1] + 1
    cell = (right - left) / BITS
    bits = "".join("1" if row[int(left + (k + 0.5) * cell)] > _RED else "0" for k in range(BITS))
    value, check = bits[1:13], bits[13:15]
    return int(value, 2) if value.count("1") % 4 == int(check, 2) else None
