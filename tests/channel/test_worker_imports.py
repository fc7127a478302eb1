"""What a channel's worker must not load before it knows its source: each megabyte counts once a camera."""

import subprocess
import sys

import pytest

HEAVY = ("asyncio", "http.client", "email", "ssl", "PIL", "numpy", "pydantic")


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    code = "import seacorder.channel.worker, sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize("module", HEAVY)
def test_a_worker_does_not_load_it_at_its_start(module: str, loaded: set[str]) -> None:
    assert "seacorder.channel.worker" in loaded
    assert module not in loaded
