"""The example does a whole inspection with a running recorder, and its files are where it said."""

import subprocess
import sys
from pathlib import Path

from rig.frames import packet_count
from rig.ports import free_port
from rig.program import running
from seacorder.client.inspector import InspectorClient

EXAMPLE = Path(__file__).parents[2] / "examples/inspector_session.py"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, EXAMPLE, *words], capture_output=True, text=True, timeout=90, check=False)


def test_a_whole_inspection(tmp_path) -> None:
    pattern = "test:?size=320x180&rate=25&gop=10"
    with running(tmp_path, {"Bow": pattern, "Stern": pattern}) as program:
        program.wait_live(backlog_seconds=2)
        ended = run(program.url, "Dive 7")
        assert (ended.returncode, ended.stderr) == (0, "")
        with InspectorClient(program.url) as inspector:
            assert not inspector.is_recording()
    assert "It records." in ended.stdout
    assert "It has stopped; every file is complete." in ended.stdout
    files = sorted((program.root / "Dive 7").rglob("*.*"))
    videos = [file for file in files if file.suffix == ".mp4"]
    stills = [file for file in files if file.suffix == ".jpg"]
    assert (len(videos), len(stills)) == (4, 2), files
    assert sum("finding" in file.name for file in videos) == 2
    assert all(packet_count(video) > 25 for video in videos)


def test_nobody_there_is_one_sentence() -> None:
    source = EXAMPLE.read_text().replace("READY_SECONDS = 30", "READY_SECONDS = 0")
    url = f"http://127.0.0.1:{free_port()}"
    ended = subprocess.run([sys.executable, "-", url], input=source, capture_output=True, text=True, timeout=30,
                           check=False)
    assert (ended.returncode, ended.stderr) == (1, f"No recorder answers at {url}.\n")
