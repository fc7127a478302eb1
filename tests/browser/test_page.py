"""The first page in a real browser: it shows the truth, sends the commands, and says so when it knows nothing."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from fakes.recorder import FakeRecorder, quiet
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.base.message import Message
from seacorder.config.schema import ServerSettings
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.encoding import EncodingStatus
from seacorder.model.event import Severity
from seacorder.model.narration import NarrationView, NarratorStatus, SoundState

pytestmark = pytest.mark.browser
TRUTH_MS = 2000
"""How soon the page must show what has changed."""
TIMED = "what has changed is on the page within two seconds"
COLOURS = "element => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]"
HEADLINES = """async () => {
  const say = await import("/static/status.js"), told = [];
  for (const is_recording of [false, true]) for (const recording_id of [null, "r1"]) for (const bits of [0, 1, 2, 3]) {
    const channels = [0, 1].map(index => ({ name: `Cam ${index}`, is_recording: Boolean(bits & (1 << index)) }));
    const { words, isOn } = say.recording({ is_recording, recording_id, recording_seconds: 1, channels });
    told.push([is_recording, channels.filter(one => one.is_recording).length, words, isOn]);
  }
  return told;
}"""
"""What the headline says in every case of two channels."""


async def shoot(page: Page, name: str, folder: Path) -> None:
    """A screenshot; kept where SCREENSHOTS names a folder."""
    kept = Path(os.environ.get("SCREENSHOTS") or folder)
    picture = await page.screenshot(path=kept / f"{name}.png", full_page=True)
    assert len(picture) > 10_000


@pytest.mark.alone(TIMED)
async def test_a_recording_from_start_to_stop(page: Page, server: str, recorder: FakeRecorder, pictures: Path) -> None:
    await page.goto(server)
    words = page.locator("#recording-words")
    await expect(words).to_have_text("Not recording")
    await expect(page.locator("article.channel")).to_have_count(4)
    await expect(page.get_by_alt_text("Picture of ROV pilot")).to_be_visible()
    await expect(page.locator("#left")).to_have_text("5 h 0 min")
    await shoot(page, "idle", pictures)
    await page.get_by_role("button", name="Start recording").click()
    await expect(words).to_have_text("Recording", timeout=TRUTH_MS)
    await expect(page.locator("#message")).to_contain_text("Recording started on 4 of 4 channels.")
    await expect(page.get_by_role("button", name="Start recording")).to_be_disabled()
    await page.get_by_role("button", name="Take framegrab").click()
    await expect(page.locator("#message")).to_contain_text("Framegrab taken on 4 of 4 channels.")
    await page.get_by_role("button", name="Start clip").click()
    await expect(page.locator("#clip-words")).to_have_text("Clip is being recorded")
    recorder.channels[1].losses, recorder.channels[1].losses_seconds = 2, 3.4
    recorder.channels[2].fail("The camera at 10.0.0.7:554 refused the password; correct it in the settings file.")
    await expect(page.locator("article.channel").nth(2)).to_contain_text("refused the password", timeout=TRUTH_MS)
    await expect(words).to_have_text("Recording, but NOT ROV pilot")
    await expect(page.locator("#losses")).to_have_text("2 (3.4 s)")
    await expect(page.locator("article.channel").nth(1).locator(".file")).to_contain_text(" · 2 losses (3.4 s)")
    await shoot(page, "recording", pictures)
    await page.get_by_role("button", name="Stop clip").click()
    await page.get_by_role("button", name="Stop recording").click()
    await expect(words).to_have_text("Not recording", timeout=TRUTH_MS)
    assert [one for one in recorder.commands if "framegrab" not in one] == [
        "start_recording", "start_clip", "stop_clip", "stop_recording"
    ]


async def test_a_camera_that_goes_silent_is_seen_at_once(page: Page, server: str, recorder: FakeRecorder) -> None:
    await page.goto(server)
    stern = page.locator("article.channel").nth(1)
    await expect(stern.locator(".state")).to_have_text("live")
    recorder.channels[1].frame_age_seconds = 1.8
    await expect(stern.locator(".state")).to_contain_text("no picture for")
    await expect(stern.locator(".picture")).to_have_attribute("data-old", "true")


async def test_a_recording_of_which_nothing_is_stored_is_never_called_one(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await page.goto(server)
    words = page.locator("#recording")
    await page.get_by_role("button", name="Start recording").click()
    await expect(words).to_have_attribute("data-tone", "rec")
    calm = await words.evaluate(COLOURS)
    quiet(recorder)
    nothing = "NOT RECORDING: started, but nothing reaches the disk. See the alarms."
    await expect(page.locator("#recording-words")).to_have_text(nothing)
    await expect(words).to_have_attribute("data-on", "false")
    await expect(page.locator(".rec").first).to_have_text("NOT recording")
    assert not (await page.title()).startswith("●")
    assert await words.evaluate(COLOURS) == ["rgb(255, 255, 255)", "rgb(179, 38, 30)"] != calm


async def test_the_headline_says_recording_only_for_channels_that_are(page: Page, server: str) -> None:
    """Whatever a status says: whole and channels, with and without an id."""
    await page.goto(server)
    told = await page.evaluate(HEADLINES)
    assert len(told) == 2 * 2 * 4
    for is_recording, recorded, words, is_on in told:
        assert is_on == (is_recording and recorded > 0)
        assert (words == "Recording") == (is_recording and recorded == 2)
        assert words.startswith("Recording, but NOT ") == (is_recording and recorded == 1)


@pytest.mark.parametrize(("losses", "seconds", "words"), [
    ([0, 0], [0, 0], "0"), ([1, 0], [2.04, 0], "1 (2.0 s)"), ([1, 2], [30, 95.5], "3 (00:02:05)"),
])
async def test_how_long_all_losses_are_together(page: Page, server: str, losses, seconds, words) -> None:
    await page.goto(server)
    channels = [{"losses": one, "missing_seconds": long} for one, long in zip(losses, seconds, strict=True)]
    told = await page.evaluate("channels => import('/static/status.js').then(say => say.losses(channels))", channels)
    assert told == {"words": words, "tone": "warn" if sum(losses) else "quiet"}


async def test_nothing_is_said_twice(page: Page, server: str, recorder: FakeRecorder) -> None:
    """Why a camera cannot be read stands on its card only while no alarm says so."""
    await page.goto(server)
    bow = page.locator("article.channel").first
    recorder.channels[0].fail("The camera does not answer.")
    await expect(bow.locator(".reason")).to_have_text("The camera does not answer.")
    fact = "Bow is NOT being recorded. The camera does not answer."
    since_ns = recorder.clock.utc_ns()
    recorder.alarms = (Alarm(AlarmKind.CAMERA_FAILED, "Bow", Severity.ALARM, since_ns, fact, "Check its power."),)
    await expect(page.locator("#alarms .fact")).to_have_text(fact)
    await expect(bow.locator(".reason")).to_have_text("")
    assert (await page.locator("body").inner_text()).count("does not answer") == 1


async def test_a_stop_that_finished_no_file_is_not_called_failed_and_says_once_what_to_do(
    page: Page, server: str
) -> None:
    full = {"ok": False, "fact": "The disk is full.", "action": "Check the disk."}
    problem = {
        "fact": "The recording has ended, but no file is complete. Bow: The disk is full. Stern: The disk is full.",
        "action": "Check the disk.",
        "channels": [full | {"channel": "Bow"}, full | {"channel": "Stern"}],
    }
    await page.goto(server)
    await page.get_by_role("button", name="Start recording").click()
    await page.route("**/api/v1/recording/stop", lambda route: route.fulfill(status=409, json=problem))
    await page.get_by_role("button", name="Stop recording").click()
    await expect(page.locator("#message")).to_have_text(
        "The recording has ended, but no file is complete.\nBow: The disk is full.\nStern: The disk is full.\n"
        "Check the disk."
    )


async def test_an_answer_leaves_out_what_an_alarm_of_the_channel_says(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    stern = recorder.channels[1]
    stern.fail("Stern is not being recorded yet. The camera does not answer. It joins by itself.")
    since_ns = recorder.clock.utc_ns()
    fact, action = "Stern is NOT being recorded. The camera does not answer.", "Check its power."
    recorder.alarms = (Alarm(AlarmKind.CAMERA_FAILED, "Stern", Severity.ALARM, since_ns, fact, action),)
    await page.goto(server)
    await expect(page.locator("#alarms li")).to_have_count(1)
    await page.get_by_role("button", name="Start recording").click()
    await expect(page.locator("#message")).to_contain_text(
        "Recording started on 3 of 4 channels.\nStern is not being recorded yet. It joins by itself."
    )


async def test_a_stop_names_the_channels_of_which_there_is_no_file(page: Page, server: str) -> None:
    """A stop counts as done on them, and somebody may wait for their files."""
    done = {"ok": True, "fact": "", "action": ""}
    answer = {"id": "r1", "instant_utc": "2026-05-04T03:02:01Z", "channels": [
        done | {"channel": "Bow", "path": "/data/bow.mp4"}, done | {"channel": "Stern", "path": None},
    ]}  # fmt: skip
    await page.goto(server)
    await page.get_by_role("button", name="Start recording").click()
    await page.route("**/api/v1/recording/stop", lambda route: route.fulfill(json=answer))
    await page.get_by_role("button", name="Stop recording").click()
    message = page.locator("#message")
    await expect(message).to_have_text(re.compile(
        r"^\d\d:02:01  Recording stopped on 2 of 2 channels\.\nStern: there was no file to finish\.$"
    ))  # fmt: skip
    await expect(message).to_have_attribute("data-tone", "warn")


async def test_a_command_without_an_answer_may_have_been_done(page: Page, server: str) -> None:
    await page.goto(server)
    await page.route("**/api/v1/recording/start", lambda route: route.abort())
    await page.get_by_role("button", name="Start recording").click()
    said = "It may have been done all the same: look at the state above, then try again."
    await expect(page.locator("#message")).to_have_text(f"No answer to ‘Start recording’. {said}")
    after_a_limit = await page.evaluate("import('/static/status.js').then(say => say.noAnswer('Stop clip', 60))")
    assert after_a_limit == f"No answer to ‘Stop clip’ within 60 s. {said}"


async def test_a_disk_that_takes_nothing_more_is_red(page: Page, server: str, recorder: FakeRecorder) -> None:
    """Writing stops a little above the space that is kept free."""
    await page.goto(server)
    free = page.locator("#free")
    await expect(free).to_have_attribute("data-tone", "quiet")
    since_ns = recorder.clock.utc_ns()
    recorder.alarms = (Alarm(AlarmKind.DISK_FULL, None, Severity.ALARM, since_ns, "It is full.", "Delete files."),)
    await expect(free).to_have_attribute("data-tone", "bad")


async def test_refused_commands_are_sentences(page: Page, server: str, recorder: FakeRecorder, pictures: Path) -> None:
    quiet(recorder)
    await page.goto(server)
    await expect(page.locator("#left")).to_have_text("–")
    await page.get_by_role("button", name="Start recording").click()
    message = page.locator("#message")
    await expect(message).to_contain_text("Start recording failed.\nNo channel can record.\nBow: The camera at")
    await expect(message).to_contain_text("Stern: The camera at rtsp://***@10.0.0.5/ cannot be reached")
    await shoot(page, "refused", pictures)


async def test_names_and_reasons_are_text_only(page: Page, server: str, recorder: FakeRecorder) -> None:
    recorder.channels[0].name = "<img src=x onerror=alert(1)>"
    recorder.channels[0].fail("<script>alert(2)</script>")
    await page.goto(server)
    first = page.locator("article.channel").first
    await expect(first.locator(".name")).to_have_text("<img src=x onerror=alert(1)>")
    await expect(first.locator(".reason")).to_have_text("<script>alert(2)</script>")
    assert await first.locator(".name img, .reason script").count() == 0


async def test_the_text_over_the_pictures_is_shown_as_text(page: Page, server: str, recorder: FakeRecorder) -> None:
    recorder.set_overlay_text("Depth 123.4 m\nHeading <b>271</b>")
    await page.goto(server)
    text = page.locator("article.channel").nth(0).locator(".text")
    await expect(text).to_have_text("Depth 123.4 m\nHeading <b>271</b>")
    assert await text.locator("b").count() == 0
    recorder.set_overlay_text("")
    await expect(text).to_have_text("")


@pytest.mark.alone(TIMED)
async def test_a_recorder_that_is_gone_is_said_within_two_seconds_and_a_new_one_found(
    page: Page, recorder: FakeRecorder, pictures: Path
) -> None:
    sockets = claim_port("127.0.0.1", 0, setting="inspector_port")
    port = sockets[0].getsockname()[1]
    app = create_inspector_app(recorder, ServerSettings())
    words = page.locator("#recording-words")
    async with serving([Listener(app, sockets)]):
        await page.goto(f"http://127.0.0.1:{port}/")
        await expect(words).to_have_text("Not recording")
    await expect(words).to_contain_text("No connection to Seacorder since", timeout=TRUTH_MS + 500)
    await expect(page.get_by_role("button", name="Start recording")).to_be_disabled()
    await expect(page.locator("article.channel .state").first).to_have_text("unknown")
    await shoot(page, "lost", pictures)
    async with serving([Listener(app, claim_port("127.0.0.1", port, setting="inspector_port"))]):
        await expect(words).to_have_text("Not recording", timeout=TRUTH_MS + 500)


async def test_the_page_works_by_keyboard_and_on_a_small_screen(page: Page, server: str, pictures: Path) -> None:
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.goto(server)
    start = page.get_by_role("button", name="Start recording")
    await expect(start).to_be_enabled()
    await page.keyboard.press("Tab")
    await expect(start).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#recording-words")).to_have_text("Recording")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await shoot(page, "small", pictures)


async def test_the_documentation_needs_no_internet(page: Page, server: str, pictures: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{server}/docs")
    await expect(page.get_by_text("/api/inspector/startrecording", exact=True)).to_be_visible()
    await expect(page.get_by_text("/api/v1/status", exact=True)).to_be_visible()
    await shoot(page, "docs", pictures)
    assert all(url.startswith((server, "data:")) for url in asked)


async def test_alarms_are_seen_and_go(page: Page, server: str, recorder: FakeRecorder) -> None:
    await page.goto(server)
    lines = page.locator("#alarms li")
    since_ns = recorder.clock.utc_ns()
    recorder.alarms = (
        Alarm(AlarmKind.CAMERA_STALLED, "ROV pilot", Severity.ALARM, since_ns, "It is silent.", "Check the camera."),
        Alarm(AlarmKind.DISK_LOW, None, Severity.WARNING, since_ns, "Full in 50 min.", "Free some space."),
    )
    await expect(lines).to_have_count(2)
    await expect(lines.first.locator(".severity")).to_have_text("ALARM")
    await expect(lines.first.locator(".since")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
    await expect(lines.first.locator(".kind")).to_have_text("camera_stalled")
    await expect(lines.first.locator(".fact")).to_have_text("ROV pilot: It is silent.")
    await expect(lines.first.locator(".action")).to_have_text("Check the camera.")
    await expect(lines.first).to_have_attribute("data-tone", "bad")
    await expect(lines.last.locator(".severity")).to_have_text("Warning")
    await expect(lines.last.locator(".fact")).to_have_text("Full in 50 min.")
    await expect(lines.last).to_have_attribute("data-tone", "warn")
    recorder.alarms = ()
    await expect(lines).to_have_count(0)


async def test_the_level_of_the_narration_is_seen(page: Page, server: str, recorder: FakeRecorder) -> None:
    await page.goto(server)
    await expect(page.locator("#recording-words")).to_have_text("Not recording")
    await expect(page.locator("#narration")).to_be_hidden()
    live = NarratorStatus(SoundState.LIVE, None, 4000, level_db=-23.4, peak_db=-9.0)
    recorder.narration = NarrationView("Narration", "alsa:default", "all", live, restarts=0)
    await expect(page.locator("#narration-words")).to_have_text("-23 dB")
    assert await page.locator("#narration-level").evaluate("meter => meter.value") == -23.4
    failed = NarratorStatus(SoundState.FAILED, Message("The plug was pulled."), 4000, level_db=-120, peak_db=-120)
    recorder.narration = replace(recorder.narration, narrator=failed)
    await expect(page.locator("#narration-words")).to_have_text("not working")
    await expect(page.locator("#narration")).to_have_attribute("title", "The plug was pulled.")


async def test_how_a_channel_is_encoded_is_seen(page: Page, server: str, recorder: FakeRecorder) -> None:
    await page.goto(server)
    line = page.locator("article.channel .encoding").first
    await expect(page.locator("article.channel .source").first).to_have_attribute("title", "Stored as it comes.")
    await expect(line).to_have_text("")
    sentence = "Encoded as H.264 with libx264 (software, preset fast)."
    recorder.channels[0].encoding = EncodingStatus(sentence, "libx264", "libx264", "fast", 8_000_000)
    await expect(line).to_have_text(sentence)
    recorder.channels[0].encoding = EncodingStatus(sentence, "libx264", "libx264", "ultrafast", 8_000_000, 3)
    expected = f"{sentence} Now with libx264, preset ultrafast. 3 frames lost: this computer is too slow."
    await expect(line).to_have_text(expected)
    await expect(line).to_have_attribute("data-tone", "warn")
