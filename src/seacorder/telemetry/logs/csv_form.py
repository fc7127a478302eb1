"""The table of readings: CSV (RFC 4180) in UTF-8, with a decimal point, for spreadsheets and programs. Pure.

A cell without a value is empty. The heading has each field with its unit, in ASCII, because spreadsheets guess the
character set: `heading (deg)`. A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers
never do.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seacorder.model.dive_context import CONTEXT_FIELDS, DiveContext
from seacorder.model.instant import iso_utc
from seacorder.model.reading import Value, written
from seacorder.model.reading_fields import FIELD_BY_NAME

UTC_COLUMN, OTHERS_COLUMN = "utc", "other_readings"
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")
_IN_ASCII = {"°": "deg", "²": "2", "³": "3", "µ": "u"}
_STANDARD_ORDER = {name: place for place, name in enumerate(FIELD_BY_NAME)}


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields that have a column, with their units. One that comes later is named in the last column."""

    units: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, units: Mapping[str, str]) -> "Columns":
        """Standard fields in their usual order, then the others by name."""
        names = sorted(units, key=lambda name: (_STANDARD_ORDER.get(name, len(_STANDARD_ORDER)), name))
        return cls(tuple((name, units[name]) for name in names))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.units)


def heading(columns: Columns) -> bytes:
    """The first line."""
    fields = [f"{name} ({_ascii(unit)})" if unit else name for name, unit in columns.units]
    return _line([UTC_COLUMN, *fields, *CONTEXT_FIELDS, OTHERS_COLUMN])


def row(utc_ns: int, columns: Columns, values: Mapping[str, Value], context: DiveContext) -> bytes:
    """One line. `values`: those that are valid at that instant, by field."""
    known = set(columns.names)
    others = "; ".join(f"{name}={written(value)}" for name, value in values.items() if name not in known)
    cells = [harmless(values[name]) if name in values else "" for name in columns.names]
    said = context.said
    about = [harmless(said.get(name, "")) for name in CONTEXT_FIELDS]
    return _line([iso_utc(utc_ns, digits=3), *cells, *about, harmless(others)])


def harmless(value: Value) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = written(value)
    if isinstance(value, str) and text.startswith(_FORMULA_BEGINS) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return not text[0].isspace()


def _ascii(unit: str) -> str:
    return "".join(_IN_ASCII.get(one, one) for one in unit)


def _line(cells: Sequence[str] | Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()
