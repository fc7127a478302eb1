"""Both services over a fake recorder, asked without a network."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from fakes.recorder import FakeRecorder
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder()


@pytest.fixture
def server() -> ServerSettings:
    return ServerSettings(allowed_origins=("http://10.0.0.7:3000",), allowed_hosts=("recorder.vessel",))


@pytest.fixture
def app(recorder: FakeRecorder, server: ServerSettings) -> FastAPI:
    return create_inspector_app(recorder, server)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:13000") as asked:
        yield asked


@pytest.fixture
async def integration(recorder: FakeRecorder, server: ServerSettings) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_integration_app(recorder, server))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8088") as asked:
        yield asked


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    """The Inspector service on a real port: `host:port`."""
    sockets = claim_port("127.0.0.1", 0, setting="inspector_port")
    async with serving([Listener(app, sockets)]):
        yield f"127.0.0.1:{sockets[0].getsockname()[1]}"
