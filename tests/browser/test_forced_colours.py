"""Colours that the system forces (high contrast): no word has the colour of the ground that is laid behind it."""

import pytest
from playwright.async_api import Page, expect

from browser.operator import opened, says
from fakes.recorder import FakeRecorder

pytestmark = pytest.mark.browser

UNREADABLE = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "Canvas";
  const ground = getComputedStyle(probe).color;
  probe.remove();
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "";
  const isLost = (one) => {
    const { color, forcedColorAdjust } = getComputedStyle(one);
    return forcedColorAdjust !== "none" && color === ground;
  };
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility() && [...one.childNodes].some(isText) && isLost(one))
    .map((one) => one.textContent.trim());
}"""


async def test_every_word_can_be_read(page: Page, server: str, recorder: FakeRecorder) -> None:
    await page.emulate_media(forced_colors="active", color_scheme="dark")
    await opened(page, server)
    await says(page, "NOT RECORDING")
    assert await page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert await page.evaluate(UNREADABLE) == []
    await page.keyboard.press("t")
    await expect(page.get_by_role("button", name="Store")).to_be_enabled()
    assert await page.evaluate(UNREADABLE) == []
    await page.keyboard.press("Escape")
    await recorder.start_recording()
    recorder.channels[0].fail("It does not answer.")
    await says(page, "RECORDING, FAULT")
    await page.get_by_role("button", name="Clip").click()
    await expect(page.get_by_role("button", name="End clip")).to_be_visible()
    await page.keyboard.press("r")
    await expect(page.get_by_role("button", name="Keep recording")).to_be_visible()
    assert await page.evaluate(UNREADABLE) == []
    await page.keyboard.press("Escape")
    for one in recorder.channels[1:]:
        one.fail("It does not answer.")
    await expect(page.locator('.bar[data-state="failed"]')).to_be_visible()
    assert await page.evaluate(UNREADABLE) == []
