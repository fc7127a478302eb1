"""Data and settings on the page, over the real program: instruments, an overlay, names and folders are what the page
says that they are.
"""

import asyncio
import math
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from browser.operator import PATIENCE_MS, SIZES, cut_off, moved_to, opened_with_video, says, shoot
from browser.tiles import NEXT_PICTURE, SLOW_CLOCK, is_live, later_than, picture_of, shown, stream_of
from fakes.marks import COLOUR, mark, read_mark_of_picture
from rig.ports import free_port
from rig.program import Program, running, wait_for
from rig.web_camera import Manner, WebCamera, jpegs
from seacorder.telemetry.sources.dive import Dive

pytestmark = pytest.mark.browser

SEED, SPEED = 7, 5
FOLLOWS_FROM_SECONDS = 660
"""Of the dive: since a minute it has been following the pipeline."""
OFF_LINE_METRES = 2.0
"""The vehicle stays so close to the pipeline."""
METRES_PER_DEGREE = 111_320.0
WEB_INDEX = 5
THREE = re.compile(r"\S+ \S+ \S+")
SENTENCE = re.compile(r"(\S+) to (\S+) .*now (\S+) ")
EVERY_SECONDS = 5
"""How often the page asks for the last hour."""
ASKED = """() => {
  const all = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/readings/history"));
  return [performance.now() / 1000, all.length];
}"""
STROKES = """canvas => {
  const tint = document.createElement("canvas").getContext("2d");
  tint.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--text").trim();
  tint.fillRect(0, 0, 1, 1);
  const [red, green, blue] = tint.getImageData(0, 0, 1, 1).data;
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const columns = new Set();
  for (let at = 0; at < pixels.length; at += 4)
    if (pixels[at] === red && pixels[at + 1] === green && pixels[at + 2] === blue) columns.add((at / 4) % width);
  return columns.size;
}"""
"""How many columns of a chart have something of its line."""


class Pilot(threading.Thread):
    """An instrument of its own kind: a counter and a pressure, five times a second. The recorder keeps 100 lines:
    none is missed though the machine stands still for some seconds.
    """

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._ended = threading.Event()

    def run(self) -> None:
        number = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not self._ended.wait(0.2):
                sender.sendto(f"TMS;{number};12,5\r\n".encode(), ("127.0.0.1", self._port))
                number += 1

    def end(self) -> None:
        self._ended.set()
        self.join()


def settings(port: int, camera: str) -> str:
    start = datetime.now(UTC) - timedelta(seconds=FOLLOWS_FROM_SECONDS / SPEED)
    return f"""
[[telemetry]]
name = "Survey"
input = "sim:?seed={SEED}&speed={SPEED}&start={start:%Y-%m-%dT%H:%M:%SZ}"
stale_seconds = 60
[[telemetry]]
name = "Pilot"
input = "udp://127.0.0.1:{port}"
framing = "line"
[[channels]]
name = "Web"
input = "http://{camera}/video"
burn_in = true
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A camera that sends MJPEG over HTTP, whose text is burned in, and one whose pictures stay as they are."""
    port = free_port(socket.SOCK_DGRAM)
    manner = Manner(rate=10, pictures=jpegs(640, 360, count=100, index=WEB_INDEX))
    pilot = Pilot(port)
    pilot.start()
    folder, cameras = tmp_path_factory.mktemp("recorder"), {"Bow": "test:?size=640x360&rate=25&gop=25"}
    try:
        with WebCamera(manner) as camera, running(folder, cameras, more=settings(port, camera.address)) as one:
            one.channels = ["Web", "Bow"]  # as they are in the file
            one.wait_live()
            yield one
    finally:
        pilot.end()


async def test_a_name_is_what_the_page_said_and_a_folder_that_cannot_be_is_refused(
    page: Page, program: Program, pictures: Path
) -> None:
    await opened_with_video(page, program.url, "/settings/names")
    field = page.get_by_label("File of a recording", exact=True)
    result = page.get_by_test_id("names-filename").locator("span")
    await expect(result).to_have_count(2)
    await field.fill("dive_${channelname}_${chanel}")
    await expect(page.get_by_text("There is no tag ${chanel}")).to_be_visible()
    await field.fill("./")
    await expect(page.locator("#wrong-filename")).to_contain_text("would leave files without a name")
    await field.fill("dive_${channelname}")
    await expect(result).to_have_text(["dive_Web.mp4", "dive_Bow.mp4"])
    await page.get_by_role("button", name="Set: File of a recording").click()
    await expect(page.get_by_role("button", name="Set: File of a recording")).to_be_disabled()
    await asyncio.to_thread(program.record, 1.0)
    program.get("/api/inspector/stoprecording")
    recorded = {Path(row["path"]).name for row in program.rows("parts")}
    assert recorded == set(await result.all_inner_texts())

    taken = program.root / "file"
    taken.write_text("")
    root = page.get_by_label("Storage root")
    await root.fill(str(taken))
    await root.press("Enter")
    refusal = page.locator("#wrong-root")
    await expect(refusal).to_have_text(f"root {taken} is a file. Write the folder that files go to.")
    await shoot(page, "real-refused-folder", pictures)
    await root.fill(str(taken / "recordings"))
    await root.press("Enter")
    await expect(refusal).to_contain_text("Choose another folder.")
    second = page.get_by_label("Folder on a second disk")
    await second.fill(str(program.root))
    await second.press("Enter")
    await expect(page.locator("#wrong-fallback_root")).to_contain_text("the same folder")
    await expect(refusal).to_have_count(0)
    assert program.get("/api/v1/setup")["storage"]["root"] == str(program.root)


async def try_lines(form: Locator) -> None:
    line, tried = form.get_by_label("A line of the instrument"), form.get_by_test_id("tried")
    await line.fill("TMS;4711;hot")
    await expect(tried).to_contain_text("oil_pressure, is 'hot'")
    await line.fill("TMS;4711;12,5")
    await expect(tried).to_contain_text("12.5 bar")


async def open_again(definition: Locator) -> None:
    await definition.get_by_role("button", name="Edit TMS").click()
    await expect(definition.get_by_label("Its table, as JSON")).to_have_value(re.compile('"header": "TMS"'))


async def test_lines_of_an_instrument_are_seen_and_a_definition_makes_readings_of_them(
    page: Page, program: Program, pictures: Path
) -> None:
    await opened_with_video(page, program.url, "/data")
    await page.get_by_role("button", name="Raw lines of Survey").click()
    position = page.locator("li", has_text="$GPGGA").first
    await expect(position.locator("small")).to_have_text("GGA")
    await page.get_by_role("button", name="Raw lines of Pilot").click()
    lines = page.get_by_role("list", name="Raw lines of Pilot").get_by_role("listitem")
    await expect(lines).to_have_count(50)
    await page.get_by_role("button", name="Pause").click()
    numbers = [int(one.split(";")[1]) for one in await lines.locator(".mono").all_inner_texts()]
    assert all(newer == older + 1 for newer, older in pairwise(numbers))
    await expect(lines.first).to_have_attribute("data-refused", "true")

    await moved_to(page, "/settings/sources")
    await page.get_by_role("button", name="Set a definition").click()
    form = page.get_by_role("form", name="Set a definition")
    await form.get_by_label("Name").fill("TMS")
    table = form.get_by_label("Its table, as JSON")
    await table.fill('{"kind": "delimited", "header": "TMS", "delimiter": ";"')
    await form.get_by_role("button", name="Add").click()
    await expect(form.get_by_role("alert")).to_have_text("The table is not JSON.")
    fields = '"fields": [{"name": "line_count", "position": 1}, {"name": "oil_pressure", "position": 2, "unit": "bar"'
    given = '{"kind": "delimited", "header": "TMS", "delimiter": ";", "decimal": ",", ' + fields
    await table.fill(given + ', "place": 2}]}')
    await form.get_by_role("button", name="Add").click()
    await expect(form.get_by_role("alert")).to_contain_text("place")
    await shoot(page, "real-refused-definition", pictures)
    await table.fill(given + "}]}")
    await try_lines(form)
    await form.get_by_role("button", name="Add").click()
    said = page.get_by_role("region", name="TMS")
    await expect(said).to_contain_text("line_count, oil_pressure (bar)")
    await expect(said).to_contain_text("Pilot")
    await expect(form.get_by_role("alert")).to_have_count(0)
    await open_again(said)

    await moved_to(page, "/data")
    row = page.get_by_role("row", name="oil_pressure")
    await expect(row.locator("td").first).to_have_text("12.5 bar")
    await expect(row.locator("td").last).to_have_text("Pilot")
    await page.get_by_role("button", name="Raw lines of Pilot").click()
    await expect(lines.first.locator("small")).to_have_text("TMS")
    await expect(lines.first).to_have_attribute("data-refused", "false")


def number_in(text: str) -> float:
    return float(text.replace("−", "-").replace("\u202f", ""))


def metres(rows: list[Any]) -> list[tuple[float, float]]:
    """East and north of the positions, from the first one."""
    found = [(row["values"]["longitude"], row["values"]["latitude"]) for row in rows if row["values"].get("latitude")]
    east, north = found[0]
    across = METRES_PER_DEGREE * math.cos(math.radians(north))
    return [((x - east) * across, (y - north) * METRES_PER_DEGREE) for x, y in found]


async def drawn_points(track: Locator) -> list[tuple[float, float]]:
    """The same as the page has drawn them, measured with the scale that stands beside them."""
    points = await track.locator("polyline").get_attribute("points") or ""
    bar, length = track.locator(".bar path"), await track.locator(".bar text").text_content() or ""
    width = float((await bar.get_attribute("d") or "").split("H")[1].split("V")[0])
    scale = float(length.removesuffix(" m")) / width
    found = [tuple(map(float, one.split(","))) for one in points.split()]
    return [((x - found[0][0]) * scale, (found[0][1] - y) * scale) for x, y in found]


async def one_answer(page: Page) -> list[Any]:
    """Opens the Data view again with one answer of `/api/v1/readings/history`: its rows. No other one comes."""
    rows: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
    passed: list[Route] = []

    async def pass_on(route: Route) -> None:
        if passed:
            await route.abort()
            return
        passed.append(route)
        answer = await route.fetch()
        await route.fulfill(response=answer)
        rows.set_result((await answer.json())["items"])

    url = page.url
    await moved_to(page, "/settings/page")  # from where nobody asks for it
    await expect(page.get_by_role("region", name="Track")).to_have_count(0)
    await page.route("**/api/v1/readings/history*", pass_on)
    await page.goto(url)
    return await rows


async def test_the_track_and_the_charts_are_what_the_instruments_have_sent(
    page: Page, program: Program, pictures: Path
) -> None:
    await opened_with_video(page, program.url, "/data")
    course = page.get_by_role("row", name="course").locator("td")
    line = Dive(SEED).at(0.0).course
    await expect(course.first).to_have_text(f"{line:.2f} °")
    await expect(course.last).to_have_text("Survey")
    charts = page.locator("figure.chart")
    await expect(charts.locator("figcaption b")).to_have_text(["depth", "altitude", "heading"])
    await page.get_by_text("Choose fields").click()
    for name in ("altitude", "heading", "pitch"):
        await page.locator(".choice").get_by_label(name, exact=True).click()
    await expect(charts.locator("figcaption b")).to_have_text(["depth", "pitch"])
    track = page.get_by_role("region", name="Track")
    await expect(track.locator("polyline")).to_have_attribute("points", THREE)
    sent = metres(rows := await one_answer(page))
    await expect(charts.locator("figcaption b")).to_have_text(["depth", "pitch"])
    drawn = await drawn_points(track)
    assert all(math.dist(one, other) < 1 for one, other in zip(drawn, sent, strict=True))
    east, north = math.sin(math.radians(line)), math.cos(math.radians(line))
    assert all(abs(x * north - y * east) < 2 * OFF_LINE_METRES for x, y in drawn)
    length = sum(math.dist(one, other) for one, other in pairwise(sent))
    said = await track.locator(".hint").inner_text()
    assert abs(int(said.split(" m ")[0]) - length) <= 1
    for name in ("depth", "pitch"):
        chart = page.get_by_role("img", name=f"{name}: ")
        values = [row["values"][name] for row in rows if row["values"][name] is not None]
        told = SENTENCE.search(await chart.get_attribute("aria-label") or "")
        assert told is not None
        assert [*map(number_in, told.groups())] == pytest.approx([min(values), max(values), values[-1]], abs=0.006)
        assert await chart.locator("canvas").evaluate(STROKES) > 1
    await shoot(page, "real-data", pictures)
    for name, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        assert await cut_off(page) == [], name
    here = track.locator(".here")
    await page.unroute_all()
    await expect(here).not_to_have_attribute("transform", await here.get_attribute("transform") or "")
    seconds, asked = await page.evaluate(ASKED)
    assert asked <= seconds / EVERY_SECONDS + 2


BOTTOM, TOP = (0.88, 0.98), (0.02, 0.12)
WORDS = 1234


async def preview_has(page: Page, *, bottom: int | None, top: int | None) -> None:
    """Waits until the preview has these marks at these places."""
    preview = page.get_by_test_id("overlay-preview")
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            source = await preview.get_attribute("src") or ""
            picture = await picture_of(preview)
            if (read_mark_of_picture(picture, *BOTTOM), read_mark_of_picture(picture, *TOP)) == (bottom, top):
                return
            await expect(preview).not_to_have_attribute("src", source)


async def burned_into(page: Page, channel: str) -> int | None:
    picture = await picture_of(page.locator(f'video[data-channel="{channel}"]'))
    return read_mark_of_picture(picture, *BOTTOM)


async def test_a_text_is_seen_where_it_was_put_and_then_burned_into_what_a_web_camera_sends(
    page: Page, program: Program, pictures: Path
) -> None:
    await page.add_init_script(SLOW_CLOCK)
    await opened_with_video(page, program.url, "/settings/overlay")
    await expect(page.get_by_test_id("burned")).to_contain_text("Another channel shows the new one alone.")
    await page.get_by_label("Preview on").select_option("Bow")
    await expect(page.get_by_test_id("burned")).to_have_count(0)
    await preview_has(page, bottom=None, top=None)
    for _ in range(3):
        await page.get_by_role("button", name="Remove layer 1").click()
    await page.get_by_role("button", name="Add a layer").click()
    layer = page.get_by_role("group", name="Layer 1")
    await layer.get_by_label("Text, with fields").fill(mark(WORDS))
    await layer.get_by_label("Height").fill("0.1")
    await layer.get_by_label("Colour").fill(COLOUR)
    await layer.get_by_label("Place").select_option("Top")
    await preview_has(page, bottom=None, top=WORDS)
    await layer.get_by_label("Place").select_option("Bottom")
    await preview_has(page, bottom=WORDS, top=None)
    await shoot(page, "real-overlay", pictures)
    await page.get_by_role("button", name="Save").click()
    before = program.control_pid
    await page.get_by_role("button", name="Restart now").click()
    await asyncio.to_thread(wait_for, lambda: program.control_pid != before, "the program to start again")
    await says(page, "NOT RECORDING")

    await moved_to(page, "/")
    for name in ("Web", "Bow"):
        await is_live(page, name)
        assert await stream_of(page, name) == "main"
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while await burned_into(page, "Web") != WORDS:
            await page.locator('video[data-channel="Web"]').evaluate(NEXT_PICTURE)
    assert await burned_into(page, "Bow") is None
    first = await shown(page, "Web")
    assert first.channel_index == WEB_INDEX
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while (await shown(page, "Web")).number == first.number:
            await page.locator('video[data-channel="Web"]').evaluate(NEXT_PICTURE)
    assert (await later_than(page, "Bow", (await shown(page, "Bow")).number)).channel_index != WEB_INDEX
    await shoot(page, "real-burned", pictures)
