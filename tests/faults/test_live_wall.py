"""Sixteen tiles are looked at for an hour: every one stays live, and neither the page nor the program grows."""

import asyncio
import shutil
import time
from pathlib import Path

import pytest
from playwright.async_api import CDPSession, Page, async_playwright, expect

from browser.operator import FLAGS, PATIENCE_MS
from faults import processes
from faults.results import note
from rig.fixtures import MakeSource
from rig.program import Program, running
from rig.rtsp_server import RtspServer
from rig.source_files import SourceSpec

pytestmark = [pytest.mark.rtsp, pytest.mark.browser, pytest.mark.slow, pytest.mark.long_form]

CHANNELS = [f"Camera {number}" for number in range(1, 17)]
SPEC = SourceSpec(width=320, height=180, rate=10, seconds=120, gop=10, bits_per_second=150_000)
MINUTES = 60
LOOK_SECONDS = 15.0
LIMIT_MB_AN_HOUR = 1.0
"""Of a process of the program, as in `test_soak`, and of what the page's scripts hold."""
LIVE = "tiles => tiles.filter(one => one.dataset.state !== 'live').map(one => one.dataset.channel)"


async def test_sixteen_tiles_are_live_for_an_hour_and_nothing_grows(
    tmp_path: Path, rig_source: MakeSource, cameras_server: RtspServer
) -> None:
    source = rig_source(SPEC)
    addresses = {name: cameras_server.serve(f"/{name.replace(' ', '')}", source) for name in CHANNELS}
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium is not None
    with running(tmp_path, addresses) as program:
        program.wait_live()
        program.post("/api/v1/recording/start")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
            page = await browser.new_page(viewport={"width": 1920, "height": 1080}, locale="en-GB")
            page.set_default_timeout(PATIENCE_MS)
            await page.goto(program.url)
            tiles = page.locator('video[data-state="live"]')
            await expect(tiles).to_have_count(len(CHANNELS), timeout=PATIENCE_MS)
            sizes, troubled = await looks(page, program, tmp_path / "looks.csv")
            await browser.close()
        program.post("/api/v1/recording/stop")
        lost = sum(row["frames"] or 1 for row in program.rows("losses"))
    judge(sizes, troubled, lost)


Sizes = dict[str, list[tuple[float, float]]]
"""By whose it is: (when, bytes)."""


async def looks(page: Page, program: Program, kept_in: Path) -> tuple[Sizes, list[str]]:
    """What everything holds, again and again, and the tiles that were not live at a look."""
    tools = await page.context.new_cdp_session(page)
    sizes: Sizes = {}
    troubled: list[str] = []
    end = time.monotonic() + 60 * MINUTES
    with kept_in.open("w", encoding="utf-8") as table:
        while time.monotonic() < end:
            await asyncio.sleep(LOOK_SECONDS)
            troubled += await page.locator("video[data-channel]").evaluate_all(LIVE)
            troubled += [""] * (len(CHANNELS) - await page.locator("video[data-channel]").count())
            found = {"page": await held_by_scripts(tools), "control process": memory(program.control_pid)}
            found |= {f"worker of {name}": memory(program.worker_pid(name)) for name in CHANNELS}
            for name, size in found.items():
                sizes.setdefault(name, []).append((time.monotonic(), size))
                table.write(f"{time.monotonic():.1f};{name};{size:.0f}\n")
            table.flush()
    return sizes, troubled


async def held_by_scripts(tools: CDPSession) -> float:
    """Bytes of the page's objects, once what nobody refers to has been thrown away."""
    await tools.send("HeapProfiler.collectGarbage")
    return float((await tools.send("Runtime.getHeapUsage"))["usedSize"])


def memory(pid: int) -> float:
    return float(processes.anonymous_bytes(pid))


def judge(sizes: Sizes, troubled: list[str], lost: int) -> None:
    slopes = {name: processes.slope_mb_an_hour(seen) for name, seen in sizes.items()}
    worst = max(slopes, key=lambda name: slopes[name])
    seen = len(sizes["page"])
    note(f"sixteen tiles looked at for {MINUTES} min: tiles not live at a look; frames lost by the recording",
         times=seen, worst=f"{len(troubled)} of {seen * len(CHANNELS)}; {lost}", limit="0; 0",
         kept=not troubled and not lost)  # fmt: skip
    note(f"… memory of {len(slopes) - 1} processes and of the page: slope of a line through the second half",
         times=seen * len(slopes), worst=f"{slopes[worst]:+.2f} MB an hour ({worst})",
         limit=f"{LIMIT_MB_AN_HOUR} MB an hour each", kept=slopes[worst] < LIMIT_MB_AN_HOUR)  # fmt: skip
    assert troubled == []
    assert lost == 0
    assert slopes[worst] < LIMIT_MB_AN_HOUR, slopes
