"""A clock that is set wrong makes nothing old at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from fakes.journal import journal_of
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.files.believed_ages import BelievedAges
from seacorder.model.removal_rules import NS_PER_DAY

DAY = 86_400.0
LIMIT_NS = 30 * NS_PER_DAY


class Runs:
    """One run of the program after another, on one catalogue."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.folder = FakeClock(), folder
        self.build()

    def build(self) -> None:
        self.catalogue, self.journal = Catalogue(self.folder / "seacorder.db", self.clock), journal_of(self.clock)
        self.catalogue.open()
        self.ages = BelievedAges(self.catalogue, self.journal, self.clock, LIMIT_NS)

    async def again(self) -> None:
        self.ages.keep()
        self.catalogue.close()
        self.build()
        await self.ages.load()

    def step(self, seconds: float) -> None:
        self.ages.look()
        self.clock.step_wall(seconds)
        self.ages.stepped()

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.journal.events.after(0)]


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    made = Runs(tmp_path)
    yield made
    made.catalogue.close()


async def test_a_clock_that_goes_as_it_should_is_believed(runs: Runs) -> None:
    await runs.ages.load()
    for _ in range(100):
        runs.clock.advance(DAY)
        runs.ages.look()
    await runs.again()
    assert (runs.ages.count_from_utc_ns, runs.ages.doubt, runs.kinds) == (0, None, [])


async def test_after_a_large_step_forward_ages_count_from_then_on(runs: Runs) -> None:
    await runs.ages.load()
    runs.step(7 * DAY)
    assert runs.ages.count_from_utc_ns == 0  # less than a quarter of the limit
    runs.step(400 * DAY)
    assert runs.ages.count_from_utc_ns == runs.clock.utc_ns()
    assert runs.kinds == ["clock_stepped"]
    before = runs.ages.count_from_utc_ns
    await runs.again()
    assert runs.ages.count_from_utc_ns == before
    runs.step(-400 * DAY)  # set back: not from a moment in the future
    assert runs.ages.count_from_utc_ns == runs.clock.utc_ns()


async def test_a_clock_that_jumped_while_the_program_did_not_run(runs: Runs) -> None:
    await runs.ages.load()
    runs.ages.look()
    runs.clock.advance(5 * DAY)
    await runs.again()
    assert runs.ages.count_from_utc_ns == 0
    runs.clock.step_wall(40 * DAY)
    await runs.again()
    assert runs.ages.count_from_utc_ns == runs.clock.utc_ns()


async def test_a_clock_in_1970_until_the_network_sets_it(runs: Runs) -> None:
    await runs.ages.load()
    right = runs.clock.utc_ns()
    runs.clock.set_wall(1000)
    await runs.again()
    assert runs.ages.doubt is not None
    assert runs.ages.doubt.fact == "This computer's clock is in 1970, so no recording is removed by its age."
    runs.ages.look()
    runs.clock.set_wall(right + NS_PER_DAY)
    runs.ages.stepped()
    assert (runs.ages.doubt, runs.ages.count_from_utc_ns, runs.kinds) == (None, 0, [])


async def test_without_a_limit_of_age_nothing_is_kept(runs: Runs) -> None:
    ages = BelievedAges(runs.catalogue, runs.journal, runs.clock, 0)
    await ages.load()
    ages.look()
    ages.stepped()
    runs.clock.set_wall(1000)
    assert ages.doubt is None
    await runs.catalogue.flush()
    assert runs.catalogue.setting("removal_ages") is None
