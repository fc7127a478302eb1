"""The absolute form of a request target means what its path alone would mean."""

import asyncio
import re

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route
from websockets.asyncio.client import connect

from fakes.recorder import FakeRecorder
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.paths import as_origin_form
from seacorder.api.http.ports import claim_port
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings


async def ask(address: str, target: str, host: str = "127.0.0.1") -> tuple[int, bytes]:
    """Status and body of the answer to a GET with this target, as it stands."""
    name, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await asyncio.wait_for(reader.read(), 60)).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("http://{}/api/stats/ping", "127.0.0.1"),
        ("HTTP://LOCALHOST:1/API/stats/Ping/", "127.0.0.1"),
        ("https://127.0.0.1/api/stats/ping", "127.0.0.1:443"),
        ("http://[::1]:13000/api/stats/ping?x=http://evil.example/", "127.0.0.1"),
        ("http://recorder.vessel/api/stats/ping", "proxy.example:3128"),
        ("http://pilot:word@{}/api/stats/ping", "127.0.0.1"),
        ("http://{}/api/stats%2fping", "127.0.0.1"),
    ],
)
async def test_a_whole_address_is_taken_as_its_path(address: str, target: str, host: str) -> None:
    assert await ask(address, target.format(address), host) == (200, b'{"Ping": true}')


async def test_the_page_values_and_queries(address: str, recorder: FakeRecorder) -> None:
    for empty in (f"http://{address}", f"http://{address}/", f"http://{address}?x=1"):
        status, body = await ask(address, empty)
        assert (status, body[:15].lower()) == (200, b"<!doctype html>")
    assert await ask(address, f"http://{address}/api/inspector/splittime/7") == (200, b"")
    assert recorder.settings.split_time_minutes == 7
    assert (await ask(address, f"http://{address}/api/v1/losses?limit=0"))[0] == 400
    assert (await ask(address, f"http://{address}/api/v1/losses?limit=5"))[0] == 200
    assert (await ask(address, f"http://{address}/nothing"))[0] == 404
    assert (await ask(address, "ftp://127.0.0.1/api/stats/ping"))[0] == 404


async def test_a_nul_in_a_path_is_no_fault_of_the_program(app: FastAPI, client: httpx.AsyncClient) -> None:
    routes = [one for one in app.routes if isinstance(one, Route) and "{" in one.path]
    asked = [(name, re.sub(r"{[^}]*}", "%00", one.path)) for one in routes for name in sorted(one.methods or ())]
    assert ("GET", "/api/v1/recordings/%00/archive.zip") in asked
    for method, path in asked:
        answer = await client.request(method, path)
        # The commands of the Inspector say with 500 that a value is not accepted.
        assert answer.status_code < 500 or answer.json()["type"].endswith(":bad_request"), (method, path)


async def test_the_integration_service_takes_it_too(recorder: FakeRecorder, server: ServerSettings) -> None:
    sockets = claim_port("127.0.0.1", 0, setting="integration_port")
    here = f"127.0.0.1:{sockets[0].getsockname()[1]}"
    async with serving([Listener(create_integration_app(recorder, server), sockets)]):
        assert await ask(here, f"http://{here}/api/recording/isrecording") == (200, b'{"IsRecording": false}')


async def test_a_foreign_name_in_the_target_is_foreign(address: str, recorder: FakeRecorder) -> None:
    target = "http://evil.example/api/inspector/startrecording"
    assert (await ask(address, target, "127.0.0.1"))[0] == 403
    assert recorder.commands == []


async def test_a_websocket_is_opened_through_a_proxy_that_sends_it_on(address: str) -> None:
    name, _, port = address.partition(":")
    async with connect(f"ws://{address}/api/v1/events", sock=None, host=name, port=int(port)):
        pass


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"])))
def test_any_target_becomes_a_path_or_stays(target: str) -> None:
    scope = {"type": "http", "path": target, "raw_path": target.encode(), "headers": [(b"host", b"127.0.0.1")]}
    changed = as_origin_form(scope)
    assert changed is scope or changed["path"].startswith("/")
    whole = as_origin_form({**scope, "raw_path": b"http://127.0.0.1:13000/x" + target.encode()})
    assert whole["path"].startswith("/")
    assert [name for name, _ in whole["headers"]] == [b"host"]
