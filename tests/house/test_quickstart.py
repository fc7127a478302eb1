"""The quick start's commands are run against the real program, in their order, and answer what the page says."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from rig.pages import blocks, sections
from rig.ports import free_ports
from rig.program import wait_for
from tools.tree import ROOT

PAGE = (ROOT / "docs/programs/quickstart.md").read_text(encoding="utf-8")
ADDRESS = "127.0.0.1:13000"


def tour() -> list[tuple[str, str]]:
    """Every command of the tour with the answer that the page shows below it; "" for none."""
    steps: list[tuple[str, str]] = []
    for line in "\n".join(blocks(sections(PAGE)["A five-minute tour"], "sh")).splitlines():
        if line.startswith("# → "):
            steps[-1] = (steps[-1][0], line.removeprefix("# → "))
        elif line:
            steps.append((line, ""))
    return steps


@dataclass(frozen=True, slots=True)
class Demo:
    address: str
    integration_address: str
    home: Path

    def run(self, command: str) -> str:
        """What a user's shell prints for a command of the page."""
        text = command.replace(ADDRESS, self.address)
        environment = os.environ | {"HOME": str(self.home)}
        shell = ["bash", "-euc", text]
        return subprocess.run(shell, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout


def is_live(address: str) -> bool:
    """True when every channel has a picture."""
    channels = httpx.get(f"http://{address}/api/v1/status").json()["channels"]
    return all(channel["state"] == "live" for channel in channels)


def is_answering(address: str) -> bool:
    return httpx.get(f"http://{address}/api/stats/ping").status_code == 200


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """`seacorder serve --demo` with a home folder of its own, as `make run` starts it, and every channel live."""
    with running_demo(tmp_path, is_live) as started:
        yield started


@contextmanager
def running_demo(tmp_path: Path, is_ready: Callable[[str], bool]) -> Iterator[Demo]:
    """A demo that is ready, as `is_ready` says of its address."""
    ports = free_ports(2)
    environment = os.environ | {
        "HOME": str(tmp_path),
        "SEACORDER_SERVER_INSPECTOR_PORT": str(ports[0]),
        "SEACORDER_SERVER_INTEGRATION_PORT": str(ports[1]),
        "SEACORDER_STORAGE_RESERVE_BYTES": "0",
    }
    process = subprocess.Popen([sys.executable, "-m", "seacorder", "serve", "--demo"], env=environment, cwd=tmp_path)
    address = f"127.0.0.1:{ports[0]}"

    def has_come_up() -> bool:
        assert process.poll() is None, f"the demo has ended with exit status {process.poll()}"
        try:
            return is_ready(address)
        except httpx.TransportError:
            return False

    try:
        wait_for(has_come_up, "the demo to come up")
        yield Demo(address, f"127.0.0.1:{ports[1]}", tmp_path)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


@pytest.mark.slow
def test_the_tour_answers_what_the_page_says(demo: Demo) -> None:
    for command, answer in tour():
        printed = demo.run(command)
        if answer:
            assert json.loads(printed) == json.loads(answer), command
        elif "/api/inspector/" in command:
            assert printed == "", command
    files = [path for path in (demo.home / "Seacorder" / "Tour").rglob("*") if path.is_file()]
    assert sorted(path.suffix for path in files) == sorted(
        [".jpg"] * 4 + [".jsonl"] + [".mp4"] * 8 + [".raw", ".csv", ".gpx", ".geojson"]
    )
    assert len(json.loads(demo.run(f"curl -s http://{ADDRESS}/api/v1/recordings"))["items"]) == 1
    assert json.loads(demo.run(f"curl -s http://{ADDRESS}/api/v1/losses"))["items"] == []


@pytest.mark.slow
def test_the_tour_can_be_run_as_a_script(tmp_path: Path) -> None:
    """One command right behind the other, from the first answered ping on: no camera has a picture by then."""
    steps = [step for step in tour() if "/api/stats/" in step[0] or "/api/inspector/" in step[0]]
    script = "\n".join(f"{command}\necho" for command, _ in steps)  # curl ends no line
    with running_demo(tmp_path, is_answering) as started:
        assert started.run(script).splitlines() == [answer for _, answer in steps]
    files = {path.suffix for path in (tmp_path / "Seacorder" / "Tour").rglob("*") if path.is_file()}
    assert files == {".jpg", ".jsonl", ".mp4", ".raw", ".csv", ".gpx", ".geojson"}


@pytest.mark.slow
def test_the_text_over_the_pictures_is_shown(demo: Demo) -> None:
    (command,) = blocks(sections(PAGE)["A text over the pictures"], "sh")
    demo.run(command.replace("127.0.0.1:8088", demo.integration_address))
    shown = json.loads(demo.run(f"curl -s http://{ADDRESS}/api/v1/overlay"))
    assert shown["text"] == json.loads(command.partition("'")[2].partition("'")[0])["Text"]
