"""Exported observations, read back by other programs' rules: what is in the file is what was observed."""

import csv
import json
import math
import re
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from seacorder.api.export.comma import plain_text
from seacorder.api.v1.observation_export import write_export
from seacorder.catalogue.page import Rows
from seacorder.model.instant import Instant
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Followed,
    NotedReading,
    Observation,
    ObservationClass,
    Place,
    Revision,
    RevisionKind,
)
from seacorder.model.reading import Reading, ReadingState

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ODD = (
    "=1+2", "+44 20", "-5", "@SUM(A1)", "\tx", "'quoted", "''", "<r>&</r>", "<r></r>", "_x0041_", "a\r\nb", "\r",
    " both ", "\ufeffmark", "\uffff", "\x00", '"', ",;", "007", "1e5", "2026-05-04", "NaN", "TRUE",
    "https://x.example", "{=1}",
)
"""Texts that some reader or writer takes for something else."""

texts = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.integers(-(10**11), 10**11) | st.floats(-1e11, 1e11)
instants = st.integers(946_684_800_000_000_000, 4_102_444_800_000_000_000).map(lambda utc_ns: Instant(7, utc_ns))


def pairs(names: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(names), values, max_size=len(names)).map(lambda found: tuple(found.items()))


def reading(name: str, value: Any, state: ReadingState) -> NotedReading:
    value = None if state is ReadingState.NONE else value
    return NotedReading(Reading(name, value, "" if name == "beacon" else "m", state, Instant(1, 1), "rov"), 0.25)


values = st.tuples(st.floats(-180, 180) | numbers | texts, st.sampled_from(ReadingState))
readings = pairs(("depth", "latitude", "longitude", "beacon"), values)
places = st.lists(
    st.builds(
        Place, channel=st.sampled_from(["Bow", "Stern", "=Mast"]), recording_id=st.just("r1"), part=st.integers(1, 99),
        path=texts, offset_seconds=st.integers(0, 10**11).map(lambda micro: micro / 1e6), frame=st.integers(0, 10**9),
    ),
    unique_by=lambda place: place.channel, max_size=3,
)  # fmt: skip


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    noted = tuple(reading(name, *rest) for name, rest in draw(readings))
    start, is_span = draw(instants), draw(st.booleans())
    fields = draw(pairs(("height", "side"), numbers | texts.filter(bool)))
    revisions = [Revision(1, RevisionKind.ENTERED, 5, draw(texts), "", Changes(draw(texts), fields))]
    if is_span and draw(st.booleans()):
        end_noted = tuple(reading(name, *rest) for name, rest in draw(readings))
        closed = Changes(end=draw(instants), end_readings=end_noted)
        revisions.append(Revision(2, RevisionKind.CLOSED, 6, changes=closed))
    context = draw(pairs(("dive", "operator", "vessel"), texts))
    return Observation(
        draw(st.uuids()).hex, draw(st.integers(1, 10**6)), "FS", draw(texts), draw(st.sampled_from(ObservationClass)),
        is_span, start, draw(st.sampled_from(EnteredBy)), context, noted, "r1", tuple(revisions),
        Followed(tuple(draw(places))),
    )


many = st.lists(observations(), min_size=1, max_size=5)


def exported(form: str, all_of_them: list[Observation], read: Callable[[Path], Any]) -> Any:
    """What `read` makes of the file, which is written from pages of two."""

    def page_at(cursor: str | None) -> Rows[Observation]:
        begin = int(cursor or 0)
        following = str(begin + 2) if begin + 2 < len(all_of_them) else None
        return Rows(tuple(all_of_them[begin : begin + 2]), following)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        write_export(path, form, page_at)
        return read(path)


def expected(one: Observation, headings: list[str]) -> dict[str, Any]:
    """By heading, for those whose name can be told from the observation alone: the value; None is an empty cell."""
    now = one.now
    values: dict[str, Any] = {
        "number": one.number, "label": one.label, "class": one.observation_class.value, "state": now.state.value,
        "from (UTC)": one.start, "to (UTC)": now.end, "text": now.text, "author": one.revisions[0].author, "id": one.id,
        "revisions": len(one.revisions),
    }
    values |= dict(one.context) | {f"field {name}": value for name, value in now.fields}
    for noted in one.readings:
        name, unit = noted.reading.name, noted.reading.unit
        is_valid = noted.reading.state is ReadingState.FRESH
        values[f"{name} ({unit})" if unit else name] = noted.reading.value if is_valid else None
    for place in one.followed.places:
        values |= {f"{place.channel} file": place.path, f"{place.channel} offset (s)": place.offset_seconds}
        values[f"{place.channel} frame"] = place.frame
    assert set(values) <= set(headings)
    return dict.fromkeys(headings) | values


def is_same(cell: str, value: Any) -> bool:
    """A cell of a CSV is this text, number or time."""
    if isinstance(value, Instant):
        moment = datetime.fromisoformat(cell)
        return cell.endswith("Z") and abs(moment - moment_of(value)) < timedelta(milliseconds=1)
    if isinstance(value, str):
        return plain_text(cell) == value and not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return float(cell) == value


def moment_of(instant: Instant) -> datetime:
    return UNIX_EPOCH + timedelta(microseconds=instant.utc_ns // 1000)


@given(many)
def test_csv(all_of_them: list[Observation]) -> None:
    def read(path: Path) -> list[list[str]]:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    head, *rows = exported("csv", all_of_them, read)
    headings = [plain_text(one) for one in head]
    assert len(rows) == len(all_of_them)
    for row, one in zip(rows, all_of_them, strict=True):
        values = expected(one, headings)
        cells = dict(zip(headings, row, strict=True))
        assert [name for name, value in values.items() if value is not None and not is_same(cells[name], value)] == []
        assert [name for name in empty(values) if cells[name]] == []


def empty(values: dict[str, Any]) -> set[str]:
    """Headings of readings, fields and places that an observation does not have, or not as a valid value."""
    kinds = ("field ", "depth", "latitude", "longitude", "beacon", "Bow ", "Stern ", "=Mast ")
    return {name for name, value in values.items() if value is None and name.startswith(kinds)}


@settings(max_examples=50)
@given(many)
def test_xlsx(all_of_them: list[Observation]) -> None:
    head, *rows = exported("xlsx", all_of_them, sheet_of)
    headings = [head[column] for column in sorted(head)]
    assert len(rows) == len(all_of_them)
    for row, one in zip(rows, all_of_them, strict=True):
        values = expected(one, headings)
        for column, name in enumerate(headings):
            cell, value = row.get(column), values[name]
            if isinstance(value, Instant):
                moment = EXCEL_EPOCH + timedelta(days=cell)
                assert abs(moment - moment_of(value)) < timedelta(milliseconds=1)
            elif isinstance(value, int | float):
                assert cell == pytest.approx(value, rel=1e-14, abs=0), "a spreadsheet has 15 digits"
            elif value is not None or name in empty(values):
                assert cell == (value or None), name


def sheet_of(path: Path) -> list[dict[int, Any]]:
    """The rows of the only sheet, by column (ECMA-376, 18.3.1): numbers, and texts with their escapes resolved."""
    book = CalamineWorkbook.from_path(str(path))  # another program opens it
    assert len(book.sheet_names) == 1
    with zipfile.ZipFile(path) as archive:
        tree = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    rows = [{_column(cell): _value(cell) for cell in row.iter(f"{SHEET}c")} for row in tree.iter(f"{SHEET}row")]
    assert len(book.get_sheet_by_index(0).to_python()) == len(rows)
    return rows


def _column(cell: ET.Element) -> int:
    number = 0
    for letter in re.match(r"[A-Z]+", cell.attrib["r"])[0]:  # type: ignore[index]
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: ET.Element) -> float | str:
    assert cell.find(f"{SHEET}f") is None, "no cell is a formula"
    if cell.attrib.get("t") == "inlineStr":
        text = "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
        return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return float(cell.findtext(f"{SHEET}v") or "nan")


@given(many)
def test_json_has_the_whole_history(all_of_them: list[Observation]) -> None:
    items = exported("json", all_of_them, lambda path: json.loads(path.read_text("utf-8")))["items"]
    assert len(items) == len(all_of_them)
    for item, one in zip(items, all_of_them, strict=True):
        assert (item["id"], item["number"], item["text"]) == (one.id, one.number, one.now.text)
        assert (item["fields"], item["context"]) == (dict(one.now.fields), dict(one.context))
        assert [(rev["text"], rev["author"], rev["kind"]) for rev in item["revisions"]] == [
            (rev.changes.text, rev.author, rev.kind.value) for rev in one.revisions
        ]
        assert [(found["value"], found["state"]) for found in item["readings"]] == [
            (noted.reading.value, noted.reading.state.value) for noted in one.readings
        ]
        assert [(place["path"], place["offset_seconds"], place["frame"]) for place in item["places"]] == [
            (place.path, place.offset_seconds, place.frame) for place in one.followed.places
        ]


def position(noted: tuple[NotedReading, ...]) -> list[float] | None:
    valid = {one.reading.name: one.reading.value for one in noted if one.reading.state is ReadingState.FRESH}
    found = [valid.get(name) for name in ("longitude", "latitude", "depth")]
    flat, depth = found[:2], found[2]
    if any(isinstance(one, str) or one is None for one in flat):
        return None
    return flat if depth is None or isinstance(depth, str) else [*flat, -depth]  # type: ignore[return-value]


@given(many)
def test_geojson(all_of_them: list[Observation]) -> None:
    written = exported("geojson", all_of_them, lambda path: json.loads(path.read_text("utf-8")))
    assert (written["type"], len(written["features"])) == ("FeatureCollection", len(all_of_them))
    for feature, one in zip(written["features"], all_of_them, strict=True):
        begin, end = position(one.readings), position(one.now.end_readings)
        geometry = feature["geometry"]
        assert (feature["type"], feature["id"], feature["properties"]["text"]) == ("Feature", one.id, one.now.text)
        if begin is None:
            assert geometry is None
        elif end is None or end == begin:
            assert geometry == {"type": "Point", "coordinates": begin}
        elif abs(begin[0] - end[0]) > 180 >= max(abs(begin[0]), abs(end[0])):
            first, second = geometry["coordinates"]
            assert (geometry["type"], first[0], second[-1]) == ("MultiLineString", begin, end)
            assert first[-1] == [math.copysign(180, begin[0]), *second[0][1:]]
            assert second[0][0] == -first[-1][0]
        else:
            assert geometry == {"type": "LineString", "coordinates": [begin, end]}
