"""Observations in the catalogue: kept, found by time, kind, dive and words, and counted on."""

from dataclasses import replace

import pytest

from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.model.instant import Instant
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Observation,
    ObservationClass,
    Revision,
    RevisionKind,
    revised,
)
from seacorder.model.observation_text import ObservationRow, document_of, row_of


def observed(
    number: int, code: str = "AN", text: str = "", *, dive: str = "12", is_span: bool = False
) -> Observation:
    kind = ObservationClass.ANOMALY if code == "DM" else ObservationClass.FINDING
    entered = Revision(1, RevisionKind.ENTERED, 0, changes=Changes(text))
    return Observation(
        f"o{number}", number, code, "Label", kind, is_span, Instant(number, number * 100), EnteredBy.API,
        (("dive", dive),), revisions=(entered,),
    )


async def store(catalogue: Catalogue, *observations: Observation) -> None:
    for one in observations:
        catalogue.record(row_of(one, f"/a/{one.id}.json"))
        catalogue.record(document_of(one))
    await catalogue.flush()


def ids(catalogue: Catalogue, page: Page) -> list[str]:
    return [row.id for row in catalogue.rows(ObservationRow, page).items]


async def test_what_was_stored_comes_back(catalogue: Catalogue) -> None:
    one = observed(1, text="Coating is gone")
    await store(catalogue, one)
    assert catalogue.observation("o1") == (one, "/a/o1.json")
    assert catalogue.observations(Page()).items == (one,)
    assert catalogue.observation("o2") is None


async def test_an_outline_has_what_a_list_shows_of_each(catalogue: Catalogue) -> None:
    first, second = observed(1, text='Coating "gone"'), observed(2, "FS", is_span=True)
    await store(catalogue, first, second)
    catalogue.record(row_of(observed(3), "/a/o3.json"))  # its document was not stored: a slow disk
    await catalogue.flush()
    page = catalogue.observation_outlines(Page(limit=2))
    assert [(one.row.id, one.label, one.is_span, one.text) for one in page.items] == [
        ("o1", "Label", False, 'Coating "gone"'), ("o2", "Label", True, ""),
    ]
    assert page.items[0].row == row_of(first, "/a/o1.json")
    assert catalogue.observation_outlines(Page(cursor=page.next_cursor)).items == ()


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (Page(), ["o1", "o2", "o3", "o4"]),
        (Page(newest_first=True), ["o4", "o3", "o2", "o1"]),
        (Page(from_utc_ns=200, to_utc_ns=301), ["o2", "o3"]),
        (Page(code="AN"), ["o1", "o3"]),
        (Page(observation_class="anomaly"), ["o2"]),
        (Page(dive="13"), ["o4"]),
        (Page(text="COATING"), ["o1", "o2"]),
        (Page(text="coat dam"), ["o2"]),
        (Page(text="an3"), ["o3"]),
        (Page(text="holiday"), []),
        (Page(text='"*) (+'), ["o1", "o2", "o3", "o4"]),
        (Page(text="überzug"), ["o4"]),
    ],
)
async def test_they_are_found(catalogue: Catalogue, page: Page, found: list[str]) -> None:
    await store(
        catalogue, observed(1, text="Coating worn"), observed(2, "DM", "damaged coating"), observed(3),
        observed(4, "FJ", "Uberzug", dive="13"),
    )
    assert ids(catalogue, page) == found


async def test_a_search_sees_what_an_edit_has_changed(catalogue: Catalogue) -> None:
    one = observed(1, text="anode")
    await store(catalogue, one)
    await store(catalogue, revised(one, Revision(2, RevisionKind.REVISED, 0, changes=Changes("rope"))))
    assert ids(catalogue, Page(text="rope")) == ["o1"]
    assert ids(catalogue, Page(text="anode")) == []


async def test_pages_follow_each_other(catalogue: Catalogue) -> None:
    await store(catalogue, *(replace(observed(n), start=Instant(1, 100)) for n in range(1, 8)))
    seen: list[str] = []
    cursor = None
    while True:
        page = catalogue.rows(ObservationRow, Page(limit=3, cursor=cursor, text="label"))
        seen += [row.id for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == [f"o{n}" for n in range(1, 8)]


async def test_open_spans_and_numbers_are_known_at_the_next_start(catalogue: Catalogue) -> None:
    span = observed(5, "FS", is_span=True)
    await store(catalogue, observed(1), observed(7, "DM"), observed(2, dive="13"), span)
    assert catalogue.open_observations() == ((span, "/a/o5.json"),)
    assert catalogue.observation_numbers() == {("12", "finding"): 5, ("12", "anomaly"): 7, ("13", "finding"): 2}
    await store(catalogue, revised(span, Revision(2, RevisionKind.CLOSED, 0, changes=Changes(end=Instant(9, 900)))))
    assert catalogue.open_observations() == ()
    assert ids(catalogue, Page(from_utc_ns=850)) == ["o5"]


async def test_a_row_whose_document_was_never_stored_breaks_no_list(catalogue: Catalogue) -> None:
    """A disk that is too slow for all that waits drops what has waited longest: each row by itself."""
    span = observed(2, "FS", is_span=True)
    await store(catalogue, observed(1))
    catalogue.record(row_of(span, "/a/o2.json"))
    await catalogue.flush()
    assert [one.id for one in catalogue.observations(Page()).items] == ["o1"]
    assert (catalogue.observation("o2"), catalogue.open_observations()) == (None, ())
    assert catalogue.observation_numbers() == {("12", "finding"): 2}
