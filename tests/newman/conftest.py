"""The real program and Postman's runner."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
START_SECONDS = 30

SETTINGS = """
[server]
inspector_port = {inspector}
integration_port = {integration}
[storage]
root = "{root}"
reserve_bytes = 0
[[channels]]
name = "Bow"
input = "test:?size=320x180&rate=25"
[[channels]]
name = "Stern"
input = "test:?size=320x180&rate=25"
"""


@dataclass(frozen=True)
class Program:
    """A running recorder with two live channels."""

    inspector: str
    integration: str
    root: Path


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
    """`seacorder serve`, ended in order afterwards."""
    inspector, integration = free_ports()
    root = tmp_path / "root"
    settings = tmp_path / "settings.toml"
    settings.write_text(SETTINGS.format(inspector=inspector, integration=integration, root=root.as_posix()))
    command = [sys.executable, "-m", "seacorder", "serve", "--config", str(settings)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SEACORDER_")}
    log = tmp_path / "log.txt"
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            running = Program(f"http://127.0.0.1:{inspector}", f"http://127.0.0.1:{integration}", root)
            wait_until_live(running, process, log)
            yield running
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, log.read_text()
        finally:
            process.kill()


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


def wait_until_live(program: Program, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            channels = httpx.get(f"{program.inspector}/api/v1/status").json()["channels"]
            if all(one["state"] == "live" for one in channels):
                return
        time.sleep(0.1)
    pytest.fail(f"The recorder is not live after {START_SECONDS} s:\n{log.read_text()}")
