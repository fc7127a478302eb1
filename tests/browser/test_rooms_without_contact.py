"""The rooms beside the wall while the recorder does not answer: nothing of before is shown as if it were of now."""

import time

import pytest
from playwright.async_api import Page, expect

from browser.operator import moved_to, opened, says
from fakes.recorder import FakeRecorder
from seacorder.model.telemetry import SourceCounters, SourceState, SourceStatus

pytestmark = pytest.mark.browser


async def test_what_was_known_is_not_shown_as_known_now(page: Page, server: str, recorder: FakeRecorder) -> None:
    recorder.blackbox.shown = recorder.blackbox.view()
    source = SourceStatus("Survey", SourceState.LIVE, time.time_ns(), counters=SourceCounters())
    recorder.telemetry.add_source(source, "udp:0.0.0.0:5000")
    recorder.telemetry.give("depth", 12.4, "m")
    await recorder.start_recording()
    await opened(page, server, "/data")
    row = page.locator("tr", has_text="depth")
    await expect(row).to_have_attribute("data-state", "fresh")
    await expect(row).to_contain_text("12.4")
    listed = page.locator("li", has_text="udp:0.0.0.0:5000")
    await expect(listed).to_contain_text("fresh")
    await page.route("**/api/**", lambda route: route.abort())
    await says(page, "NO CONTACT")
    await expect(row).to_have_attribute("data-state", "stale")
    await expect(row).not_to_contain_text("12.4")
    await expect(listed).to_contain_text("not known")
    await expect(listed).not_to_contain_text("fresh")


async def test_settings_and_the_blackbox_say_nothing_of_now(page: Page, server: str, recorder: FakeRecorder) -> None:
    recorder.blackbox.shown = recorder.blackbox.view()
    await recorder.start_recording()
    await opened(page, server, "/settings/recording")
    told = page.get_by_text("Recording now.")
    await expect(told).to_be_visible()
    await moved_to(page, "/copies")
    box = page.get_by_test_id("box")
    await expect(box).to_have_attribute("data-standing", "on")
    await page.route("**/api/**", lambda route: route.abort())
    await says(page, "NO CONTACT")
    await expect(box).to_have_attribute("data-standing", "unknown")
    await moved_to(page, "/settings/recording")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(told).to_have_count(0)
