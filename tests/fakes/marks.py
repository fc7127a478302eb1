"""A number as block characters, so that a test can read from a picture which text was burned into it."""

from typing import Any

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
    # A zero is a low block, so the upper half of the line is read.
    line = int((top * 2 + bottom) / 3 * plane.height)
    row = memoryview(plane)[line * plane.line_size :][: plane.width]
    red = [x for x in range(plane.width) if row[x] > _RED]
    if not red:
        return None
    left, right = red[0], red[-1] + 1
    cell = (right - left) / BITS
    bits = "".join("1" if row[int(left + (k + 0.5) * cell)] > _RED else "0" for k in range(BITS))
    value, check = bits[1:13], bits[13:15]
    return int(value, 2) if value.count("1") % 4 == int(check, 2) else None
