"""`/api/v1/session`: signing in and out."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from fakes.recorder import FakeRecorder
from rig.access import OPERATOR, OPERATOR_TOKEN, PASSWORD, VIEWER, VIEWER_PASSWORD, asking
from seacorder.api.http.guessing import FREE_TRIES
from seacorder.api.inspector import create_inspector_app
from seacorder.config.schema import ServerSettings

SESSION = "/api/v1/session"


def browser_of(server: ServerSettings, scheme: str = "http", address: str = "10.0.0.8") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_inspector_app(FakeRecorder(), server), client=(address, 5000))
    return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://127.0.0.1:13000")


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(asking()) as asked:
        yield asked


async def test_who_signs_in_is_known_until_he_signs_out(browser: httpx.AsyncClient) -> None:
    nobody = {"role": None, "name": None, "asks": True, "is_open_to_network": False}
    assert (await browser.get(SESSION)).json() == nobody
    answer = await browser.post(SESSION, json={"password": PASSWORD})
    assert answer.json() == nobody | {"role": "operator", "name": OPERATOR}
    assert (await browser.get("/api/v1/status")).status_code == 200
    assert (await browser.get(SESSION)).json()["name"] == OPERATOR
    assert (await browser.delete(SESSION)).json() == nobody
    assert (await browser.get("/api/v1/status")).status_code == 401


async def test_each_password_has_its_role(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(SESSION, json={"password": VIEWER_PASSWORD})
    assert (answer.json()["role"], answer.json()["name"]) == ("viewer", VIEWER)
    assert (await browser.post("/api/v1/recording/start")).status_code == 403


async def test_scripts_and_other_sites_never_see_the_session(browser: httpx.AsyncClient) -> None:
    cookie = (await browser.post(SESSION, json={"password": PASSWORD})).headers["set-cookie"]
    assert cookie.startswith("seacorder-13000=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    async with browser_of(asking(), "https") as secure:
        cookie = (await secure.post(SESSION, json={"password": PASSWORD})).headers["set-cookie"]
    assert "Secure" in cookie.split("; ")


async def test_who_signs_out_over_https_is_not_known_by_a_session_of_http_any_more(browser: httpx.AsyncClient) -> None:
    await browser.post(SESSION, json={"password": PASSWORD})
    browser.base_url = httpx.URL("https://127.0.0.1:13000")
    assert (await browser.get(SESSION)).json()["name"] == OPERATOR
    await browser.delete(SESSION)
    assert (await browser.get("/api/v1/status")).status_code == 401


async def test_a_wrong_password_is_one_sentence(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(SESSION, json={"password": "wrong"})
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The password is wrong."
    assert "set-cookie" not in answer.headers


async def test_who_guesses_has_to_wait_and_others_do_not(browser: httpx.AsyncClient) -> None:
    for _ in range(FREE_TRIES):
        assert (await browser.post(SESSION, json={"password": "wrong"})).status_code == 401
    answer = await browser.post(SESSION, json={"password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    token = {"authorization": f"Bearer {OPERATOR_TOKEN}"}
    assert (await browser.get("/api/v1/status", headers=token)).status_code == 200


async def test_who_guesses_with_many_tries_at_once_has_to_wait_all_the_same(browser: httpx.AsyncClient) -> None:
    tries = [browser.post(SESSION, json={"password": f"wrong {number}"}) for number in range(FREE_TRIES + 3)]
    statuses = [one.status_code for one in await asyncio.gather(*tries)]
    assert sorted(statuses) == [401] * FREE_TRIES + [429] * 3


async def test_a_viewer_who_guesses_has_to_wait_although_he_signs_in_between(browser: httpx.AsyncClient) -> None:
    for number in range(FREE_TRIES):
        assert (await browser.post(SESSION, json={"password": f"wrong {number}"})).status_code == 401
        if number < FREE_TRIES - 1:
            assert (await browser.post(SESSION, json={"password": VIEWER_PASSWORD})).status_code == 200
    assert (await browser.post(SESSION, json={"password": PASSWORD})).status_code == 429


@pytest.mark.parametrize("body", [b"", b"{}", b'{"password": 1}', b'{"password": "x", "name": "y"}'])
async def test_what_is_no_password_is_refused(browser: httpx.AsyncClient, body: bytes) -> None:
    assert (await browser.post(SESSION, content=body)).status_code == 400


@pytest.mark.parametrize(("host", "is_open"), [("127.0.0.1", False), ("localhost", False), ("::1", False),
                                               ("0.0.0.0", True), ("10.0.0.7", True), ("::", True)])
async def test_a_recorder_that_asks_nobody_says_whether_the_network_reaches_it(host: str, is_open: bool) -> None:
    async with browser_of(ServerSettings(host=host)) as asked:
        answer = (await asked.get(SESSION)).json()
        assert answer == {"role": "operator", "name": None, "asks": False, "is_open_to_network": is_open}
        assert (await asked.post(SESSION, json={"password": PASSWORD})).status_code == 401
        assert (await asked.get("/api/v1/status")).status_code == 200
