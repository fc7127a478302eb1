"""Live pictures in a real browser: what the page shows are the cameras' frames, and what is not live is not shown."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import PATIENCE_MS
from browser.tiles import SLOW_CLOCK, is_live, later_than, shown, stream_of
from rig.fixtures import MakeSource, StartServer
from rig.frames import decoded_frames
from rig.program import running
from rig.source_files import SourceSpec

pytestmark = [pytest.mark.browser, pytest.mark.rtsp]

SPECS = {
    "Bow": SourceSpec(seconds=180),
    "Stern": SourceSpec(seconds=120, b_frames=2, channel_index=1),
    "ROV": SourceSpec(seconds=10, codec="hevc", channel_index=2),
}
"""The first two are films that other tests have as well: each is made once."""
PLAYED = ("Bow", "Stern")
"""What each browser plays as it is recorded."""


async def is_shown_instead(page: Page, channel: str) -> int:
    """What this browser cannot play is shown as a small preview, with its capture time, and the tile says so. The
    number of one of its frames."""
    tile = page.locator("article.tile", has_text=channel)
    await expect(tile.locator("time")).to_be_visible(timeout=PATIENCE_MS)
    assert await stream_of(page, channel) == "preview"
    await expect(tile).to_contain_text("Small preview: this browser cannot play what the camera sends.")
    first = await shown(page, channel)
    later = await later_than(page, channel, first.number)
    assert first.channel_index == later.channel_index == SPECS[channel].channel_index
    return later.number


async def test_each_tile_shows_the_frames_of_its_camera(
    page: Page, tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    # A server for each: one that ends a camera's stream may hold up its others meanwhile.
    servers = {name: start_rtsp_server() for name in SPECS}
    addresses = {name: servers[name].serve(f"/{name}", rig_source(spec)) for name, spec in SPECS.items()}
    with running(tmp_path, addresses) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        await page.add_init_script(SLOW_CLOCK)
        await page.goto(program.url)
        for index, name in enumerate(PLAYED):
            await is_live(page, name)
            first = await shown(page, name)
            assert first.channel_index == index
            number = first.number
            for _ in range(5):
                number = (await later_than(page, name, number)).number
        assert {await stream_of(page, name) for name in PLAYED} == {"main"}
        previewed = await is_shown_instead(page, "ROV")
        servers["Stern"].stop("/Stern")
        tile = page.locator("article.tile", has_text="Stern")
        await expect(tile).to_have_attribute("data-trouble", "dead", timeout=PATIENCE_MS)
        await expect(tile.locator("video")).to_have_count(0)
        servers["Stern"].resume("/Stern")
        await is_live(page, "Stern")
        program.post("/api/v1/recording/stop")
        assert [row for row in program.rows("losses") if row["channel"] != "Stern"] == []
        (part,) = program.rows("parts", channel="ROV")
    recorded = decoded_frames(Path(part["path"]))
    assert any(frame.reading is not None and frame.reading.number == previewed for frame in recorded)
