"""Pages: every row once, in order, whatever the page size; filters by time, channel and recording."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.rows import CLIP, FRAMEGRAB, LOSS, RECORDING, part
from fakes.clock import FakeClock
from seacorder.base.errors import BadRequest
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page, read_cursor, write_cursor
from seacorder.catalogue.queries import Queries
from seacorder.model.loss import Loss
from seacorder.model.observation import ObservationClass, ObservationState
from seacorder.model.observation_text import ObservationRow
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingContent, RecordingState

WHOLE = [part(number, channel, FileState.WHOLE) for number in range(1, 21) for channel in ("Bow", "Stern", "Port")]


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Queries:
    path: Path = tmp_path_factory.mktemp("queries") / "catalogue.sqlite"
    catalogue = Catalogue(path, FakeClock())
    catalogue.open()
    for value in WHOLE:
        catalogue.record(value)
    catalogue.record(part(5, "Sonar", FileState.OPEN, recording="later"))
    catalogue.record(Recording(RECORDING.id, 100, 2099, RecordingState.FINISHED))
    catalogue.record(Recording("later", 500, None, RecordingState.RUNNING))
    catalogue.record(CLIP)
    catalogue.record(FRAMEGRAB)
    catalogue.record(LOSS)
    catalogue.close()
    return Queries(path)


def every_page(queries: Queries, limit: int, newest_first: bool) -> list[Part]:
    found: list[Part] = []
    page = Page(limit=limit, newest_first=newest_first, recording_id=RECORDING.id)
    rows = queries.rows(Part, page)
    while True:
        assert len(rows.items) <= limit
        found += rows.items
        if rows.next_cursor is None:
            return found
        assert len(rows.items) == limit
        rows = queries.rows(Part, replace(page, cursor=rows.next_cursor))


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 7, 59, 60, 61, 1000])
def test_pages_give_every_row_once_in_order(queries: Queries, limit: int, newest_first: bool) -> None:
    found = every_page(queries, limit, newest_first)
    starts = [value.start_utc_ns for value in found]
    assert starts == sorted(starts, reverse=newest_first)
    assert sorted(found, key=repr) == sorted(WHOLE, key=repr)


@given(start=st.integers(-50, 2500), length=st.integers(0, 500), channel=st.sampled_from([None, "Bow", "none"]))
def test_the_filter_finds_what_overlaps(queries: Queries, start: int, length: int, channel: str | None) -> None:
    page = Page(from_utc_ns=start, to_utc_ns=start + length, channel=channel, recording_id=RECORDING.id, limit=1000)
    wanted = {
        value
        for value in WHOLE
        if value.start_utc_ns < start + length and (value.end_utc_ns or 0) >= start and channel in {None, value.channel}
    }
    assert set(queries.rows(Part, page).items) == wanted


def test_what_is_open_reaches_into_the_future(queries: Queries) -> None:
    later = Page(from_utc_ns=10**18)
    assert [value.channel for value in queries.rows(Part, later).items] == ["Sonar"]
    assert [value.id for value in queries.rows(Recording, later).items] == ["later"]
    assert queries.rows(Clip, later).items == (CLIP,)
    assert queries.rows(Framegrab, later).items == ()


def test_recordings_are_filtered_by_the_channels_that_have_parts_in_them(queries: Queries) -> None:
    assert [value.id for value in queries.rows(Recording, Page(channel="Sonar")).items] == ["later"]
    assert [value.id for value in queries.rows(Recording, Page(recording_id=RECORDING.id)).items] == [RECORDING.id]


def test_rows_that_belong_to_no_recording_are_found(queries: Queries) -> None:
    loose = Page(without_recording=True)
    assert queries.rows(Framegrab, loose).items == (FRAMEGRAB,)
    assert queries.rows(Loss, loose).items == (LOSS,)
    for kind in (Clip, Part, Recording):
        assert queries.rows(kind, loose).items == ()


def test_instants_beyond_every_clock_are_taken(queries: Queries) -> None:
    assert queries.rows(Loss, Page(from_utc_ns=-(10**30), to_utc_ns=10**30)).items == (LOSS,)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_outside_its_range_is_refused(queries: Queries, limit: int) -> None:
    with pytest.raises(BadRequest, match="limit"):
        queries.rows(Part, Page(limit=limit))


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**62))
def test_a_cursor_comes_back(start: int, row: int) -> None:
    assert read_cursor(write_cursor(start, row)) == (start, row)


@given(st.text(max_size=30))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        start, row = read_cursor(text)
    except BadRequest:
        return
    assert isinstance(start, int)
    assert isinstance(row, int)


@pytest.mark.parametrize("text", ["W10", "WzEsMl0x", "WzEsMS41XQ", "W251bGwsbnVsbF0", "WzEsMV0=garbage", "é", "-"])
def test_cursors_that_are_none_are_refused(queries: Queries, text: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        queries.rows(Part, Page(cursor=text))
    assert refusal.value.field == "cursor"


def test_what_recordings_are_made_of(queries: Queries) -> None:
    contents = queries.contents([RECORDING.id, "later", "none"])
    assert contents[RECORDING.id] == RecordingContent(("Bow", "Port", "Stern"), parts=60, bytes=60_000, clips=1)
    assert contents["later"] == RecordingContent(("Sonar",), parts=1, bytes=1000)
    assert contents["none"] == RecordingContent()
    assert queries.contents([]) == {}


@pytest.mark.parametrize(
    ("kind", "text", "count"),
    [(Recording, "Sonar", 1), (Recording, "sonar 5", 1), (Recording, "sonar 6", 0), (Recording, "mp4", 2),
     (Part, "Bow_2", 2), (Clip, "clip", 1), (Framegrab, "still jpg", 1), (Loss, "camera away", 1), (Loss, "disk", 0),
     (Part, "Bo__2", 0), (Part, "%", 61), (Part, "' XY 1", 0)],
)
def test_rows_by_their_words(queries: Queries, kind: type[Any], text: str, count: int) -> None:
    assert len(queries.rows(kind, Page(text=text, limit=1000)).items) == count


def test_rows_by_what_was_observed(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite", FakeClock())
    catalogue.open()
    for name in ("r1", "r2"):
        catalogue.record(Recording(name, 1, 2, RecordingState.FINISHED))
        catalogue.record(part(1, "Bow", FileState.WHOLE, recording=name))
    point, anode = ObservationState.POINT, ObservationClass.FINDING
    catalogue.record(ObservationRow("o1", "AN", anode, 1, "12", 1, 1, point, "r2", "AN1 half consumed", ""))
    catalogue.close()
    for page in (Page(code="AN"), Page(dive="12"), Page(text="half cons")):
        assert [one.id for one in catalogue.rows(Recording, page).items] == ["r2"]
    for page in (Page(code="FS"), Page(dive="13"), Page(text="whole")):
        assert catalogue.rows(Recording, page).items == ()
    assert [one.recording_id for one in catalogue.rows(Part, Page(dive="12")).items] == ["r2"]


def test_one_row_by_its_key(queries: Queries) -> None:
    assert queries.row(Part, (RECORDING.id, "Bow", 7)) == part(7, "Bow", FileState.WHOLE)
    assert queries.row(Clip, (CLIP.id, CLIP.channel, CLIP.kind.value)) == CLIP
    assert queries.row(Framegrab, (FRAMEGRAB.id, FRAMEGRAB.channel)) == FRAMEGRAB
    assert queries.row(Part, (RECORDING.id, "Bow", 21)) is None
