"""The operator's page over the real program and real cameras: what it shows is what happens."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import hold_to_stop, opened_with_video, says, shoot
from rig.fixtures import MakeSource, StartServer
from rig.program import Program, wait_for
from rig.source_files import SourceSpec

pytestmark = [pytest.mark.browser, pytest.mark.rtsp]
PICTURE_MS = 60_000
"""For the first pictures, each with its capture time, on a busy machine."""
SPEC = SourceSpec(seconds=60, rate=25, gop=25, width=640, height=360)


async def test_an_inspection_with_real_cameras_and_a_dead_one(
    page: Page, tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer, pictures: Path
) -> None:
    stays, dies = (start_rtsp_server() for _ in range(2))
    source = await asyncio.to_thread(rig_source, SPEC)
    program = Program(tmp_path, {"Bow": stays.serve("/bow", source), "Stern": dies.serve("/stern", source)})
    try:
        await asyncio.to_thread(program.start)
        await asyncio.to_thread(program.wait_live)
        await opened_with_video(page, program.url, size="wide")
        await says(page, "NOT RECORDING")
        await page.get_by_role("button", name="Start recording").click()
        await says(page, "RECORDING")
        wait_for(lambda: program.get("/api/v1/status")["is_recording"], "the recording")
        await page.get_by_role("button", name="Still", exact=True).click()
        await expect(page.get_by_test_id("proof")).to_contain_text("Still taken")
        await page.get_by_role("button", name="DM Damage").click()
        await expect(page.locator(".obs")).to_contain_text("DM-001")
        await expect(page.locator("article.tile time")).to_have_count(2, timeout=PICTURE_MS)
        await shoot(page, "cameras", pictures)
        dies.kill()
        stern = page.locator("article.tile").nth(1)
        await expect(stern.locator("strong")).to_be_visible()
        await says(page, "RECORDING, FAULT")
        await expect(page.locator(".bar")).to_contain_text("Stern is not recorded.")
        await expect(page.locator("article.tile").first).to_contain_text("REC")
        await page.get_by_role("button", name="Stop asks first").click()
        await hold_to_stop(page)
        assert not program.get("/api/v1/status")["is_recording"]
        assert len(program.get("/api/v1/framegrabs")["items"]) >= 2
        assert [one["code"] for one in program.get("/api/v1/observations")["items"]] == ["DM"]
        await asyncio.to_thread(program.stop)
        await says(page, "NO CONTACT")
        await expect(page.locator("article.tile").first).to_contain_text("NO CONTACT")
        await asyncio.to_thread(program.start)
        await says(page, "NOT RECORDING")
    finally:
        await asyncio.to_thread(program.close)
