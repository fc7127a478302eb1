"""The documentation of the API: from this program alone, under a policy that says so."""

import re

import httpx
import pytest

from seacorder.api.docs_page import FILES, SWAGGER_FILES


@pytest.mark.parametrize("path", [*(one.path for one in FILES), *SWAGGER_FILES, "/openapi.json"])
async def test_every_file_is_there(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert len(answer.content) > 100
    assert (await client.head(path)).status_code == 200
    assert (await client.post(path)).status_code == 405


async def test_it_names_nothing_elsewhere_and_no_inline_code(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs")
    assert not re.findall(r"(?:https?:)?//[a-z]", answer.text)
    assert "style=" not in answer.text
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", answer.text))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy


async def test_our_scripts_never_write_markup() -> None:
    for one in FILES:
        if one.file.endswith(".js"):
            assert not re.search(rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", one.content)


async def test_a_file_that_has_not_changed_is_not_sent_again(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/docs")).headers["etag"]
    assert (await client.get("/docs", headers={"if-none-match": tag})).status_code == 304


async def test_openapi_holds_every_command(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    commands = {path for path in document["paths"] if path.startswith(("/api/inspector", "/api/stats", "/api/rec"))}
    methods = sum(len(document["paths"][path]) for path in commands)
    assert methods == 17
    assert document["paths"]["/api/v1/parts"]["get"]["parameters"][0]["name"] == "from"
