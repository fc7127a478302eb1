"""Review against the real program: a recording is found, played, stepped through and grabbed from; its pixels carry the
numbers of the right frames.
"""

import asyncio
import base64
import shutil
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from rig.frames import decoded_frames
from rig.program import Program, running, wait_for
from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.strip import StripReading

pytestmark = pytest.mark.browser

CAMERA = "test:?size=640x360&rate=25&gop=5"
"""With many keyframes, so that the files of both cameras begin at nearly the same instant."""
LARGE = '[data-main="true"] video'
SMALL = '[data-main="false"] video'
TRIES = 2000
LUMA = """async (selector) => {
  await new Promise(requestAnimationFrame);
  const shown = document.querySelector(selector);
  const width = shown?.videoWidth ?? shown?.naturalWidth ?? 0, height = shown?.videoHeight ?? shown?.naturalHeight ?? 0;
  if (!width || shown.seeking || shown.readyState < 2) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(shown, 0, 0);
  const pixels = context.getImageData(0, 0, width, height / 10).data;
  let text = "";
  for (let at = 0; at < pixels.length; at += 4) text += String.fromCharCode(pixels[at + 1]);
  return [width, height, btoa(text)];
}"""


async def reading(page: Page, selector: str) -> StripReading | None:
    """What the pixels say of themselves; None while no picture can be read."""
    found: Any = await page.evaluate(LUMA, selector)
    if found is None:
        return None
    width, height, text = found
    luma = base64.b64decode(text)
    return strip.read(memoryview(luma + bytes(width * height - len(luma))), width, width, height)


async def number(page: Page, selector: str, wanted: int) -> int | None:
    """The frame's number in the pixels, as soon as it is the wanted one; else the last that could be read."""
    last = None
    for _ in range(TRIES):
        found = await reading(page, selector)
        last = found.number if found is not None else last
        if last == wanted:
            break
    return last


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    """It has recorded two cameras for some seconds, with an observation, a still and a clip."""
    with running(tmp_path, {"Bow": CAMERA, "Stern": CAMERA}) as one:
        await asyncio.to_thread(one.wait_live)
        one.get("/api/inspector/startrecording")
        await asyncio.to_thread(one.wait_recorded, 3.0)
        one.post("/api/v1/kinds/AN", status=201)
        one.get("/api/inspector/takeframegrab")
        one.post("/api/v1/clip/start")
        await asyncio.to_thread(one.wait_recorded, 5.0)
        one.post("/api/v1/clip/stop")
        one.get("/api/inspector/stoprecording")
        yield one


async def label(page: Page) -> int:
    """The frame's number that the page shows."""
    return int((await page.locator("[data-frame]").inner_text()).split()[-1])


async def played_to(page: Page, frame: int) -> None:
    for _ in range(TRIES):
        if await label(page) > frame:
            return
        await page.evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(f"it does not play on to frame {frame}")


async def place_that_stands(page: Page, first_frame: int, frames: list[int]) -> int:
    """Where it stands after it was paused: the pixels show the frame whose number the page says."""
    for _ in range(TRIES):
        place = await label(page) - first_frame
        shown = await reading(page, LARGE)
        if shown is not None and shown.number == frames[place] and await label(page) - first_frame == place:
            return place
    raise AssertionError(f"the page says frame {place}, the pixels say {shown}")


async def both_at_one_instant(page: Page) -> tuple[StripReading, StripReading]:
    """What both channels show, as soon as it is of one instant: each looks for its picture by itself."""
    for _ in range(TRIES):
        large, small = await reading(page, LARGE), await reading(page, SMALL)
        if large is not None and small is not None and abs(large.utc_ms - small.utc_ms) <= 80:
            return large, small
    raise AssertionError(f"one channel shows {large}, the other {small}")


async def test_a_recording_is_found_and_every_frame_is_the_one_that_it_says(page: Page, program: Program) -> None:
    part = next(one for one in program.rows("parts") if one["channel"] == "Bow")
    frames = [frame.reading.number for frame in decoded_frames(Path(part["path"])) if frame.reading is not None]
    await page.goto(f"{program.url}/review")
    await page.get_by_role("searchbox").fill("AN")
    await page.get_by_role("link", name="whole").click()
    await page.locator(LARGE).wait_for()
    assert await number(page, LARGE, frames[0]) == frames[0]
    for place in range(1, 6):
        await page.keyboard.press(".")
        assert await number(page, LARGE, frames[place]) == frames[place]
        assert await label(page) == part["first_frame"] + place
    # Slowly, so that the machine may stand still for some seconds before the end is reached.
    await page.get_by_role("radio", name="¼×").check()
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press(" ")
    await played_to(page, part["first_frame"] + 15)
    await page.keyboard.press(" ")
    place = await place_that_stands(page, part["first_frame"], frames)
    large, small = await both_at_one_instant(page)
    assert large.number == frames[place]
    assert (large.channel_index, small.channel_index) == (0, 1)
    await page.keyboard.press("s")
    await page.locator(".taken img").wait_for()
    assert await number(page, ".taken img", frames[place]) == frames[place]


async def test_what_is_in_a_recording_leads_to_its_place(page: Page, program: Program) -> None:
    (observation,) = (await asyncio.to_thread(program.get, "/api/v1/observations"))["items"]
    recording = observation["recording_id"]
    await page.goto(f"{program.url}/review/{recording}")
    await page.get_by_role("button", name="AN-001").first.click()
    await expect(page.locator("[data-at]")).to_have_text(observation["utc"][11:23])
    await page.keyboard.press("Home")
    await expect(page.locator("[data-at]")).not_to_have_text(observation["utc"][11:23])
    await page.keyboard.press("]")
    await expect(page.locator("[data-at]")).to_have_text(observation["utc"][11:23])
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save Still").first.click()
    path = await (await saved.value).path()
    assert path.read_bytes()[:2] == b"\xff\xd8"
    await page.keyboard.press("Home")
    await page.locator("summary", has_text="Files (2)").focus()
    await page.keyboard.press(" ")
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save all").click()
    with zipfile.ZipFile(await (await saved.value).path()) as bag:
        assert bag.testzip() is None
        recorded = [Path(part["path"]).name for part in program.rows("parts")]
        assert {Path(name).name for name in bag.namelist()} >= {*recorded, "bagit.txt", "manifest-sha256.txt"}
    gone = Path(program.rows("parts")[0]["path"])
    gone.rename(gone.with_suffix(".away"))
    await page.get_by_role("link", name="Save all").click()
    refused = page.get_by_test_id("proof").filter(has_text="No archive was saved")
    await refused.get_by_text(gone.name).wait_for()
    await page.get_by_role("link", name=gone.name).click()
    refused = page.get_by_test_id("proof").filter(has_text="The file was not saved")
    await refused.get_by_text(gone.name).wait_for()


PLAYED = """async (file) => {
  const film = Object.assign(document.createElement("video"), { src: file, muted: true });
  document.body.append(film);
  await film.play();
  await new Promise((done, failed) => { film.onended = done; film.onerror = () => failed(film.error.message); });
  return [film.duration, film.currentTime];
}"""


async def test_a_player_gets_a_file_in_pieces(page: Page, program: Program) -> None:
    part = program.rows("parts")[0]
    assert part["bytes"] > 3 * 50_000
    await page.goto(program.url)
    duration, end = await page.evaluate(PLAYED, f"{part['file']}&most_bytes=50000")
    assert duration == pytest.approx(part["frames"] / 25, abs=0.1)
    assert end == pytest.approx(duration, abs=0.05)


async def test_a_still_and_a_clip_are_shown_of_each_channel(page: Page, program: Program) -> None:
    recording = program.rows("recordings")[0]["id"]
    await page.goto(f"{program.url}/review/{recording}")
    await page.locator(".entry", has_text="Still").get_by_role("button").first.click()
    dialog = page.get_by_role("dialog")
    for index, channel in enumerate(("Bow", "Stern")):
        await dialog.get_by_label("Channel").select_option(channel)
        picture = dialog.get_by_role("img", name=f"Recorded picture of {channel}")
        await expect(picture).to_have_js_property("naturalWidth", 640)
        shown = await reading(page, ".dialog img")
        assert shown is not None
        assert shown.channel_index == index
    await page.keyboard.press("Escape")
    await page.locator(".entry", has_text="Clip").get_by_role("button").click()
    film = dialog.locator("video")
    await expect(film).not_to_have_js_property("currentTime", 0)
    await expect(film).to_have_js_property("videoWidth", 640)


async def test_a_recording_is_removed_after_its_copy_was_compared(
    page: Page, program: Program, tmp_path: Path
) -> None:
    recording = program.rows("recordings")[0]["id"]
    path = f"/api/v1/recordings/{recording}/removal"

    def plan() -> Any:
        found = program.get(path)
        return found if found["hindrance"] is None else None

    (folder,) = map(Path, (await asyncio.to_thread(wait_for, plan, "the manifest"))["folders"])
    copy = Path(await asyncio.to_thread(shutil.copytree, folder, tmp_path / "usb" / folder.name))
    video = next(copy.glob("*.mp4"))
    kept = video.read_bytes()
    video.write_bytes(b"other bytes")
    await page.goto(f"{program.url}/next/review/{recording}")
    await page.get_by_text("Files (2)").click()
    await page.get_by_role("button", name="Remove …").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_text(str(folder), exact=True).wait_for()
    await dialog.get_by_label("Your name").fill("Ines Berg")
    await dialog.get_by_label("Folder with a copy").fill(str(copy.parent))
    await dialog.get_by_role("button", name="Compare, then remove").click()
    await dialog.get_by_text("its bytes differ").wait_for()
    assert folder.exists()
    video.write_bytes(kept)
    await dialog.get_by_role("button", name="Compare, then remove").click()
    await dialog.get_by_text(f"A verified copy was in {copy.parent}").wait_for()
    assert not folder.exists()
    await page.keyboard.press("Escape")
    await page.get_by_text("by Ines Berg").wait_for()
    assert (await asyncio.to_thread(program.get, path))["state"] == "removed"


async def test_a_late_entry_shows_what_was_seen_then(page: Page, program: Program) -> None:
    part = next(one for one in program.rows("parts") if one["channel"] == "Bow")
    await page.goto(program.url)
    await page.locator("button[data-code=AN]:enabled").wait_for()
    await page.keyboard.press("l")
    await page.get_by_label("When, UTC").fill(part["end_utc"][11:19])
    await page.locator(".past img").wait_for()
    await page.wait_for_function("document.querySelector('.past img').naturalWidth > 0")
    shown = await reading(page, ".past img")
    assert shown is not None
    assert shown.channel_index == 0
    assert (await page.locator(".past figcaption").inner_text()).startswith("Bow, ")
    await page.locator(".past select").select_option("Stern")
    await page.locator(".past figcaption", has_text="Stern, ").wait_for()
    await page.get_by_label("When, UTC").fill("00:00:01" if part["end_utc"][11:13] != "00" else "12:00:01")
    await page.get_by_text("There is no picture of that time.").wait_for()


async def test_a_key_enters_what_is_shown_and_the_timeline_has_it(page: Page, program: Program) -> None:
    part = next(one for one in program.rows("parts") if one["channel"] == "Bow")
    frames = [frame.reading.number for frame in decoded_frames(Path(part["path"])) if frame.reading is not None]
    await page.goto(f"{program.url}/review/{part['recording_id']}")
    await page.locator(LARGE).wait_for()
    await expect(page.locator("option[value=FJ]")).to_have_count(1)
    late = page.get_by_role("button", name="Late", exact=True)
    # Slowly, so that the machine may stand still for some seconds before the end is reached.
    await page.get_by_role("radio", name="¼×").check()
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press(" ")
    await played_to(page, part["first_frame"] + 5)
    await expect(late).to_be_enabled()
    await page.keyboard.press("2")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Words")).to_be_focused()
    await expect(page.locator(".play")).to_have_attribute("data-running", "false")
    frame, at = await label(page), await page.locator("[data-at]").inner_text()
    shown = frames[frame - part["first_frame"]]
    assert await number(page, ".past img", shown) == shown
    await page.keyboard.type("Weld")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(page.locator('.timeline i[title^="FJ-"]')).to_have_count(1)
    await expect(page.locator(".entry", has_text="Weld")).to_have_count(1)
    assert (await label(page), await page.locator("[data-at]").inner_text()) == (frame, at)
    await page.locator(".entry", has_text="Weld").get_by_role("button", name="Details").click()
    await expect(dialog).to_contain_text("Weld")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    (one,) = (await asyncio.to_thread(program.get, "/api/v1/observations?kind=FJ"))["items"]
    assert (one["utc"][11:23], one["entered_by"], one["recording_id"]) == (at, "late", part["recording_id"])
    # Of a late entry it is worked out from the times of the files: two pictures off at most, as the guide says.
    (place,) = [place for place in one["places"] if place["channel"] == "Bow"]
    assert abs(place["frame"] - frame) <= 2
    await late.click()
    await dialog.get_by_label("When, UTC").fill("2001-01-01 10:00:00")
    await dialog.get_by_role("radio", name="FJ").check()
    await page.get_by_text("There is no picture of that time.").wait_for()
    await dialog.get_by_role("button", name="Add FJ").click()
    refused = page.get_by_test_id("proof").filter(has_text="that time is before any recording")
    await refused.wait_for()
    await expect(dialog).to_be_visible()


async def test_the_space_bar_plays_after_a_still_was_closed(page: Page, program: Program) -> None:
    await page.goto(f"{program.url}/review/{program.rows('recordings')[0]['id']}")
    await page.locator(LARGE).wait_for()
    dialog, at = page.get_by_role("dialog"), page.locator("[data-at]")
    still = page.locator(".entry", has_text="Still").get_by_role("button").first
    await still.click()
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(still).to_be_focused()
    before = await at.inner_text()
    await page.keyboard.press(" ")
    await expect(at).not_to_have_text(before)
    await expect(dialog).to_have_count(0)
    # One that was reached with the keyboard is pressed by it, as any button.
    await page.keyboard.press("Tab")
    await still.focus()
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(still).to_be_focused()
    await page.keyboard.press(" ")
    await expect(dialog).to_be_visible()
