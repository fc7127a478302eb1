"""The machine-readable strip of a test picture: channel, frame number and time, drawn and read back. Pure.

The strip is the topmost tenth of the picture: 4 rows of 32 cells, white for 1 and black for 0, most significant bit
first, row by row:

    bits    0…7    mark, 0b10110010
    bits    8…15   channel index
    bits   16…47   frame number
    bits   48…95   UTC, milliseconds since 1970
    bits   96…127  CRC-32 (ISO-HDLC, as zlib's) of the twelve bytes before

A cell is read at nine points around its middle, whose mean is compared with mid-grey. So blur, ringing, scaling and
range conversion do no harm while a cell is a few pixels wide and high: from 320 x 160 pixels on. In uncompressed
pictures one pixel a cell is enough (`fits`).
Luma has 8 bits. A plane is given as its bytes, with `stride` bytes from one line to the next.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

COLUMNS, ROWS = 32, 4
MARK = 0b10110010
HEIGHT_SHARE = 10
BLACK, GREY, WHITE = 24, 126, 228

_FIELDS = struct.Struct(">BBIHI")
_CRC = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class StripReading:
    """What the strip of one frame tells."""

    channel_index: int
    number: int
    utc_ms: int


def height_of(picture_height: int) -> int:
    """How many lines the strip takes, from the top."""
    return picture_height // HEIGHT_SHARE


def fits(width: int, height: int) -> bool:
    """True when every cell has at least one pixel."""
    return width >= COLUMNS and height_of(height) >= ROWS


def draw(luma: memoryview | bytearray, stride: int, width: int, height: int, reading: StripReading) -> None:
    """Writes the strip into the top lines of a luma plane."""
    packed = _pack(reading)
    lines = height_of(height)
    padding = bytes(stride - width)
    for row in range(ROWS):
        line = _line(packed[row * 4 : row * 4 + 4], width) + padding
        top, bottom = row * lines // ROWS, (row + 1) * lines // ROWS
        luma[top * stride : bottom * stride] = line * (bottom - top)


def read(luma: Sequence[int], stride: int, width: int, height: int) -> StripReading | None:
    """What the strip of a luma plane tells; None when there is no strip, or when its CRC is wrong."""
    value = 0
    for cell in _sample_points(stride, width, height):
        value = value << 1 | (sum([luma[point] for point in cell]) > GREY * 9)
    packed = value.to_bytes(16, "big")
    if packed[0] != MARK or _CRC.unpack(packed[12:])[0] != zlib.crc32(packed[:12]):
        return None
    _, channel_index, number, high, low = _FIELDS.unpack(packed[:12])
    return StripReading(channel_index, number, high << 32 | low)


def _pack(reading: StripReading) -> bytes:
    high, low = divmod(reading.utc_ms & 0xFFFF_FFFF_FFFF, 1 << 32)
    packed = _FIELDS.pack(MARK, reading.channel_index & 0xFF, reading.number & 0xFFFF_FFFF, high, low)
    return packed + _CRC.pack(zlib.crc32(packed))


def _line(four: bytes, width: int) -> bytes:
    bits = int.from_bytes(four, "big")
    levels = (WHITE if bits >> (COLUMNS - 1 - column) & 1 else BLACK for column in range(COLUMNS))
    return b"".join(
        bytes([level]) * ((column + 1) * width // COLUMNS - column * width // COLUMNS)
        for column, level in enumerate(levels)
    )


@lru_cache(maxsize=16)
def _sample_points(stride: int, width: int, height: int) -> tuple[tuple[int, ...], ...]:
    lines = height_of(height)
    down = [_points(row, ROWS, lines) for row in range(ROWS)]
    across = [_points(column, COLUMNS, width) for column in range(COLUMNS)]
    return tuple(tuple(y * stride + x for y in ys for x in xs) for ys in down for xs in across)


def _points(cell: int, cells: int, length: int) -> list[int]:
    """Three pixel positions around the middle of cell number `cell`, of `cells` in a row of `length` pixels."""
    begin, end = cell * length // cells, (cell + 1) * length // cells
    return [begin + int(part * (end - begin)) for part in (0.3, 0.5, 0.7)]
