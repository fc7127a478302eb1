"""Writes one file with many observations, page by page, so that memory stays small whatever their number. Blocks."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from seacorder.api.export.comma import write_csv
from seacorder.api.export.geojson import geometry_of
from seacorder.api.export.table import ObservationColumns, cells
from seacorder.api.export.workbook import write_workbook
from seacorder.api.v1.observation_views import observation_view
from seacorder.catalogue.page import Rows
from seacorder.model.observation import Observation

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}
"""By the form's name its media type."""

PageAt = Callable[[str | None], Rows[Observation]]
"""Reads the page at a cursor; None: the first one."""


def write_export(path: Path, form: str, page_at: PageAt) -> None:
    """Writes all observations into a new file. Raises CatalogueFailed, OSError."""
    if form in {"csv", "xlsx"}:
        columns = ObservationColumns()
        for one in every(page_at):
            columns.saw(one)
        rows = (cells(one, columns) for one in every(page_at))
        if form == "xlsx":
            write_workbook(path, columns.headings, rows)
            return
        with path.open("w", encoding="utf-8", newline="") as out:
            write_csv(out, columns.headings, rows)
        return
    begin, between, end = ('{"items": [', ",\n", "]}\n")
    if form == "geojson":
        begin = '{"type": "FeatureCollection", "features": ['
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(begin)
        for number, one in enumerate(every(page_at)):
            out.write((between if number else "\n") + (_feature(one) if form == "geojson" else _item(one)))
        out.write("\n" + end)


def every(page_at: PageAt) -> Iterator[Observation]:
    """All observations, in the order of their pages."""
    cursor: str | None = None
    while True:
        page = page_at(cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _item(one: Observation) -> str:
    return observation_view(one).model_dump_json()


def _feature(one: Observation) -> str:
    properties = observation_view(one).model_dump(mode="json")
    return json.dumps({"type": "Feature", "id": one.id, "geometry": geometry_of(one), "properties": properties})
