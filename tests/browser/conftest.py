"""A real browser, and a recorder for it to look at."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from browser.operator import FLAGS, PATIENCE_MS
from browser.served import served
from fakes.recorder import FakeChannel, FakeRecorder
from fakes.setup import SetupBench
from seacorder.base.clock import SystemClock


@pytest.fixture
def recorder() -> FakeRecorder:
    channels = [FakeChannel(name) for name in ("Bow", "Stern", "ROV pilot", "Diver 2")]
    return FakeRecorder(*channels, clock=SystemClock())


@pytest.fixture
def bench() -> SetupBench | None:
    """What can be set up; None: nothing can. A file whose tests set something up has its own."""
    return None


@pytest.fixture
async def server(recorder: FakeRecorder, bench: SetupBench | None) -> AsyncIterator[str]:
    """The page's address; the recorder behind it is a fake."""
    async with served(recorder, setup=None if bench is None else bench.setup) as address:
        yield address


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A window of Chromium. A fault in a script, or a thing that the page's policy forbids, fails the test."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is missing; on Debian: apt-get install chromium")
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        window = await browser.new_page(viewport={"width": 1280, "height": 860}, timezone_id="UTC", locale="en-GB")
        window.on("pageerror", lambda error: faults.append(str(error)))
        window.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
        window.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield window
        await browser.close()
    assert not faults


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go."""
    return tmp_path
