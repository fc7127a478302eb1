"""Who may ask: hosts, pages of other sites, long bodies, WebSockets."""

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes.recorder import FakeRecorder
from seacorder.api.http.security import BODY_BYTES_MAX, is_own_host, own_names
from seacorder.config.values import web_origin

START = "/api/inspector/startrecording"
ALLOWED = "http://10.0.0.7:3000"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:13000", "127.0.0.1", "localhost", "LOCALHOST:13000", "[::1]:13000", "[::1]", "10.1.2.3:1", "fe80::1",
     "recorder.vessel", "recorder.vessel.:13000", "localhost."],
)
def test_own_hosts(host: str) -> None:
    assert is_own_host(host, own_names("127.0.0.1", ["recorder.vessel"]))


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:13000", "127.0.0.1.evil.example", "localhost.evil.example", "", ":13000",
             "[evil]", "1.2.3", "0x7f000001", "evil.example@127.0.0.1"]
)
def test_foreign_hosts(host: str) -> None:
    assert not is_own_host(host, own_names("127.0.0.1", []))


async def test_a_foreign_host_is_refused_everywhere(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    for path in (START, "/", "/api/v1/status", "/openapi.json", "/nothing"):
        answer = await client.get(path, headers={"host": "evil.example:13000"})
        assert answer.status_code == 403
        assert "allowed_hosts" in answer.json()["detail"]
    assert recorder.commands == []


async def test_without_browser_headers_everybody_is_served(client: httpx.AsyncClient) -> None:
    assert (await client.get(START)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:13000"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "http://127.0.0.1:13000.evil.example"},
        {"referer": "http://evil.example/page"},
        {"referer": "http://[broken/"},
    ],
)
async def test_a_foreign_page_is_refused(
    client: httpx.AsyncClient, recorder: FakeRecorder, headers: dict[str, str]
) -> None:
    for method, path in (("GET", START), ("POST", "/api/v1/recording/start"), ("GET", "/api/v1/status")):
        answer = await client.request(method, path, headers=headers)
        assert answer.status_code == 403
        assert "allowed_origins" in answer.json()["detail"]
        assert "access-control-allow-origin" not in answer.headers
    assert recorder.commands == []


@pytest.mark.parametrize("origin", ["tauri://localhost", "app://obsidian.md", "http://10.0.0.8:3000"])
async def test_what_a_refusal_advises_can_be_written_into_the_settings(
    client: httpx.AsyncClient, origin: str
) -> None:
    detail = (await client.get(START, headers={"origin": origin})).json()["detail"]
    assert f"A web page of {origin}" in detail
    assert "add its origin" in detail
    assert web_origin(origin) == origin


async def test_a_page_without_an_address_is_not_told_to_allow_what_strangers_send_too(
    client: httpx.AsyncClient,
) -> None:
    for headers in ({"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        detail = (await client.get(START, headers=headers)).json()["detail"]
        assert "Open it over http://" in detail
        assert "null" not in detail


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:13000"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
        {"origin": "http://127.0.0.1:13000"},
        {"referer": "http://127.0.0.1:13000/"},
        {"origin": ALLOWED},
        {"sec-fetch-site": "cross-site", "origin": ALLOWED},
        {"sec-fetch-site": "cross-site", "referer": f"{ALLOWED}/page"},
    ],
)
async def test_our_page_an_address_bar_and_allowed_pages_are_served(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    assert (await client.get(START, headers=headers)).status_code == 200


async def test_links_to_the_page_work_from_anywhere(client: httpx.AsyncClient) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "referer": "http://wiki.vessel/"}
    for path in ("/", "/docs", "/DOCS/"):
        assert (await client.get(path, headers=headers)).status_code == 200


async def test_an_allowed_page_may_read_the_answers(client: httpx.AsyncClient) -> None:
    asked = {"origin": ALLOWED, "access-control-request-method": "POST"}
    preflight = await client.options("/api/v1/recording/start", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == ALLOWED
    answer = await client.post("/api/v1/recording/start", headers={"origin": ALLOWED})
    assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert answer.headers["vary"] == "Origin"
    assert (await client.get("/api/v1/status")).headers["vary"] == "Origin"
    foreign = asked | {"origin": "http://evil.example"}
    assert (await client.options("/api/v1/recording/start", headers=foreign)).status_code == 403


PREFLIGHT = {"origin": ALLOWED, "access-control-request-method": "PATCH"}


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        (None, "content-type"),
        ("x-dive, X-Pilot ,authorization", "x-dive, X-Pilot, authorization"),
        ("traceparent", "traceparent"),
        ("", "content-type"),
        ("x-dive: 1", "content-type"),
        ("x y", "content-type"),
        (",".join(["x-long"] * 400), "content-type"),
    ],
)
async def test_a_preflight_gets_the_headers_that_it_asks_for(
    client: httpx.AsyncClient, wanted: str | None, allowed: str
) -> None:
    asked = PREFLIGHT if wanted is None else PREFLIGHT | {"access-control-request-headers": wanted}
    answer = await client.options("/api/v1/settings", headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-headers"]) == (204, allowed)
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert int(answer.headers["access-control-max-age"]) > 0
    assert {"Origin", "Access-Control-Request-Headers"} <= set(answer.headers["vary"].split(", "))


@pytest.mark.parametrize("network", ["private-network", "local-network"])
async def test_a_public_page_of_an_allowed_origin_may_reach_this_network(
    client: httpx.AsyncClient, integration: httpx.AsyncClient, network: str
) -> None:
    granted = f"access-control-allow-{network}"
    for service in (client, integration):
        asked = PREFLIGHT | {f"access-control-request-{network}": "true"}
        assert (await service.options("/api/stats/ping", headers=asked)).headers[granted] == "true"
        assert granted not in (await service.options("/api/stats/ping", headers=PREFLIGHT)).headers
        refused = await service.options("/api/stats/ping", headers=asked | {"origin": "http://evil.example"})
        assert (refused.status_code, granted in refused.headers) == (403, False)


@pytest.mark.parametrize("name", ["Sec-Purpose", "purpose", "X-PURPOSE", "X-moz"])
@pytest.mark.parametrize(
    "value", ["prefetch", "Prerender", "PREVIEW", "prefetch;prerender", "prefetch; anonymous-client-ip", "x, preview"]
)
async def test_what_a_browser_asks_ahead_is_not_done(
    client: httpx.AsyncClient, integration: httpx.AsyncClient, recorder: FakeRecorder, name: str, value: str
) -> None:
    commands = (
        (client, "GET", START), (client, "GET", "/api/inspector/splittime/5"), (client, "GET", "/api/stats/ping"),
        (client, "POST", "/api/v1/recording/stop"), (client, "DELETE", "/api/v1/overlay"), (client, "GET", "/"),
        (client, "POST", "/api/inspector/createdirectory"), (integration, "GET", "/api/overlay/clear"),
        (integration, "GET", "/api/recording/status"),
    )
    for service, method, path in commands:
        answer = await service.request(method, path, headers={name: value})
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["type"] == "urn:seacorder:problem:asked_ahead"
    assert recorder.commands == []


async def test_a_mark_is_found_in_any_of_its_lines(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    lines = [("Sec-Purpose", "unknown"), ("Purpose", "now"), ("sec-purpose", "prefetch")]
    assert (await client.get(START, headers=lines)).status_code == 503
    assert recorder.commands == []
    assert (await client.get(START, headers=lines[:2])).status_code == 200


async def test_answers_are_marked(client: httpx.AsyncClient) -> None:
    for path in ("/", "/api/v1/status", "/api/v1/channels/0/picture.jpg", "/nothing"):
        answer = await client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] in {"no-store", "no-cache"}


async def test_a_long_body_is_refused(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    body = b'{"Directory": "' + b"x" * BODY_BYTES_MAX + b'"}'
    answer = await client.post("/api/inspector/recordingdirectory", content=body)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"

    async def chunks():
        for _ in range(20):
            yield body[:8192]

    assert (await client.post("/api/inspector/recordingdirectory", content=chunks())).status_code == 413
    assert recorder.commands == []


@pytest.mark.parametrize(("host", "origin"), [("evil.example", None), ("127.0.0.1", "http://evil.example")])
async def test_a_foreign_websocket_is_refused(address: str, host: str, origin: str | None) -> None:
    port = int(address.partition(":")[2])
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://{host}:{port}/api/v1/events", host="127.0.0.1", origin=origin):
            pass
    assert refused.value.response.status_code == 403
    assert b"urn:seacorder:problem:refused" in refused.value.response.body


async def test_our_own_pages_websocket_is_served(address: str) -> None:
    async with connect(f"ws://{address}/api/v1/events", origin=f"http://{address}"):
        pass
