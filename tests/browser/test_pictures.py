"""The two pictures of the page in the documents. `make pictures` writes them into docs/sea."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.places import PLACES
from fakes.clock import FakeClock
from fakes.recorder import FakeChannel, FakeRecorder
from fakes.seabed import seabed
from seacorder.control.alarms.rules import Scene, findings
from seacorder.model.alarm import Alarm
from seacorder.model.channel import ChannelState
from seacorder.model.narration import NarrationView, NarratorStatus, SoundState

pytestmark = pytest.mark.browser
BEGAN_NS = 1_777_863_721_000_000_000
"""2026-05-04T03:02:01Z."""
RECORDED_SECONDS = 750
BYTES_MAX = 300_000
DRAW = """places => {
  document.body.style.paddingLeft = "34px";
  document.querySelector(".facts").style.gap = "2.7rem";
  for (const [number, , selector] of places) {
    const box = document.querySelector(selector).getBoundingClientRect();
    const badge = document.createElement("b");
    badge.textContent = number;
    Object.assign(badge.style, {
      position: "absolute", left: `${Math.max(22, box.left - 28)}px`,
      top: `${box.top + scrollY + Math.min(box.height, 40) / 2 - 12}px`,
      width: "24px", height: "24px", borderRadius: "50%", background: "#ffe14d", color: "#000", textAlign: "center",
      font: "bold 16px/24px sans-serif", zIndex: 9,
    });
    document.body.append(badge);
  }
}"""


@pytest.fixture
def recorder() -> FakeRecorder:
    channels = [
        FakeChannel(name, jpeg=seabed(index)) for index, name in enumerate(("Bow", "Stern", "ROV pilot", "Diver 2"))
    ]
    recorder = FakeRecorder(*channels, clock=FakeClock(utc_ns=BEGAN_NS))
    live = NarratorStatus(SoundState.LIVE, None, 4000, level_db=-23.4, peak_db=-9.0)
    recorder.narration = NarrationView("Narration", "alsa:default", "all", live, restarts=0)
    recorder.set_overlay_text("Depth 123.4 m · Heading 271°")
    return recorder


async def recording(page: Page, server: str, recorder: FakeRecorder, *size: int) -> None:
    """Opens the page in this size, starts a recording with its button, and lets it run for some minutes."""
    await page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    await page.goto(server)
    for channel in recorder.channels:
        await expect(page.get_by_alt_text(f"Picture of {channel.name}")).to_be_visible()
    await page.get_by_role("button", name="Start recording").click()
    await expect(page.locator("#message")).to_contain_text("Recording started on 4 of 4 channels.")
    recorder.clock.advance(RECORDED_SECONDS)
    await expect(page.locator("#recording-time")).to_have_text("00:12:30")
    await page.mouse.move(0, 0)
    await page.evaluate("document.activeElement.blur()")


async def shoot(page: Page, name: str, folder: Path) -> None:
    """A small PNG; kept where SCREENSHOTS names a folder."""
    kept = Path(os.environ.get("SCREENSHOTS") or folder)
    assert len(await page.screenshot(path=kept / f"{name}.png", full_page=True)) < BYTES_MAX


async def test_a_recording_in_which_all_is_well(
    page: Page, server: str, recorder: FakeRecorder, pictures: Path
) -> None:
    await recording(page, server, recorder, 1440, 500)
    await expect(page.locator("#recording-words")).to_have_text("Recording")
    await expect(page.locator("#alarms li")).to_have_count(0)
    await shoot(page, "page", pictures)


async def test_a_recording_with_an_alarm_and_the_numbers_that_are_explained(
    page: Page, server: str, recorder: FakeRecorder, pictures: Path
) -> None:
    await recording(page, server, recorder, 1034, 1100)
    stern = recorder.channels[1]
    stern.state, stern.state_seconds = ChannelState.STALLED, 12
    stern.losses, stern.losses_seconds = 1, 2.5
    since_ns = recorder.clock.utc_ns() - 12 * 10**9
    statuses = tuple(view.status for view in recorder.status().channels)
    (one,) = findings(Scene(statuses, is_recording_on=True))
    recorder.alarms = (Alarm(one.kind, one.channel, one.severity, since_ns, one.fact, one.action),)
    await expect(page.locator("#recording-words")).to_have_text("Recording, but NOT Stern")
    await expect(page.locator("#alarms li")).to_have_count(1)
    await expect(page.locator("#losses")).to_have_text("1 (2.5 s)")
    await page.evaluate(DRAW, [list(place) for place in PLACES])
    await shoot(page, "numbers", pictures)
