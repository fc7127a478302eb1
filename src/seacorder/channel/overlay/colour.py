"""Colours of layers in the numbers of a picture's own YCbCr. Pure.

ITU-T H.273: matrix coefficients and ranges; luma and chroma of 8 bits.
"""

from dataclasses import dataclass

_LUMA_WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
"""(red, blue) of MatrixCoefficients as FFmpeg numbers them."""
_BT709, _BT601 = 1, 6
HD_LINES = 720
_FULL_RANGE = 2


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour as a picture stores it, and how much it covers, all 0…255."""

    y: int
    u: int
    v: int
    alpha: int


@dataclass(frozen=True, slots=True)
class Palette:
    """From RGB to the YCbCr of one kind of picture."""

    red: float
    blue: float
    is_full_range: bool

    @classmethod
    def of(cls, matrix: int, colour_range: int, height: int) -> "Palette":
        """For a picture's fields; where it does not say its matrix, as players take it: BT.709 from 720 lines on."""
        if matrix not in _LUMA_WEIGHTS:
            matrix = _BT709 if height >= HD_LINES else _BT601
        return cls(*_LUMA_WEIGHTS[matrix], colour_range == _FULL_RANGE)

    @property
    def matrix(self) -> tuple[float, ...]:
        """Three rows of four: factors of red, green and blue, and what is added; for values of 0…255."""
        red, blue = self.red, self.blue
        green = 1 - red - blue
        luma, chroma, black = (1.0, 1.0, 0.0) if self.is_full_range else (219 / 255, 224 / 255, 16.0)
        to_u, to_v = chroma / (2 - 2 * blue), chroma / (2 - 2 * red)
        return (
            *(red * luma, green * luma, blue * luma, black),
            *(-red * to_u, -green * to_u, (1 - blue) * to_u, 128.0),
            *((1 - red) * to_v, -green * to_v, -blue * to_v, 128.0),
        )

    def paint(self, colour: str) -> Paint:
        """`#rrggbb` or `#rrggbbaa`."""
        value = [int(colour[place : place + 2], 16) for place in range(1, len(colour), 2)]
        rows = self.matrix
        y, u, v = (
            min(255, max(0, round(sum(rows[4 * row + k] * value[k] for k in range(3)) + rows[4 * row + 3])))
            for row in range(3)
        )
        return Paint(y, u, v, value[3] if len(value) > 3 else 255)
