"""Writes one file with many observations, page by page, so that memory stays small whatever their number. Blocks."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from seacorder.api.export.comma import write_csv
from seacorder.api.export.geojson import feature_of
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
    if form == "json":
        _write_items(path, '{"items": [', map(_item, every(page_at)))
        return
    columns = ObservationColumns()
    for one in every(page_at):
        columns.saw(one)
    headings = columns.headings
    if form == "geojson":
        features = (json.dumps(feature_of(one, headings, cells(one, columns))) for one in every(page_at))
        _write_items(path, '{"type": "FeatureCollection", "features": [', features)
        return
    rows = (cells(one, columns) for one in every(page_at))
    if form == "xlsx":
        write_workbook(path, headings, rows)
        return
    with path.open("w", encoding="utf-8", newline="") as out:
        write_csv(out, headings, rows)


def _write_items(path: Path, begin: str, items: Iterable[str]) -> None:
    """A line for each, up to the end of the object that `begin` has begun."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(begin)
        for number, item in enumerate(items):
            out.write((",\n" if number else "\n") + item)
        out.write("\n]}\n")


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
