"""The real program and Postman's runner."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fakes.recorder import FakeRecorder
from rig.program import Program, running
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings

HERE = Path(__file__).parent
PATTERN = "test:?size=320x180&rate=25"


@pytest.fixture(scope="session")
def newman() -> Path:
    """Postman's runner, installed beside this file as package-lock.json says."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js and npm are missing; on Debian: apt-get install nodejs npm")
    runner = HERE / "node_modules" / "newman" / "bin" / "newman.js"
    if not runner.exists():
        subprocess.run([npm, "ci"], cwd=HERE, check=True, capture_output=True, timeout=150)
    return runner


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """`seacorder serve` with two live channels, ended in order afterwards."""
    with running(tmp_path, {"Bow": PATTERN, "Stern": PATTERN}) as started:
        started.wait_live()
        yield started
        assert started.stop() == 0, started.log()


@pytest.fixture
async def fake() -> AsyncIterator[tuple[str, str]]:
    """Both services over the fake recorder that the other tests trust: their addresses."""
    recorder, server = FakeRecorder(), ServerSettings()
    ports = [claim_port("127.0.0.1", 0, setting="port") for _ in range(2)]
    apps = [create_inspector_app(recorder, server), create_integration_app(recorder, server)]
    first, second = (f"http://127.0.0.1:{sockets[0].getsockname()[1]}" for sockets in ports)
    async with serving([Listener(app, sockets) for app, sockets in zip(apps, ports, strict=True)]):
        yield first, second
