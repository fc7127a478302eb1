"""The pictures of the page in the documents, one of each view. `make pictures` writes them into docs/sea.

What moves is drawn or simulated: seabeds in front of the cameras, a dive in the readings.
"""

import asyncio
import io
import math
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from browser.operator import hold_to_stop, opened, opened_with_video, says
from fakes.clock import FakeClock
from fakes.recorder import FakeChannel, FakeRecorder
from fakes.seabed import seabed
from fakes.setup import SetupBench
from rig.program import Program, running
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.config.schema import ServerSettings
from seacorder.control.alarms.rules import Scene, findings
from seacorder.model.alarm import Alarm
from seacorder.model.channel import ChannelState
from seacorder.model.dive_context import ContextChange
from seacorder.model.narration import NarrationView, NarratorStatus, SoundState
from seacorder.model.reading import Reading
from seacorder.model.telemetry import SourceCounters, SourceState, SourceStatus

pytestmark = pytest.mark.browser
BEGAN_NS = 1_777_863_721_000_000_000
"""2026-05-04T03:02:01Z."""
RECORDED_SECONDS = 4350
BYTES_MAX = 300_000
COLOURS = 256
TRIES = 2000
ARE_PLAYED = """async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  const all = [...document.querySelectorAll(".pictures video")];
  return all.length > 0 && all.every((one) => one.readyState >= 2 && !one.seeking);
}"""
NAMES = ("Bow", "Stern", "ROV pilot", "Diver 2", "Port arm", "Starboard arm", "TMS", "Sonar", "Deck")
DIVE: tuple[tuple[str, str, Callable[[int], float]], ...] = (
    ("depth", "m", lambda at: 118.4 + 2.1 * math.sin(at / 340) + 0.3 * math.sin(at / 41)),
    ("altitude", "m", lambda at: 2.2 + 0.7 * math.sin(at / 90) + 0.2 * math.sin(at / 13)),
    ("heading", "°", lambda at: 214 + 9 * math.sin(at / 260)),
    ("kp", "km", lambda at: 12.304 + at * 0.00018),
    ("cp", "V", lambda at: -0.93 + 0.03 * math.sin(at / 150)),
    ("latitude", "°", lambda at: 56.6719 + at * 1.6e-6 + 4e-5 * math.sin(at / 300)),
    ("longitude", "°", lambda at: 2.3098 + at * 2.1e-6 - 6e-5 * math.sin(at / 410)),
)
"""Field, unit, and value so many seconds after the start."""


class RunningClock(FakeClock):
    """It shows the time of the pictures, goes on like the machine's, and can be moved on."""

    def __init__(self) -> None:
        super().__init__(utc_ns=BEGAN_NS)
        self._machine = SystemClock()
        self._began_ns = self._machine.monotonic_ns()

    @property
    def _gone_ns(self) -> int:
        return self._machine.monotonic_ns() - self._began_ns

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() + self._gone_ns

    def utc_ns(self) -> int:
        return super().utc_ns() + self._gone_ns


@pytest.fixture
def recorder() -> FakeRecorder:
    channels = [FakeChannel(name, jpeg=seabed(index)) for index, name in enumerate(NAMES)]
    recorder = FakeRecorder(*channels, clock=RunningClock())
    live = NarratorStatus(SoundState.LIVE, None, 4000, level_db=-23.4, peak_db=-9.0)
    recorder.narration = NarrationView("Narration", "alsa:default", "all", live, restarts=0)
    recorder.set_overlay_text("Depth 118.4 m · Heading 214°")
    recorder.telemetry.add_source(
        SourceStatus("Survey", SourceState.LIVE, BEGAN_NS, counters=SourceCounters()), "udp:0.0.0.0:5000"
    )
    return recorder


def read(recorder: FakeRecorder, at: int) -> list[Reading]:
    """The readings so many seconds after the start, as the newest ones."""
    digits = {"°": 6}
    return [recorder.telemetry.give(name, round(value(at), digits.get(unit, 3)), unit) for name, unit, value in DIVE]


async def dive(recorder: FakeRecorder) -> None:
    """A recording that has run for more than an hour, with what was seen on the way."""
    await recorder.change_context(ContextChange(project="North field", dive="12", task="Pipeline", component="P1"))
    await recorder.start_recording()
    for second in range(0, RECORDED_SECONDS, 5):
        recorder.telemetry.history.add(BEGAN_NS + second * NS_PER_SECOND, read(recorder, second))
    recorder.clock.advance(RECORDED_SECONDS)
    recorder.telemetry.coming = [tuple(read(recorder, RECORDED_SECONDS))]


async def shoot(page: Page, name: str, folder: Path) -> None:
    """A small PNG of few colours; kept where SCREENSHOTS names a folder."""
    await page.mouse.move(0, 0)
    await page.evaluate("document.activeElement.blur()")
    kept = Path(os.environ.get("SCREENSHOTS") or folder) / f"{name}.png"
    picture = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(kept, optimize=True)
    assert 10_000 < kept.stat().st_size < BYTES_MAX


async def test_the_wall_with_a_fault(page: Page, server: str, recorder: FakeRecorder, pictures: Path) -> None:
    await dive(recorder)
    stern = recorder.channels[1]
    stern.state, stern.state_seconds, stern.frame_age_seconds = ChannelState.STALLED, 12, 12
    stern.losses, stern.losses_seconds = 1, 2.5
    since_ns = recorder.clock.utc_ns() - 12 * NS_PER_SECOND
    statuses = tuple(view.status for view in recorder.status().channels)
    (one,) = findings(Scene(statuses, is_recording_on=True))
    recorder.alarms = (Alarm(one.kind, one.channel, one.severity, since_ns, one.fact, one.action),)
    await opened(page, server, size="wide")
    await says(page, "RECORDING, FAULT")
    await expect(page.locator("article.tile img")).to_have_count(len(NAMES) - 1)
    await page.set_viewport_size({"width": 1280, "height": 800})
    await shoot(page, "fault", pictures)


async def test_the_readings(page: Page, server: str, recorder: FakeRecorder, pictures: Path) -> None:
    await dive(recorder)
    await opened(page, server, "/data")
    await expect(page.locator("canvas").first).to_be_visible()
    await shoot(page, "data", pictures)


STILL_PICTURES = {f"SEACORDER_CHANNELS_{number}_PICTURE_WATCH": "false" for number in range(1, 10)}
"""Nobody moves in them, and no alarm is to say so."""


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    """Nine cameras that look at seabeds, and a simulated dive."""
    addresses = {}
    for index, name in enumerate(NAMES):
        folder = tmp_path / f"camera{index}"
        folder.mkdir()
        (folder / "1.jpg").write_bytes(seabed(index))
        addresses[name] = f"images:{folder.as_posix()}?rate=5&loop=1"
    start = datetime.now(UTC) - timedelta(minutes=20, seconds=-8)  # it is at the pipeline, and will measure its CP
    more = f'[[telemetry]]\nname = "Survey"\ninput = "sim:?start={start:%Y-%m-%dT%H:%M:%SZ}"\n'
    with running(tmp_path, addresses, more=more, variables=STILL_PICTURES) as one:
        await asyncio.to_thread(one.wait_live)
        yield one


async def test_settings(page: Page, recorder: FakeRecorder, tmp_path: Path, pictures: Path) -> None:
    addresses = ((name, f"rtsp://10.0.0.{at}/live") for at, name in enumerate(NAMES, 11))
    tables = "".join(f'[[channels]]\nname = "{name}"\ninput = "{address}"\n' for name, address in addresses)
    bench = SetupBench(tmp_path, tables)
    sockets = claim_port("127.0.0.1", 0, setting="inspector_port")
    async with serving([Listener(create_inspector_app(recorder, ServerSettings(), bench.setup), sockets)]):
        await opened(page, f"http://127.0.0.1:{sockets[0].getsockname()[1]}", "/settings/channels")
        await expect(page.get_by_text("ROV pilot").first).to_be_visible()
        await shoot(page, "settings", pictures)


async def live(page: Page, tiles: int) -> None:
    """So many tiles show video, and nothing else."""
    await expect(page.locator("video[data-channel]")).to_have_count(tiles)
    await expect(page.locator('video[data-state="live"]')).to_have_count(tiles)
    await says(page, "RECORDING")


async def played(page: Page) -> None:
    """The players show the pictures of the instant that was chosen."""
    for _ in range(TRIES):
        if await page.evaluate(ARE_PLAYED):
            return
    raise AssertionError("A player has no picture.")


async def test_an_inspection(page: Page, program: Program, pictures: Path) -> None:
    """The wall, on a computer and on a phone, a channel, and the review of what was recorded meanwhile."""
    context = {"project": "North field", "dive": "12", "task": "Pipeline", "component": "P1"}
    await asyncio.to_thread(program.put, "/api/v1/context", context)
    await opened_with_video(page, program.url, size="wide")
    await page.get_by_role("button", name="Start recording").click()
    await says(page, "RECORDING")
    for seconds, code in enumerate(("AN", "FJ", "DM", "FS"), start=2):
        await asyncio.to_thread(program.wait_recorded, float(seconds))
        await asyncio.to_thread(program.post, f"/api/v1/kinds/{code}", status=201)
    await asyncio.to_thread(program.wait_recorded, 8.0)
    await expect(page.locator(".obs img").first).to_be_visible()
    await page.set_viewport_size({"width": 1600, "height": 900})
    await live(page, len(NAMES))
    await shoot(page, "page", pictures)
    await page.set_viewport_size({"width": 390, "height": 844})
    await live(page, len(NAMES))
    await shoot(page, "phone", pictures)
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.get_by_role("link", name="ROV pilot").click()
    await live(page, 1)
    await shoot(page, "channel", pictures)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Stop asks first").click()
    await hold_to_stop(page)
    await page.get_by_test_id("proof").get_by_role("button", name="Close").click()
    await page.keyboard.press("e")
    await page.get_by_role("link", name="whole").click()
    await page.locator('[data-main="true"] video').wait_for()
    await page.get_by_role("button", name="DM-001").first.click()
    await played(page)
    await shoot(page, "review", pictures)
