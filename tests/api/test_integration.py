"""The first commands of the integration service."""

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings


async def test_ping(integration: httpx.AsyncClient) -> None:
    assert (await integration.get("/API/stats/ping/")).content == b'{"Ping": true}'


@pytest.mark.parametrize("query", ["isrecording", "encoderrunning"])
async def test_is_recording(integration: httpx.AsyncClient, recorder: FakeRecorder, query: str) -> None:
    assert (await integration.get(f"/api/recording/{query}")).content == b'{"IsRecording": false}'
    await recorder.start_recording()
    assert (await integration.get(f"/api/recording/{query}")).content == b'{"IsRecording": true}'


async def test_bare_false(recorder: FakeRecorder, server: ServerSettings) -> None:
    transport = httpx.ASGITransport(create_integration_app(recorder, server, bare_false=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8088") as client:
        assert (await client.get("/api/recording/isrecording")).content == b"false"
        await recorder.start_recording()
        assert (await client.get("/api/recording/isrecording")).json() == {"IsRecording": True}


async def test_status(integration: httpx.AsyncClient) -> None:
    assert (await integration.get("/api/recording/status")).content == b'{"IsRecording": false, "DriveSpace": 60}'


async def test_mistakes(integration: httpx.AsyncClient) -> None:
    assert (await integration.post("/api/recording/status")).status_code == 500
    assert (await integration.get("/api/recording/nothing")).status_code == 404
    assert (await integration.get("/api/inspector/startrecording")).status_code == 404
