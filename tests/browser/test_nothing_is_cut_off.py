"""Every view in every language, in a wide, a narrow and a very narrow window: no text is cut off or over another."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import cut_off, moved_to, opened, shoot
from fakes.recorder import FakeChannel, FakeRecorder
from fakes.setup import SetupBench
from rig.access import OPERATOR_TOKEN, asking
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.base.clock import SystemClock
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.dive_context import ContextChange
from seacorder.model.event import Severity

pytestmark = pytest.mark.browser

NAMES = ("Bow", "Stern", "ROV pilot", "Starboard manipulator arm")
SECTIONS = (
    "channels", "recording", "names", "narration", "sources", "logs", "overlay", "kinds", "network", "page",
)
VIEWS = ("/", "/channel/Bow", "/review", "/data", "/copies", *(f"/settings/{one}" for one in SECTIONS))
WINDOWS = ((1280, 800), (800, 1000), (640, 400), (360, 740))
"""The third is the first at 200 % zoom."""
NARROW = ((800, 1000), (360, 740))
"""German words are the longest: for the other languages these are enough."""
LINES = '[[readings_out]]\nto = "udp://127.0.0.1:6000"\nline = "$PXDEP,{depth:.1f},M"\n'


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder(*(FakeChannel(name) for name in NAMES), clock=SystemClock())


@pytest.fixture
async def server(recorder: FakeRecorder, tmp_path: Path) -> AsyncIterator[str]:
    channels = (f'[[channels]]\nname = "{name}"\ninput = "rtsp://10.0.0.9/{at}"\n' for at, name in enumerate(NAMES))
    bench = SetupBench(tmp_path, "".join(channels) + LINES)
    sockets = claim_port("127.0.0.1", 0, setting="inspector_port")
    async with serving([Listener(create_inspector_app(recorder, asking(), bench.setup), sockets)]):
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"


async def busy(recorder: FakeRecorder) -> None:
    """As much to say as there may be: a recording with a camera that has failed, an alarm, a context."""
    await recorder.start_recording()
    await recorder.change_context(ContextChange(project="North field", dive="12", operator="Ines Berg"))
    recorder.channels[1].fail("Camera rtsp://***@10.0.0.6:554/stream1 does not answer.")
    now = recorder.clock.utc_ns()
    fact, action = "Stern is NOT being recorded.", "Check its power and network cable."
    recorder.alarms = (Alarm(AlarmKind.CAMERA_FAILED, "Stern", Severity.ALARM, now, fact, action),)


@pytest.mark.parametrize("language", ["en", "de", "no", "pt"])
async def test_every_text_is_read_whole(
    page: Page, server: str, recorder: FakeRecorder, pictures: Path, language: str
) -> None:
    await busy(recorder)
    await page.set_extra_http_headers({"authorization": f"Bearer {OPERATOR_TOKEN}"})
    await page.add_init_script(f"localStorage.setItem('seacorder.language', '{language}')")
    await opened(page, server)
    await expect(page.locator("article.tile img")).to_have_count(3)
    found = []
    for view in VIEWS:
        await moved_to(page, view)
        if view == "/settings/sources":
            for opens in (0, 1):  # the forms of a source and of a definition
                await page.locator(".sheet .buttons .button--big").nth(opens).click()
            await expect(page.locator(".sheet form")).to_have_count(2)
        if view == "/settings/channels":
            await page.locator(".sheet details > summary").first.click()  # how a channel is stored
        await expect(page.locator(".sheet .panel" if "settings" in view else ".room")).not_to_have_count(0)
        for width, height in WINDOWS if language == "de" else NARROW:
            await page.set_viewport_size({"width": width, "height": height})
            found += [f"{view} at {width}: {fault}" for fault in await cut_off(page)]
            if "SCREENSHOTS" in os.environ:
                await shoot(page, f"{language}{view.replace('/', '-')}-{width}", pictures)
    assert not found, "\n".join(found)
