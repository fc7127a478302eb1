"""CSV of RFC 4180 in UTF-8: times in ISO 8601, numbers as numbers, and no text that a spreadsheet takes for a formula.

A text that begins with one of `= + - @`, a tab, a line end or an apostrophe gets an apostrophe in front, which
`plain_text` takes off again. Numbers do not: -985 stays a number.
"""

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from seacorder.api.export.table import Cell, iso_moment

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def write_csv(out: TextIO, headings: Iterable[str], rows: Iterable[Iterable[Cell]]) -> None:
    """`out` must be open with `newline=""`."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(harmless_text(heading) for heading in headings)
    for row in rows:
        writer.writerow(_written(cell) for cell in row)


def harmless_text(text: str) -> str:
    """The text as a spreadsheet shows it, and nothing else."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def plain_text(cell: str) -> str:
    """What `harmless_text` was given."""
    return cell[1:] if cell.startswith("'") else cell


def _written(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case datetime():
            return iso_moment(cell)
        case str():
            return harmless_text(cell)
        case _:
            return cell
