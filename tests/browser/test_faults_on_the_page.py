"""What goes wrong is on the page within three seconds, and off it by itself: the real program, real faults."""

import asyncio
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import opened_with_video, says
from rig.fixtures import MakeSource, StartServer
from rig.program import Program
from rig.source_files import SourceSpec

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone("a fault is on the page within three seconds"),
]
TRUTH_MS = 3000
"""How soon a fault must be on the page."""
OVER_MS = 90_000
"""For what has to end by itself."""
LOSS_MS = 30_000
"""So long a loss is shown, by the page's own clock."""
GO_ON = "ms => { const now = performance.now.bind(performance); performance.now = () => now() + ms; }"
AMISS = re.compile("RECORDING, FAULT|NOTHING RECORDED")
CAMERA = "test:?size=320x180&rate=25&gop=25"
SPEC = SourceSpec(seconds=180)
RESERVE = 50_000_000
ROOM = 400_000_000
"""What the disk has above the reserve, before somebody else takes it."""


async def start(program: Program, page: Page) -> None:
    """Recording, and shown so."""
    await asyncio.to_thread(program.start)
    await asyncio.to_thread(program.wait_live)
    await opened_with_video(page, program.url)
    await page.get_by_role("button", name="Start recording").click()
    await says(page, "RECORDING")
    await asyncio.to_thread(program.wait_recorded, 1.0)


async def is_over(page: Page, *losing: str) -> None:
    """All are well again; and once the page's clock has gone on, the losses of these are not shown any more either."""
    for name in losing:
        tile = page.locator("article.tile", has_text=name)
        await expect(tile).to_have_attribute("data-loses", "true", timeout=OVER_MS)
    await expect(page.locator('article.tile:not([data-trouble="none"])')).to_have_count(0, timeout=OVER_MS)
    await page.evaluate(GO_ON, LOSS_MS)
    await says(page, "RECORDING", timeout=OVER_MS)


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    one = Program(tmp_path, {"Bow": CAMERA, "Stern": CAMERA})
    yield one
    await asyncio.to_thread(one.close)


async def test_a_killed_recording_process(page: Page, program: Program) -> None:
    await start(program, page)
    os.kill(program.worker_pid("Stern"), signal.SIGKILL)
    await says(page, "RECORDING, FAULT", timeout=TRUTH_MS)
    await expect(page.locator(".bar")).to_contain_text("Stern")
    await is_over(page, "Stern")
    await expect(page.locator("article.tile").nth(1)).to_have_attribute("data-trouble", "none")


async def test_a_lost_contact(page: Page, program: Program) -> None:
    await start(program, page)
    hung = program.control_pid
    os.kill(hung, signal.SIGSTOP)
    try:
        await says(page, "NO CONTACT", timeout=TRUTH_MS)
        await expect(page.locator("article.tile").first).to_contain_text("NO CONTACT")
        await expect(page.locator("article.tile video")).to_have_count(0)
    finally:
        os.kill(hung, signal.SIGCONT)
    await expect(page.get_by_test_id("state")).not_to_have_text("NO CONTACT", timeout=TRUTH_MS)
    await says(page, "RECORDING", timeout=OVER_MS)


async def test_a_full_disk(page: Page, tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    program = Program(tmp_path, {"Bow": CAMERA, "Stern": CAMERA})
    settings = program.settings_path.read_text("utf-8")
    assert f"reserve_bytes = {RESERVE:_}" in settings
    settings = settings.replace(f"reserve_bytes = {RESERVE:_}", f"reserve_bytes = {free - ROOM}")
    program.settings_path.write_text(settings, encoding="utf-8")
    filler = tmp_path / "somebody else's"
    try:
        await start(program, page)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, ROOM * 3 // 2)
        # Frames wait in memory for some moments more, so both states are true here, one after the other.
        await expect(page.get_by_test_id("state")).to_have_text(AMISS, timeout=TRUTH_MS)
        await expect(page.locator(".bar")).to_contain_text("is full", timeout=TRUTH_MS)
        await expect(page.locator(".alarms")).to_contain_text("Delete or move files")
        filler.unlink()
        await expect(page.locator(".bar")).not_to_contain_text("is full", timeout=OVER_MS)
        await is_over(page)
    finally:
        filler.unlink(missing_ok=True)
        await asyncio.to_thread(program.close)


@pytest.mark.rtsp
async def test_a_dead_camera_and_one_that_freezes(
    page: Page, tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    stays, dies, freezes = (start_rtsp_server() for _ in range(3))
    source = await asyncio.to_thread(rig_source, SPEC)
    addresses = {
        "Bow": stays.serve("/bow", source), "Stern": dies.serve("/stern", source), "Diver": freezes.serve("/d", source)
    }
    program = Program(tmp_path, addresses)
    try:
        await start(program, page)
        bow, stern, diver = (page.locator("article.tile").nth(number) for number in range(3))
        await asyncio.to_thread(dies.stop, "/stern")
        await expect(stern).not_to_have_attribute("data-trouble", "none", timeout=TRUTH_MS)
        await says(page, "RECORDING, FAULT", timeout=TRUTH_MS)
        await asyncio.to_thread(freezes.silence, "/d", on=True)
        await expect(diver).not_to_have_attribute("data-trouble", "none", timeout=TRUTH_MS)
        await expect(diver.locator("video")).to_have_count(0)
        await expect(bow).to_have_attribute("data-trouble", "none")
        await expect(bow.locator(".chip")).to_have_text("REC")
        await asyncio.to_thread(dies.resume, "/stern")
        await asyncio.to_thread(freezes.silence, "/d", on=False)
        for tile in (stern, diver):
            await expect(tile).to_have_attribute("data-trouble", "none", timeout=OVER_MS)
        await is_over(page, "Stern")
    finally:
        await asyncio.to_thread(program.close)
