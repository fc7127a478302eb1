"""The other pages that quote a figure, sentence by sentence.

`make bench` writes the new figures into these sentences, and a test finds a sentence that has an old one. So the tables
of the page are the one home of every figure.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from bench import table

_ROOT = table.PAGE.parent.parent.parent
_NUMBER = r"[\d.]+"


@dataclass(frozen=True, slots=True)
class Quote:
    """One number in one sentence."""

    page: str
    before: str
    """The words in front of the number, on the number's line; they stand once on the page."""
    after: str
    """The words behind it."""
    figure: str
    """Name of the figure in the tables."""
    form: str = "{:.0f}"
    factor: float = 1.0

    def sentence(self, number: str) -> str:
        return f"{self.before}{number}{self.after}"

    def wanted(self, figures: dict[str, str]) -> str | None:
        """The number as it is to stand there; None where there is no such figure."""
        value = re.match(r"-?" + _NUMBER, figures.get(self.figure, ""))
        return None if value is None else self.form.format(float(value[0]) * self.factor)


_MB_OF_MIB = 1.048576
_SIZING = "docs/setup/sizing.md"
_RATIO = "CPU, Seacorder / 8 × ffmpeg"
_EIGHT = "CPU, Seacorder, all processes"
_WATCH = "… of the watch's threads"
_WATCH_RATIO = "CPU of the picture watch / 8 × ffmpeg"
_MANY = "64 cameras 720p15 1 Mbit/s on 2 cores: CPU"
_MANY_MEMORY = "64 cameras 720p15 1 Mbit/s on 2 cores: memory (PSS), all processes, with backlogs"
_EIGHT_MEMORY = "Memory (PSS), Seacorder, all processes"
_PICTURES = "docs/design/pictures.md"

QUOTES = (
    Quote("ARCHITECTURE.md", "with everything on, takes ", " times as much as eight plain ffmpeg", _RATIO, "{:.2f}"),
    Quote("ARCHITECTURE.md", "ffmpeg copies: ", " % of one core for eight cameras", _EIGHT),
    Quote("docs/design/reliability.md", "both only store, Seacorder takes ", " times as much", _RATIO, "{:.2f}"),
    Quote(_PICTURES, "the watch's threads took ", " % of a core a camera", _WATCH, "{:.2f}", 1 / 8),
    Quote(_PICTURES, "a core a camera, which is ", " times", _WATCH_RATIO, "{:.2f}"),
    Quote(_SIZING, "at most 2 % of a core per channel; measured: ", " %.", _WATCH, "{:.1f}", 1 / 8),
    Quote(_SIZING, " | ", " % of one core | 8 MB/s", _EIGHT),
    Quote(_SIZING, " | ", " % of one core, no frame lost |", _MANY),
    Quote(_SIZING, "30 frames per second, 8 Mbit/s | ", " GB |", _EIGHT_MEMORY, "{:.1f}", _MB_OF_MIB / 1000),
    Quote(_SIZING, "15 frames per second, 1 Mbit/s | ", " GB |", _MANY_MEMORY, "{:.1f}", _MB_OF_MIB / 1000),
    Quote(_SIZING, "**Memory** is ", " MB for the program", "Memory (PSS), not a channel", factor=_MB_OF_MIB),
    Quote(
        _SIZING, "plus for each channel ", " MB and", "Memory (PSS) a camera, less its backlog, largest",
        factor=_MB_OF_MIB,
    ),
    Quote(_SIZING, "a start of eight channels took ", " ms", "`startrecording`, 8 channels, p95"),
    Quote(_SIZING, "`isrecording` ", " ms", "`isrecording`, 16 clients at 10 Hz, 8 channels, p99"),
    Quote(_SIZING, "of eight channels at once ", " s (", "`takeframegrab`, 8 channels, p95", "{:.1f}", 0.001),
)  # fmt: skip


def disagreements(root: Path = _ROOT) -> list[str]:
    """For each sentence with an old figure what it has to say; for each that is not there that it is missing.

    A figure that no run has written yet is in no table; `absent` has these.
    """
    figures = table.values()
    found = []
    for quote in QUOTES:
        numbers = _numbers(quote, (root / quote.page).read_text("utf-8"))
        wanted = quote.wanted(figures)
        if len(numbers) != 1:
            found.append(f"{quote.page}: the sentence {quote.sentence('…')!r} stands there {len(numbers)} times")
        elif wanted is not None and numbers != [wanted]:
            found.append(f"{quote.page}: {quote.sentence(numbers[0])!r} has to be {quote.sentence(wanted)!r}")
    return found


def absent() -> list[str]:
    """Figures that are quoted and are in no table."""
    figures = table.values()
    return sorted({quote.figure for quote in QUOTES if quote.wanted(figures) is None})


def write(root: Path = _ROOT) -> None:
    """Puts the figures of the tables into all sentences."""
    figures = table.values()
    for quote in QUOTES:
        wanted = quote.wanted(figures)
        if wanted is not None:
            path = root / quote.page
            text = path.read_text("utf-8")
            path.write_text(re.sub(_pattern(quote), quote.sentence(wanted), text), "utf-8")


def _numbers(quote: Quote, text: str) -> list[str]:
    return re.findall(_pattern(quote), text)


def _pattern(quote: Quote) -> str:
    return re.escape(quote.before) + f"({_NUMBER})" + re.escape(quote.after)
