"""The client of observations, against the real service over a book in memory."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.web_answers import web_answers
from rig.web_services import served_in_a_thread
from seacorder.api.v1.observation_views import (
    KindFieldView,
    KindView,
    MadeFileView,
    NotedReadingView,
    ObservationView,
    PlaceView,
    RevisionView,
)
from seacorder.client import observations as answers
from seacorder.client.answers import KEY
from seacorder.client.errors import InspectorError
from seacorder.client.observations import NewObservation, ObservationClient, ObservationEdit, PlaceAnswer, Which


@pytest.fixture
def book() -> Iterator[ObservationClient]:
    with served_in_a_thread() as here, ObservationClient(f"http://127.0.0.1:{here.port}") as client:
        yield client


def test_what_is_entered_comes_back_typed(book: ObservationClient) -> None:
    one = book.enter(NewObservation("an", "Worn", {"clock": 6}, author="Bo"))
    assert (one.code, one.number, one.observation_class, one.state) == ("AN", 1, "finding", "point")
    assert (one.text, one.fields, one.context, one.to_utc) == ("Worn", {"clock": 6}, {"dive": "12"}, None)
    assert one.places == (PlaceAnswer("Bow", "r1", 1, "/data/Bow.mp4", 12.5, 312, True),)
    assert [(reading.name, reading.value, reading.state) for reading in one.readings][-2:] == [
        ("depth", 80.5, "fresh"), ("altitude", None, "none"),
    ]
    assert [(revision.kind, revision.author) for revision in one.revisions] == [("entered", "Bo")]
    assert book.find(one.id) == one


def test_a_span_is_pressed_ended_revised_and_withdrawn(book: ObservationClient) -> None:
    opened = book.press("FS")
    assert {kind.code: kind.open for kind in book.kinds()}["FS"] == opened.id
    closed = book.press("fs".upper())
    assert (closed.id, closed.state, closed.to_utc is None) == (opened.id, "closed", False)
    burial = book.enter(NewObservation("BU"))
    assert book.end(burial.id, ObservationEdit(fields={}, reason="seen")).state == "closed"
    assert book.revise(burial.id, ObservationEdit("Rock dump", author="Bo")).text == "Rock dump"
    assert book.revise(burial.id, ObservationEdit("")).text == ""
    gone = book.withdraw(burial.id, ObservationEdit(reason="other pipe"))
    assert (gone.state, [one.kind for one in gone.revisions]) == (
        "withdrawn", ["entered", "closed", "revised", "revised", "withdrawn"]
    )


def test_the_list_and_the_export_take_the_same_filter(book: ObservationClient, tmp_path: Path) -> None:
    for code in ("AN", "FJ", "AN"):
        book.enter(NewObservation(code))
    which = Which(kind="AN", begin="2026-01-01T00:00:00Z", dive="12")
    assert [one.number for one in book.all(which)] == [1, 3]
    assert len(list(book.all())) == 3
    book.export("csv", tmp_path / "x.csv", which)
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        assert [row["code"] for row in csv.DictReader(file)] == ["AN", "AN"]
    book.export("json", tmp_path / "x.json")
    assert len(json.loads((tmp_path / "x.json").read_text("utf-8"))["items"]) == 3


def test_which_is_asked_for_by_the_names_on_the_wire() -> None:
    every = Which("a", "b", "AN", "anomaly", "worn", "12", "r1")
    assert every.query == {
        "from": "a", "to": "b", "kind": "AN", "class": "anomaly", "text": "worn", "dive": "12", "recording": "r1",
    }


def test_a_refusal_names_the_field(book: ObservationClient, tmp_path: Path) -> None:
    with pytest.raises(InspectorError) as refused:
        book.enter(NewObservation("XY"))
    assert (refused.value.status, refused.value.field) == (400, "code")
    with pytest.raises(InspectorError) as refused:
        book.find("nothing")
    assert refused.value.status == 404
    with pytest.raises(InspectorError, match="There is nothing to export"):
        book.export("csv", tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("answer", [7, {}, {"items": [{"fields": 7}]}])
def test_an_answer_of_something_else(answer: Any) -> None:
    with web_answers() as web, ObservationClient(web.url) as book:
        web.json("GET /api/v1/observations/o1", answer)
        with pytest.raises(InspectorError, match="cannot be read"):
            book.find("o1")


@pytest.mark.parametrize("view", [
    KindFieldView, KindView, MadeFileView, NotedReadingView, ObservationView, PlaceView, RevisionView,
])
def test_each_answer_has_every_field_of_the_api(view: Any) -> None:
    kind = getattr(answers, view.__name__.replace("View", "Answer"))
    there = {one.metadata.get(KEY, name) for name, one in kind.__dataclass_fields__.items()}
    assert there == {one.alias or name for name, one in view.model_fields.items()}
