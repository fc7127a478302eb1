"""Nobody reads what the program prints, or nobody can: it records, answers, and ends when it is told."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.results import is_long, note
from rig.frames import packet_count
from rig.program import Program, wait_for

pty = pytest.importorskip("pty", reason="terminals of POSIX")
pytestmark = pytest.mark.slow

PATTERN = "test:?size=320x180&rate=25&gop=10"
PIPE_BYTES = 64 * 1024
COMMANDS = 150
STANDSTILL_SECONDS = 0.0 if is_long() else 20.0
"""Beside other tests a machine may stand still for some seconds; the long form has it alone."""
ANSWER_SECONDS = 5.0 + STANDSTILL_SECONDS
"""Of one command, on a machine that does other things besides."""
END_SECONDS = 20.0 + STANDSTILL_SECONDS
AGAIN_SECONDS = 15.0 + STANDSTILL_SECONDS
"""That it comes back at all is the matter here; how soon is measured where processes are killed, with a reader."""
CTRL_S = b"\x13"
TEMPLATES = ("FramegrabTemplate", "DataLogTemplate", "EventTemplate", "AnomalyTemplate")


@contextlib.contextmanager
def unread(kind: str) -> Iterator[int]:
    """A descriptor to print on that nobody reads."""
    if kind == "a full disk":
        if not Path("/dev/full").exists():
            pytest.skip("there is no disk that is always full")
        read, write = None, os.open("/dev/full", os.O_WRONLY)
    elif kind == "a terminal halted with Ctrl-S":
        read, write = pty.openpty()
        os.write(read, CTRL_S)
    else:
        read, write = os.pipe()
    try:
        yield write
    finally:
        for end in (read, write):
            if end is not None:
                os.close(end)


def change_settings(program: Program) -> float:
    """Commands whose lines in the log are more than a pipe holds; seconds that the slowest took."""
    slowest = 0.0
    for number in range(COMMANDS):
        began = time.monotonic()
        program.post("/api/inspector/pathtemplate", dict.fromkeys(TEMPLATES, f"{number:0>150}"))
        slowest = max(slowest, time.monotonic() - began)
    return slowest


@pytest.mark.parametrize("kind", ["a pipe that nobody reads", "a full disk", "a terminal halted with Ctrl-S"])
def test_it_records_answers_and_ends(kind: str, tmp_path: Path) -> None:
    log = tmp_path / "own.log"
    program = Program(tmp_path, {"Bow": PATTERN, "Stern": PATTERN}, more=f'[log]\nfile = "{log}"')
    with unread(kind) as output, contextlib.closing(program):
        program.start(output)
        program.wait_live()
        program.get("/api/inspector/startrecording")
        slowest = change_settings(program)
        program.wait_recorded(2.0)
        program.get("/api/inspector/stoprecording")
        parts, losses = program.rows("parts"), program.rows("losses")
        began = time.monotonic()
        code = program.stop()
        end_seconds = time.monotonic() - began
    lost = sum(loss["frames"] or 1 for loss in losses)
    stored = [packet_count(Path(part["path"])) == part["frames"] > 0 for part in parts]
    told = log.read_text("utf-8").count("Settings changed")
    note(
        f"standard output and error are {kind}: {COMMANDS} commands while two channels record, then SIGTERM",
        times=COMMANDS,
        worst=f"{lost} frames lost; the slowest answer after {slowest:.2f} s, the end after {end_seconds:.1f} s",
        limit=f"none; {ANSWER_SECONDS:g} s, {END_SECONDS:g} s",
        kept=lost == 0 and slowest < ANSWER_SECONDS and end_seconds < END_SECONDS,
    )
    assert (lost, stored) == (0, [True, True])
    assert (code, slowest < ANSWER_SECONDS, end_seconds < END_SECONDS) == (0, True, True)
    assert log.stat().st_size > PIPE_BYTES, "more than a pipe holds"
    assert told == COMMANDS, "the log file has every line"


def test_the_reader_has_gone_and_the_control_process_dies(tmp_path: Path) -> None:
    program = Program(tmp_path, {"Bow": PATTERN, "Stern": PATTERN})
    read, write = os.pipe()
    with contextlib.closing(program):
        program.start(write)
        os.close(write)
        os.close(read)
        program.record(1.0)
        before = program.rows("recordings")[-1]["id"]
        began = time.monotonic()
        program.kill()
        wait_for(lambda: program.records_anew(before), "all channels to record again")
        seconds = time.monotonic() - began
        assert program.stop() == 0
    note(
        "whoever read the output has gone; kill -9 of the control process: all channels record again, by itself, after",
        times=1,
        worst=f"{seconds:.2f} s",
        limit=f"{AGAIN_SECONDS:g} s",
        kept=seconds < AGAIN_SECONDS,
    )
    assert seconds < AGAIN_SECONDS
