"""Captions of tiles below the pictures: nothing lies on a picture, so that text burned into it is read."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import SIZES, cut_off, opened, says, shoot
from fakes.recorder import FakeChannel, FakeRecorder
from seacorder.base.clock import SystemClock
from seacorder.model.channel import ChannelState

pytestmark = pytest.mark.browser

NAMES = ("Bow", "Stern", "ROV pilot", "Starboard manipulator arm", *(f"Camera {number}" for number in range(5, 17)))
WALLS = [("wide", 1), ("laptop", 4), ("laptop", 9), ("laptop", 16), ("phone", 16)]
ON_PICTURES = """() => [...document.querySelectorAll("article.tile")].flatMap((tile) => {
  const picture = tile.querySelector(".picture")?.getBoundingClientRect();
  if (picture === undefined) return [];
  const texts = [...tile.querySelectorAll("h2, .chip, time, .loss, .instead, .more")];
  return texts.filter((one) => getComputedStyle(one).clipPath === "none").filter((one) => {
    const box = one.getBoundingClientRect();
    const high = Math.min(box.bottom, picture.bottom) - Math.max(box.top, picture.top);
    return box.width > 1 && high > 1;
  }).map((one) => `${tile.querySelector("h2").textContent}: ${one.textContent}`);
})"""
"""What lies on a picture, of each tile."""
LARGE_ENOUGH = """() => [...document.querySelectorAll("article.tile .view")].every((one) => {
  const { width, height } = one.getBoundingClientRect();
  return height > width / 2.2;
})"""


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder(*(FakeChannel(name) for name in NAMES), clock=SystemClock())


async def test_nothing_lies_on_a_picture(page: Page, server: str, recorder: FakeRecorder, pictures: Path) -> None:
    await recorder.start_recording()
    recorder.channels[1].fail("Camera rtsp://***@10.0.0.6:554/stream1 does not answer.")
    stalled = recorder.channels[4]
    stalled.state, stalled.state_seconds, stalled.frame_age_seconds = ChannelState.STALLED, 12, 12
    await opened(page, server)
    await says(page, "RECORDING, FAULT")
    assert await page.evaluate(ON_PICTURES)
    await page.get_by_role("radio", name="Below").check()
    recorder.channels[2].losses, recorder.channels[2].losses_seconds = 2, 2.5
    await expect(page.locator("article.tile .loss")).to_have_count(1)
    found = []
    for size, tiles in WALLS:
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.get_by_role("radio", name="Auto" if tiles == 16 else f"{tiles} tile").check()
        width, height = SIZES[size]
        await page.set_viewport_size({"width": width, "height": height})
        await expect(page.locator("article.tile")).to_have_count(tiles)
        await expect(page.locator("article.tile img").first).to_be_visible()
        found += [f"{tiles} on {size}: {one}" for one in await page.evaluate(ON_PICTURES) + await cut_off(page)]
        if "SCREENSHOTS" in os.environ:
            await shoot(page, f"captions-{size}-{tiles}", pictures)
        assert await page.evaluate(LARGE_ENOUGH), (size, tiles)
    assert not found, "\n".join(found)
    await page.goto(f"{server}/channel/ROV%20pilot")
    await expect(page.locator("article.tile img")).to_have_count(1)
    for size in ("laptop", "phone"):
        width, height = SIZES[size]
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate(ON_PICTURES) == []
        assert await page.evaluate(LARGE_ENOUGH), size
        if "SCREENSHOTS" in os.environ:
            await shoot(page, f"captions-channel-{size}", pictures)
