"""Stills that another operator or a program takes are told as somebody else's, and a page's own once. The recorder is a
fake.
"""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, Route, expect

from browser.operator import STAYS, faults_of_axe, opened, says, shoot
from fakes.recorder import FakeRecorder, plain_jpeg
from seacorder.model.event import Event, Severity
from seacorder.model.observation_entry import Entry
from seacorder.model.recording import Framegrab

pytestmark = pytest.mark.browser

WIDTH = 160
IS_HIT = """notice => {
  const { left, top, height } = notice.getBoundingClientRect();
  return notice.contains(document.elementFromPoint(left + 20, top + height / 2));
}"""


@pytest.fixture
def picture(recorder: FakeRecorder, tmp_path: Path) -> Path:
    path = tmp_path / "Bow.jpg"
    path.write_bytes(plain_jpeg(WIDTH, 40))
    recorder.file_folders = (str(tmp_path),)
    return path


def store(recorder: FakeRecorder, picture: Path, identity: str, *channels: str, instant_ns: int | None = None) -> None:
    """A still of these channels is on disk, of now or of another instant."""
    at = recorder.clock.utc_ns() if instant_ns is None else instant_ns
    for name in channels:
        size = (WIDTH, WIDTH * 9 // 16, picture.stat().st_size)
        recorder.catalogue.held.insert(0, Framegrab(identity, name, str(picture), at, at, 7, *size))
        fact = f"Framegrab stored: {picture}."
        recorder.events.add(Event(recorder.clock.utc_ns(), "framegrab_stored", Severity.INFO, fact, name))


def told(page: Page) -> Locator:
    return page.get_by_test_id("elsewhere")


async def listening(page: Page, server: str) -> None:
    await page.add_init_script(STAYS)
    await opened(page, server)
    await says(page, "NOT RECORDING")
    await expect(page.get_by_role("button", name="Still", exact=True)).to_be_enabled()


async def test_a_still_of_one_operator_is_told_to_the_other_and_not_twice_to_himself(
    page: Page, server: str, recorder: FakeRecorder, picture: Path
) -> None:
    browser = page.context.browser
    assert browser is not None
    other = await browser.new_page(locale="en-GB")
    for one in (page, other):
        await listening(one, server)
    is_told = asyncio.Event()

    async def late(route: Route) -> None:
        store(recorder, picture, "framegrab-1", "Bow", "Stern")  # as the fake calls it in its answer
        await is_told.wait()
        await route.continue_()

    await page.route("**/api/v1/framegrab", late)
    await page.get_by_role("button", name="Still", exact=True).click()
    await expect(told(other)).to_contain_text("Still of 2 channels stored")
    await expect(told(other)).to_contain_text("Not taken on this page.")
    await expect(told(other).get_by_role("img", name="Still of Bow")).to_have_js_property("naturalWidth", WIDTH)
    await expect(told(page)).to_have_count(0)
    async with page.expect_response("**/api/v1/framegrabs?*"):
        is_told.set()
    await expect(page.get_by_test_id("proof")).to_contain_text("Still taken")
    store(recorder, picture, "f2", "Bow")
    await expect(told(page)).to_contain_text("Still of Bow stored")
    await expect(told(other)).to_contain_text("Still stored, 2 by now")


async def test_stills_of_a_program_are_one_notice_that_counts_and_is_in_nobodys_way(
    page: Page, server: str, recorder: FakeRecorder, picture: Path, pictures: Path
) -> None:
    await listening(page, server)
    names = [one.name for one in recorder.channels]
    for number in range(1, 4):
        store(recorder, picture, f"f{number}", *names)
    await expect(told(page)).to_contain_text("Still stored, 3 by now")
    store(recorder, picture, "f4", *names)
    await expect(told(page)).to_contain_text("Still stored, 4 by now")
    await expect(told(page)).to_have_count(1)
    assert await page.evaluate("document.activeElement === document.body")
    assert not await told(page).evaluate(IS_HIT)
    await shoot(page, "stills-elsewhere", pictures)
    assert await faults_of_axe(page) == []
    await told(page).get_by_role("button", name="Close").click()
    await expect(told(page)).to_have_count(0)


async def test_the_still_of_an_observation_is_told_with_the_observation_alone(
    page: Page, server: str, recorder: FakeRecorder, picture: Path
) -> None:
    await listening(page, server)
    anode = await recorder.observations.observe(Entry("AN", "Loose cable", {}))
    store(recorder, picture, "f1", "Bow", instant_ns=anode.start.utc_ns)
    store(recorder, picture, "f2", "Stern")
    await expect(told(page)).to_contain_text("Still of Stern stored")
