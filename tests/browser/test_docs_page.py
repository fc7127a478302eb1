"""The documentation of the API in a browser."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import shoot

pytestmark = pytest.mark.browser


async def test_it_needs_no_internet(page: Page, server: str, pictures: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{server}/docs")
    await expect(page.get_by_text("/api/inspector/startrecording", exact=True)).to_be_visible()
    await expect(page.get_by_text("/api/v1/status", exact=True)).to_be_visible()
    await shoot(page, "docs", pictures)
    assert all(url.startswith((server, "data:")) for url in asked)
