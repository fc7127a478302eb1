"""The operator's page at `/`: built files, from this program alone, under a policy that says so."""

import gzip
import re

import httpx
import pytest

from seacorder.api.operator_page import FILES, ROOMS
from seacorder.model.observation_kind import ANOMALY_SECONDS
from tools.tree import ROOT

FIRST_LOAD_BYTES_MAX = 300_000
SOURCE = ROOT / "web" / "src"


@pytest.mark.parametrize("path", ["/", "/channel/Bow", "/channel/ROV%20pilot", "/review", "/review/", "/Data"])
async def test_each_address_of_the_page_gets_the_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.findall(r"(?:https?:)?//[a-z]", answer.text)
    assert "style=" not in answer.text
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", answer.text))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert {"/page.js", "/page.css"} <= set(named)
    for file in named:
        assert (await client.head(file)).status_code == 200
        assert (await client.post(file)).status_code == 405


@pytest.mark.parametrize("path", [f"/{file.name}" for file in FILES if file.name != "index.html"] + ["/", "/settings"])
async def test_it_is_sent_compressed_once_and_then_not_again(client: httpx.AsyncClient, path: str) -> None:
    packed = await client.get(path, headers={"accept-encoding": "br, gzip"})
    kind = {"js": "text/javascript", "css": "text/css"}.get(path.rpartition(".")[2], "text/html")
    assert packed.headers["content-type"] == f"{kind}; charset=utf-8"
    plain = await client.get(path, headers={"accept-encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    for answer, accepted in ((packed, "gzip"), (plain, "identity")):
        headers = {"if-none-match": answer.headers["etag"], "accept-encoding": accepted}
        assert (await client.get(path, headers=headers)).status_code == 304


def test_the_first_load_is_small() -> None:
    assert sum(len(gzip.compress(file.content)) for file in FILES) < FIRST_LOAD_BYTES_MAX


def test_every_room_of_the_source_has_an_address() -> None:
    said = [one.read_text("utf-8") for one in (SOURCE / "rooms").glob("*/index.ts")]
    ids = {found for text in said for found in re.findall(r"\bid: \"(\w*)\"", text)}
    assert len(ids) == len(said)
    assert ids == {"", *ROOMS}


def test_our_scripts_never_write_markup() -> None:
    sources = [one for one in SOURCE.rglob("*") if one.suffix in {".ts", ".svelte"}]
    assert len(sources) > 50
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\{@html")
    assert [one.name for one in sources if markup.search(one.read_text("utf-8"))] == []


@pytest.mark.parametrize(("asked", "now"), [
    ("/next", "/"), ("/next/", "/"), ("/next/review", "/review"), ("/next/channel/ROV%20pilot", "/channel/ROV%20pilot"),
    ("/next/page.js", "/page.js"), ("/next/%5Cexample.com", "/%5Cexample.com"),
    ("/next/channel/a%3Fb%23c", "/channel/a%3Fb%23c"),
])
async def test_where_trial_copies_had_it_leads_to_it(client: httpx.AsyncClient, asked: str, now: str) -> None:
    answer = await client.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (307, now)


@pytest.mark.parametrize("path", ["/next//example.com", "/next/%2F%2Fexample.com"])
async def test_no_address_leads_out_of_the_program(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/", "/review", "/channel/Bow", "/page.js", "/next/review"])
async def test_another_web_page_may_link_to_it(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"sec-fetch-site": "cross-site"})).status_code in {200, 307}


@pytest.mark.parametrize("path", ["/reviewers", "/nextdoor", "/api/v1/status"])
async def test_another_web_page_may_link_to_nothing_else(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"sec-fetch-site": "cross-site"})).status_code == 403


def test_the_page_says_how_long_the_video_of_an_anomaly_is() -> None:
    said = re.findall(r"ANOMALY_SECONDS = (\S+);", (SOURCE / "model" / "kinds.ts").read_text("utf-8"))
    assert [float(one) for one in said] == [ANOMALY_SECONDS]
