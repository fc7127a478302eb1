"""What was made while no recording ran is found in Review, and seen. The recorder is a fake."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from browser.operator import faults_of_axe, opened
from fakes.recorder import FakeRecorder
from seacorder.model.observation import Followed, MadeFile
from seacorder.model.observation_entry import Entry
from seacorder.model.recording import Framegrab

pytestmark = pytest.mark.browser
FRAME_NS = 1_777_863_721_480_000_000


def picture(width: int) -> bytes:
    found = io.BytesIO()
    Image.new("RGB", (width, 90), "navy").save(found, "JPEG")
    return found.getvalue()


def still(channel: str, path: Path, recording: str | None = None) -> Framegrab:
    return Framegrab(f"f-{recording}", channel, str(path), FRAME_NS, FRAME_NS, 7, 160, 90, 3, recording)


async def test_a_still_and_an_observation_without_a_recording_are_found_and_seen(
    page: Page, server: str, recorder: FakeRecorder, tmp_path: Path
) -> None:
    paths = {name: tmp_path / f"{name}.jpg" for name in ("Bow", "Stern")}
    paths["Bow"].write_bytes(picture(160))
    recorder.file_folders = (str(tmp_path),)
    recorder.catalogue.held = [
        still("Stern", paths["Stern"]), still("Bow", paths["Bow"]), still("Bow", paths["Bow"], "r1"),
    ]
    await recorder.observations.observe(Entry("AN", "Loose cable", {}))
    await opened(page, server, "/review")
    await page.get_by_label("From, UTC").fill("26.11.")
    await page.get_by_text("“From” is no time").wait_for()
    await expect(page.get_by_label("From, UTC")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("From, UTC").fill("2026-11-26 13:30")
    await expect(page.get_by_text("“From” is no time")).to_have_count(0)
    await page.get_by_role("link", name="Without a recording").click()
    await page.get_by_role("button", name="Still").click()  # one row for both channels, none for that of a recording
    dialog = page.get_by_role("dialog")
    shown = dialog.get_by_role("img", name="Recorded picture of Bow")
    await expect(shown).to_have_js_property("naturalWidth", 160)
    assert await faults_of_axe(page) == []
    await dialog.get_by_label("Channel").select_option("Stern")
    await expect(dialog.get_by_role("alert")).to_contain_text("Stern.jpg")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="AN-001").click()
    await expect(dialog).to_contain_text("Loose cable")
    await dialog.get_by_role("button", name="Fill in").click()
    await dialog.get_by_label("Words").fill("Cable fixed")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    assert [one.now.text for one in recorder.observations.held.values()] == ["Cable fixed"]


async def test_what_is_searched_holds_for_what_belongs_to_no_recording(
    page: Page, server: str, recorder: FakeRecorder, tmp_path: Path
) -> None:
    taken, book = still("Bow", tmp_path / "Bow.jpg"), recorder.observations
    recorder.catalogue.held = [taken]
    anode = await book.observe(Entry("AN", "Loose cable", {}))
    book.held[anode.id] = replace(anode, followed=Followed(stills=(MadeFile(taken.id, taken.channel, taken.path),)))
    book.context = (("dive", "13"),)
    await book.observe(Entry("DB", "Rope", {}))
    await opened(page, server, "/review/without-recording")
    rows, channel = page.locator(".entry"), page.get_by_role("combobox", name="Channel", exact=True)
    await expect(rows).to_have_count(3)
    await channel.select_option("Bow")
    await expect(rows).to_have_count(2)
    await expect(rows.filter(has_text="AN-001")).to_have_count(1)
    await expect(page.get_by_text("those are listed that have a still or a clip of this channel")).to_be_visible()
    await channel.select_option("Stern")
    await expect(page.get_by_text("No observation, still or clip.")).to_be_visible()
    await channel.select_option("All channels")
    await page.get_by_role("combobox", name="Dive", exact=True).fill("13")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Rope")
    await expect(page.get_by_text("with a dive only observations are listed")).to_be_visible()
    await page.get_by_role("combobox", name="Dive", exact=True).fill("")
    await page.get_by_role("combobox", name="Kind", exact=True).select_option("AN Anode")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("AN-001")
