"""One real program, looked at several times: HTTPS, subtitles with what an instrument sends, and a restart."""

import asyncio
import functools
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.operator import PATIENCE_MS, opened_with_video, says, shoot
from browser.tiles import SLOW_CLOCK, is_live, later_than, shown, stream_of
from rig.ports import free_port
from rig.program import Program, running, wait_for
from rig.survey import sentence
from rig.tls_proxy import make_certificate

pytestmark = pytest.mark.browser

TRIES = 2000
CAMERA = "test:?size=640x360&rate=25&gop=25"
LAYER = '[[overlay.layers]]\nkind = "text"\ntext = "Depth {depth:.1f} m"\n'
DEPTH = sentence("SDDPT,12.40,0.0")
SUBTITLE = """() => {
  const [track] = document.querySelector('[data-main="true"] video').textTracks;
  return track === undefined ? null : [...(track.activeCues ?? [])].map((cue) => cue.text).join("|");
}"""

NOTE_STATES = """() => {
  window.states = [];
  const look = () => window.states.push(document.querySelector('[data-testid="state"]')?.textContent);
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Of the bar: some pass too soon for a test that looks now and then, and "NO CONTACT" may not come at all."""


@pytest.fixture(scope="module")
def secure_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, secure_port: int) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("recorder")
    port = free_port(socket.SOCK_DGRAM)
    certificate = make_certificate(folder)
    more = f'[[telemetry]]\nname = "Survey"\ninput = "udp://127.0.0.1:{port}"\n{LAYER}'
    server = {"SEACORDER_SERVER_CERTIFICATE": str(certificate), "SEACORDER_SERVER_SECURE_PORT": str(secure_port)}
    ended = threading.Event()
    sender = threading.Thread(target=sound, args=(port, ended))
    with running(folder, {"Bow": CAMERA}, more=more, variables=server) as one:
        sender.start()
        try:
            one.wait_live()
            yield one
        finally:
            ended.set()
            sender.join()


def sound(port: int, ended: threading.Event) -> None:
    """The same depth, five times a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while not ended.wait(0.2):
            sender.sendto(DEPTH + b"\r\n", ("127.0.0.1", port))


async def comes_to(page: Page, look: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Looks again with each picture of the browser; the page's policy forbids that the browser waits by itself."""
    found = None
    for _ in range(TRIES):
        if (found := await look()) == wanted:
            return
        await page.evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(f"it stays {found!r}")


async def test_over_https_with_a_certificate_that_signed_itself(page: Page, program: Program, secure_port: int) -> None:
    browser = page.context.browser
    assert browser is not None
    window = await browser.new_page(ignore_https_errors=True, locale="en-GB")
    window.set_default_timeout(PATIENCE_MS)
    await window.add_init_script(SLOW_CLOCK)
    await opened_with_video(window, f"https://127.0.0.1:{secure_port}")
    await says(window, "NOT RECORDING")
    await is_live(window, "Bow")
    assert await stream_of(window, "Bow") == "main"
    await window.get_by_role("button", name="Start recording").click()
    await says(window, "RECORDING")
    first = await shown(window, "Bow")
    assert (await later_than(window, "Bow", first.number)).channel_index == 0
    await asyncio.to_thread(program.post, "/api/v1/recording/stop")
    await says(window, "NOT RECORDING")
    await window.close()


async def test_subtitles_in_the_player_say_what_held_then(page: Page, program: Program, pictures: Path) -> None:
    await asyncio.to_thread(program.record, 3.0)
    recording = program.rows("recordings")[-1]["id"]
    await opened_with_video(page, program.url, f"/review/{recording}")
    await page.locator('[data-main="true"] video').wait_for()
    for _ in range(40):
        await page.keyboard.press(".")
    await comes_to(page, functools.partial(page.evaluate, SUBTITLE), "Depth 12.4 m")
    await shoot(page, "real-subtitles", pictures)
    await page.get_by_label("Subtitles").uncheck()
    await comes_to(page, functools.partial(page.evaluate, SUBTITLE), None)


async def test_what_needs_a_restart_waits_for_the_recording_and_holds_after_it(
    page: Page, program: Program, pictures: Path
) -> None:
    await asyncio.to_thread(program.post, "/api/v1/recording/start")
    await opened_with_video(page, program.url, "/settings/narration")
    await says(page, "RECORDING")
    await page.get_by_label("Address of the microphone").fill("tone:")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("after the recording")).to_be_visible()
    await expect(page.get_by_role("button", name="Restart now")).to_be_disabled()
    refused = await asyncio.to_thread(program.post, "/api/v1/setup/restart", status=409)
    assert refused["fact"] == "A recording is on."
    await asyncio.to_thread(program.post, "/api/v1/recording/stop")
    await says(page, "NOT RECORDING")
    await page.evaluate(NOTE_STATES)
    before = program.control_pid
    await page.get_by_role("button", name="Restart now").click()
    await asyncio.to_thread(wait_for, lambda: program.control_pid != before, "another control process")
    await expect(page.get_by_text("Seacorder restarts.")).to_have_count(0)
    await expect(page.get_by_role("button", name="Restart now")).to_have_count(0)
    await says(page, "NOT RECORDING")
    assert "RECORDING" not in await page.evaluate("window.states")
    await page.keyboard.press("v")
    await expect(page.get_by_role("meter", name="Narration")).to_be_visible()
    await is_live(page, "Bow")
    await shoot(page, "real-restarted", pictures)
