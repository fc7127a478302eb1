"""Lines of text as masks: where ink goes, and where its outline goes.

A text that changes ten times a second is mostly numbers, and drawing an outline costs several times as much as the
letter. So a line is put together from *runs* that are drawn once and kept: each digit is a run, and so is each text
between digits, shaped as a whole. There is no kerning between a digit and its neighbours then. A line with letters that
run from right to left is one run, because their order is decided for the whole line.
"""

import re
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

DEFAULT_FONT = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
OUTLINE_SHARE = 14
"""The width of an outline is the line's height divided by this."""
_PROBE_SIZE = 100
RUNS_KEPT = 512
RUNS_BYTES = 16 * 1024 * 1024
"""So much memory is kept for runs that are not in use: clients may send any text, and a long line takes megabytes."""
WIDEST = 16_384
"""Pixels; a run that is wider is cut before it is drawn, since no picture shows its end."""
_RUNS = re.compile(r"\d|\D+")
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Run:
    ink: Any
    ring: Any
    """The ink with its outline; None without one."""
    advance: float
    """Pixels to the beginning of the next run."""

    @property
    def size(self) -> int:
        """Bytes of both masks."""
        return int(self.ink.width) * int(self.ink.height) * (1 if self.ring is None else 2)


class Lettering:
    """One font at one size. Used by one thread."""

    def __init__(self, font: Path | None, line_height: int, *, is_outlined: bool) -> None:
        """`line_height` in pixels, at least 1. OSError when the font file cannot be read."""
        path = str(font or DEFAULT_FONT)
        probe = ImageFont.truetype(path, _PROBE_SIZE)
        self.line_height = max(1, line_height)
        size = max(1.0, self.line_height * _PROBE_SIZE / max(1, sum(probe.getmetrics())))
        self._font = ImageFont.truetype(path, size)
        self._ascent = self._font.getmetrics()[0]
        self.outline = max(1, round(self.line_height / OUTLINE_SHARE)) if is_outlined else 0
        self.margin = self.outline + max(1, self.line_height // 10)
        """Pixels around the lines: room for the outline and for letters that reach beyond their own width."""
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self.kept_bytes = 0

    def size(self, text: str) -> Size:
        """Width and height of all lines with the margin around them."""
        lines = text.split("\n")
        width = max(sum(self._run(part).advance for part in _parts(line)) for line in lines)
        return int(width) + 1 + 2 * self.margin, len(lines) * self.line_height + 2 * self.margin

    def draw(self, text: str, size: Size, align: float, *, with_ring: bool = True) -> tuple[Any, Any]:
        """Masks of ink and of ink with outline (None without), each of `size`, which cuts off what is wider.

        `align` is the share of a line's free room that goes to its left: 0 left, 0.5 centred, 1 right.
        """
        ink = Image.new("L", size, 0)
        ring = Image.new("L", size, 0) if self.outline and with_ring else None
        for number, line in enumerate(text.split("\n")):
            runs = [self._run(part) for part in _parts(line)]
            free = max(0.0, size[0] - 2 * self.margin - sum(run.advance for run in runs))
            left, top = free * align, number * self.line_height
            for run in runs:
                place = (round(left), top)
                ink.paste(255, (*place, place[0] + run.ink.width, place[1] + run.ink.height), run.ink)
                if ring is not None:
                    ring.paste(255, (*place, place[0] + run.ring.width, place[1] + run.ring.height), run.ring)
                left += run.advance
        return ink, ring

    def _run(self, text: str) -> _Run:
        found = self._runs.get(text)
        if found is None:
            found = self._runs[text] = self._drawn(text)
            self.kept_bytes += found.size
            while len(self._runs) > (RUNS_KEPT if self.kept_bytes <= RUNS_BYTES else 1):
                self.kept_bytes -= self._runs.popitem(last=False)[1].size
        else:
            self._runs.move_to_end(text)
        return found

    def _drawn(self, text: str) -> _Run:
        advance = self._font.getlength(text)
        while advance > WIDEST and len(text) > 1:
            text = text[: len(text) // 2]
            advance = self._font.getlength(text)
        size = (int(advance) + 1 + 2 * self.margin, self.line_height + 2 * self.margin)
        base = (self.margin, self.margin + self._ascent)
        ink = Image.new("L", size, 0)
        ImageDraw.Draw(ink).text(base, text, fill=255, font=self._font, anchor="ls")
        if not self.outline:
            return _Run(ink, None, advance)
        ring = Image.new("L", size, 0)
        ImageDraw.Draw(ring).text(base, text, fill=255, font=self._font, anchor="ls", stroke_width=self.outline)
        ring.paste(255, (0, 0, *size), ink)
        return _Run(ink, ring, advance)


def _parts(line: str) -> list[str]:
    if not line.isascii() and any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line):
        return [line]
    return _RUNS.findall(line)
