"""The table of readings is read back by a CSV reader, and no cell of it is a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.model.dive_context import DiveContext
from seacorder.model.reading import written
from seacorder.telemetry.logs.csv_form import Columns, harmless, heading, row

UTC_NS = 1_777_863_721_123_999_999
COLUMNS = Columns.of({"beacon": "", "bite": "mm", "heading": "°", "depth": "m"})


def _read(lines: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(lines.decode(), newline="")))


def test_the_heading_has_units_in_ascii_and_standard_fields_first() -> None:
    (names,) = _read(heading(COLUMNS))
    about = ["project", "dive", "task", "component", "operator"]
    assert names == ["utc", "heading (deg)", "depth (m)", "beacon", "bite (mm)", *about, "other_readings"]
    assert heading(COLUMNS).isascii()
    assert heading(COLUMNS).endswith(b"\r\n")


def test_a_value_that_is_missing_is_an_empty_cell_and_one_without_column_is_named() -> None:
    values = {"depth": 312.25, "beacon": 'ROV "914", aft', "cp": -985.0}
    (cells,) = _read(row(UTC_NS, COLUMNS, values, DiveContext(dive="12", task="=1+1")))
    assert cells == [
        "2026-05-04T03:02:01.123Z", "", "312.25", 'ROV "914", aft', "", "", "12", "'=1+1", "", "", "cp=-985"
    ]


@given(st.dictionaries(st.sampled_from(["depth", "heading", "beacon"]), st.text() | st.floats(allow_nan=False)))
def test_any_values_read_back(values: dict[str, str | float]) -> None:
    if any(isinstance(one, str) and one.encode("utf-8", "ignore").decode() != one for one in values.values()):
        return  # lone surrogates cannot come: a source's text is decoded
    (cells,) = _read(row(UTC_NS, COLUMNS, values, DiveContext()))
    for name, cell in (("heading", cells[1]), ("depth", cells[2]), ("beacon", cells[3])):
        value = values.get(name, "")
        if isinstance(value, float):
            assert float(cell) == value
        else:
            assert cell in {value, f"'{value}"}


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK()"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"), [(-985.0, "-985"), ("-985", "-985"), ("+12.5", "+12.5"), (0.1, "0.1"), (3, "3"), ("", "")]
)
def test_a_number_stays_one(value: float | str, cell: str) -> None:
    assert harmless(value) == cell


@pytest.mark.parametrize("value", [58.123456789, 1e-7, 1e300, 0.1 + 0.2, -0.0, 123456789.125])
def test_a_number_is_written_exactly(value: float) -> None:
    assert float(written(value)) == value
