"""The page shows the truth, and says so when it knows nothing. The recorder is a fake, in states that are rare."""

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from browser.operator import COUNT_TONES, opened, press, says, state
from fakes.recorder import FakeChannel, FakeRecorder, quiet
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.base.clock import SystemClock
from seacorder.base.message import Message
from seacorder.config.schema import ServerSettings
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.encoding import EncodingStatus
from seacorder.model.event import Severity
from seacorder.model.narration import NarrationView, NarratorStatus, SoundState

pytestmark = pytest.mark.browser
TRUTH_MS = 3000
"""How soon the page must show what has changed."""
TIMED = "what has changed is on the page within three seconds"
DONE = {"ok": True, "fact": "", "action": ""}
COLOUR = "element => getComputedStyle(element).backgroundColor"


def tile(page: Page, number: int) -> Locator:
    return page.locator("article.tile").nth(number)


def proof(page: Page) -> Locator:
    """The answer to the last press; what failed stands first."""
    return page.get_by_test_id("proof").first


async def start(page: Page, server: str) -> None:
    """The page, with a recording that was started on it."""
    await opened(page, server)
    await page.get_by_role("button", name="Start recording").click()
    await says(page, "RECORDING")


async def stop(page: Page) -> None:
    """By typing, which no machine is too slow for."""
    await page.get_by_role("button", name="Stop asks first").click()
    await page.get_by_role("button", name="I cannot hold").click()
    await page.get_by_label("Type “stop”").fill("stop")


@pytest.mark.alone(TIMED)
async def test_a_channel_that_fails_is_on_the_page_at_once(page: Page, server: str, recorder: FakeRecorder) -> None:
    await start(page, server)
    await expect(page.get_by_test_id("left")).to_have_text("5.0 h")
    recorder.channels[1].losses, recorder.channels[1].losses_seconds = 2, 3.4
    await expect(page.locator(".bar")).to_contain_text("Stern loses frames.", timeout=TRUTH_MS)
    await expect(tile(page, 1)).to_contain_text("2 losses, the last", timeout=TRUTH_MS)
    recorder.channels[2].fail("The camera at 10.0.0.7:554 refused the password; correct it in the settings file.")
    await expect(tile(page, 2)).to_contain_text("refused the password", timeout=TRUTH_MS)
    await says(page, "RECORDING, FAULT", timeout=TRUTH_MS)
    await expect(page.locator(".bar")).to_contain_text("ROV pilot is not recorded.")


async def test_a_camera_that_goes_silent_is_seen_at_once(page: Page, server: str, recorder: FakeRecorder) -> None:
    await opened(page, server)
    await expect(tile(page, 1).locator("img")).to_be_visible()
    recorder.channels[1].frame_age_seconds = 2.4
    await expect(tile(page, 1)).to_have_attribute("data-trouble", "stalled")
    await expect(tile(page, 1)).to_contain_text("last frame")
    await expect(tile(page, 1).locator("img")).to_have_count(0)


async def test_a_recording_of_which_nothing_is_stored_is_never_called_one(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await start(page, server)
    bar = page.locator(".bar")
    calm = await bar.evaluate(COLOUR)
    quiet(recorder)
    recorder.recording_id = "20240504T030201.123Z"
    await says(page, "NOTHING RECORDED")
    await expect(bar).to_contain_text("A recording was started, but nothing of it reaches the disk.")
    await expect(page.locator(".chip").first).to_have_text("not recorded")
    await expect(page).to_have_title(re.compile("^✕"))
    await expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("%23b3261e"))
    await expect(bar).not_to_have_css("background-color", calm)


async def test_refused_commands_are_sentences(page: Page, server: str, recorder: FakeRecorder) -> None:
    quiet(recorder)
    await opened(page, server)
    await expect(page.get_by_test_id("left")).to_have_text("–")
    await page.get_by_role("button", name="Start recording").click()
    await expect(proof(page)).to_contain_text("Nothing was started")
    await expect(proof(page)).to_contain_text("No channel can record. Bow: The camera at rtsp://***@10.0.0.5/ cannot")


async def test_a_stop_that_finished_no_file_says_once_what_to_do(page: Page, server: str) -> None:
    full = {"ok": False, "fact": "The disk is full.", "action": "Check the disk.", "path": None}
    fact = "The recording has ended, but no file is complete. Bow: The disk is full. Stern: The disk is full."
    problem = {"fact": fact, "action": "Check the disk.", "channels": [
        full | {"channel": "Bow"}, full | {"channel": "Stern"},
    ]}  # fmt: skip
    await start(page, server)
    await page.route("**/api/v1/recording/stop", lambda route: route.fulfill(status=409, json=problem))
    await stop(page)
    await expect(proof(page)).to_contain_text("Not everything was finished")
    await expect(proof(page).locator("p")).to_have_text(f"{fact} Check the disk.")


async def test_a_stop_names_the_channels_of_which_there_is_no_file(page: Page, server: str) -> None:
    """It counts as done on them, and somebody may wait for their files."""
    answer = {"id": "r1", "instant_utc": "2026-05-04T03:02:01Z", "channels": [
        DONE | {"channel": "Bow", "path": "/data/bow.mp4"}, DONE | {"channel": "Stern", "path": None},
    ]}  # fmt: skip
    await start(page, server)
    await page.route("**/api/v1/recording/stop", lambda route: route.fulfill(json=answer))
    await stop(page)
    await expect(proof(page)).to_contain_text("Recording stopped 03:02:01.000 UTC, 2 channels")
    await expect(proof(page).locator("p")).to_have_text("Stern: there was no file to finish.")
    await expect(proof(page)).to_have_attribute("data-tone", "partly")


async def test_a_stop_that_came_second_says_that_there_was_nothing_to_stop(page: Page, server: str) -> None:
    answer = {"id": "", "instant_utc": "2026-05-04T03:02:01Z", "channels": [DONE | {"channel": "Bow", "path": None}]}
    await start(page, server)
    await page.route("**/api/v1/recording/stop", lambda route: route.fulfill(json=answer))
    await stop(page)
    await expect(proof(page)).to_contain_text("There was no recording to stop")


async def test_a_command_without_an_answer_may_have_been_done(page: Page, server: str) -> None:
    await opened(page, server)
    await page.route("**/api/v1/recording/start", lambda route: route.abort())
    await page.get_by_role("button", name="Start recording").click()
    await expect(proof(page).locator("p")).to_have_text(
        "The recorder did not answer. It may have been done all the same: look at the bar, then try again."
    )


async def test_a_search_without_an_answer_is_none_that_found_nothing(page: Page, server: str) -> None:
    await page.route("**/api/v1/recordings?*", lambda route: route.abort())
    await opened(page, server, "/review/20261126T090000.000000Z")
    await expect(page.get_by_text("The recorder does not answer. It may still be recording.")).to_be_visible()
    await expect(page.get_by_text("Nothing was found.")).to_have_count(0)
    await expect(page.get_by_text("There is no such recording.")).to_have_count(0)
    await page.unroute_all()
    await expect(page.get_by_text("Nothing was found.")).to_be_visible()
    await expect(page.get_by_text("There is no such recording.")).to_be_visible()


async def test_a_failure_stays_beside_what_is_done_later_until_it_is_closed(page: Page, server: str) -> None:
    await start(page, server)
    await page.route("**/api/v1/framegrab", lambda route: route.abort(), times=1)
    still = page.get_by_role("button", name="Still", exact=True)
    await still.click()
    failure = page.get_by_test_id("proof").filter(has_text="No still was taken")
    await expect(failure).to_be_visible()
    await still.click()
    await expect(page.get_by_test_id("proof").filter(has_text="Still taken")).to_be_visible()
    await expect(failure).to_be_visible()
    await failure.get_by_role("button", name="Close").click()
    await expect(failure).to_have_count(0)


async def test_a_disk_that_is_nearly_full_has_a_mark(page: Page, server: str, recorder: FakeRecorder) -> None:
    await opened(page, server)
    left = page.get_by_test_id("left")
    await expect(left).to_have_attribute("data-low", "false")
    recorder.seconds_left = lambda: 2520.0  # type: ignore[method-assign]
    await expect(left).to_have_attribute("data-low", "true")
    await expect(left).to_have_text("42 min")
    since_ns = recorder.clock.utc_ns()
    recorder.alarms = (Alarm(AlarmKind.DISK_FULL, None, Severity.ALARM, since_ns, "It is full.", "Delete files."),)
    await expect(page.locator(".bar")).to_contain_text("It is full.")
    await expect(page.locator(".alarms")).to_contain_text("Delete files.")


async def test_names_and_reasons_are_text_only(page: Page, server: str, recorder: FakeRecorder) -> None:
    recorder.channels[0].name = "<img src=x onerror=alert(1)>"
    recorder.channels[0].fail("<script>alert(2)</script>")
    await opened(page, server)
    await expect(tile(page, 0).locator("h2")).to_have_text("<img src=x onerror=alert(1)>")
    await expect(tile(page, 0).locator(".why")).to_have_text("<script>alert(2)</script>")
    assert await tile(page, 0).locator("h2 img, .why script").count() == 0


async def test_the_text_over_the_pictures_is_shown_as_text(page: Page, server: str, recorder: FakeRecorder) -> None:
    recorder.set_overlay_text("Depth 123.4 m\nHeading <b>271</b>")
    await opened(page, server, "/channel/Bow")
    panel = page.locator(".facts")
    await expect(panel.last).to_contain_text("Heading <b>271</b>")
    assert await panel.last.locator("b").count() == 0
    recorder.set_overlay_text("")
    await expect(panel.last).not_to_contain_text("Heading")


async def test_how_a_channel_is_encoded_is_seen(page: Page, server: str, recorder: FakeRecorder) -> None:
    await opened(page, server, "/channel/Bow")
    facts = page.locator("dl.facts").last
    await expect(facts).to_contain_text("Stored as it comes.")
    sentence = "Encoded as H.264 with libx264 (software, preset fast)."
    recorder.channels[0].encoding = EncodingStatus(sentence, "libx264", "libx264", "ultrafast", 8_000_000, 3)
    await expect(facts).to_contain_text(sentence)
    await expect(facts).to_contain_text("libx264, ultrafast")
    await expect(facts).to_contain_text("3 frames lost: this computer is too slow.")


async def test_alarms_are_seen_and_go(page: Page, server: str, recorder: FakeRecorder) -> None:
    await opened(page, server)
    lines = page.locator(".alarms li")
    since_ns = recorder.clock.utc_ns()
    recorder.alarms = (
        Alarm(AlarmKind.CAMERA_STALLED, "ROV pilot", Severity.ALARM, since_ns, "It is silent.", "Check the camera."),
        Alarm(AlarmKind.DISK_LOW, None, Severity.WARNING, since_ns, "Full in 50 min.", "Free some space."),
    )
    await expect(lines).to_have_count(2)
    said = re.compile(r"^\s*Seen\s*A\s*It is silent\.\s*since \d\d:\d\d:\d\d\s*Check the camera\.")
    await expect(lines.first).to_have_text(said)
    await expect(lines.first).to_have_attribute("data-tone", "bad")
    await expect(lines.last).to_contain_text("Full in 50 min.")
    await expect(lines.last).to_have_attribute("data-tone", "warn")
    recorder.alarms = ()
    await expect(lines).to_have_count(0)


async def test_the_level_of_the_narration_is_seen(page: Page, server: str, recorder: FakeRecorder) -> None:
    await opened(page, server, size="wide")
    await says(page, "NOT RECORDING")
    meter = page.get_by_test_id("narration")
    await expect(meter).to_have_count(0)
    live = NarratorStatus(SoundState.LIVE, None, 4000, level_db=-23.4, peak_db=-9.0)
    recorder.narration = NarrationView("Narration", "alsa:default", "all", live, restarts=0)
    await expect(meter).to_have_attribute("aria-valuetext", "-23 decibels")
    await expect(meter).to_contain_text("-23 dB")
    await expect(meter.locator("i[data-on]")).to_have_count(4)
    loud = replace(live, peak_db=-0.1)
    recorder.narration = replace(recorder.narration, narrator=loud)
    await expect(meter).to_contain_text("too loud")
    failed = NarratorStatus(SoundState.FAILED, Message("The plug was pulled."), 4000, level_db=-120, peak_db=-120)
    recorder.narration = replace(recorder.narration, narrator=failed)
    await expect(meter).to_contain_text("not working")
    await expect(meter).to_have_attribute("title", "The plug was pulled.")


@pytest.mark.alone(TIMED)
async def test_a_recorder_that_is_gone_is_said_and_heard_and_a_new_one_found(
    page: Page, recorder: FakeRecorder
) -> None:
    sockets = claim_port("127.0.0.1", 0, setting="inspector_port")
    port = sockets[0].getsockname()[1]
    app = create_inspector_app(recorder, ServerSettings())
    await page.add_init_script(COUNT_TONES)
    async with serving([Listener(app, sockets)]):
        await opened(page, f"http://127.0.0.1:{port}")
        await says(page, "NOT RECORDING")
        await page.locator(".bar").click()
    await says(page, "NO CONTACT", timeout=TRUTH_MS)
    await expect(page.locator(".bar")).to_contain_text("It may still be recording.")
    await expect(tile(page, 0)).to_contain_text("NO CONTACT")
    await expect(page.locator("footer.actions button:enabled")).to_have_count(0)
    await expect(page.locator("html")).to_have_attribute("data-tones", "3")
    async with serving([Listener(app, claim_port("127.0.0.1", port, setting="inspector_port"))]):
        await says(page, "NOT RECORDING", timeout=TRUTH_MS)


class StoppableClock(SystemClock):
    """The system's, until it is stopped: then its UTC stands still."""

    stopped_ns: int | None = None

    def utc_ns(self) -> int:
        return super().utc_ns() if self.stopped_ns is None else self.stopped_ns


class TestAClockThatStands:
    @pytest.fixture
    def recorder(self) -> FakeRecorder:
        return FakeRecorder(FakeChannel("Bow"), clock=StoppableClock())

    @pytest.mark.alone(TIMED)
    async def test_its_answers_say_nothing_about_now(self, page: Page, server: str, recorder: Any) -> None:
        await opened(page, server)
        await says(page, "NOT RECORDING")
        recorder.clock.stopped_ns = recorder.clock.utc_ns()
        await says(page, "NO CONTACT", timeout=TRUTH_MS)
        await expect(page.locator(".bar")).to_contain_text("The recorder answers, but its clock has stood still since")
        await expect(tile(page, 0)).to_contain_text("The recorder's clock stands still.")
        await expect(tile(page, 0).locator("img")).to_have_count(0)
        recorder.clock.stopped_ns = None
        await says(page, "NOT RECORDING", timeout=TRUTH_MS)


async def test_a_kind_is_removed_only_after_a_question(page: Page, server: str) -> None:
    await opened(page, server, "/settings/kinds")
    await page.get_by_role("button", name="Remove AN").click()
    asked = page.get_by_role("alertdialog")
    await expect(asked).to_contain_text("Remove AN, Anode?")
    await page.keyboard.press("Enter")
    await expect(asked).to_have_count(0)
    await expect(page.get_by_role("button", name="Remove AN")).to_be_visible()
    await page.get_by_role("button", name="Remove AN").click()
    await asked.get_by_role("button", name="Remove", exact=True).click()
    await expect(page.get_by_role("button", name="Remove AN")).to_have_count(0)


@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_in_a_narrow_window_the_rest_is_one_press_away(
    page: Page, server: str, recorder: FakeRecorder, size: str
) -> None:
    since_ns = recorder.clock.utc_ns()
    recorder.alarms = tuple(
        Alarm(AlarmKind.CAMERA_BLACK, name, Severity.WARNING, since_ns, f"{name} is black.", "Check the lights.")
        for name in ("Bow", "Stern")
    )
    await opened(page, server, size=size)
    await expect(page.locator("button[data-code=AN]")).to_be_enabled()
    await press(page, "1")
    await page.get_by_role("button", name="More", exact=True).click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_text("Stern is black.")).to_be_visible()
    await expect(sheet.get_by_text("AN-001")).to_be_visible()
    await sheet.get_by_role("button", name="Change").click()
    await page.get_by_label("Dive", exact=True).fill("12")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="More", exact=True).click()
    await expect(sheet.get_by_text("12", exact=True)).to_be_visible()
    await sheet.get_by_role("button", name="Keys, colours, language").click()
    await expect(sheet.get_by_text("Single keys")).to_be_visible()


async def test_at_1280_by_800_nothing_is_out_of_reach(page: Page, server: str, recorder: FakeRecorder) -> None:
    since_ns = recorder.clock.utc_ns()
    recorder.alarms = tuple(
        Alarm(AlarmKind.CAMERA_BLACK, f"{number}", Severity.WARNING, since_ns, f"Camera {number} is black.", "Look.")
        for number in range(6)
    )
    await opened(page, server)
    await expect(page.locator("button[data-code=AN]")).to_be_enabled()
    await press(page, "1")
    for text in ("Camera 5 is black.", "Component", "AN-001"):
        one = page.get_by_text(text, exact=True).first
        await one.scroll_into_view_if_needed()
        await expect(one).to_be_in_viewport()
    await expect(state(page)).to_be_in_viewport()
