"""Who is let in, on every route: nobody, a viewer, an operator; by a token, and by a session."""

import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes.recorder import FakeRecorder
from rig.access import OPERATOR, OPERATOR_TOKEN, PASSWORD, VIEWER, VIEWER_PASSWORD, VIEWER_TOKEN, asking
from seacorder.api.http.access import SESSION_PATH, SESSION_SECONDS, Access, Caller, Need, need_of
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.api.integration import create_integration_app
from seacorder.model.access import AccessEntry, AccessRole

KEY = b"k" * 32
SOCKETS = ("/api/v1/events", "/api/v1/live", "/api/v1/readings")


@pytest.fixture
def app(recorder: FakeRecorder) -> FastAPI:
    return create_inspector_app(recorder, asking(), session_key=KEY)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of everything under /api, with values in the places of the path's names."""
    for route in app.routes:
        for method in getattr(route, "methods", None) or ():
            path = re.sub(r"\{index\}", "0", route.path)  # type: ignore[attr-defined]
            path = re.sub(r"\{\w*[mM]inutes\}|\{\w*[tT]ags\}", "0", path)
            if path.startswith("/api/"):
                yield method, re.sub(r"\{\w+\}", "AN", path)


async def test_nobody_reaches_anything_of_our_own_api_but_the_question_who_he_is(
    app: FastAPI, client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    own = [(method, path) for method, path in routes(app) if path.startswith("/api/v1/")]
    assert len(own) > 50
    for method, path in own:
        if path != SESSION_PATH:
            answer = await client.request(method, path)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"
    assert recorder.commands == []


async def test_a_viewer_reaches_what_reads_and_nothing_that_changes_on_every_route(
    app: FastAPI, client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    before = recorder.settings, recorder.dive_context, recorder.overlay_text
    for method, path in routes(app):
        if path == SESSION_PATH:
            continue
        answer = await client.request(method, path, headers=bearer(VIEWER_TOKEN))
        is_let_in = answer.status_code not in {401, 403}
        assert is_let_in is (need_of("http", method, path) is not Need.ACT), (method, path)
        if not is_let_in and method != "HEAD":
            assert answer.json()["type"].endswith(":may_only_look")
            assert answer.json()["detail"] == f"{VIEWER}'s program may look, and change nothing. An operator can do it."
    assert recorder.commands == []
    assert (recorder.settings, recorder.dive_context, recorder.overlay_text) == before


@pytest.mark.parametrize(
    ("method", "path", "need"),
    [
        ("GET", "/api/v1/status", Need.LOOK), ("HEAD", "/api/v1/parts/x/file", Need.LOOK),
        ("POST", "/api/v1/recording/start", Need.ACT), ("DELETE", "/api/v1/kinds/AN", Need.ACT),
        ("GET", "/api/inspector/startrecording", Need.ACT), ("GET", "/api/inspector/isrecording", Need.LOOK),
        ("GET", "/api/inspector/pathtemplate", Need.LOOK), ("POST", "/api/inspector/pathtemplate", Need.ACT),
        ("GET", "/api/recording/start", Need.ACT), ("GET", "/api/overlay/clear", Need.ACT),
        ("POST", "/api/recording/filename", Need.ACT), ("GET", "/api/anomalies/filename", Need.LOOK),
        ("POST", "/api/v1/templates/evaluate", Need.LOOK), ("PUT", "/api/v1/templates/evaluate", Need.ACT),
        ("POST", "/api/v1/setup/channels/try", Need.ACT), ("POST", "/api/v1/setup/overlay/preview", Need.ACT),
        ("GET", "/", Need.NOTHING), ("GET", "/docs", Need.NOTHING), ("GET", "/api/stats/ping", Need.NOTHING),
    ],
)  # fmt: skip
def test_what_each_request_needs(method: str, path: str, need: Need) -> None:
    assert need_of("http", method, path) is need


async def test_an_operator_may_do_everything(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    answer = await client.post("/api/v1/recording/start", headers=bearer(OPERATOR_TOKEN))
    assert answer.status_code == 200
    assert recorder.commands == ["start_recording"]


@pytest.mark.parametrize("token", ["", "x", "é", OPERATOR_TOKEN[:-1], f"{OPERATOR_TOKEN}x", "x" * 5000])
async def test_a_wrong_token_is_refused_also_where_none_is_needed(client: httpx.AsyncClient, token: str) -> None:
    sent = {"authorization": f"Bearer {token}".encode()}
    for path in ("/api/v1/status", "/api/inspector/isrecording"):
        assert (await client.get(path, headers=sent)).status_code == 401


async def test_the_password_of_a_web_server_in_front_is_no_token_and_in_nobody_s_way(
    client: httpx.AsyncClient,
) -> None:
    basic = {"authorization": "Basic cmVjOnNlY3JldA=="}
    assert (await client.get("/api/inspector/isrecording", headers=basic)).status_code == 200
    assert (await client.get("/api/v1/status", headers=basic)).status_code == 401
    await client.post(SESSION_PATH, json={"password": PASSWORD}, headers=basic)
    assert (await client.get("/api/v1/status", headers=basic)).status_code == 200
    assert "set-cookie" in (await client.get(SESSION_PATH, headers=basic)).headers  # it is prolonged


async def test_the_public_commands_stay_open_but_not_for_a_viewer_who_says_so(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    assert (await client.get("/api/inspector/startrecording")).status_code == 200
    assert (await client.get("/api/inspector/stoprecording", headers=bearer(VIEWER_TOKEN))).status_code == 403
    assert recorder.commands == ["start_recording"]


async def test_the_settings_can_close_the_public_commands(recorder: FakeRecorder) -> None:
    server = asking(commands_need_token=True)
    for app, path in (
        (create_inspector_app(recorder, server), "/api/inspector/startrecording"),
        (create_integration_app(recorder, server), "/api/recording/start"),
    ):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as asked:
            assert (await asked.get("/api/stats/ping")).status_code == 200
            assert (await asked.get(path)).status_code == 401
            assert (await asked.get(path, headers=bearer(VIEWER_TOKEN))).status_code == 403
            assert (await asked.get(path, headers=bearer(OPERATOR_TOKEN))).status_code == 200


async def test_the_page_itself_is_open(client: httpx.AsyncClient) -> None:
    for path in ("/", "/docs", "/favicon.ico", "/openapi.json"):
        assert (await client.get(path)).status_code == 200


@pytest.fixture
async def real(app: FastAPI) -> AsyncIterator[str]:
    sockets = claim_port("127.0.0.1", 0, setting="inspector_port")
    async with serving([Listener(app, sockets)]):
        yield f"127.0.0.1:{sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("path", SOCKETS)
async def test_no_websocket_speaks_to_nobody(real: str, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://{real}{path}"):
            pass
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_viewer_listens_to_each_websocket_by_token_and_by_session(real: str, path: str) -> None:
    async with connect(f"ws://{real}{path}", additional_headers=bearer(VIEWER_TOKEN)) as heard:
        assert heard.response is not None
    async with httpx.AsyncClient(base_url=f"http://{real}") as browser:
        signed_in = await browser.post(SESSION_PATH, json={"password": VIEWER_PASSWORD})
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    async with connect(f"ws://{real}{path}", additional_headers={"cookie": cookie}) as heard:
        assert heard.response is not None


async def test_a_session_outlives_the_program_but_no_other_key(recorder: FakeRecorder) -> None:
    async def status_with(cookies: httpx.Cookies, key: bytes) -> int:
        app = create_inspector_app(recorder, asking(), session_key=key)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:13000", cookies=cookies) as again:
            return (await again.get("/api/v1/status")).status_code

    app = create_inspector_app(recorder, asking(), session_key=KEY)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:13000") as browser:
        await browser.post(SESSION_PATH, json={"password": PASSWORD})
        cookies = browser.cookies
    assert await status_with(cookies, KEY) == 200
    assert await status_with(cookies, b"x" * 32) == 401


def named(value: str, access: Access) -> str | None:
    found = access.caller(Headers({"cookie": f"other=1; c={value}"}))
    return None if found is None else found.name


def session_of(name: str, role: AccessRole, access: Access) -> str:
    return access.set_cookie(Caller(name, role), is_secure=False).partition(";")[0].removeprefix("c=")


def access_at(seconds: float, *entries: AccessEntry) -> Access:
    return Access(entries, KEY, "c", clock=lambda: seconds)


def test_a_session_ends_and_cannot_be_made_up() -> None:
    both = (
        AccessEntry(OPERATOR, AccessRole.OPERATOR, password="p1"),
        AccessEntry(VIEWER, AccessRole.VIEWER, password="p2"),
    )
    access = access_at(1e6, *both)
    value = session_of(VIEWER, AccessRole.VIEWER, access)
    operator = session_of(OPERATOR, AccessRole.OPERATOR, access).partition(".")[0]
    name, end, signature = value.split(".")
    assert named(value, access) == VIEWER
    for wrong in (
        "", "a.b.c", f"{operator}.{end}.{signature}", f"{name}.{int(end) + 1}.{signature}", f"{name}.{end}.",
        f"{name}.{end}.{signature}.x", f"%%.{end}.{signature}", f"{name}.{end}.é", "." * 2,
    ):  # fmt: skip
        assert named(wrong, access) is None
    assert named(value, access_at(1e6 + SESSION_SECONDS + 1, *both)) is None
    assert named(value, access_at(1e6, AccessEntry(VIEWER, AccessRole.VIEWER, password="another"))) is None
    assert named(value, access_at(1e6, AccessEntry(VIEWER, AccessRole.OPERATOR, password="p2"))) is None
