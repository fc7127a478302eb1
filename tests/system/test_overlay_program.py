"""Burned-in depth as an ROV pilot has it: the program, HTTP ten times a second, a worker that is killed meanwhile."""

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import av
import httpx
import pytest

from fakes.marks import COLOUR, mark, read_mark
from rig.program import Program, running, wait_for

PATTERN = "test:?size=640x360&rate=25&gop=25"
SETTINGS = f"""
[[overlay.layers]]
kind = "text"
anchor = "bottom"
size = 0.1
outline = "none"
colour = "{COLOUR}"
background = "#000000"

[[channels]]
name = "ROV"
input = "{PATTERN}"
burn_in = true
keep_clean = true
"""
EVERY_SECONDS = 0.1
NEAR_NS = 25_000_000
"""Capture times of a worker's first seconds are still being mended: a file's note may be off by so much,"""
UNSETTLED_NS = 250_000_000
"""or by so much in a file that begins with the worker."""


class Sensor(threading.Thread):
    """Sends a counter ten times a second, as a sensor's program does, and keeps since when each value was shown."""

    def __init__(self, program: Program) -> None:
        super().__init__(daemon=True)
        self._program = program
        self._ended = threading.Event()
        self.since: list[tuple[int, int]] = []
        """(UTC in nanoseconds, value)."""

    def run(self) -> None:
        with httpx.Client() as client:
            number = 0
            while not self._ended.wait(EVERY_SECONDS):
                body = {"Text": mark(number)}
                answer = client.post(f"{self._program.integration_url}/api/overlay/update", json=body)
                assert (answer.status_code, answer.content) == (200, b"")
                shown = client.get(f"{self._program.url}/api/v1/overlay").json()
                assert shown["text"] == mark(number)
                self.since.append((utc_ns(shown["since_utc"]), number))
                number += 1

    def end(self) -> None:
        self._ended.set()
        self.join()

    def valid_at(self, at_ns: int, number: int) -> set[int | None]:
        """The values at a capture time in part `number`; several where a change is near."""
        near_ns = NEAR_NS if number == 1 else UNSETTLED_NS
        around = [at_ns - near_ns, at_ns + near_ns, *(ns for ns, _ in self.since if abs(ns - at_ns) <= near_ns)]
        return {self._last_at(one) for one in around}

    def _last_at(self, at_ns: int) -> int | None:
        passed = [number for since_ns, number in self.since if since_ns <= at_ns]
        return passed[-1] if passed else None


def utc_ns(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return int(moment.replace(microsecond=0).timestamp()) * 10**9 + moment.microsecond * 1000


def writer_of(program: Program, channel: str) -> int:
    """The process that writes a channel's recording."""
    path = program.channel(channel)["recording"]["path"]
    for pid in program.worker_pids():
        if path in {str(Path(handle).readlink()) for handle in Path(f"/proc/{pid}/fd").iterdir()}:
            return pid
    raise AssertionError(f"nobody writes {path}")


def command(program: Program, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "seacorder", *words, "--config", str(program.settings_path)]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
@pytest.mark.alone("each value is in the pictures that were captured while it was valid, to 25 ms")
def test_burned_and_clean_and_subtitles_agree_also_after_a_kill(tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": PATTERN}, more=SETTINGS) as program:
        program.channels = ["ROV", "Bow"]  # as they are in the file
        program.wait_live(backlog_seconds=3.0)
        sensor = Sensor(program)
        sensor.start()
        program.get("/api/inspector/startrecording")
        program.wait_recorded(3.0)
        os.kill(writer_of(program, "ROV"), signal.SIGKILL)
        wait_for(lambda: program.channel("ROV")["restarts"] == 1, "the restart")
        wait_for(lambda: program.channel("ROV")["is_recording"], "the ROV to record again")
        wait_for(lambda: program.channel("ROV")["clean"], "the untouched pictures to be recorded again")
        assert program.channel("ROV")["overlay_text"] != ""
        program.wait_recorded(9.0)
        sensor.end()
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: all(one["state"] != "interrupted" for one in program.rows("parts")), "the repairs")
        parts = {name: program.rows("parts", channel=name) for name in ("ROV", "ROV_clean", "Bow")}
        lost = {one["channel"] for one in program.rows("losses")}
    assert lost == {"ROV", "ROV_clean"}
    assert [len(parts[name]) for name in ("ROV", "ROV_clean", "Bow")] == [2, 2, 1]
    frames = sum(burned_as_valid(part, sensor) for part in parts["ROV"])
    assert frames == sum(part["frames"] for part in parts["ROV"])
    for part in (*parts["ROV_clean"], *parts["Bow"]):
        subtitled_as_valid(part, sensor)
    assert not [path for part in parts["ROV"] for path in [Path(part["path"]).with_suffix(".srt")] if path.exists()]
    checked = command(program, "check")
    assert checked.returncode == 0, checked.stdout
    (program.root / "seacorder.db").unlink()
    assert command(program, "catalogue", "rebuild").returncode == 0
    again = command(program, "check")
    assert again.returncode == 0, again.stdout
    assert again.stdout == checked.stdout


def burned_as_valid(part: dict, sensor: Sensor) -> int:
    """Reads every frame's burned value; how many there are."""
    count = 0
    with av.open(part["path"]) as container:
        for frame in container.decode(container.streams.video[0]):
            at_ns = utc_ns(part["start_utc"]) + round((frame.time or 0) * 1e9)
            assert read_mark(frame, 0.88, 0.98) in sensor.valid_at(at_ns, part["number"]), (part["path"], frame.time)
            count += 1
    return count


def subtitled_as_valid(part: dict, sensor: Sensor) -> None:
    """Each cue's middle carries what was valid then, and after a kill at most the newest cue is missing."""
    end = 0.0
    with av.open(str(Path(part["path"]).with_suffix(".srt"))) as container:
        for packet in container.demux():
            if packet.size:
                begin = float(packet.pts * packet.time_base)
                end = begin + float(packet.duration * packet.time_base)
                at_ns = utc_ns(part["start_utc"]) + round(begin * 1e9)
                valid = {mark(number) for number in sensor.valid_at(at_ns, part["number"]) if number is not None}
                assert bytes(packet).decode() in valid
    assert (utc_ns(part["end_utc"]) - utc_ns(part["start_utc"])) / 1e9 - end < 1.0
