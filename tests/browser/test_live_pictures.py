"""Live pictures in a real browser: what the page shows are the cameras' frames, and what is not live is not shown."""

import asyncio
import base64
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from rig.fixtures import MakeSource, StartServer
from rig.program import running
from rig.source_files import SourceSpec
from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.strip import StripReading

pytestmark = [pytest.mark.browser, pytest.mark.rtsp]

PATIENCE_MS = 60_000
SPECS = {
    "Bow": SourceSpec(seconds=150),
    "Stern": SourceSpec(seconds=150, b_frames=2, channel_index=1),
    "ROV": SourceSpec(seconds=150, codec="hevc", channel_index=2),
}
PLAYED = ("Bow", "Stern")
"""What each browser plays as it is recorded."""
UPPER_PIXELS = """video => {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const lines = Math.floor(canvas.height / 10);
  const pixels = context.getImageData(0, 0, canvas.width, lines).data;
  let text = "";
  for (let at = 1; at < pixels.length; at += 4) text += String.fromCharCode(pixels[at]);
  return [canvas.width, canvas.height, btoa(text)];
}"""
"""Size, and the green of the pixels of the upper tenth."""

NEXT_PICTURE = "video => new Promise(done => video.requestVideoFrameCallback(() => done()))"


async def shown(page: Page, channel: str) -> StripReading:
    """What the picture says that a tile shows just now."""
    width, height, text = await page.locator(f'video[data-channel="{channel}"]').evaluate(UPPER_PIXELS)
    reading = strip.read(base64.b64decode(text), width, width, height)
    assert reading is not None, f"{channel}: no frame number can be read"
    return reading


async def later_than(page: Page, channel: str, number: int) -> StripReading:
    """Waits until a tile shows a later frame."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while (reading := await shown(page, channel)).number <= number:
            await page.locator(f'video[data-channel="{channel}"]').evaluate(NEXT_PICTURE)
    return reading


async def is_live(page: Page, channel: str) -> None:
    tile = page.locator(f'video[data-channel="{channel}"]')
    await expect(tile).to_have_attribute("data-state", "live", timeout=PATIENCE_MS)


async def test_each_tile_shows_the_frames_of_its_camera(
    page: Page, tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    # A server for each: one that ends a camera's stream may hold up its others meanwhile.
    servers = {name: start_rtsp_server() for name in SPECS}
    addresses = {name: servers[name].serve(f"/{name}", rig_source(spec)) for name, spec in SPECS.items()}
    with running(tmp_path, addresses) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        await page.goto(program.url)
        for index, name in enumerate(PLAYED):
            await is_live(page, name)
            first = await shown(page, name)
            assert first.channel_index == index
            number = first.number
            for _ in range(5):
                number = (await later_than(page, name, number)).number
        assert {await stream_of(page, name) for name in PLAYED} == {"main"}
        # What this browser cannot play is shown in another form, with its capture time all the same.
        await expect(page.locator("article.tile", has_text="ROV").locator("time")).to_be_visible(timeout=PATIENCE_MS)
        servers["Stern"].stop("/Stern")
        tile = page.locator("article.tile", has_text="Stern")
        await expect(tile).to_have_attribute("data-trouble", "dead", timeout=PATIENCE_MS)
        await expect(tile.locator("video")).to_have_count(0)
        servers["Stern"].resume("/Stern")
        await is_live(page, "Stern")
        program.post("/api/v1/recording/stop")
        assert [row for row in program.rows("losses") if row["channel"] != "Stern"] == []


async def stream_of(page: Page, channel: str) -> str | None:
    return await page.locator(f'video[data-channel="{channel}"]').get_attribute("data-stream")
