"""Debian's Chromium with the operator's page, and a script in it that notes what is shown and when.

The browser's clock (`performance.now`) and Python's `time.monotonic` are both CLOCK_MONOTONIC, so that their distance,
taken once, stays.
"""

import base64
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from seacorder.inputs.pattern import strip

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTH, HEIGHT = 1920, 1080
_STRIP_WIDTH, _STRIP_LINES = 320, 16
"""Of the canvas of `NOTES`."""
_ASKED_AGAIN_SECONDS = 0.05
_CLOCK_TRIES = 50
NOTES = """
window.bench = { firstMs: null, shown: [], everyMs: 1000, longTasks: [] };
(() => {
  const canvas = new OffscreenCanvas(320, 16);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const followed = new WeakSet();
  function look(video, atMs) {
    context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 10, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    let text = "";
    for (let at = 1; at < pixels.length; at += 4) text += String.fromCharCode(pixels[at]);
    bench.shown.push([video.dataset.channel, atMs, btoa(text)]);
  }
  function follow(video) {
    if (followed.has(video)) return;
    followed.add(video);
    let nextMs = performance.now() + Math.random() * bench.everyMs;
    video.requestVideoFrameCallback(function came(nowMs, frame) {
      bench.firstMs ??= frame.expectedDisplayTime;
      if (nowMs >= nextMs) {
        nextMs = nowMs + bench.everyMs;
        look(video, frame.expectedDisplayTime);
      }
      video.requestVideoFrameCallback(came);
    });
  }
  new MutationObserver(() => document.querySelectorAll("video[data-channel]").forEach(follow))
    .observe(document, { childList: true, subtree: true });
  const note = (list) => bench.longTasks.push(...list.getEntries().map((one) => one.duration));
  new PerformanceObserver(note).observe({ type: "longtask" });
})();
"""
"""The upper tenth of a picture, where its number is drawn, made small: reading it back costs little."""
LOADED = """() => {
  const page = performance.getEntriesByType("navigation");
  const isFile = (one) => !new URL(one.name).pathname.startsWith("/api/");
  const files = performance.getEntriesByType("resource").filter(isFile);
  return [...page, ...files].reduce((sum, one) => sum + one.transferSize, 0);
}"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that was shown."""

    channel: str
    at: float
    """When, by `time.monotonic`."""
    number: int


class Looker:
    """One window. Every call blocks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._offset = 0.0

    def open(self, url: str) -> None:
        self.page.goto(url)
        self._offset = self._clock_offset()

    def first_picture_seconds(self) -> float:
        """From the beginning of the navigation until the first picture of any camera was shown."""
        self.wait_until("bench.firstMs !== null")
        return float(self.page.evaluate("bench.firstMs")) / 1000

    def loaded_bytes(self) -> int:
        """What came over the wire for the page itself, with headers; without what it asked of `/api`."""
        return int(self.page.evaluate(LOADED))

    def shown(self) -> list[Shown]:
        """Pictures that were looked at since the last call. Those whose number cannot be read are left out."""
        found: list[list[Any]] = self.page.evaluate("bench.shown.splice(0)")
        read = [(channel, at_ms, _number(text)) for channel, at_ms, text in found]
        return [Shown(channel, at_ms / 1000 + self._offset, n) for channel, at_ms, n in read if n is not None]

    def longest_task_ms(self) -> tuple[float, int]:
        """The longest task since the last call, and how many took longer than 50 ms; a browser tells of no others."""
        tasks: list[float] = self.page.evaluate("bench.longTasks.splice(0)")
        return max(tasks, default=0.0), len(tasks)

    def wait_until(self, holds: str, within_seconds: float = 60.0) -> None:
        """Playwright's own wait would evaluate a text in the page, which its policy forbids."""
        until = time.monotonic() + within_seconds
        while not self.page.evaluate(holds):
            if time.monotonic() > until:
                raise SystemExit(f"The page did not get as far as: {holds}")
            time.sleep(_ASKED_AGAIN_SECONDS)

    def _clock_offset(self) -> float:
        """`time.monotonic` less `performance.now`, by the quickest of some tries."""
        tries = []
        for _ in range(_CLOCK_TRIES):
            begun = time.monotonic()
            page_ms = float(self.page.evaluate("performance.now()"))
            took = time.monotonic() - begun
            tries.append((took, begun + took / 2 - page_ms / 1000))
        return min(tries)[1]


def _number(text: str) -> int | None:
    reading = strip.read(base64.b64decode(text), _STRIP_WIDTH, _STRIP_WIDTH, _STRIP_LINES * strip.HEIGHT_SHARE)
    return None if reading is None else reading.number


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser. Raises SystemExit if there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("Chromium is missing. On Debian as root `make system` installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser) -> Iterator[Looker]:
    """A window that has never seen the page before."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
    page = context.new_page()
    page.add_init_script(NOTES)
    try:
        yield Looker(page)
    finally:
        context.close()
