"""Review of what a browser cannot play or the recorder cannot give. The recorder is a fake; the films are real."""

import io
from pathlib import Path
from typing import Any

import av
import pytest
from playwright.async_api import Page, expect

from browser.operator import faults_of_axe, opened, says
from fakes.footage import Recipe, encoded
from fakes.recorder import FakeRecorder
from seacorder.model.recording import FileState, Part, Recording, RecordingState

pytestmark = pytest.mark.browser

FRAMES = 500
FRAME_NS = 40_000_000
NO_FILM = b"This is no film that a browser could play."
LARGE = '.picture[data-main="true"]'
SMALL = '.picture[data-main="false"] video'
TOGETHER = """([from, frames]) => {
  const film = document.querySelector('[data-main="false"] video');
  const frame = Number(document.querySelector("[data-frame]").innerText.split(" ").at(-1));
  return frame >= from && frame < frames && Math.abs(film.currentTime - frame * 0.04) < 0.2;
}"""
"""The small picture shows what the frame's label says, and it is at least this one."""


@pytest.fixture(scope="module")
def film() -> bytes:
    """Twenty seconds."""
    return encoded(Recipe(frames=FRAMES, size=(256, 144))).getvalue()


def sound_of(film: bytes) -> bytes:
    """What is left of a film for a browser that cannot play its picture: it plays the sound."""
    out = io.BytesIO()
    with av.open(io.BytesIO(film)) as source, av.open(out, "w", format="mp4") as made:
        sound: Any = made.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = sound
                made.mux(packet)
    return out.getvalue()


def recorded(recorder: FakeRecorder, folder: Path, films: dict[str, bytes | None]) -> None:
    """One recording with a file of each channel; None: its file is gone."""
    start_ns = recorder.clock.utc_ns() // 10**9 * 10**9 - 3600 * 10**9
    end_ns = start_ns + (FRAMES - 1) * FRAME_NS
    recorder.catalogue.held = [Recording("r1", start_ns, end_ns, RecordingState.FINISHED)]
    for channel, content in films.items():
        path = folder / f"{channel}.mp4"
        if content is not None:
            path.write_bytes(content)
        part = Part("r1", channel, 1, str(path), start_ns, end_ns, 0, FRAMES, 1000, FileState.WHOLE)
        recorder.catalogue.held.append(part)


async def is_running(page: Page, running: bool) -> None:
    await expect(page.locator(".play")).to_have_attribute("data-running", str(running).lower())


async def test_what_the_browser_cannot_play_is_seen_frame_by_frame_and_another_leads(
    page: Page, server: str, recorder: FakeRecorder, tmp_path: Path, film: bytes
) -> None:
    recorded(recorder, tmp_path, {"Bow": NO_FILM, "Stern": film})
    await opened(page, server, "/review/r1")
    large, still = page.locator(LARGE), page.locator(f"{LARGE} .still img")
    await expect(still).to_have_js_property("naturalWidth", 64)
    await expect(large).to_contain_text("This browser cannot play the file. While it is paused,")
    assert recorder.frames_read[-1].offset_ns == FRAME_NS // 2
    async with page.expect_response(lambda one: "offset_seconds=0.06" in one.url):
        await page.keyboard.press(".")
    await expect(still).to_have_attribute("data-old", "false")
    await expect(page.locator("[data-frame]")).to_have_text("frame 1")
    assert recorder.frames_read[-1].offset_ns == FRAME_NS + FRAME_NS // 2
    assert await faults_of_axe(page) == []
    # Slowly, so that the machine may stand still for some seconds before the end is reached.
    await page.get_by_role("radio", name="¼×").check()
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press(" ")
    await page.wait_for_function(TOGETHER, arg=[20, FRAMES])
    await expect(still).to_have_count(0)
    await expect(large).to_contain_text("NOT PLAYABLE HERE")
    await page.keyboard.press(" ")
    await is_running(page, False)
    await expect(still).to_have_attribute("data-old", "false")
    place = int((await page.locator("[data-frame]").inner_text()).split()[-1])
    assert recorder.frames_read[-1].offset_ns == place * FRAME_NS + FRAME_NS // 2
    # The one that is played becomes the large one.
    await page.get_by_title("Show Stern large").click()
    await expect(page.locator(f"{LARGE} video")).to_have_attribute("data-channel", "Stern")
    await page.keyboard.press(" ")
    await expect(page.locator("[data-frame]")).not_to_have_text(f"frame {place}")
    await expect(page.locator(SMALL)).to_have_attribute("data-channel", "Bow")


async def test_without_any_that_can_be_played_the_clock_runs_by_itself(
    page: Page, server: str, recorder: FakeRecorder, tmp_path: Path
) -> None:
    recorded(recorder, tmp_path, {"Bow": NO_FILM})
    await opened(page, server, "/review/r1")
    still = page.locator(f"{LARGE} .still img")
    await expect(still).to_have_js_property("naturalWidth", 64)
    await page.keyboard.press(" ")
    await expect(page.locator("[data-frame]")).not_to_have_text("frame 0")
    await is_running(page, True)
    await page.keyboard.press(" ")
    await is_running(page, False)
    await expect(still).to_have_js_property("naturalWidth", 64)


async def test_where_only_the_sound_can_be_played_the_pictures_are_stills(
    page: Page, server: str, recorder: FakeRecorder, tmp_path: Path
) -> None:
    film = encoded(Recipe(frames=FRAMES, size=(256, 16), sound=True)).getvalue()
    recorded(recorder, tmp_path, {"Bow": sound_of(film)})
    await opened(page, server, "/review/r1")
    await expect(page.locator(f"{LARGE} video")).to_have_js_property("videoWidth", 0)
    await expect(page.locator(f"{LARGE} .still img")).to_have_js_property("naturalWidth", 64)
    await expect(page.locator(LARGE)).to_contain_text("This browser cannot play the file. While it is paused,")


async def test_of_a_file_that_is_gone_the_recorder_says_why_and_it_is_played_when_it_is_back(
    page: Page, server: str, recorder: FakeRecorder, tmp_path: Path, film: bytes
) -> None:
    recorded(recorder, tmp_path, {"Bow": None, "Stern": None})
    await opened(page, server, "/review/r1")
    large, small = page.locator(LARGE), page.locator('.picture[data-main="false"]')
    await expect(large).to_contain_text("Bow.mp4")
    await expect(small).to_contain_text("Stern.mp4")
    await expect(page.get_by_text("This browser cannot play the file.")).to_have_count(0)
    assert recorder.frames_read == []
    # Nothing passes unseen: while none can be played, none is said to be.
    async with page.expect_response(lambda one: "only_ask" in one.url):
        await page.keyboard.press(" ")
    await expect(page.locator(f"{LARGE} .gap")).to_contain_text("Bow.mp4")
    await is_running(page, False)
    await expect(page.locator("[data-frame]")).to_have_text("frame 0")
    for channel in ("Bow", "Stern"):
        (tmp_path / f"{channel}.mp4").write_bytes(film)
    await page.keyboard.press(".")
    await expect(page.locator(f"{LARGE} video")).to_have_js_property("readyState", 4)
    await expect(page.locator(SMALL)).to_have_js_property("readyState", 4)
    await expect(page.locator(".picture .gap")).to_have_count(0)


async def test_what_was_shown_without_contact_is_played_when_it_is_back(
    page: Page, server: str, recorder: FakeRecorder, tmp_path: Path, film: bytes
) -> None:
    recorded(recorder, tmp_path, {"Bow": film})
    await page.route("**/parts/**", lambda route: route.abort())
    await opened(page, server, "/review/r1")
    await expect(page.locator(LARGE)).to_contain_text("The recorder does not answer.")
    await page.route("**/api/**", lambda route: route.abort())
    await says(page, "NO CONTACT")
    await page.unroute_all()
    await expect(page.locator(f"{LARGE} video")).to_have_js_property("readyState", 4)
    await expect(page.locator(".picture .gap")).to_have_count(0)
    await page.keyboard.press(" ")
    await expect(page.locator("[data-frame]")).not_to_have_text("frame 0")
