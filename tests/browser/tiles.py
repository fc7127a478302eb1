"""Tiles of the page that show a channel live: whether they do, and which frame."""

import asyncio
import base64
import io

from PIL import Image
from playwright.async_api import Locator, Page, expect

from browser.operator import PATIENCE_MS
from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.strip import StripReading

UPPER_PIXELS = """video => {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth ?? video.naturalWidth;
  canvas.height = video.videoHeight ?? video.naturalHeight;
  if (!canvas.width || !canvas.height) return [0, 0, ""];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const lines = Math.floor(canvas.height / 10);
  const pixels = context.getImageData(0, 0, canvas.width, lines).data;
  let text = "";
  for (let at = 1; at < pixels.length; at += 4) text += String.fromCharCode(pixels[at]);
  return [canvas.width, canvas.height, btoa(text)];
}"""
"""Size, and the green of the pixels of the upper tenth."""

ALL_PIXELS = """async shown => {
  if (shown.decode) await shown.decode();
  const canvas = document.createElement("canvas");
  canvas.width = shown.videoWidth ?? shown.naturalWidth;
  canvas.height = shown.videoHeight ?? shown.naturalHeight;
  canvas.getContext("2d").drawImage(shown, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}"""
"""As a PNG in base64."""

NEXT_PICTURE = """video => new Promise(done => {
  video.requestVideoFrameCallback(() => done());
  setTimeout(done, 1000);
})"""
"""Or a second, if none comes: a video that the page takes away meanwhile never has another picture."""

SLOW_CLOCK = "const now = performance.now.bind(performance); performance.now = () => now() / 10"
"""The page has ten times its patience: else, where the machine stands still for seconds, it shows a preview in place of
what the camera sends, or no contact.
"""


async def reading_of(picture: Locator) -> StripReading | None:
    """What the pixels of a video or an image say of themselves; None where nothing can be read."""
    width, height, text = await picture.evaluate(UPPER_PIXELS)
    if not text:
        return None
    return strip.read(base64.b64decode(text), width, width, height)


async def picture_of(shown: Locator) -> Image.Image:
    """All that a video or an image shows just now."""
    return Image.open(io.BytesIO(base64.b64decode(await shown.evaluate(ALL_PIXELS))))


async def shown(page: Page, channel: str) -> StripReading:
    """What the picture says that a tile shows just now, as soon as it shows one."""
    video = page.locator(f'video[data-channel="{channel}"]')
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while (reading := await reading_of(video)) is None:
            await video.evaluate(NEXT_PICTURE)
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


async def stream_of(page: Page, channel: str) -> str | None:
    return await page.locator(f'video[data-channel="{channel}"]').get_attribute("data-stream")
