"""The operator's page: by mouse, by keyboard alone, on a phone, and for a screen reader. The recorder is a fake."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import begin_by_keys, faults_of_axe, hold_to_stop, opened, press, says, shoot
from fakes.recorder import FakeRecorder
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.channel import ChannelState
from seacorder.model.event import Severity

pytestmark = pytest.mark.browser

STOP_CLOCK = "() => { const now = performance.now(); performance.now = () => now; }"
START_CLOCK = "() => { delete performance.now; }"
"""Between them a click stays short for the page, however long the machine stands still before it lets go."""


async def test_an_inspection_by_mouse(page: Page, server: str, recorder: FakeRecorder, pictures: Path) -> None:
    await opened(page, server)
    await says(page, "NOT RECORDING")
    await expect(page.locator("article.tile img")).to_have_count(4)
    await shoot(page, "idle", pictures)
    await page.get_by_role("button", name="Start recording").click()
    await says(page, "RECORDING")
    await expect(page.locator(".chip", has_text="REC")).to_have_count(4)
    await page.get_by_role("button", name="Still", exact=True).click()
    await expect(page.get_by_test_id("proof")).to_contain_text("Still taken")
    await expect(page.get_by_test_id("proof")).to_contain_text("4 channels")
    await page.get_by_role("button", name="AN Anode").click()
    await expect(page.locator(".obs")).to_contain_text("AN-001")
    await page.get_by_role("button", name="FS Free span").click()
    await expect(page.locator("button[data-code=FS]")).to_have_attribute("aria-pressed", "true")
    await shoot(page, "recording", pictures)
    await page.get_by_role("button", name="Stop asks first").click()
    await expect(page.get_by_role("alertdialog")).to_contain_text("Free span, is still open")
    await shoot(page, "stop", pictures)
    hold = page.get_by_role("button", name="Hold to stop")
    await page.evaluate(STOP_CLOCK)
    await hold.click()
    await page.evaluate(START_CLOCK)
    await says(page, "RECORDING")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await hold_to_stop(page)
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    assert recorder.commands == ["start_recording", "take_framegrab None", "stop_recording"]


async def test_the_same_by_keyboard_alone(page: Page, server: str, recorder: FakeRecorder) -> None:
    await opened(page, server)
    await begin_by_keys(page)
    await press(page, "c")
    await expect(page.get_by_role("button", name="End clip")).to_be_visible()
    await press(page, "c")
    await expect(page.get_by_role("button", name="Clip", exact=True)).to_be_visible()
    await press(page, "1")
    await expect(page.locator(".obs")).to_contain_text("AN-001")
    await page.keyboard.press("n")
    await page.keyboard.type("Visibility 2 m")
    await page.keyboard.press("Enter")
    await expect(page.locator(".obs")).to_contain_text("Visibility 2 m")
    await press(page, "r")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await press(page, "r")
    await page.keyboard.down("r")
    await says(page, "NOT RECORDING")
    await page.keyboard.up("r")
    assert recorder.commands == ["start_recording", "take_framegrab None", "start_clip", "stop_clip", "stop_recording"]


async def test_who_cannot_hold_types_stop(page: Page, server: str, recorder: FakeRecorder) -> None:
    await recorder.start_recording()
    await opened(page, server)
    await says(page, "RECORDING")
    await press(page, "r")
    await page.get_by_role("button", name="I cannot hold").click()
    await page.get_by_label("Type “stop”").fill("stop")
    await says(page, "NOT RECORDING")


async def test_a_late_entry_a_filled_field_and_one_withdrawn(page: Page, server: str) -> None:
    await opened(page, server)
    await expect(page.locator("button[data-code=AN]")).to_be_enabled()
    await press(page, "1")
    await expect(page.locator(".obs")).to_contain_text("AN-001")
    await press(page, "f")
    await page.keyboard.type("Loose strap")
    await page.get_by_label("Depletion, %").fill("40")
    await page.keyboard.press("Enter")
    await expect(page.locator(".obs")).to_contain_text("Loose strap")
    await press(page, "z")
    await page.get_by_label("Reason").fill("Other pipe")
    await page.get_by_role("button", name="Withdraw", exact=True).click()
    await expect(page.locator(".obs")).to_contain_text("withdrawn: Other pipe")


async def test_a_dead_camera_and_an_alarm_that_stays_until_seen(
    page: Page, server: str, recorder: FakeRecorder, pictures: Path
) -> None:
    await recorder.start_recording()
    await opened(page, server, size="wide")
    await says(page, "RECORDING")
    stern = recorder.channels[1]
    stern.fail("Camera rtsp://***@10.0.0.6:554/stream1 does not answer.")
    recorder.alarms = (
        Alarm(
            AlarmKind.CAMERA_FAILED, "Stern", Severity.ALARM, recorder.clock.utc_ns(), "Stern is NOT being recorded.",
            "Check its power and network cable.",
        ),
    )
    await says(page, "RECORDING, FAULT")
    await expect(page.locator(".bar")).to_contain_text("Stern is not recorded. 3 of 4 channels on disk.")
    tile = page.locator("article.tile").nth(1)
    await expect(tile).to_contain_text("NO PICTURE")
    await expect(tile.locator("img")).to_have_count(0)
    await expect(page.locator(".alarms")).to_contain_text("Check its power and network cable.")
    await shoot(page, "fault", pictures)
    over = replace(recorder.alarms[0], over_utc_ns=recorder.clock.utc_ns())
    stern.state, stern.reason, recorder.alarms, recorder.alarms_over = ChannelState.LIVE, None, (), (over,)
    await says(page, "RECORDING")
    await expect(tile.locator("img")).to_have_count(1)
    await expect(page.locator(".alarms")).to_contain_text("over")
    await page.keyboard.press("a")
    await expect(page.locator(".alarms")).to_contain_text("None")


async def test_without_contact_nothing_looks_alive(page: Page, server: str, pictures: Path) -> None:
    await opened(page, server)
    await expect(page.locator("article.tile img")).to_have_count(4)
    await page.route("**/api/**", lambda route: route.abort())
    await says(page, "NO CONTACT")
    await expect(page.locator("article.tile img")).to_have_count(0)
    await expect(page.locator(".bar")).to_contain_text("It may still be recording.")
    await expect(page.locator("footer.actions button:enabled")).to_have_count(0)
    await shoot(page, "no-contact", pictures)
    await page.unroute("**/api/**")
    await says(page, "NOT RECORDING")
    await expect(page.locator("article.tile img")).to_have_count(4)


async def test_arrows_choose_a_tile_where_nothing_has_the_focus(page: Page, server: str) -> None:
    await opened(page, server)
    await expect(page.locator("[data-tile]")).to_have_count(4)
    await page.keyboard.press("?")
    for label in ("Tile to the left", "Tile to the right", "Tile above", "Tile below"):
        await expect(page.get_by_role("dialog").get_by_text(label)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("[data-tile]").first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("[data-tile]").nth(2)).to_be_focused()
    await page.get_by_role("radio", name="Auto").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("radio", name="1 tile", exact=True)).to_be_focused()


async def test_a_tile_is_opened_large_and_has_its_own_address(page: Page, server: str, pictures: Path) -> None:
    await opened(page, server)
    await page.locator("[data-tile]").nth(2).focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{server}/channel/ROV%20pilot")
    await expect(page.get_by_role("heading", name="ROV pilot", level=1)).to_be_visible()
    await expect(page.locator("article.tile img")).to_have_count(1)
    await shoot(page, "channel", pictures)
    await page.reload()
    await expect(page.locator("article.tile img")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.locator("article.tile")).to_have_count(4)


@pytest.mark.parametrize("language", ["de", "no", "pt"])
async def test_it_speaks_the_language_that_was_chosen(page: Page, server: str, language: str) -> None:
    words = {"de": "KEINE AUFNAHME", "no": "TAR IKKE OPP", "pt": "NÃO GRAVA"}
    await page.add_init_script(f"localStorage.setItem('seacorder.language', '{language}')")
    await opened(page, server)
    await says(page, words[language])
    await expect(page.locator("html")).to_have_attribute("lang", language)
    width = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0


@pytest.mark.parametrize("size", ["phone", "tablet", "laptop", "wide"])
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_axe_finds_nothing(page: Page, server: str, recorder: FakeRecorder, size: str, theme: str) -> None:
    recorder.channels[3].fail("Away.")
    await recorder.start_recording()
    await opened(page, server, size=size, theme=theme)
    await expect(page.locator("article.tile img")).to_have_count(3)
    await expect(page.locator("button[data-code=AN]")).to_be_enabled()
    assert await faults_of_axe(page) == []
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await faults_of_axe(page) == []


async def test_on_a_phone_everything_is_in_reach_of_the_thumb(
    page: Page, server: str, recorder: FakeRecorder, pictures: Path
) -> None:
    await opened(page, server, size="phone")
    await says(page, "NOT RECORDING")
    await expect(page.locator("article.tile img")).to_have_count(4)
    for name in ("Start", "Still", "Clip", "Note", "Late", "AN Anode"):
        box = await page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48
        assert box["y"] > 420
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await shoot(page, "phone", pictures)
    await page.get_by_role("button", name="Start", exact=True).click()
    await says(page, "RECORDING")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await hold_to_stop(page)
    assert recorder.commands == ["start_recording", "stop_recording"]
