"""The operator's page in a browser: opening it, its words, and pictures of it for whoever looks at them."""

import os
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

from tools.tree import ROOT

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
PATIENCE_MS = 60_000
"""How long a test waits for what it wants to see, where its point is no limit."""
SIZES = {"wide": (1920, 1080), "laptop": (1280, 800), "tablet": (1024, 768), "phone": (390, 844)}
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CUT_OFF = Path(__file__).with_name("cut_off.js")
RUN_AXE = """async () => {
  const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}"""


WITHOUT_VIDEO = "delete window.MediaSource; delete window.ManagedMediaSource"
"""A browser that plays nothing: the page shows a picture each second then. Fakes send no video."""


COUNT_TONES = """
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) {
    const { dataset } = document.documentElement;
    dataset.tones = Number(dataset.tones ?? 0) + 1;
    return start.apply(this, given);
  };
"""
"""On the page itself, whose policy lets no test wait for anything else."""
STAYS = """
  const after = window.setTimeout;
  window.setTimeout = (what, ms, ...given) => after(what, ms === 8000 ? 2 ** 30 : ms, ...given);
"""
"""What is shown for eight seconds is shown until the test has ended, however slow the machine is."""


async def opened(page: Page, url: str, path: str = "", size: str = "laptop", theme: str = "dark") -> Page:
    """The page, in one of `SIZES`, in a browser that plays no video."""
    await page.add_init_script(WITHOUT_VIDEO)
    return await opened_with_video(page, url, path, size, theme)


async def opened_with_video(
    page: Page, url: str, path: str = "", size: str = "laptop", theme: str = "dark"
) -> Page:
    """As `opened`, in the browser as it is."""
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})
    await page.add_init_script(f"localStorage.setItem('seacorder.theme', '{theme}')")
    await page.goto(f"{url}{path or '/'}")
    return page


def state(page: Page) -> Locator:
    """The words of the bar."""
    return page.get_by_test_id("state")


async def says(page: Page, words: str, **limits: Any) -> None:
    await expect(state(page)).to_have_text(words, **limits)


async def press(page: Page, key: str) -> None:
    """A key that changes something, once the page has contact: when a busy machine has stood still for two seconds, it
    has none for a moment, and such keys do nothing.
    """
    await expect(page.locator("footer.actions button:enabled")).not_to_have_count(0)
    await page.keyboard.press(key)


async def begin_by_keys(page: Page) -> None:
    """Starts a recording and takes a still."""
    await says(page, "NOT RECORDING")
    await expect(page.locator("button[data-code=AN]")).to_be_enabled()
    await press(page, "r")
    await says(page, "RECORDING")
    await press(page, "s")
    await expect(page.get_by_test_id("proof")).to_contain_text("Still taken")


async def hold_to_stop(page: Page) -> None:
    """Holds the button until the recording has ended, however long the machine takes for it."""
    await page.get_by_role("button", name="Hold to stop").hover()
    await page.mouse.down()
    await says(page, "NOT RECORDING")
    await page.mouse.up()


async def shoot(page: Page, name: str, folder: Path) -> None:
    """A picture of the window; kept where SCREENSHOTS names a folder."""
    kept = Path(os.environ.get("SCREENSHOTS") or folder)
    assert len(await page.screenshot(path=kept / f"{name}.png")) > 10_000


async def moved_to(page: Page, path: str) -> None:
    """Another view of the page that is open, as by a link."""
    await page.evaluate("path => history.pushState(null, '', path)", path)
    await page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")


async def cut_off(page: Page) -> list[str]:
    """Each text of the page that is cut off, runs out of its place or lies over another one."""
    found: list[str] = await page.evaluate(CUT_OFF.read_text(encoding="utf-8"))
    return found


async def faults_of_axe(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA; `make web` has installed it."""
    # As a script of the page the policy would refuse it; so the browser is told to evaluate it.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(RUN_AXE)
    return found
