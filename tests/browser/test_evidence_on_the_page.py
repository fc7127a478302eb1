"""Evidence on the page, against the real program: copies that are behind and then done, a stretch of the blackbox
that is kept, and archives that are saved and opened.
"""

import asyncio
import hashlib
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Download, Page, expect

from browser.operator import PATIENCE_MS, faults_of_axe, opened_with_video, shoot
from rig.program import Program, running

pytestmark = pytest.mark.browser

CAMERA = "test:?size=640x360&rate=25&gop=5"
"""With many keyframes, so that the files of both cameras begin at nearly the same instant."""
NAMES = ("Bow", "Stern")


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    """It has recorded two cameras for some seconds, with an observation. Its NAS is not there."""
    more = f'[[copies]]\nname = "NAS"\nto = "{tmp_path / "nas"}"\nsame_disk = true\n'
    more += f'[blackbox]\nroot = "{tmp_path / "box"}"\n'
    with running(tmp_path, dict.fromkeys(NAMES, CAMERA), more=more) as one:
        await asyncio.to_thread(one.record, 2.0)
        one.post("/api/v1/kinds/AN", status=201)
        await asyncio.to_thread(one.wait_recorded, 4.0)
        one.get("/api/inspector/stoprecording")
        yield one


async def channels_in(saved: Download) -> set[str]:
    """The channels of which a saved archive has a video. Every file in it is what its manifest says."""
    with zipfile.ZipFile(await saved.path()) as bag:
        assert bag.testzip() is None
        names = bag.namelist()
        (manifest,) = (one for one in names if one.endswith("/manifest-sha256.txt") and one.count("/") == 1)
        top = manifest.removesuffix("manifest-sha256.txt")
        lines = bag.read(manifest).decode().splitlines()
        for digest, name in (line.split(maxsplit=1) for line in lines):
            assert hashlib.sha256(bag.read(top + name)).hexdigest() == digest
    videos = [Path(name).name for name in names if name.endswith(".mp4")]
    return {channel for channel in NAMES if any(channel in video for video in videos)}


async def test_what_is_copied_kept_and_saved(page: Page, program: Program, tmp_path: Path, pictures: Path) -> None:
    recording = program.rows("recordings")[0]["id"]
    await opened_with_video(page, program.url, f"/review/{recording}")

    # Copies: the alarm leads to what is behind; once the NAS is there, all is done by itself.
    await expect(page.get_by_test_id("copies").locator("summary")).to_have_text("Verified copies: 0 of 1")
    await expect(page.get_by_test_id("copies-sign")).to_have_text("not copied yet")
    await expect(page.get_by_test_id("to-copies")).to_contain_text("NAS: NOT being copied")
    await page.keyboard.press("v")
    await page.get_by_role("link", name="Show copies").first.click()  # the blackbox may have its alarm by now, too
    target = page.get_by_role("article", name="NAS")
    await expect(target.get_by_test_id("standing")).to_have_text("NOT COPYING")
    await expect(target.get_by_test_id("missing")).to_contain_text("2 files, ")
    await expect(target).to_contain_text(str(tmp_path / "nas"))
    await expect(target).to_contain_text("create the folder")
    (tmp_path / "nas").mkdir()
    # It is tried again after up to 80 s, the longer the later this test has come here.
    await expect(target.get_by_test_id("standing")).to_have_text("Everything is copied", timeout=2 * PATIENCE_MS)
    await expect(target.get_by_test_id("missing")).to_have_text("None")

    # Blackbox: what was recorded before anybody pressed Start becomes a recording.
    await expect(page.get_by_test_id("box")).to_contain_text("Recording all the time")
    await page.get_by_label("To, UTC").fill("2026-02-30 10:00:00")
    await expect(page.get_by_role("button", name="Keep as a recording")).to_be_disabled()
    await page.get_by_role("button", name="Last 10 min").click()
    await page.get_by_role("button", name="Keep as a recording").click()
    await expect(page.get_by_role("status").filter(has_text="Kept: ")).to_contain_text(" files, ")
    assert await faults_of_axe(page) == []
    await shoot(page, "copies", pictures)
    await page.get_by_role("link", name="Play it").click()
    await page.locator('[data-main="true"] video').wait_for()
    assert recording not in page.url

    # Review: where its copies are; a stretch and an observation as archives.
    await page.goto(f"{program.url}/review/{recording}")
    await expect(page.locator(".recording", has_text="1 observation").get_by_test_id("copies-sign")).to_have_text(
        "1 verified copy"
    )
    await page.get_by_text("Verified copies: 1 of 1").click()
    await expect(page.get_by_test_id("copies")).to_contain_text("compared on ")
    await page.keyboard.press("]")
    await page.keyboard.press("(")
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save as archive").click()
    assert await channels_in(await saved.value) == set(NAMES)
    assert await faults_of_axe(page) == []
    await shoot(page, "stretch", pictures)
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save AN-001").click()
    assert await channels_in(await saved.value) == set(NAMES)
