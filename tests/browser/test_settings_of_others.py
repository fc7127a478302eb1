"""The room of settings while others change settings too: what it shows, and what it changes, is what holds."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from browser.operator import opened
from browser.served import served
from fakes.recorder import FakeChannel, FakeRecorder
from fakes.setup import SetupBench
from seacorder.base.clock import SystemClock

pytestmark = pytest.mark.browser

REFUSED = ".sheet [role=alert]"
TEXT = """[[channels]]
name = "Bow"
input = "test:"
[[channels]]
name = "Stern"
input = "test:"
"""


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder(FakeChannel("Bow"), FakeChannel("Stern"), clock=SystemClock())


@pytest.fixture
async def server(recorder: FakeRecorder, tmp_path: Path) -> AsyncIterator[str]:
    async with served(recorder, setup=SetupBench(tmp_path, TEXT).setup) as address:
        yield address


async def own(page: Page, server: str) -> dict[str, dict[str, Any]]:
    """By channel: what is set for it alone."""
    found = await (await page.request.get(f"{server}/api/v1/settings")).json()
    return {one["channel"]: one["own"] for one in found["channels"]}


def burned(page: Page, channel: str) -> Locator:
    return page.get_by_role("region", name=channel).get_by_label("Text burned into the picture")


async def test_a_channel_is_changed_at_the_place_that_it_has_by_now(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await opened(page, server, "/settings/channels")
    await expect(burned(page, "Bow")).not_to_be_checked()
    del recorder.channels[0]
    await expect(burned(page, "Bow")).to_have_count(0)
    async with page.expect_response(lambda answer: answer.request.method == "PATCH") as sent:
        await burned(page, "Stern").click()
    answer = await sent.value
    assert (answer.status, answer.url) == (200, f"{server}/api/v1/channels/0/settings?channel=Stern")
    await expect(burned(page, "Stern")).to_be_checked()
    assert (await own(page, server))["Stern"]["burn_in"] is True


async def test_a_page_that_does_not_know_the_new_places_changes_no_other_channel(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await opened(page, server, "/settings/channels")
    await expect(burned(page, "Stern")).not_to_be_checked()
    await page.route("**/api/v1/settings", lambda route: route.abort())
    recorder.channels.reverse()
    await burned(page, "Stern").click()
    await expect(page.locator(REFUSED)).to_contain_text('Channel 1 is Bow, not "Stern".')
    await expect(burned(page, "Stern")).not_to_be_checked()
    assert {name: one["burn_in"] for name, one in (await own(page, server)).items()} == {"Bow": None, "Stern": None}
