"""XLSX: one sheet, or several where a spreadsheet's rows do not suffice. Texts stay texts, also those with `=`.

A spreadsheet's times have no zone, so the headings say UTC; they have milliseconds.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from seacorder.api.export.table import Cell

ROWS_MAX = 1_048_576
"""Of a sheet, its heading included."""
TEXT_MAX = 32_767
_WIDTHS = {
    "(UTC)": 23, "text": 40, "recording": 22, "project": 22, " file": 80, "framegrabs": 80, "clips": 80, "id": 24,
}
"""In characters, by the end of the heading. A time that does not fit is shown as a row of #."""
_WIDTH_MIN = 12
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "remove_timezone": True,
}


def write_workbook(
    path: Path, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, rows_max: int = ROWS_MAX
) -> None:
    """Blocks; OSError. Needs xlsxwriter, which is imported here."""
    import xlsxwriter  # type: ignore[import-untyped]
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

    try:
        _write_book(xlsxwriter, path, headings, rows, rows_max)
    except FileCreateError as fault:
        raise OSError(str(fault)) from fault


def _write_book(
    xlsxwriter: Any, path: Path, headings: Sequence[str], rows: Iterable[Sequence[Cell]], rows_max: int
) -> None:
    # What it writes meanwhile lies beside the file, and goes with its folder if this fails.
    options = {**_OPTIONS, "tmpdir": str(path.parent)}
    with path.open("wb") as out, xlsxwriter.Workbook(out, options) as book:
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        bold = book.add_format({"bold": True})
        sheet: Any = None
        line = rows_max
        for row in rows:
            if line >= rows_max:
                sheet = book.add_worksheet(f"Observations {len(book.worksheets()) + 1}")
                sheet.freeze_panes(1, 0)
                for column, heading in enumerate(headings):
                    sheet.set_column(column, column, _width(heading))
                    sheet.write_string(0, column, plain(heading), bold)
                line = 1
            for column, cell in enumerate(row):
                _write(sheet, (line, column), cell, time)
            line += 1


def _width(heading: str) -> int:
    wide = [width for end, width in _WIDTHS.items() if heading.endswith(end)]
    return wide[0] if wide else max(len(heading) + 1, _WIDTH_MIN)


def _write(sheet: Any, at: tuple[int, int], cell: Cell, time: Any) -> None:
    match cell:
        case None | "":
            return
        case datetime():
            sheet.write_datetime(*at, cell, time)
        case str():
            sheet.write_string(*at, plain(cell))
        case _:
            sheet.write_number(*at, cell)


def plain(text: str) -> str:
    """The text so that it is written as it is. xlsxwriter takes what begins with `<r>` and ends with `</r>` for markup
    of its own and writes it untouched, so that `<r>&</r>` would make the workbook unreadable; it gets such markup."""
    text = text[:TEXT_MAX]
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text)}</t></r>'
    return text
