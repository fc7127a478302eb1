"""The first page over the real program and real cameras: what it shows is true within two seconds."""

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from rig.fixtures import MakeSource, StartServer
from rig.program import Program
from rig.source_files import SourceSpec

pytestmark = [
    pytest.mark.browser,
    pytest.mark.rtsp,
    pytest.mark.alone("a camera that dies is seen on the page within two seconds"),
]
TRUTH_MS = 2000
SPEC = SourceSpec(seconds=60, rate=25, gop=25, width=640, height=360)


async def test_a_camera_that_dies_is_seen_within_two_seconds(
    page: Page, tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    stays, dies, freezes = (start_rtsp_server() for _ in range(3))
    source = await asyncio.to_thread(rig_source, SPEC)
    addresses = {
        "Bow": stays.serve("/bow", source), "Stern": dies.serve("/stern", source), "Diver": freezes.serve("/d", source)
    }
    program = Program(tmp_path, addresses)
    try:
        await asyncio.to_thread(program.start)
        await asyncio.to_thread(program.wait_live)
        await page.goto(program.url)
        bow, stern, diver = (page.locator("article.channel").nth(number) for number in range(3))
        for channel in (bow, stern, diver):
            await expect(channel.locator(".state")).to_have_text("live")
            await expect(channel.locator("img")).to_be_visible()
        await page.get_by_role("button", name="Start recording").click()
        await expect(page.locator("#recording-words")).to_have_text("Recording")
        await expect(page.locator("#message")).to_contain_text("on 3 of 3 channels")
        dies.kill()
        await expect(stern.locator(".state")).not_to_have_text("live", timeout=TRUTH_MS)
        await asyncio.to_thread(freezes.silence, "/d", on=True)
        await expect(diver.locator(".state")).not_to_have_text("live", timeout=TRUTH_MS)
        await expect(page.locator("#recording-words")).to_contain_text("Recording, but NOT Stern")
        await expect(bow.locator(".state")).to_have_text("live")
        await expect(bow.locator(".rec")).to_contain_text("00:0")
        await page.screenshot(path=Path(os.environ.get("SCREENSHOTS") or tmp_path) / "cameras.png", full_page=True)
        await page.get_by_role("button", name="Stop recording").click()
        await expect(page.locator("#recording-words")).to_have_text("Not recording")
    finally:
        await asyncio.to_thread(program.close)
