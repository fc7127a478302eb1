"""The room of settings while others change settings too: what it shows, and what it changes, is what holds."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from browser.operator import faults_of_axe, opened, press
from fakes.recorder import FakeChannel, FakeRecorder
from fakes.setup import SetupBench
from seacorder.base.clock import SystemClock
from seacorder.model.dive_context import ContextChange, DiveContext
from seacorder.model.observation_kind import ObservationKind
from seacorder.model.settings import SettingsChange

pytestmark = pytest.mark.browser

CHANGED = "settings_changed"
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
def bench(tmp_path: Path) -> SetupBench:
    return SetupBench(tmp_path, TEXT)


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


async def test_what_others_set_is_shown_at_once_and_what_is_typed_stays(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await opened(page, server, "/settings/recording")
    split, encoder = page.get_by_label("Minutes of one file"), page.get_by_label("Encoder", exact=True)
    await expect(split).to_have_value("10")
    await split.fill("7")
    await recorder.change_settings(SettingsChange(split_time_minutes=20.0, encoder="x265", burn_in=True))
    recorder.add_event("Minutes of one file are now 20, the encoder is now x265.", CHANGED)
    await expect(encoder).to_have_value("x265")
    await expect(page.get_by_label("Text burned into the picture")).to_be_checked()
    await expect(split).to_have_value("7")
    await split.press("Enter")
    await expect(page.get_by_text("Accepted.")).to_be_visible()
    await expect(split).to_have_value("7")
    assert recorder.current.split_time_minutes == 7.0


async def test_templates_that_others_set_are_shown_with_what_they_give(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await opened(page, server, "/settings/names")
    still, clip = page.get_by_label("Still", exact=True), page.get_by_label("Clip", exact=True)
    await expect(page.get_by_test_id("names-framegrab")).to_contain_text("Stern")
    await clip.fill("Mine_${channelname}")
    await recorder.change_settings(SettingsChange(framegrab_template="Theirs_${channelname}"))
    recorder.add_event("The template of stills is now Theirs_${channelname}.", CHANGED)
    await expect(still).to_have_value("Theirs_${channelname}")
    await expect(page.get_by_test_id("names-framegrab")).to_contain_text("Theirs_Stern.jpg")
    await expect(page.get_by_test_id("names-clip")).to_contain_text("Mine_Stern.mp4")
    await expect(clip).to_have_value("Mine_${channelname}")


async def test_a_source_that_others_add_is_listed_and_a_form_that_is_open_stays(
    page: Page, server: str, recorder: FakeRecorder, bench: SetupBench
) -> None:
    await opened(page, server, "/settings/sources")
    await page.get_by_role("button", name="Add a source").click()
    name = page.get_by_role("form", name="Add a source").get_by_label("Name")
    await name.fill("Sonar")
    await bench.setup.put("telemetry", None, {"name": "GNSS", "input": "udp://:5005"})
    recorder.add_event(bench.said[-1], CHANGED)
    await expect(page.get_by_role("region", name="GNSS")).to_be_visible()
    await expect(name).to_have_value("Sonar")


async def test_kinds_that_others_add_change_and_remove_are_on_the_buttons(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    kinds = recorder.observations.kinds
    await opened(page, server)
    await expect(page.locator("[data-code=DM]")).to_contain_text("Damage")
    kinds.put(ObservationKind("CR", "Crack"))
    kinds.put(replace(kinds.find("DM"), label="Dent"))
    recorder.add_event("The kind of observations DM, Dent, was changed.", CHANGED)
    await expect(page.locator("[data-code=CR]")).to_contain_text("Crack")
    await expect(page.locator("[data-code=DM]")).to_contain_text("Dent")
    kinds.remove("CR")
    recorder.add_event("The kind of observations CR, Crack, was removed. Observations of it stay.", CHANGED)
    await expect(page.locator("[data-code=CR]")).to_have_count(0)


async def test_what_others_set_of_the_context_while_its_form_is_open_stays(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await recorder.change_context(ContextChange(project="North field", dive="12"))
    await opened(page, server)
    await expect(page.get_by_text("North field").first).to_be_attached()
    await press(page, "t")
    form = page.get_by_role("dialog")
    await expect(form.get_by_label("Dive", exact=True)).to_have_value("12")
    await form.get_by_label("Component", exact=True).fill("Spool 12")
    await recorder.change_context(ContextChange(dive="13"))
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)
    assert recorder.dive_context == DiveContext(project="North field", dive="13", component="Spool 12")


async def test_a_form_does_not_undo_what_others_have_stored_since_it_was_opened(
    page: Page, server: str, bench: SetupBench
) -> None:
    await opened(page, server, "/settings/channels")
    await page.get_by_role("button", name="Edit Stern").click()
    form = page.get_by_role("form", name="Edit Stern")
    name = form.get_by_label("Name")
    await expect(name).to_have_value("Stern")
    await name.fill("Aft")
    await bench.setup.put("channels", "Stern", {"name": "Stern", "input": "test:", "preroll_seconds": 5})
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_contain_text("Somebody else has changed this meanwhile.")
    await expect(name).to_have_value("Aft")
    assert "Aft" not in bench.page.read_text(encoding="utf-8")
    assert await faults_of_axe(page) == []
    await form.get_by_role("button", name="Show what is stored now").click()
    await expect(form.get_by_role("alert")).to_have_count(0)
    await expect(name).to_have_value("Stern")
    await name.fill("Aft")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("region", name="Aft")).to_be_visible()
    kept = bench.page.read_text(encoding="utf-8")
    assert 'name = "Aft"' in kept
    assert "preroll_seconds = 5" in kept


async def test_a_form_in_which_nothing_is_typed_shows_what_others_store(
    page: Page, server: str, recorder: FakeRecorder, bench: SetupBench
) -> None:
    await opened(page, server, "/settings/logs")
    log = page.get_by_role("form", name="Table of readings")
    lines = page.get_by_role("form", name="Lines for other systems")
    await expect(log.get_by_label("A row is written")).to_have_value("interval")
    await lines.get_by_role("button", name="Add a line").click()
    await lines.get_by_label("To", exact=True).fill("udp://10.0.0.9:6000")
    await bench.setup.put_table("data_log", {"rows": "change", "interval_seconds": 2})
    await bench.setup.put_list("readings_out", [{"to": "udp://10.0.0.8:6000", "line": "{depth:.1f}"}])
    recorder.add_event(bench.said[-1], CHANGED)
    await expect(log.get_by_label("A row is written")).to_have_value("change")
    await expect(log.get_by_label("Seconds between")).to_have_value("2")
    await expect(lines.get_by_label("To", exact=True)).to_have_value("udp://10.0.0.9:6000")
    await lines.get_by_label("Text").fill("{depth:.2f}")
    await lines.get_by_role("button", name="Save").click()
    await expect(lines.get_by_role("alert")).to_contain_text("Nothing was stored.")
    assert "10.0.0.8" in bench.page.read_text(encoding="utf-8")
    await lines.get_by_role("button", name="Show what is stored now").click()
    await expect(lines.get_by_label("To", exact=True)).to_have_value("udp://10.0.0.8:6000")


async def test_an_overlay_that_others_have_stored_since_is_not_undone(
    page: Page, server: str, bench: SetupBench
) -> None:
    await opened(page, server, "/settings/overlay")
    await page.get_by_role("group", name="Layer 1").get_by_label("Text, with fields").fill("Mine")
    await bench.setup.set_keys("overlay", {"time": "utc", "layers": [{"kind": "text", "text": "Theirs"}]})
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Nothing was stored.")).to_be_visible()
    assert "Mine" not in bench.page.read_text(encoding="utf-8")
    await page.get_by_role("button", name="Show what is stored now").click()
    await expect(page.get_by_role("group", name="Layer 1").get_by_label("Text, with fields")).to_have_value("Theirs")
    await expect(page.get_by_role("group", name="Layer 2")).to_have_count(0)


async def test_a_definition_that_others_have_set_since_is_not_undone(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    table = {"kind": "delimited", "header": "ROV", "delimiter": ";", "fields": [{"name": "depth", "position": 3}]}
    await recorder.definitions.put("Vehicle", table)
    await opened(page, server, "/settings/sources")
    await page.get_by_role("button", name="Edit Vehicle").click()
    form = page.get_by_role("form", name="Edit Vehicle")
    await expect(form.get_by_label("Its table, as JSON")).to_have_value(re.compile("depth"))
    await recorder.definitions.put("Vehicle", {**table, "header": "TMS"})
    await form.get_by_label("Its table, as JSON").fill(json.dumps({**table, "delimiter": ","}))
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_contain_text("Nothing was stored.")
    assert recorder.definitions.tables["Vehicle"]["header"] == "TMS"
