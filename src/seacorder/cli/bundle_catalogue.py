"""The newest rows of the catalogue, for a support bundle: values that can be written as JSON."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.catalogue.queries import Queries
from seacorder.model.instant import iso_utc
from seacorder.model.loss import Loss
from seacorder.model.recording import Part

RECORDINGS = 20
PARTS_OF_ONE = 200
LOSSES = 500
EVENTS = 2_000
_NS = "_ns"


def catalogue_rows(path: Path) -> dict[str, Any]:
    """Only reads. Blocks; raises CatalogueFailed if there is no catalogue. Instead of rows that cannot be read there
    is a sentence that says why."""
    if not path.is_file():
        raise CatalogueFailed(
            f"There is no list of recordings (catalogue) {path}: nothing was recorded there yet, or its disk is away."
        )
    queries = Queries(path)
    questions: dict[str, Callable[[], Any]] = {
        "rows": queries.counts,
        "recordings": lambda: _recordings(queries),
        "losses": lambda: [_row(one) for one in queries.rows(Loss, Page(limit=LOSSES, newest_first=True)).items],
        "events": lambda: _events(queries),
    }
    answers = {name: _answer(question) for name, question in questions.items()}
    return {"file": str(path), "bytes": path.stat().st_size, **answers}


def _answer(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except CatalogueFailed as error:
        return error.sentence


def _recordings(queries: Queries) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for recording in queries.latest_recordings(RECORDINGS):
        parts = queries.rows(Part, Page(recording_id=recording.id, limit=PARTS_OF_ONE, newest_first=True)).items
        found.append(_row(recording) | {"parts": [_row(part) for part in parts]})
    return found


def _events(queries: Queries) -> list[dict[str, Any]]:
    after = max(0, queries.newest_event_cursor() - EVENTS)
    found: list[dict[str, Any]] = []
    while rows := queries.events(after, min(LIMIT_MAX, EVENTS - len(found))):
        found += map(_row, rows)
        after = rows[-1].cursor
        if len(found) >= EVENTS:
            break
    return found


def _row(value: Any) -> dict[str, Any]:
    """The fields of a row; times in nanoseconds are written as UTC."""
    return dict(_field(name, one) for name, one in asdict(value).items())


def _field(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith(f"utc{_NS}") and isinstance(value, int):
        return name.removesuffix(_NS), iso_utc(value, digits=6)
    return name, value
