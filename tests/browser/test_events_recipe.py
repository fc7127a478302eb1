"""The page of docs/programs/recipes.md that lists events, in a real browser and with a real recorder."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Page

from rig.pages import blocks
from rig.program import running

pytestmark = pytest.mark.browser
RECIPES = (Path(__file__).parents[2] / "docs/programs/recipes.md").read_text("utf-8")
PATTERN = "test:?size=320x180&rate=25&gop=10"
STORED = " info framegrab_stored "


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A web site of somebody else: its folder, and its origin."""
    folder = tmp_path / "site"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


async def test_events_on_an_allowed_page_are_resumed(page: Page, tmp_path: Path, site: tuple[Path, str]) -> None:
    (text,) = blocks(RECIPES, "html")
    folder, origin = site
    variables = {"SEACORDER_SERVER_ALLOWED_ORIGINS": f'["{origin}"]'}
    with running(tmp_path, {"Bow": PATTERN}, variables=variables) as program:
        program.wait_live()
        (folder / "events.html").write_text(text.replace("location.origin", f'"{program.url}"'), encoding="utf-8")
        await page.goto(f"{origin}/events.html")
        await page.wait_for_function("localStorage.getItem('cursor') !== null")
        program.get("/api/inspector/takeframegrab")
        await page.locator("li", has_text=STORED).wait_for()
        await page.goto("about:blank")
        program.get("/api/inspector/takeframegrab")
        await page.goto(f"{origin}/events.html")
        await page.locator("li", has_text=STORED).wait_for()
        assert await page.locator("li", has_text=STORED).count() == 1, "what happened meanwhile, once"
