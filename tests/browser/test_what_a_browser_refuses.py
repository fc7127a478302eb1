"""What a browser, or the network between, does not let through: the page says so, and shows what it can."""

from pathlib import Path

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from browser.operator import COUNT_TONES, opened, opened_with_video, press, says
from browser.tiles import is_live
from fakes.recorder import FakeRecorder
from rig.program import running
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.event import Severity

pytestmark = pytest.mark.browser

NO_SOUND_BEFORE_A_PRESS = """
  let isPressed = false;
  for (const kind of ["click", "keydown"]) addEventListener(kind, () => { isPressed = true; }, { capture: true });
  const resume = AudioContext.prototype.resume;
  AudioContext.prototype.resume = function () { return isPressed ? resume.call(this) : new Promise(() => {}); };
"""
"""Browsers that are driven take each question of a test for a press; this one counts real ones."""


def failed(recorder: FakeRecorder, channel: str) -> Alarm:
    fact = f"{channel} is NOT being recorded."
    now_ns = recorder.clock.utc_ns()
    return Alarm(AlarmKind.CAMERA_FAILED, channel, Severity.ALARM, now_ns, fact, "Check its power and network cable.")


async def test_alarms_are_not_said_to_be_heard_while_the_browser_blocks_sound(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    await page.add_init_script(NO_SOUND_BEFORE_A_PRESS + COUNT_TONES)
    await opened(page, server)
    sound, mute = page.get_by_role("button", name="Sound of alarms"), page.get_by_test_id("mute")
    await expect(mute).to_have_text("Press once for sound")
    await expect(sound).to_have_attribute("title", "Press once for sound")
    recorder.alarms = (failed(recorder, "Stern"),)
    await expect(page.locator("[data-kind=camera_failed]")).to_be_visible()
    assert await page.locator("html").get_attribute("data-tones") is None
    # Any press will do, and what could not be heard is not heard later.
    await page.locator(".bar").click()
    await expect(mute).to_have_count(0)
    await expect(sound).to_have_attribute("title", "Alarms are heard")
    assert await page.locator("html").get_attribute("data-tones") is None
    recorder.alarms = (failed(recorder, "Stern"), failed(recorder, "ROV pilot"))
    await expect(page.locator("html")).to_have_attribute("data-tones", "3")


async def test_the_key_that_allows_sound_does_not_switch_it_off(page: Page, server: str) -> None:
    await page.add_init_script(NO_SOUND_BEFORE_A_PRESS + COUNT_TONES)
    await opened(page, server)
    sound = page.get_by_role("button", name="Sound of alarms")
    await expect(page.get_by_test_id("mute")).to_be_visible()
    await press(page, "m")
    await expect(page.locator("html")).to_have_attribute("data-tones", "3")
    await expect(sound).to_have_attribute("aria-pressed", "true")
    await press(page, "m")
    await expect(sound).to_have_attribute("title", "Alarms are silent")


async def test_without_a_connection_for_live_pictures_a_tile_says_so_and_is_live_when_it_is_there(
    page: Page, tmp_path: Path
) -> None:
    blocked = True

    async def pass_on(socket: WebSocketRoute) -> None:
        if blocked:
            await socket.close()
        else:
            socket.connect_to_server()

    await page.route_web_socket("**/api/v1/live", pass_on)
    with running(tmp_path, {"Bow": "test:?size=320x180&rate=10"}) as program:
        program.wait_live()
        await opened_with_video(page, program.url)
        tile = page.locator("article.tile", has_text="Bow")
        await expect(tile).to_contain_text("A picture each second: this browser has no connection for live pictures.")
        await expect(tile.locator("img")).to_be_visible()
        await says(page, "NOT RECORDING")
        await page.route("**/picture.jpg*", lambda route: route.abort())
        await expect(tile).to_contain_text("No connection for live pictures since")
        blocked = False
        await is_live(page, "Bow")
        await expect(tile.locator("time")).to_be_visible()
        await expect(tile.locator(".instead")).to_have_count(0)
