"""The operator's page at `/next`: built files, from this program alone, under a policy that says so."""

import gzip
import re

import httpx
import pytest

from seacorder.api.operator_page import BASE, FILES

FIRST_LOAD_BYTES_MAX = 300_000


@pytest.mark.parametrize("path", ["", "/", "/channel/Bow", "/channel/ROV%20pilot", "/review"])
async def test_each_address_of_the_page_gets_the_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(BASE + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.findall(r"(?:https?:)?//[a-z]", answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert {f"{BASE}/page.js", f"{BASE}/page.css"} <= set(named)
    for file in named:
        assert (await client.head(file)).status_code == 200


@pytest.mark.parametrize("path", [f"{BASE}/{file.name}" for file in FILES if file.name != "index.html"] + [BASE])
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


async def test_another_web_page_may_link_to_it_and_to_nothing_else(client: httpx.AsyncClient) -> None:
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert (await client.get(f"{BASE}/channel/Bow", headers=elsewhere)).status_code == 200
    assert (await client.get("/nextdoor", headers=elsewhere)).status_code == 403
    assert (await client.get("/api/v1/status", headers=elsewhere)).status_code == 403
