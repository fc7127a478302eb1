"""Signing in, a viewer who may only look, two operators at once, and a page that is older than its recorder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from browser.operator import STAYS, WITHOUT_VIDEO, faults_of_axe, opened, press, says, shoot
from browser.served import served
from fakes.recorder import FakeRecorder
from rig.access import PASSWORD, VIEWER, VIEWER_PASSWORD, asking
from rig.program import running
from seacorder.config.schema import ServerSettings

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000


@pytest.fixture
async def guarded(recorder: FakeRecorder) -> AsyncIterator[str]:
    """A recorder that asks who it is."""
    async with served(recorder, asking()) as url:
        yield url


@pytest.fixture
async def open_to_all(recorder: FakeRecorder) -> AsyncIterator[str]:
    """One that the network reaches, as far as its settings say, and that asks nobody."""
    async with served(recorder, ServerSettings(host="0.0.0.0")) as url:
        yield url


async def sign_in(page: Page, password: str) -> None:
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_wrong_password_is_one_sentence_and_the_right_one_opens_the_page(
    page: Page, guarded: str, recorder: FakeRecorder, pictures: Path
) -> None:
    await opened(page, guarded)
    await expect(page.get_by_label("Password")).to_be_focused()
    assert await faults_of_axe(page) == []
    await sign_in(page, "wrong")
    await expect(page.get_by_role("alert")).to_have_text("This password is wrong.")
    await shoot(page, "sign-in", pictures)
    await expect(page.locator(".bar")).to_have_count(0)
    await sign_in(page, PASSWORD)
    await says(page, "NOT RECORDING")
    await page.get_by_role("button", name="Start recording").click()
    await says(page, "RECORDING")
    assert recorder.commands == ["start_recording"]
    assert "seacorder" not in await page.evaluate("document.cookie")
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_viewer_sees_all_can_press_nothing_and_is_told_why(
    page: Page, guarded: str, recorder: FakeRecorder, pictures: Path
) -> None:
    await opened(page, guarded)
    await sign_in(page, VIEWER_PASSWORD)
    await says(page, "NOT RECORDING")
    await expect(page.locator("article.tile img")).to_have_count(4)
    await expect(page.get_by_test_id("notice")).to_contain_text(f"{VIEWER} may look. Only an operator can start")
    await expect(page.locator("button[data-code=AN]")).to_be_visible()
    await expect(page.locator("footer.actions button:enabled")).to_have_count(0)
    for key in "rsc1nlztaf":
        await page.keyboard.press(key)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await shoot(page, "viewer", pictures)
    await page.keyboard.press("?")
    await expect(page.locator(".keys section h2")).to_have_text(["Look", "Go", "Single keys", "Theme", "Language"])
    await page.keyboard.press("Escape")
    assert await faults_of_axe(page) == []
    await page.keyboard.press("o")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator(".sheet :is(input, button, select, textarea):enabled")).to_have_count(0)
    await page.get_by_role("link", name="Names").click()
    await expect(page.get_by_test_id("names-filename").locator("li")).to_have_count(4)
    await page.get_by_role("link", name="Overlay").click()
    await expect(page.get_by_text("It is in the picture of each channel whose text is burned in")).to_be_visible()
    await expect(page.get_by_label("Preview on")).to_have_count(0)
    await expect(page.get_by_role("alert").filter(has_text="change nothing")).to_have_count(0)
    recorder.blackbox.shown = recorder.blackbox.view()
    await page.goto(f"{guarded}/copies")
    await expect(page.get_by_test_id("reach")).to_be_visible()
    await expect(page.get_by_role("main").locator(":is(input, button)")).to_have_count(0)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="More").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Change")).to_be_disabled()
    assert recorder.commands == []


async def test_an_open_recorder_is_warned_of_on_the_page(page: Page, open_to_all: str, server: str) -> None:
    await opened(page, open_to_all)
    await says(page, "NOT RECORDING")
    await expect(page.get_by_test_id("notice")).to_have_text(
        "Anyone in this network can start and stop. Set a password in the settings file."
    )
    await opened(page, server)
    await says(page, "NOT RECORDING")
    await expect(page.get_by_test_id("notice")).to_have_count(0)


async def test_two_operators_see_what_the_other_does(page: Page, tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": "test:?size=320x180&rate=10"}) as program:
        program.wait_live()
        browser = page.context.browser
        assert browser is not None
        other = await browser.new_page(locale="en-GB")
        other.set_default_timeout(PATIENCE_MS)
        await other.add_init_script(STAYS)
        for one in (page, other):
            await opened(one, program.url)
            await expect(one.locator("button[data-code=AN]")).to_be_enabled()
        await press(page, "r")
        await says(other, "RECORDING")
        await press(other, "1")
        await expect(page.locator(".obs")).to_contain_text("AN-001")
        await press(page, "3")
        await expect(other.locator("button[data-code=FS]")).to_have_attribute("aria-pressed", "true")
        await press(page, "t")
        await page.get_by_role("textbox", name="Dive").fill("D-17")
        await page.keyboard.press("Enter")
        await expect(other.locator("section", has_text="D-17").first).to_be_visible()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await press(page, "c")
        await expect(other.get_by_role("button", name="End clip")).to_be_visible()
        async with page.expect_response("**/framegrabs?*"):
            await press(page, "s")
        await expect(other.get_by_test_id("elsewhere")).to_contain_text("Still of Bow stored")
        await expect(page.get_by_test_id("elsewhere")).to_have_count(0)


async def go_on(page: Page, seconds: int) -> None:
    """The page's clock goes on, with an answer of the recorder in each second."""
    for _ in range(seconds):
        await says(page, "NOT RECORDING")
        await page.clock.fast_forward(1000)


async def test_a_page_of_an_older_program_says_so_and_loads_itself_again_when_nobody_uses_it(
    page: Page, server: str
) -> None:
    loads: list[str] = []
    page.on("load", lambda: loads.append("load"))
    is_newer = False

    async def another_page(route: Route) -> None:
        answer = await route.fetch()
        headers = answer.headers | ({"etag": '"another"'} if is_newer else {})
        await route.fulfill(response=answer, headers=headers)

    await page.route("**/page.js", another_page)
    await page.clock.install()
    await opened(page, server)
    await says(page, "NOT RECORDING")
    await page.keyboard.press("n")
    await page.route("**/api/**", lambda route: route.abort())
    await page.clock.run_for(4000)
    await says(page, "NO CONTACT")
    is_newer = True
    await page.unroute("**/api/**")
    await page.clock.run_for(2000)
    await expect(page.locator(".outdated")).to_contain_text("loads itself again as soon as nobody is using it.")
    await go_on(page, 30)
    assert loads == ["load"]
    await page.keyboard.press("Escape")
    async with page.expect_event("load"):
        await go_on(page, 12)
    await expect(page.locator(".outdated")).to_have_count(0)
    await page.unroute_all(behavior="ignoreErrors")


async def test_a_browser_that_can_be_given_no_video_shows_pictures_and_says_so(page: Page, server: str) -> None:
    await page.add_init_script(WITHOUT_VIDEO)
    await opened(page, server)
    await expect(page.locator("article.tile img")).to_have_count(4)
    await expect(page.locator("article.tile").first).to_contain_text(
        "A picture each second: this browser cannot play what the camera sends."
    )
