"""Settings on the operator's page: channels are added, tried, changed and removed, and nothing that records notices."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from browser.operator import faults_of_axe, opened, shoot
from fakes.recorder import FakeChannel, FakeRecorder
from fakes.setup import SetupBench
from seacorder.base.clock import SystemClock
from seacorder.base.message import Message
from seacorder.model.channel import PictureFormat
from seacorder.model.report import InputTried
from seacorder.storage.names import TAGS

pytestmark = pytest.mark.browser

REFUSED = ".sheet [role=alert]"
TEXT = """[[channels]]
name = "Bow"
input = "rtsp://rov:secret@10.0.0.1/live"
[[channels]]
name = "Stern"
input = "test:"
"""


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder(FakeChannel("Bow"), FakeChannel("Stern"), clock=SystemClock())


@pytest.fixture
def bench(tmp_path: Path) -> SetupBench:
    made = SetupBench(tmp_path, TEXT)
    picture = io.BytesIO()
    Image.new("RGB", (640, 360), (20, 90, 110)).save(picture, "JPEG")
    made.trials.answer = InputTried(PictureFormat("hevc", 1920, 1080, 25.0), picture.getvalue())
    return made


async def test_a_camera_is_tried_and_becomes_a_channel(
    page: Page, server: str, bench: SetupBench, pictures: Path
) -> None:
    await opened(page, server, "/settings/channels")
    await page.get_by_role("button", name="Add a channel").click()
    form = page.get_by_role("form", name="Add a channel")
    await form.get_by_label("Name").fill("TMS")
    await form.get_by_label("Address").fill("rtsp://10.0.0.9/live")
    await form.get_by_label("User").fill("rov")
    await form.get_by_label("Password").fill("p@ss")
    await form.get_by_role("button", name="Test this camera").click()
    await expect(page.get_by_test_id("verdict")).to_contain_text("hevc, 1920×1080, 25.0 /s")
    await expect(page.get_by_test_id("verdict").locator("img")).to_have_js_property("naturalWidth", 640)
    assert bench.trials.orders[0].address == "rtsp://rov:p%40ss@10.0.0.9/live"
    await shoot(page, "settings-camera-tried", pictures)
    assert await faults_of_axe(page) == []
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("region", name="TMS")).to_be_visible()
    await expect(page.get_by_text("rtsp://***@10.0.0.9/live")).to_be_visible()
    await expect(page.get_by_role("button", name="Restart now")).to_have_count(0)
    assert [one.name for one in bench.channels.channels] == ["Bow", "Stern", "TMS"]


async def test_why_a_camera_shows_nothing_and_what_is_refused(page: Page, server: str, bench: SetupBench) -> None:
    bench.trials.answer = InputTried(why=Message("10.0.0.9 refuses port 554.", "Check that RTSP is enabled."))
    await opened(page, server, "/settings/channels")
    await page.get_by_role("button", name="Edit Bow").click()
    form = page.get_by_role("form", name="Edit Bow")
    await expect(form.get_by_label("Address")).to_have_value("rtsp://***@10.0.0.1/live")
    await form.get_by_label("Address").fill("rtsp://10.0.0.9/live")
    await form.get_by_role("button", name="Test this camera").click()
    verdict = page.get_by_test_id("verdict")
    await expect(verdict).to_contain_text("10.0.0.9 refuses port 554. Check that RTSP is enabled.")
    await form.get_by_label("Name").fill("Stern")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("There is a channel Stern already.")).to_be_visible()
    await form.get_by_label("Name").fill("Bow 2")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("region", name="Bow 2")).to_be_visible()


async def test_a_channel_is_removed_while_a_recording_is_on_which_goes_on(
    page: Page, server: str, recorder: FakeRecorder, bench: SetupBench, pictures: Path
) -> None:
    await recorder.start_recording()
    bench.channels.recorded = {"Stern"}
    await opened(page, server, "/settings/channels")
    await page.get_by_role("button", name="Remove Stern").click()
    await page.get_by_role("alertdialog", name="Remove Stern").get_by_role("button", name="Remove").click()
    stern = page.get_by_role("region", name="Stern")
    await expect(stern).to_contain_text("Removed: waits for the end of the recording.")
    await expect(page.get_by_role("button", name="Restart now")).to_have_count(0)
    await shoot(page, "settings-removed", pictures)
    assert recorder.commands == ["start_recording"]
    assert "Stern" in bench.page.read_text(encoding="utf-8")


async def test_names_are_shown_as_one_types(page: Page, server: str, pictures: Path) -> None:
    await opened(page, server, "/settings/names")
    field = page.get_by_label("File of a recording", exact=True)
    await expect(page.get_by_test_id("names-filename")).to_contain_text("Bow")
    await field.fill("${chanelname}")
    await expect(page.get_by_text("Did you mean ${channelname}?")).to_be_visible()
    await expect(page.get_by_text("Two channels would have the same name.")).to_be_visible()
    await shoot(page, "settings-names", pictures)
    await field.fill("${channelname}_dive")
    await expect(page.get_by_test_id("names-filename")).to_contain_text("Stern_dive.mp4")
    await page.get_by_role("button", name="Set: File of a recording").click()
    await expect(page.get_by_role("button", name="Set: File of a recording")).to_be_disabled()
    await expect(field).to_have_value("${channelname}_dive")


async def test_the_tags_that_there_are_are_listed_and_the_folders_of_a_template_shown(
    page: Page, server: str, pictures: Path
) -> None:
    await opened(page, server, "/settings/names")
    listed = page.get_by_role("region", name="Tags")
    await expect(listed.locator("dt")).to_have_text([f"${{{tag}}}" for tag in TAGS])
    await expect(listed.locator("dd").first).to_have_text("year")
    hint = await page.get_by_text("are replaced when a file begins").inner_text()
    taught = re.findall(r"\$\{(\w+)\}", hint)
    assert taught
    assert set(taught) <= set(TAGS)
    await page.get_by_label("File of a recording", exact=True).fill("${channelname}\\Dive 2/${channelname}_${type}")
    await expect(page.get_by_test_id("names-filename")).to_contain_text("Stern/Dive 2/Stern_Recording.mp4")
    await page.get_by_label("Video of an anomaly", exact=True).fill("Anomalies/${channelname}")
    await expect(page.get_by_test_id("names-anomaly")).to_contain_text("Anomalies/Bow.mp4")
    await expect(page.get_by_test_id("names-clip")).to_contain_text("Anomalies/Bow.mp4")  # none of its own
    await shoot(page, "settings-tags", pictures)
    assert await faults_of_axe(page) == []


async def test_the_overlay_has_a_preview_before_it_is_saved(
    page: Page, server: str, bench: SetupBench, pictures: Path
) -> None:
    await opened(page, server, "/settings/overlay")
    await expect(page.get_by_test_id("overlay-preview")).to_have_js_property("naturalWidth", 1280)
    await page.get_by_role("button", name="Add a layer").click()
    layer = page.get_by_role("group", name="Layer 4")
    await layer.get_by_label("Text, with fields").fill("KP {kp:.3f}")
    await layer.get_by_label("Place").select_option("Top right")
    await expect(page.get_by_role("button", name="Save")).to_be_enabled()
    await shoot(page, "settings-overlay", pictures)
    assert await faults_of_axe(page) == []
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Changes take effect")).to_be_visible()
    assert bench.trials.previews
    assert "{kind = " not in (kept := bench.page.read_text(encoding="utf-8"))
    assert 'text = "KP {kp:.3f}"' in kept
    assert 'anchor = "top_right"' in kept
    await page.get_by_role("button", name="Restart now").click()
    await expect(page.get_by_text("Seacorder restarts.")).to_be_visible()
    assert bench.restarts == 1


async def test_a_source_is_added_for_the_next_start_which_a_recording_refuses(
    page: Page, server: str, bench: SetupBench, recorder: FakeRecorder, pictures: Path
) -> None:
    await recorder.start_recording()
    await opened(page, server, "/settings/sources")
    await page.get_by_role("button", name="Add a source").click()
    form = page.get_by_role("form", name="Add a source")
    await form.get_by_label("Name").fill("GNSS")
    await form.get_by_label("Address").fill("udp://:5005")
    await form.get_by_label("Definitions").fill("GGA, HDT")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("region", name="GNSS")).to_contain_text("New: takes effect at the next start.")
    await expect(page.get_by_role("button", name="Restart now")).to_be_disabled()
    await expect(page.get_by_text("after the recording")).to_be_visible()
    assert 'definitions = ["GGA", "HDT"]' in bench.page.read_text(encoding="utf-8")
    await shoot(page, "settings-sources", pictures)
    assert await faults_of_axe(page) == []


async def test_the_definitions_that_there_are_are_offered_and_a_comma_parts_them(
    page: Page, server: str, bench: SetupBench
) -> None:
    await opened(page, server, "/settings/sources")
    await page.get_by_role("button", name="Add a source").click()
    form = page.get_by_role("form", name="Add a source")
    await form.get_by_label("Name").fill("Seapath")
    await form.get_by_label("Address").fill("udp://:5005")
    field = form.get_by_label("Definitions")
    await expect(form.locator('datalist option[value="PSXN,23"]')).to_have_count(1)
    await field.fill("GGA,PSXN,23,")
    await expect(form.locator('datalist option[value="GGA, PSXN,23, HDT"]')).to_have_count(1)
    await expect(form.locator('datalist option[value$="GGA"]')).to_have_count(0)
    await field.fill("GGA,PSXN,23,HDT")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("region", name="Seapath")).to_be_visible()
    assert 'definitions = ["GGA", "PSXN,23", "HDT"]' in bench.page.read_text(encoding="utf-8")


async def test_where_the_page_will_be_is_said_before_and_a_port_that_is_taken_beside_its_field(
    page: Page, server: str, bench: SetupBench, pictures: Path
) -> None:
    await opened(page, server, "/settings/network")
    form = page.get_by_role("form", name="Address and ports")
    port = form.get_by_label("Port of the page")
    await port.fill("13009")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_have_text("Port 13009 is taken. Choose another port.")
    await expect(port).to_have_attribute("aria-invalid", "true")
    await expect(page.locator(REFUSED)).to_have_count(1)
    await port.fill("13001")
    await form.get_by_label("Address on which").fill("0.0.0.0")
    await expect(form).to_contain_text("Set a password in the settings file first.")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_test_id("moves")).to_contain_text("The page will then be at http://127.0.0.1:13001/")
    await expect(page.locator(REFUSED)).to_have_count(0)
    await shoot(page, "settings-network", pictures)
    assert await faults_of_axe(page) == []
    assert 'host = "0.0.0.0"\ninspector_port = 13001' in bench.page.read_text(encoding="utf-8")
    await page.get_by_role("button", name="Restart now").click()
    await expect(page.get_by_role("link", name="http://127.0.0.1:13001/")).to_be_visible()


async def test_the_microphone_is_set_and_switched_off(
    page: Page, server: str, bench: SetupBench, pictures: Path
) -> None:
    await opened(page, server, "/settings/narration")
    form = page.get_by_role("form", name="Narration")
    await form.get_by_label("Address of the microphone").fill("microphone")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_contain_text("A sound input needs a kind in front. Use alsa:")
    await form.get_by_label("Address of the microphone").fill("alsa:hw:1,0")
    await form.get_by_label("Goes into").select_option("the files of Stern")
    await form.get_by_label("Louder by").fill("-3,5")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Changes take effect")).to_be_visible()
    kept = bench.page.read_text(encoding="utf-8")
    assert '[audio]\ninput = "alsa:hw:1,0"\ninto = "Stern"\ngain_db = -3.5\n' in kept
    await shoot(page, "settings-narration", pictures)
    assert await faults_of_axe(page) == []
    await form.get_by_label("Address of the microphone").fill("")
    async with page.expect_response("**/setup/narration"):
        await form.get_by_role("button", name="Save").click()
    assert "alsa:" not in bench.page.read_text(encoding="utf-8")


async def test_lines_for_other_systems_and_rows_of_the_log(
    page: Page, server: str, bench: SetupBench, pictures: Path
) -> None:
    await opened(page, server, "/settings/logs")
    form = page.get_by_role("form", name="Lines for other systems")
    await form.get_by_role("button", name="Add a line").click()
    line = form.get_by_role("group", name="Line 1")
    await line.get_by_label("To", exact=True).fill("udp://10.0.0.9:6000")
    await line.get_by_label("Text").fill("$PXDEP,{depth:.1f")
    await line.get_by_label("Checksum").check()
    await form.get_by_role("button", name="Save").click()
    await expect(line.get_by_role("alert")).to_contain_text("{")
    await line.get_by_label("Text").fill("$PXDEP,{depth:.1f},M")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Changes take effect")).to_be_visible()
    log = page.get_by_role("form", name="Table of readings")
    await log.get_by_label("A row is written").select_option("whenever a value changes")
    await log.get_by_label("Seconds between").fill("often")
    await log.get_by_role("button", name="Save").click()
    await expect(log.get_by_role("alert")).to_contain_text("'often' is not accepted.")
    await log.get_by_label("Seconds between").fill("2")
    await log.get_by_role("button", name="Save").click()
    await expect(page.locator(REFUSED)).to_have_count(0)
    kept = bench.page.read_text(encoding="utf-8")
    assert 'line = "$PXDEP,{depth:.1f},M"\ninterval_seconds' not in kept
    assert "checksum = true" in kept
    assert '[data_log]\nrows = "change"\ninterval_seconds = 2\n' in kept
    await shoot(page, "settings-logs", pictures)
    assert await faults_of_axe(page) == []
