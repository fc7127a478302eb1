"""What a channel's worker must not load before it knows its source: each megabyte counts once a camera."""

import subprocess
import sys

import pytest

HEAVY = ("asyncio", "http.client", "email", "ssl", "PIL", "numpy", "pydantic")


AFTER_PREPARING = """
import os, sys
from seacorder.channel.__main__ import prepare
prepare()
print(len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 1, *sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    code = "import seacorder.channel.worker, sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize("module", HEAVY)
def test_a_worker_does_not_load_it_at_its_start(module: str, loaded: set[str]) -> None:
    assert "seacorder.channel.worker" in loaded
    assert module not in loaded


def test_what_forked_workers_share_has_the_camera_client_none_of_that_and_one_thread() -> None:
    ran = subprocess.run([sys.executable, "-c", AFTER_PREPARING], capture_output=True, text=True, check=True)
    threads, *modules = ran.stdout.split()
    assert "seacorder.inputs.rtsp.camera" in modules
    assert not set(HEAVY) & set(modules)
    assert threads == "1", "a fork copies the locks of other threads, whoever holds them"
