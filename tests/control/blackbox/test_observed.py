"""What observations need of the blackbox."""

from dataclasses import replace

import pytest

from fakes.clock import FakeClock
from fakes.observations import FakeBook
from seacorder.control.blackbox.observed import AROUND_NS, apart, needed
from seacorder.model.observation import EnteredBy, Observation
from seacorder.model.observation_entry import Entry
from seacorder.model.recording import Recording, RecordingState


@pytest.fixture
async def noted() -> Observation:
    return await FakeBook(FakeClock()).observe(Entry("AN"))


def recording(begin_ns: int, end_ns: int | None) -> Recording:
    return Recording("R", begin_ns, end_ns, RecordingState.FINISHED)


async def test_the_minutes_around_one_that_has_no_video_are_needed(noted: Observation) -> None:
    at_ns = noted.start.utc_ns
    assert needed([noted], []) == [(at_ns - AROUND_NS, at_ns + AROUND_NS)]


async def test_once_the_stretch_is_kept_nothing_more_is_needed(noted: Observation) -> None:
    at_ns = noted.start.utc_ns
    assert needed([noted], [recording(at_ns - 1, at_ns + 1)]) == []
    assert needed([noted], [recording(at_ns - 1, None)]) == []
    assert needed([noted], [recording(at_ns + 1, at_ns + 2)]) != []


async def test_one_of_a_recording_or_by_itself_or_withdrawn_needs_nothing(noted: Observation) -> None:
    book = FakeBook(FakeClock())
    withdrawn = await book.withdraw((await book.observe(Entry("AN"))).id)
    others = [replace(noted, recording_id="R"), replace(noted, entered_by=EnteredBy.AUTOMATIC), withdrawn]
    assert needed(others, []) == []


def test_stretches_that_touch_each_other_are_one() -> None:
    assert apart([(5, 9), (1, 3), (8, 12), (20, 21), (12, 13), (2, 3)]) == [(1, 3), (5, 13), (20, 21)]
