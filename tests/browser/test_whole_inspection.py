"""A whole inspection against the real program with a real camera, by keyboard alone and on a phone: it is recorded, a
still is taken, something is noted, found again and played. By mouse: `test_operator_page_with_cameras`.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import PATIENCE_MS, SIZES, begin_by_keys, opened_with_video, press, says, shoot
from browser.tiles import reading_of
from rig.fixtures import MakeSource
from rig.program import Program, running
from rig.rtsp_server import RtspServer
from rig.source_files import SourceSpec

pytestmark = [pytest.mark.browser, pytest.mark.rtsp]

SPEC = SourceSpec(seconds=60, rate=25, gop=25, width=640, height=360)
"""A film that other tests have as well: it is made once."""
LARGE = '[data-main="true"] video'
FOCUSED = "document.activeElement.matches('a, button') ? document.activeElement.innerText : ''"
TABS_MAX = 80


@pytest.fixture
def program(tmp_path: Path, rtsp_server: RtspServer, rig_source: MakeSource) -> Iterator[Program]:
    with running(tmp_path, {"Bow": rtsp_server.serve("/bow", rig_source(SPEC))}) as one:
        one.wait_live()
        yield one


async def tab_to(page: Page, words: str) -> None:
    """Goes on with the Tab key until what has the focus says this."""
    for _ in range(TABS_MAX):
        if words in await page.evaluate(FOCUSED):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no way to “{words}” by the Tab key")


async def is_played(page: Page) -> None:
    """The clock of the player goes on, and its picture is one that the camera has numbered."""
    at = page.locator("[data-at]")
    begin = await at.inner_text()
    await expect(page.locator(".play")).to_have_attribute("data-running", "true")
    await expect(at).not_to_have_text(begin)
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while await reading_of(page.locator(LARGE)) is None:
            await page.evaluate("() => new Promise(requestAnimationFrame)")


async def test_by_keyboard_alone(page: Page, program: Program) -> None:
    await opened_with_video(page, program.url)
    await begin_by_keys(page)
    await press(page, "1")
    await expect(page.locator(".obs")).to_contain_text("AN-001")
    await page.keyboard.press("n")
    await page.keyboard.type("Weld by hand")
    await page.keyboard.press("Enter")
    await expect(page.locator(".obs")).to_contain_text("Weld by hand")
    await asyncio.to_thread(program.record_further, 3.0)
    await press(page, "r")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await page.keyboard.down("r")
    await says(page, "NOT RECORDING")
    await page.keyboard.up("r")
    await page.keyboard.press("e")
    await page.keyboard.press("/")
    await page.keyboard.type("Weld by hand")
    await expect(page.get_by_role("link", name="whole")).to_have_count(1)
    await tab_to(page, "whole")
    await page.keyboard.press("Enter")
    await page.locator(LARGE).wait_for()
    await expect(page.locator(".entry", has_text="Weld by hand")).to_have_count(1)
    await tab_to(page, "Weld by hand")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Home")
    await tab_to(page, "Play")
    await page.keyboard.press("Enter")
    await is_played(page)


async def test_on_a_phone(page: Page, program: Program, pictures: Path) -> None:
    browser = page.context.browser
    assert browser is not None
    width, height = SIZES["phone"]
    context = await browser.new_context(has_touch=True, viewport={"width": width, "height": height}, locale="en-GB")
    phone = await context.new_page()
    phone.set_default_timeout(PATIENCE_MS)
    await opened_with_video(phone, program.url, size="phone")
    await says(phone, "NOT RECORDING")
    await phone.get_by_role("button", name="Start", exact=True).tap()
    await says(phone, "RECORDING")
    await phone.get_by_role("button", name="Still", exact=True).tap()
    await expect(phone.get_by_test_id("proof")).to_contain_text("Still taken")
    await phone.locator("button[data-code=AN]").tap()
    await expect(phone.get_by_test_id("proof")).to_contain_text("AN-001")
    await asyncio.to_thread(program.record_further, 3.0)
    await phone.get_by_role("button", name="Stop", exact=True).tap()
    await phone.get_by_role("button", name="I cannot hold").tap()
    await phone.get_by_label("Type “stop”").fill("stop")
    await says(phone, "NOT RECORDING")
    await phone.get_by_role("navigation", name="Views").get_by_role("link", name="Review").tap()
    await phone.get_by_role("link", name="whole").tap()
    await phone.locator(LARGE).wait_for()
    await phone.locator(".entry", has_text="Still").get_by_role("button").first.tap()
    await expect(phone.get_by_role("dialog").get_by_role("img")).not_to_have_js_property("naturalWidth", 0)
    await phone.get_by_role("dialog").get_by_role("button", name="Close").tap()
    await phone.locator(".entry", has_text="AN-001").get_by_role("button").first.tap()
    await phone.locator(".play").tap()
    await is_played(phone)
    await shoot(phone, "phone-review", pictures)
    await context.close()
