"""HTTPS: the same commands on a port of its own, and a certificate that cannot be used."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect

from fakes.recorder import FakeRecorder
from rig.access import PASSWORD, asking
from rig.tls_proxy import make_certificate
from seacorder.api.http.certificate import Certificate, check_certificate
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.base.errors import SettingsError

KEY = b"k" * 32


@pytest.fixture
def app(recorder: FakeRecorder) -> FastAPI:
    return create_inspector_app(recorder, asking(), session_key=KEY)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate(str(make_certificate(tmp_path)))


@pytest.fixture
async def both(app: FastAPI, certificate: Certificate) -> AsyncIterator[tuple[str, str]]:
    """Addresses of the same service, over HTTP and over HTTPS."""
    plain, secure = (claim_port("127.0.0.1", 0, setting="x") for _ in range(2))
    async with serving([Listener(app, plain), Listener(app, secure, certificate)]):
        yield tuple(f"127.0.0.1:{one[0].getsockname()[1]}" for one in (plain, secure))


def trusting(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificate.file)
    context.check_hostname = False
    return context


async def test_the_same_page_commands_and_websockets_over_https(
    both: tuple[str, str], certificate: Certificate, recorder: FakeRecorder
) -> None:
    _, secure = both
    async with httpx.AsyncClient(base_url=f"https://{secure}", verify=trusting(certificate)) as browser:
        assert (await browser.get("/api/stats/ping")).json() == {"Ping": True}
        answer = await browser.post("/api/v1/session", json={"password": PASSWORD})
        assert "Secure" in answer.headers["set-cookie"].split("; ")
        assert (await browser.post("/api/v1/recording/start")).status_code == 200
    cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
    async with connect(
        f"wss://{secure}/api/v1/live", ssl=trusting(certificate), additional_headers=cookie
    ) as live:
        await live.send('{"watch": true, "tile": 0, "channel": "Bow"}')
        while (said := await live.recv()) == '{"kind":"alive"}':  # comes first if this process stands still here
            pass
        assert "Bow" in str(said)
    assert recorder.commands == ["start_recording"]


async def test_plain_http_stays_on_its_own_port_and_is_not_spoken_on_the_other(both: tuple[str, str]) -> None:
    plain, secure = both
    async with httpx.AsyncClient() as asked:
        assert (await asked.get(f"http://{plain}/api/stats/ping")).status_code == 200
        with pytest.raises(httpx.HTTPError):
            await asked.get(f"http://{secure}/api/stats/ping")


def test_one_that_cannot_be_used_is_one_message(tmp_path: Path, certificate: Certificate) -> None:
    check_certificate(certificate)
    (tmp_path / "no.pem").write_text("no certificate")
    for wrong in (
        Certificate(str(tmp_path / "missing.pem")),
        Certificate(str(tmp_path / "no.pem")),
        Certificate(certificate.file, str(tmp_path / "no.pem")),
    ):
        with pytest.raises(SettingsError, match="cannot be used"):
            check_certificate(wrong)
