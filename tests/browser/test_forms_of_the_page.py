"""Forms on the operator's page: they show what holds after a refusal, and nothing that was typed is thrown away."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from browser.operator import PATIENCE_MS, faults_of_axe, moved_to, opened, press, shoot
from fakes.recorder import FakeChannel, FakeRecorder
from fakes.setup import SetupBench
from seacorder.base.clock import SystemClock
from seacorder.base.errors import NotPossible
from seacorder.config.definition_body import read_definition
from seacorder.model.event import Event, Severity
from seacorder.model.observation_kind import KindField, KindFieldType

pytestmark = pytest.mark.browser

TEXT = """[[channels]]
name = "Bow"
input = "rtsp://rov:secret@10.0.0.1/live"
[[telemetry]]
name = "GNSS"
input = "udp://127.0.0.1:5005"
"""
SAID = ".sheet [role=alert]"
ACCEPTED = "Accepted. It is kept over a restart."


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder(FakeChannel("Bow"), clock=SystemClock())


@pytest.fixture
def bench(tmp_path: Path) -> SetupBench:
    return SetupBench(tmp_path, TEXT)


async def test_what_is_refused_does_not_stay_in_its_field_and_accepted_is_said_of_the_last_change_alone(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await opened(page, server, "/settings/recording")
    split, burned = page.get_by_label("Minutes of one file"), page.get_by_label("Text burned into the picture")
    await split.fill("7,5")
    await split.press("Enter")
    await expect(split).to_have_value("7.5")
    await expect(page.get_by_text(ACCEPTED)).to_be_visible()
    await split.fill("")
    await split.press("Enter")
    await expect(page.locator(SAID)).to_contain_text("a value is needed. The one that holds is shown again.")
    await expect(split).to_have_value("7.5")
    await split.fill("5000")
    await split.press("Enter")
    await expect(page.locator(SAID)).to_contain_text("split_time_minutes")
    await expect(split).to_have_value("7.5")
    recorder.error = NotPossible("The disk does not answer.")
    await burned.click()
    await expect(page.locator(SAID)).to_contain_text("The disk does not answer.")
    await expect(burned).not_to_be_checked()
    await expect(page.get_by_text(ACCEPTED)).to_have_count(0)
    await moved_to(page, "/settings/channels")
    await page.get_by_role("region", name="Bow").get_by_label("Text burned into the picture").click()
    await expect(page.locator(SAID)).to_contain_text("The disk does not answer.")
    await expect(page.get_by_role("region", name="Bow").get_by_label("Text burned")).not_to_be_checked()
    recorder.error = None
    await page.get_by_text("How it is stored").click()
    size = page.get_by_role("region", name="Bow").get_by_label("Width × height")
    await size.fill("1080p")
    await size.press("Enter")
    await expect(page.locator(SAID)).to_contain_text("two whole numbers such as [1920, 1080]")
    await expect(size).to_have_value("")
    await size.fill("1280x720")
    await size.press("Enter")
    await expect(size).to_have_value("1280 × 720")
    assert recorder.channel_settings()[0].own.resolution == (1280, 720)
    await page.get_by_role("region", name="Bow").get_by_label("Text burned into the picture").click()
    await expect(page.get_by_role("region", name="Bow").get_by_label("Text burned")).to_be_checked()
    await expect(page.get_by_text(ACCEPTED)).to_be_visible()
    await moved_to(page, "/settings/page")
    await expect(page.get_by_label("Language")).to_be_visible()
    await expect(page.get_by_text(ACCEPTED)).to_have_count(0)


async def test_a_source_is_removed_only_after_a_question(page: Page, server: str, bench: SetupBench) -> None:
    await opened(page, server, "/settings/sources")
    await page.get_by_role("button", name="Remove GNSS").click()
    asked = page.get_by_role("alertdialog", name="Remove GNSS?")
    await asked.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("button", name="Remove GNSS")).to_be_visible()
    await page.get_by_role("button", name="Remove GNSS").click()
    await asked.get_by_role("button", name="Remove", exact=True).click()
    await expect(page.get_by_role("region", name="GNSS")).to_contain_text("Removed: ends at the next start.")


async def test_a_touch_beside_a_dialog_throws_nothing_away(page: Page, server: str) -> None:
    await opened(page, server)
    await press(page, "n")
    words = page.get_by_role("dialog", name="Note").get_by_label("Words")
    await words.fill("Half a sentence")
    await page.mouse.click(20, 700)
    await words.press("End")
    await words.press_sequentially(", and its end")
    await expect(words).to_have_value("Half a sentence, and its end")


async def test_escape_throws_what_was_entered_away_only_after_a_question(
    page: Page, server: str, pictures: Path
) -> None:
    await opened(page, server)
    await press(page, "n")
    words = page.get_by_role("dialog", name="Note").get_by_label("Words")
    await words.fill("Half a sentence")
    await page.keyboard.press("Escape")
    asked = page.get_by_role("group", name="Throw away what was entered here?")
    await expect(asked.get_by_role("button", name="Go on")).to_be_focused()
    await shoot(page, "throw-away", pictures)
    assert await faults_of_axe(page) == []
    await page.keyboard.press("Escape")
    await expect(asked).to_have_count(0)
    await expect(words).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(asked.get_by_role("button", name="Go on")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(words).to_be_focused()
    await expect(words).to_have_value("Half a sentence")
    await page.keyboard.press("Escape")
    await expect(asked.get_by_role("button", name="Go on")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_escape_closes_a_form_at_once_in_which_nothing_was_entered(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await opened(page, server)
    await press(page, "l")
    late = page.get_by_role("dialog", name="Late entry")
    await late.get_by_label("Words").fill("Rope")
    await late.get_by_label("Words").fill("")
    await page.keyboard.press("Escape")
    await expect(late).to_have_count(0)
    await press(page, "l")
    await late.locator("input[value=AN]").check()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("group", name="Throw away")).to_be_visible()
    await page.get_by_role("button", name="Throw away").click()
    await expect(late).to_have_count(0)
    await press(page, "t")
    await page.get_by_role("dialog").get_by_label("Dive", exact=True).fill("12")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Go on").click()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert recorder.dive_context.dive == "12"


async def test_a_kind_that_exists_is_changed_with_all_that_it_has_and_not_overwritten(
    page: Page, server: str, recorder: FakeRecorder, pictures: Path
) -> None:
    before = recorder.observations.kinds.find("DM")
    await opened(page, server, "/settings/kinds")
    form = page.get_by_role("form", name="Add a kind")
    await form.get_by_label("Code").fill("dm")
    await form.get_by_label("Name").fill("Dent")
    await form.get_by_role("button", name="Add", exact=True).click()
    await expect(form.get_by_role("alert")).to_contain_text("There is a kind DM already: Damage.")
    assert recorder.observations.kinds.find("DM") == before
    await page.get_by_role("button", name="Edit DM").click()
    edited = page.get_by_role("form", name="Edit DM")
    await expect(edited.get_by_label("Key")).to_have_value("q")
    await edited.get_by_label("Name", exact=True).fill("Dent")
    await edited.get_by_role("button", name="Add a field").click()
    field = edited.get_by_role("group", name="Field 3")
    await field.get_by_label("Name").fill("grade")
    await field.get_by_label("Takes").select_option("One of some words")
    await field.get_by_label("Words to choose").fill("light\nheavy")
    await shoot(page, "settings-kind", pictures)
    assert await faults_of_axe(page) == []
    await edited.get_by_label("Key").fill("i")
    await edited.get_by_role("button", name="Save").click()
    await expect(edited.get_by_role("alert")).to_contain_text("The key 'i' is that of AN. Choose another key.")
    await edited.get_by_label("Key").fill("q")
    await edited.get_by_role("button", name="Save").click()
    await expect(edited).to_have_count(0)
    grade = KindField("grade", KindFieldType.CHOICE, choices=("light", "heavy"))
    assert recorder.observations.kinds.find("DM") == replace(before, label="Dent", fields=(*before.fields, grade))
    await moved_to(page, "/")
    button = page.locator("[data-code=DM]")
    await expect(button).to_have_attribute("aria-keyshortcuts", "6 q")
    await expect(button.locator("kbd").last).to_have_text("Q")
    await expect(button.locator("kbd").last).to_be_visible()


async def test_a_kind_that_is_being_stored_is_not_called_another_one(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    stored, answered = asyncio.Event(), asyncio.Event()
    sent: list[str] = []

    async def late(route: Route) -> None:
        sent.append(route.request.url)
        answer = await route.fetch()
        stored.set()
        await answered.wait()
        await route.fulfill(response=answer)

    await page.route("**/api/v1/kinds/*", late)
    await opened(page, server, "/settings/kinds")
    form = page.get_by_role("form", name="Add a kind")
    await form.get_by_label("Code").fill("WD")
    await form.get_by_label("Name").fill("Weld")
    await form.get_by_role("button", name="Add", exact=True).click()
    async with asyncio.timeout(PATIENCE_MS / 1000):
        await stored.wait()
    noted = Event(recorder.clock.utc_ns(), "observation_entered", Severity.INFO, "AN-001 is noted.", observation="o1")
    recorder.events.add(noted)  # then the page looks for observations and kinds
    await expect(page.get_by_role("button", name="Edit WD")).to_be_visible()
    await expect(form.get_by_role("alert")).to_have_count(0)
    await form.get_by_label("Name").press("Enter")
    answered.set()
    await expect(form.get_by_label("Code")).to_have_value("")
    await expect(form.get_by_role("alert")).to_have_count(0)
    assert len(sent) == 1


async def test_what_no_seconds_of_a_clip_mean_is_said_of_each_class(page: Page, server: str) -> None:
    await opened(page, server, "/settings/kinds")
    form = page.get_by_role("form", name="Add a kind")
    await expect(form.get_by_label("Seconds of a clip after the press (0: none)")).to_be_enabled()
    await form.get_by_label("Class").select_option("Anomaly")
    await expect(form.get_by_label("Seconds of a clip after the press (0: 10)")).to_be_enabled()
    await form.get_by_label("has a beginning and an end").check()
    seconds = form.get_by_label("Seconds of a clip after the press (0: as long as itself)")
    await expect(seconds).to_be_enabled()
    await form.get_by_label("takes a clip as long as itself").check()
    await expect(seconds).to_be_disabled()


async def test_a_definition_of_the_settings_file_is_replaced_on_the_page_and_holds_again(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    table = {"kind": "delimited", "header": "ROV", "delimiter": ";", "fields": [{"name": "depth", "position": 3}]}
    recorder.definitions.in_file["Vehicle"] = read_definition("Vehicle", table).parts
    await opened(page, server, "/settings/sources")
    listed = page.get_by_role("region", name="Vehicle")
    await expect(listed).to_contain_text("It stands in the settings file.")
    await expect(listed.get_by_role("button", name="Take back")).to_have_count(0)
    await listed.get_by_role("button", name="Edit Vehicle").click()
    form = page.get_by_role("form", name="Edit Vehicle")
    await expect(form).to_contain_text("What is set here holds instead of it, until it is taken back.")
    await expect(form.get_by_label("Its table, as JSON")).to_have_value("")
    await form.get_by_label("Its table, as JSON").fill(json.dumps(table).replace("depth", "altitude"))
    await form.get_by_role("button", name="Save").click()
    await expect(listed).to_contain_text("altitude")
    await expect(listed).not_to_contain_text("It stands in the settings file.")
    assert "Vehicle" in recorder.definitions.tables
    await listed.get_by_role("button", name="Take back").click()
    await expect(listed).to_contain_text("It stands in the settings file.")
    await expect(listed).to_contain_text("depth")
    assert recorder.definitions.tables == {}


async def test_an_overlay_is_saved_while_there_is_no_picture_to_show_it_on(
    page: Page, server: str, recorder: FakeRecorder, bench: SetupBench
) -> None:
    await opened(page, server, "/settings/overlay")
    await expect(page.get_by_test_id("overlay-preview")).to_be_visible()
    await page.route("**/overlay/preview*", lambda route: route.abort())
    await page.get_by_role("button", name="Add a layer").click()
    await expect(page.locator(SAID)).to_contain_text("The recorder does not answer.")
    await expect(page.get_by_test_id("overlay-preview")).to_have_count(0)
    await page.unroute("**/overlay/preview*")
    recorder.channels[0].fail("Camera does not answer.")
    await page.get_by_role("button", name="Add a layer").click()
    await expect(page.locator(SAID)).to_contain_text("The channel 'Bow' has no picture now.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Changes take effect")).to_be_visible()
    assert "[overlay]" in bench.page.read_text(encoding="utf-8")
