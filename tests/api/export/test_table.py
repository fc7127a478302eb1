"""Tables of observations: what is read back is what was written."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from seacorder.api.export.comma import plain_text, write_csv
from seacorder.api.export.geojson import feature_of, geometry_of
from seacorder.api.export.table import Cell, ObservationColumns, cells
from seacorder.api.export.workbook import write_workbook
from seacorder.model.instant import Instant
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Followed,
    Observation,
    ObservationClass,
    Place,
    Revision,
    RevisionKind,
    noted,
)
from seacorder.model.reading import Reading, ReadingState

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-10**12, 10**12) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(texts, numbers), max_size=10))
def test_csv_is_read_back_as_it_was(rows: list[tuple[str, float]]) -> None:
    out = io.StringIO(newline="")
    write_csv(out, ["text", "number"], rows)
    read = list(csv.reader(io.StringIO(out.getvalue(), newline="")))[1:]
    assert [(plain_text(text), float(number)) for text, number in read] == [(text, float(n)) for text, n in rows]


@given(texts)
def test_no_text_of_a_csv_is_a_formula(text: str) -> None:
    out = io.StringIO(newline="")
    write_csv(out, [], [[text, -985]])
    cell, number = list(csv.reader(io.StringIO(out.getvalue(), newline="")))[-1]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert number == "-985"


def test_a_long_table_goes_on_in_another_sheet(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    at = datetime(2026, 5, 4, 3, 2, 1, 250_000, tzinfo=UTC)
    write_workbook(file, ["n", "t"], ([n, at] for n in range(5)), rows_max=3)
    book = CalamineWorkbook.from_path(str(file))
    assert book.sheet_names == ["Observations 1", "Observations 2", "Observations 3"]
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [[row[0] for row in sheet] for sheet in sheets] == [["n", 0, 1], ["n", 2, 3], ["n", 4]]
    assert sheets[0][1][1] == at.replace(tzinfo=None)


def observed(state: ReadingState, *, end: float | None = None) -> Observation:
    at = Instant(0, 0)

    def readings(longitude: float) -> list[Reading]:
        return [
            Reading("latitude", 58.5, "°", state, at, "gps"), Reading("longitude", longitude, "°", state, at, "gps")
        ]

    closed = Changes(end=at, end_readings=noted(readings(end or 0), at))
    revisions = () if end is None else (Revision(1, RevisionKind.CLOSED, 0, changes=closed),)
    return Observation(
        "o", 1, "FS", "Free span", ObservationClass.FINDING, True, at, EnteredBy.API, (), noted(readings(1.25), at),
        None, revisions,
    )


def test_a_span_is_a_line_and_a_stale_position_is_none() -> None:
    line = {"type": "LineString", "coordinates": [[1.25, 58.5], [1.5, 58.5]]}
    assert geometry_of(observed(ReadingState.FRESH, end=1.5)) == line
    assert geometry_of(observed(ReadingState.FRESH)) == {"type": "Point", "coordinates": [1.25, 58.5]}
    assert geometry_of(observed(ReadingState.STALE)) is None


def test_a_row_has_both_ends_of_a_span_and_leads_to_the_frame_of_each_channel() -> None:
    begun = observed(ReadingState.FRESH, end=1.5)
    places = (Place("Bow", "r", 1, "/bow.mp4", 2.5, 62), Place("Stern", "r", 1, "/stern.mp4", 2.52, 63))
    ended = (Place("Bow", "r", 2, "/bow_002.mp4", 0.04, 76),)
    span, point = replace(begun, followed=Followed(places, ended)), observed(ReadingState.STALE)
    first, second = rows_of(span, point)
    assert (first["longitude (°)"], first["to longitude (°)"]) == (1.25, 1.5)
    assert (first["Stern file"], first["Stern offset (s)"], first["Stern frame"]) == ("/stern.mp4", 2.52, 63)
    assert (first["to Bow file"], first["to Bow offset (s)"], first["to Bow frame"]) == ("/bow_002.mp4", 0.04, 76)
    assert "to Stern file" not in first
    empty = ("longitude (°)", "to longitude (°)", "Bow file", "to Bow frame")
    assert {second[name] for name in empty} == {None}


def test_without_spans_there_are_no_columns_of_their_ends() -> None:
    (row,) = rows_of(observed(ReadingState.FRESH))
    assert [heading for heading in row if heading.startswith("to ")] == ["to (UTC)"]


def test_a_span_that_the_stop_has_closed_is_marked() -> None:
    span = observed(ReadingState.FRESH, end=1.5)
    by_stop = replace(span.revisions[0], kind=RevisionKind.CLOSED_BY_STOP)
    table = rows_of(span, replace(span, revisions=(by_stop,)))
    assert [row["state"] for row in table] == ["closed", "closed by the stop"]


def test_a_feature_has_the_cells_of_the_table() -> None:
    one = observed(ReadingState.FRESH)
    columns = ObservationColumns()
    columns.saw(one)
    feature = feature_of(one, columns.headings, cells(one, columns))
    assert (feature["type"], feature["id"], feature["geometry"]) == ("Feature", "o", geometry_of(one))
    assert feature["properties"]["from (UTC)"] == "1970-01-01T00:00:00.000Z"
    assert feature["properties"]["latitude (°)"] == 58.5


def rows_of(*observations: Observation) -> list[dict[str, Cell]]:
    columns = ObservationColumns()
    for one in observations:
        columns.saw(one)
    return [dict(zip(columns.headings, cells(one, columns), strict=True)) for one in observations]


def test_a_line_over_the_180th_meridian_is_cut_there() -> None:
    """RFC 7946, 3.1.9. Uncut, a map draws it around the world."""
    assert geometry_of(between(179.5, -179.5)) == {
        "type": "MultiLineString", "coordinates": [[[179.5, 58.5], [180.0, 58.5]], [[-180.0, 58.5], [-179.5, 58.5]]],
    }
    west = geometry_of(between(-179.75, 179.75))
    assert west is not None
    assert [piece[0][0] for piece in west["coordinates"]] == [-179.75, 180.0]
    assert geometry_of(between(180.0, -180.0)) == {
        "type": "MultiLineString", "coordinates": [[[180.0, 58.5], [180.0, 58.5]], [[-180.0, 58.5], [-180.0, 58.5]]],
    }
    assert geometry_of(between(-100.0, 80.0)) == {"type": "LineString", "coordinates": [[-100.0, 58.5], [80.0, 58.5]]}


def between(begin: float, end: float) -> Observation:
    """A span from one longitude to another."""
    at = Instant(0, 0)

    def readings(longitude: float) -> list[Reading]:
        pairs = (("latitude", 58.5), ("longitude", longitude))
        return [Reading(name, value, "°", ReadingState.FRESH, at, "gps") for name, value in pairs]

    closed = Revision(2, RevisionKind.CLOSED, 0, changes=Changes(end=at, end_readings=noted(readings(end), at)))
    return Observation(
        "o1", 1, "FS", "Free span", ObservationClass.FINDING, True, at, EnteredBy.API,
        readings=noted(readings(begin), at), revisions=(Revision(1, RevisionKind.ENTERED, 0), closed),
    )
