"""The page of docs/programs/recipes.md that lists events, in a real browser and with a real recorder."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page

from rig.program import running

pytestmark = pytest.mark.browser
RECIPES = (Path(__file__).parents[2] / "docs/programs/recipes.md").read_text("utf-8")
PATTERN = "test:?size=320x180&rate=25&gop=10"


async def test_events_in_a_browser_are_resumed(page: Page, tmp_path: Path) -> None:
    (text,) = re.findall(r"^```html\n(.*?)^```$", RECIPES, re.MULTILINE | re.DOTALL)
    with running(tmp_path, {"Bow": PATTERN}) as program:
        program.wait_live()
        await page.route("**/events.html", lambda route: route.fulfill(body=text, content_type="text/html"))
        await page.goto(f"{program.url}/events.html")
        await page.wait_for_function("localStorage.getItem('cursor') !== null")
        program.get("/api/inspector/takeframegrab")
        await page.locator("li", has_text=" info framegrab_stored ").wait_for()
        await page.goto("about:blank")
        program.get("/api/inspector/takeframegrab")
        await page.goto(f"{program.url}/events.html")
        await page.locator("li", has_text=" info framegrab_stored ").wait_for()
        assert await page.locator("li", has_text="framegrab_stored").count() == 1, "what happened meanwhile, once"
