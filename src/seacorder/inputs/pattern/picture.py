"""Draws the test picture: colour bars, a grey ramp, a moving bar, channel name, UTC clock, frame number, and the strip.

From top to bottom: the strip (`strip`), the name over the colour bars, the moving bar, the clock, the frame number, all
on the ramp's grey below the bars. The still parts are drawn once. Each frame rewrites only what moves, as slices of
bytes and never pixel by pixel, so that drawing costs a fraction of encoding. Whatever does not fit into a small picture
is left out or cut off.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import av

from seacorder.inputs.pattern import strip

# Colour bars of 75 % (ITU-R BT.471-1) in 8-bit Y, Cb, Cr: white, yellow, cyan, green, magenta, red, blue, black.
_BARS = (
    (180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58),
    (84, 184, 198), (65, 100, 212), (35, 212, 114), (16, 128, 128),
)  # fmt: skip
_BLACK, _GREY, _WHITE = 16, 128, 235
_LUMA_SPAN, _CHROMA_SPAN = 219, 224
_MS_PER_SECOND = 1000
_BAR_STEPS = 200
_GLYPH_WIDTH, _GLYPH_HEIGHT = 5, 7
_GLYPHS = {
    "0": "0e11131519110e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e", "4": "02060a121f0202",
    "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808", "8": "0e11110e11110e", "9": "0e11110f01020c",
    "A": "0e11111f111111", "B": "1e11111e11111e", "C": "0e11101010110e", "D": "1c12111111121c", "E": "1f10101e10101f",
    "F": "1f10101e101010", "G": "0e11101711110f", "H": "1111111f111111", "I": "0e04040404040e", "J": "0702020202120c",
    "K": "11121418141211", "L": "1010101010101f", "M": "111b1515111111", "N": "11111915131111", "O": "0e11111111110e",
    "P": "1e11111e101010", "Q": "0e11111115120d", "R": "1e11111e141211", "S": "0f10100e01011e", "T": "1f040404040404",
    "U": "1111111111110e", "V": "11111111110a04", "W": "11111115151b11", "X": "11110a040a1111", "Y": "1111110a040404",
    "Z": "1f01020408101f", ":": "00040400040400", ".": "00000000000c0c", "-": "0000001f000000", "_": "0000000000001f",
    "/": "00010204081000", "#": "0a0a1f0a1f0a0a", "(": "02040808080402", ")": "08040202020408", "+": "0004041f040400",
    " ": "00000000000000",
}  # fmt: skip
"""A bitmap font: seven lines of five bits a character, each line two hexadecimal digits, top line first.

FFmpeg's own text filter is not in PyAV's wheel, and Pillow would cost the worker more memory.
"""
_UNKNOWN_GLYPH = "1f11111111111f"


@dataclass(frozen=True, slots=True)
class PatternFormat:
    """How the samples of a test picture are written: depth, range, fields."""

    depth: int = 8
    """Bits a sample: 8 or 10. With 10, the lowest twentieth of the picture shows a ramp in steps finer than 8 bits."""
    is_full_range: bool = False
    is_interlaced: bool = False
    """The lower field shows the moving bar half a frame later than the upper one."""

    def luma(self, level: int) -> int:
        """The sample for a luma level given in limited range, 16 to 235."""
        return (level - _BLACK) * 255 // _LUMA_SPAN if self.is_full_range else level

    def chroma(self, level: int) -> int:
        """The sample for a chroma level given in limited range, 16 to 240."""
        return _GREY + round((level - _GREY) * 255 / _CHROMA_SPAN) if self.is_full_range else level


class TestPicture:
    """Draws the frames of one channel, all into the same buffer: use or copy a frame before the next one is drawn."""

    __test__ = False

    def __init__(
        self,
        width: int,
        height: int,
        channel_name: str,
        channel_index: int,
        picture_format: PatternFormat = PatternFormat(),
    ) -> None:
        """Width and height in pixels. The name is cut off where the picture ends."""
        self._width, self._height, self._index, self._format = width, height, channel_index, picture_format
        self._frame = av.VideoFrame(width, height, "yuv420p")
        self._stride = self._frame.planes[0].line_size
        self._luma = memoryview(self._frame.planes[0])
        self._scale = max(1, width // 320)
        self._left = width // 20
        self._has_strip = strip.fits(width, height)
        self._draw_still(channel_name)
        top = height // 2
        self._band = (top, top + height // 8)
        self._band_line = bytes(self._luma[top * self._stride : top * self._stride + self._stride])
        self._fine_ramp = _fine_ramp(width, picture_format.is_full_range)

    def frame(self, number: int, utc_ms: int) -> Any:
        """The frame (a PyAV video frame, without pts) of that number and time; valid until the next one is drawn."""
        if self._has_strip:
            reading = strip.StripReading(self._index, number, utc_ms)
            strip.draw(self._luma, self._stride, self._width, self._height, reading)
        self._draw_bar(number)
        second, millisecond = divmod(utc_ms, _MS_PER_SECOND)
        clock = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")
        self._draw_text(f"{clock}.{millisecond:03d} UTC", self._height * 68 // 100)
        self._draw_text(f"FRAME {number}", self._height * 80 // 100)
        return self._frame if self._format.depth == 8 else self._deep_frame()

    def _deep_frame(self) -> Any:
        """The frame in ten bits, with the fine ramp at its bottom."""
        frame = self._frame.reformat(format="yuv420p10le")
        plane = frame.planes[0]
        lines = self._height // 20
        ramp = self._fine_ramp + bytes(plane.line_size - len(self._fine_ramp))
        memoryview(plane)[(self._height - lines) * plane.line_size : self._height * plane.line_size] = ramp * lines
        return frame

    def _draw_still(self, channel_name: str) -> None:
        picture_format = self._format
        ramp = bytes(picture_format.luma(_BLACK + _LUMA_SPAN * x // self._width) for x in range(self._width))
        for index, plane in enumerate(self._frame.planes):
            width, height = self._size_of_plane(index)
            level = picture_format.luma if index == 0 else picture_format.chroma
            colours = b"".join(
                bytes([level(bar[index])]) * ((n + 1) * width // len(_BARS) - n * width // len(_BARS))
                for n, bar in enumerate(_BARS)
            )
            lower = ramp if index == 0 else bytes([_GREY]) * width
            padding = bytes(plane.line_size - width)
            bars = height * 5 // 8
            plane.update((colours + padding) * bars + (lower + padding) * (height - bars))
        for plane in self._frame.planes[1:]:
            top = (strip.height_of(self._height) + 1) // 2 * plane.line_size
            memoryview(plane)[:top] = bytes([_GREY]) * top
        top, scale = self._height * 20 // 100, 2 * self._scale
        self._bleach(top, _GLYPH_HEIGHT * scale, len(channel_name) * (_GLYPH_WIDTH + 1) * scale)
        self._draw_text(channel_name, top, scale=scale)

    def _size_of_plane(self, index: int) -> tuple[int, int]:
        """4:2:0: chroma has half as many samples in both directions, rounded up."""
        return (self._width, self._height) if index == 0 else ((self._width + 1) // 2, (self._height + 1) // 2)

    def _bleach(self, top: int, lines: int, length: int) -> None:
        """Removes the colour behind a line of text."""
        left, right = self._left // 2, min(self._left + length, self._width - self._left) // 2
        _, height = self._size_of_plane(1)
        for plane in self._frame.planes[1:]:
            chroma, stride = memoryview(plane), plane.line_size
            for line in range(top // 2, min(height, (top + lines + 1) // 2)):
                chroma[line * stride + left : line * stride + right] = bytes([_GREY]) * (right - left)

    def _draw_bar(self, number: int) -> None:
        """A light bar that crosses the picture once in a hundred frames."""
        top, bottom = self._band
        upper = self._bar_line(2 * number)
        if not self._format.is_interlaced:
            self._luma[top * self._stride : bottom * self._stride] = upper * (bottom - top)
            return
        lower = self._bar_line(2 * number + 1)
        lines = b"".join(upper if line % 2 == 0 else lower for line in range(top, bottom))
        self._luma[top * self._stride : bottom * self._stride] = lines

    def _bar_line(self, step: int) -> bytes:
        line = bytearray(self._band_line)
        left = step % _BAR_STEPS * self._width // _BAR_STEPS
        right = min(self._width, left + max(8, self._width // 16))
        line[left:right] = bytes([self._format.luma(_WHITE)]) * (right - left)
        return bytes(line)

    def _draw_text(self, text: str, top: int, *, scale: int = 0) -> None:
        scale = scale or self._scale
        fitting = max(0, self._width - 2 * self._left) // ((_GLYPH_WIDTH + 1) * scale)
        text = text[:fitting]
        ink, paper = self._format.luma(_WHITE), self._format.luma(_BLACK)
        for row, line in enumerate(_text_lines(text, scale, ink, paper)[: max(0, self._height - top)]):
            begin = (top + row) * self._stride + self._left
            self._luma[begin : begin + len(line)] = line


def _fine_ramp(width: int, is_full_range: bool) -> bytes:
    """One line from black to white, ten bits a sample, little-endian."""
    black, span = (0, 1023) if is_full_range else (4 * _BLACK, 4 * _LUMA_SPAN)
    return b"".join((black + span * x // max(1, width - 1)).to_bytes(2, "little") for x in range(width))


def _text_lines(text: str, scale: int, ink: int, paper: int) -> list[bytes]:
    """`text` as lines of luma samples; a character is 6 * `scale` pixels wide and 7 * `scale` high.

    Characters that the font lacks become boxes. `ink` and `paper` are the samples of characters and background.
    """
    inks, papers = bytes([ink]) * scale, bytes([paper]) * scale
    glyphs = [bytes.fromhex(_GLYPHS.get(character, _UNKNOWN_GLYPH)) for character in text.upper()]
    lines: list[bytes] = []
    for row in range(_GLYPH_HEIGHT):
        pixels = b"".join(
            (inks if glyph[row] >> (_GLYPH_WIDTH - 1 - column) & 1 else papers) if column < _GLYPH_WIDTH else papers
            for glyph in glyphs
            for column in range(_GLYPH_WIDTH + 1)
        )
        lines.extend([pixels] * scale)
    return lines
