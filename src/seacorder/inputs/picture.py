"""The test picture: colour bars, a grey ramp, a bar that moves, channel name, UTC clock, frame number and the strip.

Everything that stands still is drawn once. Each frame rewrites only what moves, with slices of bytes: no pixel is
touched one by one, so a picture costs a fraction of its encoding.
"""

from datetime import UTC, datetime
from typing import Any

import av

from seacorder.inputs import strip
from seacorder.inputs.glyphs import HEIGHT, WIDTH, text_lines

# Colour bars of 75 % (ITU-R BT.471-1) in 8-bit Y, Cb, Cr: white, yellow, cyan, green, magenta, red, blue, black.
_BARS = (
    (180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58),
    (84, 184, 198), (65, 100, 212), (35, 212, 114), (16, 128, 128),
)  # fmt: skip
_MS_PER_SECOND = 1000
_BAR_STEPS = 100


class TestPicture:
    """Draws frames of one channel into one frame buffer, which an encoder may keep no longer than its call."""

    __test__ = False

    def __init__(self, width: int, height: int, channel_name: str, channel_index: int) -> None:
        """Pixels, both even. The name is cut where the picture ends."""
        self._width, self._height, self._index = width, height, channel_index
        self._frame = av.VideoFrame(width, height, "yuv420p")
        self._stride = self._frame.planes[0].line_size
        self._luma = memoryview(self._frame.planes[0])
        self._scale = max(1, width // 320)
        self._left = width // 20
        self._draw_still(channel_name)
        top = height // 2
        self._band = (top, top + height // 8)
        self._band_line = bytes(self._luma[top * self._stride : top * self._stride + self._stride])

    def frame(self, number: int, utc_ms: int) -> Any:
        """The frame of that number and time; the same object each time, without pts."""
        strip.draw(
            self._luma, self._stride, self._width, self._height, strip.StripReading(self._index, number, utc_ms)
        )
        self._draw_bar(number)
        second, millisecond = divmod(utc_ms, _MS_PER_SECOND)
        clock = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")
        self._draw_text(f"{clock}.{millisecond:03d} UTC", self._height * 68 // 100)
        self._draw_text(f"FRAME {number}", self._height * 80 // 100)
        return self._frame

    def _draw_still(self, channel_name: str) -> None:
        planes = self._frame.planes
        ramp = bytes(16 + 219 * x // self._width for x in range(self._width))
        for index, plane in enumerate(planes):
            width, height = (self._width, self._height) if index == 0 else (self._width // 2, self._height // 2)
            colours = b"".join(
                bytes([bar[index]]) * ((n + 1) * width // len(_BARS) - n * width // len(_BARS))
                for n, bar in enumerate(_BARS)
            )
            lower = ramp if index == 0 else bytes([128]) * width
            padding = bytes(plane.line_size - width)
            bars = height * 5 // 8
            plane.update((colours + padding) * bars + (lower + padding) * (height - bars))
        for plane in planes[1:]:
            top = (strip.height_of(self._height) + 1) // 2 * plane.line_size
            memoryview(plane)[:top] = bytes([128]) * top
        top, scale = self._height * 20 // 100, 2 * self._scale
        self._bleach(top, HEIGHT * scale, len(channel_name) * (WIDTH + 1) * scale)
        self._draw_text(channel_name, top, scale=scale)

    def _bleach(self, top: int, lines: int, length: int) -> None:
        """Takes the colour out of a line of text."""
        left, right = self._left // 2, min(self._left + length, self._width - self._left) // 2
        for plane in self._frame.planes[1:]:
            chroma, stride = memoryview(plane), plane.line_size
            for line in range(top // 2, (top + lines + 1) // 2):
                chroma[line * stride + left : line * stride + right] = bytes([128]) * (right - left)

    def _draw_bar(self, number: int) -> None:
        """A light bar that crosses the picture once in a hundred frames."""
        top, bottom = self._band
        line = bytearray(self._band_line)
        left = number % _BAR_STEPS * self._width // _BAR_STEPS
        right = min(self._width, left + max(8, self._width // 16))
        line[left:right] = bytes([235]) * (right - left)
        self._luma[top * self._stride : bottom * self._stride] = bytes(line) * (bottom - top)

    def _draw_text(self, text: str, top: int, *, scale: int = 0) -> None:
        scale = scale or self._scale
        fitting = (self._width - 2 * self._left) // ((WIDTH + 1) * scale)
        text = text[:fitting]
        for row, line in enumerate(text_lines(text, scale, 235, 16)[: HEIGHT * scale]):
            begin = (top + row) * self._stride + self._left
            self._luma[begin : begin + len(line)] = line
