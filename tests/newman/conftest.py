"""The real program and Postman's runner."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.program import Program, running

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
