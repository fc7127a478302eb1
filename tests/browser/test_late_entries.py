"""Late entries in Review, of the picture that is shown, of any day. The recorder is a fake, and so is what it recorded.
"""

import pytest
from playwright.async_api import Page, expect

from browser.operator import faults_of_axe, opened
from fakes.recorder import FakeRecorder
from seacorder.model.instant import iso_utc
from seacorder.model.recording import FileState, Part, Recording, RecordingState

pytestmark = pytest.mark.browser

SECOND_NS = 10**9
DAY_NS = 86_400 * SECOND_NS


@pytest.fixture
def old(recorder: FakeRecorder) -> Part:
    """One minute of last month, over midnight, at 25 frames a second."""
    start_ns = (recorder.clock.utc_ns() // DAY_NS - 30) * DAY_NS - 30 * SECOND_NS
    end_ns = start_ns + 60 * SECOND_NS
    part = Part("r1", "Bow", 1, "/data/Bow.mp4", start_ns, end_ns, 0, 1501, 1000, FileState.WHOLE)
    recorder.catalogue.held = [Recording("r1", start_ns, end_ns, RecordingState.FINISHED), part]
    return part


async def review(page: Page, server: str, recording: str) -> None:
    """Review of a recording, once keys can enter something."""
    await opened(page, server, f"/review/{recording}")
    await expect(page.locator("option[value=AN]")).to_have_count(1)
    await expect(page.locator("[data-at]")).to_have_text("23:59:30.000")


async def press(page: Page, key: str) -> None:
    """A key that asks for a late entry, once the page has contact."""
    await expect(page.get_by_role("button", name="Late", exact=True)).to_be_enabled()
    await page.keyboard.press(key)
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_a_digit_enters_what_is_shown_of_last_month(
    page: Page, server: str, recorder: FakeRecorder, old: Part
) -> None:
    await review(page, server, old.recording_id)
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press(".")
    await press(page, "1")
    dialog = page.get_by_role("dialog")
    shown_ns = old.start_utc_ns + 5_060_000_000  # in the middle of the frame that begins at 5.04 s
    text = iso_utc(shown_ns, digits=3).replace("T", " ").removesuffix("Z")
    await expect(dialog.get_by_label("When, UTC")).to_have_value(text)
    await expect(dialog.get_by_test_id("late-day")).to_be_visible()
    await expect(dialog.get_by_role("radio", name="AN Anode")).to_be_checked()
    await expect(dialog.get_by_role("button", name=f"Add AN at {text}")).to_be_enabled()
    await expect(dialog.get_by_label("Depletion, %")).to_be_focused()
    assert await faults_of_axe(page) == []
    await page.keyboard.type("40")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    (one,) = recorder.observations.held.values()
    assert one.start.utc_ns == shown_ns
    assert dict(one.now.fields) == {"depletion": 40}
    await expect(page.locator("[data-at]")).to_have_text(text[11:])


async def test_a_second_on_goes_over_midnight_and_a_day_can_be_typed(
    page: Page, server: str, recorder: FakeRecorder, old: Part
) -> None:
    await review(page, server, old.recording_id)
    await press(page, "2")
    dialog = page.get_by_role("dialog")
    when = dialog.get_by_label("When, UTC")
    days = [iso_utc(at_ns, digits=3)[:10] for at_ns in (old.start_utc_ns, old.end_utc_ns or 0)]
    await when.fill(f"{days[0]} 23:59:59.5")
    await dialog.get_by_role("button", name="One second later").click()
    await expect(when).to_have_value(f"{days[1]} 00:00:00.500")
    await dialog.get_by_role("button", name="One second earlier").click()
    await expect(when).to_have_value(f"{days[0]} 23:59:59.500")
    await when.fill("2026-02-30 10:00:00")
    await expect(dialog.get_by_role("alert")).to_contain_text("Write a time of day")
    await when.fill("2999-01-01 10:00:00")
    await expect(dialog.get_by_role("alert")).to_have_text("That time has not come yet.")
    await expect(dialog.get_by_role("button", name="Store")).to_be_disabled()
    await when.fill(f"{days[1]} 00:00:02")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    (one,) = recorder.observations.held.values()
    assert (one.code, one.start.utc_ns) == ("FJ", old.start_utc_ns + 32 * SECOND_NS)


async def test_a_span_of_a_recording_that_is_over_needs_its_end(page: Page, server: str, old: Part) -> None:
    await review(page, server, old.recording_id)
    await press(page, "3")
    dialog = page.get_by_role("dialog")
    until = dialog.get_by_label("Until, UTC")
    await expect(until).to_be_focused()
    await expect(dialog).to_contain_text("Write when it ended")
    await expect(dialog.get_by_role("button", name="Store")).to_be_disabled()
    await until.fill("00:00:40")
    await expect(dialog).to_contain_text("It would end after the recording.")
    await until.fill("00:00:10")
    await expect(dialog).to_contain_text("It lasts 00:39.")
    async with page.expect_request(lambda one: one.method == "POST" and one.url.endswith("/observations")) as sent:
        await page.keyboard.press("Enter")
    body = (await sent.value).post_data_json
    assert body is not None
    assert body["utc"] == iso_utc(old.start_utc_ns + 20_000_000, digits=3)
    assert body["to_utc"] == iso_utc(old.start_utc_ns + 40 * SECOND_NS, digits=3)
    await expect(dialog).to_have_count(0)


async def test_no_key_acts_behind_the_dialog(page: Page, server: str, recorder: FakeRecorder, old: Part) -> None:
    await review(page, server, old.recording_id)
    await page.keyboard.press("Shift+ArrowRight")
    at = page.locator("[data-at]")
    await expect(at).to_have_text("00:00:30.000")
    await page.keyboard.press("Shift+ArrowLeft")
    await expect(at).to_have_text("23:59:30.000")
    await press(page, "l")
    dialog = page.get_by_role("dialog")
    await expect(at).to_have_text("23:59:30.020")
    await dialog.get_by_role("button", name="One second later").focus()
    for key in ("Shift+ArrowRight", "ArrowRight", ".", "End", "1"):
        await page.keyboard.press(key)
    await expect(dialog.get_by_role("button", name="Choose what it was")).to_be_disabled()
    await expect(at).to_have_text("23:59:30.020")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(at).to_have_text("23:59:30.020")
    await page.keyboard.press("Shift+ArrowRight")
    await expect(at).to_have_text("00:00:30.000")
    assert recorder.observations.held == {}


@pytest.mark.usefixtures("old")
async def test_where_nothing_is_played_a_digit_enters_nothing(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await opened(page, server, "/review")
    await expect(page.locator("option[value=AN]")).to_have_count(1)
    await page.get_by_role("link", name="whole").wait_for()
    for key in ("1", "i", "l", "n", "?"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("dialog")).to_contain_text("Anode, in the shown frame")
    assert recorder.observations.held == {}
