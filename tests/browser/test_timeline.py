"""The timeline of Review, in a browser. The recorder is a fake, and so is what it recorded."""

from dataclasses import replace

import pytest
from playwright.async_api import Locator, Page, expect

from browser.operator import opened
from fakes.recorder import FakeRecorder
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import Clip, FileKind, FileState, Part, Recording, RecordingState

pytestmark = pytest.mark.browser

SECOND_NS = 10**9


def recorded(recorder: FakeRecorder, state: RecordingState = RecordingState.FINISHED) -> Part:
    """One minute at 25 frames a second, in the list of recordings."""
    start_ns = recorder.clock.utc_ns() // SECOND_NS * SECOND_NS - 3600 * SECOND_NS
    end_ns = start_ns + 60 * SECOND_NS
    part = Part("r1", "Bow", 1, "/data/Bow.mp4", start_ns, end_ns, 0, 1501, 1000, FileState.WHOLE)
    end_of_all = end_ns if state is RecordingState.FINISHED else None
    recorder.catalogue.held = [Recording("r1", start_ns, end_of_all, state), part]
    return part


def timeline(page: Page) -> Locator:
    return page.get_by_role("slider", name="Timeline")


async def stands_at(page: Page, seconds: int) -> None:
    await expect(timeline(page)).to_have_attribute("aria-valuenow", str(seconds))


async def test_it_keeps_what_it_shows_while_the_recording_grows(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    part = recorded(recorder, RecordingState.RUNNING)
    await opened(page, server, "/review/r1")
    slider, ruler = timeline(page), page.locator(".ruler")
    await expect(slider).to_have_attribute("aria-valuemax", "60")
    whole = await ruler.inner_text()
    await slider.focus()
    for _ in range(2):
        await page.keyboard.press("PageUp")
    await expect(ruler).not_to_have_text(whole, use_inner_text=True)
    shown = await ruler.inner_text()
    recorder.catalogue.held[1] = replace(part, end_utc_ns=part.start_utc_ns + 90 * SECOND_NS, frames=2251)
    await expect(slider).to_have_attribute("aria-valuemax", "90")
    await expect(slider).to_be_focused()
    assert await ruler.inner_text() == shown


async def test_a_step_goes_over_a_loss_inside_of_a_file_and_frames_keep_their_numbers(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    part = replace(recorded(recorder), frames=1501 - 249)
    from_ns, to_ns = (part.start_utc_ns + seconds * SECOND_NS for seconds in (10, 20))
    recorder.catalogue.held[1:] = [
        part, Loss("Bow", from_ns, to_ns, 249, LossCause.RECONNECT, "r1", "The camera was away."),
    ]
    await opened(page, server, "/review/r1")
    frame, slider = page.locator("[data-frame]"), timeline(page)
    await expect(frame).to_have_text("frame 0")
    for _ in range(2):
        await page.keyboard.press("ArrowRight")
    await expect(slider).to_have_attribute("aria-valuenow", "10")
    await expect(frame).to_have_text("frame 250")
    await page.keyboard.press(".")
    await expect(slider).to_have_attribute("aria-valuenow", "20")
    await expect(frame).to_have_text("frame 251")
    await page.keyboard.press(",")
    await expect(slider).to_have_attribute("aria-valuenow", "10")
    await page.keyboard.press("End")
    await expect(frame).to_have_text("frame 1251")
    # Of frames that were received and not stored nobody knows how many: those behind have numbers that are estimates.
    lost = Loss("Bow", from_ns, to_ns, None, LossCause.DISK_FAILED, "r1", "The disk refused to write.")
    recorder.catalogue.held[2] = lost
    await page.reload()
    await expect(frame).to_have_text("frame 0")
    await page.keyboard.press("End")
    await expect(frame).to_have_text("about frame 1251")


async def test_it_has_the_keys_of_a_slider_while_single_keys_are_switched_off(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    recorded(recorder)
    await page.add_init_script("localStorage.setItem('seacorder.keys', 'off')")
    await opened(page, server, "/review/r1")
    await stands_at(page, 0)
    await page.keyboard.press("ArrowRight")
    await timeline(page).focus()
    for key, seconds in [
        ("ArrowRight", 5), ("ArrowUp", 10), ("ArrowLeft", 5), ("Shift+ArrowRight", 60), ("ArrowDown", 55),
        ("Home", 0), ("End", 60),
    ]:
        await page.keyboard.press(key)
        await stands_at(page, seconds)


async def test_a_key_moves_once_while_single_keys_are_on(page: Page, server: str, recorder: FakeRecorder) -> None:
    recorded(recorder)
    await opened(page, server, "/review/r1")
    await timeline(page).focus()
    for seconds in (5, 10):
        await page.keyboard.press("ArrowRight")
        await stands_at(page, seconds)


async def test_it_is_dragged_along(page: Page, server: str, recorder: FakeRecorder) -> None:
    recorded(recorder)
    await opened(page, server, "/review/r1")
    await timeline(page).scroll_into_view_if_needed()
    box = await timeline(page).bounding_box()
    assert box is not None
    y = box["y"] + 10
    await page.mouse.move(box["x"] + box["width"] / 4, y)
    await page.mouse.down()
    await stands_at(page, 15)
    await page.mouse.move(box["x"] + 3 * box["width"] / 4, y, steps=4)
    await stands_at(page, 45)
    await page.mouse.move(box["x"] + box["width"] + 20, y)
    await stands_at(page, 60)
    await page.mouse.move(box["x"] + box["width"] / 2, y)
    await stands_at(page, 30)
    await page.mouse.up()
    # It is let go of: the pointer alone moves nothing.
    await page.mouse.move(box["x"] + box["width"] / 4, y)
    await page.keyboard.press("ArrowRight")
    await stands_at(page, 35)


async def test_of_marks_that_lie_over_each_other_a_second_press_takes_the_next(
    page: Page, server: str, recorder: FakeRecorder
) -> None:
    part = recorded(recorder)
    for begin, end in [(10, 40), (20, 50)]:
        begin_ns, end_ns = (part.start_utc_ns + seconds * SECOND_NS for seconds in (begin, end))
        clip = Clip(
            f"c{begin}", "Bow", FileKind.CLIP, "/data/c.mp4", begin_ns, end_ns, 0, 750, 1000, FileState.WHOLE, "r1"
        )
        recorder.catalogue.held.append(clip)
    await opened(page, server, "/review/r1")
    row = page.locator('.row[data-kind="clip"]')
    await expect(row.locator("i")).to_have_count(2)
    await row.scroll_into_view_if_needed()
    box = await row.bounding_box()
    assert box is not None
    for seconds in (10, 20, 10):
        await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await stands_at(page, seconds)
