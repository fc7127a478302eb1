"""Copies while a recording runs: a target that is full, goes away in mid-file, hangs or is killed off costs no frame,
is told, and catches up by itself. Real recordings; full and frozen file systems are real ones.
"""

import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faults.disks import Volume, need_volumes
from faults.results import is_long, note
from rig.program import Program, children, command_line, running, wait_for

pytestmark = pytest.mark.slow

CHANNELS = {"Bow": "test:?size=640x360&rate=25", "Stern": "test:?size=640x360&rate=25"}
MANIFEST = "manifest-sha256.txt"
SPLIT = "\n[recording]\nsplit_time_minutes = 0.05\n"


def settings(target: Path, more: str = "") -> str:
    return f'{SPLIT}\n[[copies]]\nname = "NAS"\nto = "{target}"\nsame_disk = true\n{more}\n'


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Volume]:
    """A file system of its own."""
    need_volumes()
    with Volume(tmp_path / "nas", 120_000_000) as made:
        yield made


def status(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = program.get("/api/v1/copies")["items"][0]
    return found


def wait_copied(program: Program) -> None:
    wait_for(lambda: status(program)["state"] == "idle" and status(program)["copied_files"], "everything to be copied")


def faulty_copies(program: Program, target: Path) -> int:
    """Recorded videos that are not at the target with the same bytes, and folders that do not fit there."""
    bad = 0
    for row in program.rows("parts"):
        path = Path(row["path"])
        there = list(target.rglob(path.name))
        wanted = hashlib.sha256(path.read_bytes()).digest()
        bad += [hashlib.sha256(one.read_bytes()).digest() for one in there] != [wanted]
    for manifest in target.rglob(MANIFEST):
        command = ["sha256sum", "--strict", "--quiet", "-c", MANIFEST]
        bad += subprocess.run(command, cwd=manifest.parent, capture_output=True, check=False).returncode != 0
    return bad + len(list(target.rglob(".seacorder-copy-*")))


def finished(program: Program) -> None:
    """The recording ends, and its folder is complete at the target."""
    program.get("/api/inspector/stoprecording")
    wait_for(lambda: "is copied to NAS: " in program.log(), "the folder to be copied")
    wait_copied(program)


def copying(program: Program) -> int | None:
    """The process that copies, while it runs."""
    pids = (pid for pid in children(program.control_pid) if "seacorder.copies" in command_line(pid))
    return next(pids, None)


def losses(program: Program) -> int:
    return len(program.rows("losses"))


def record_on(program: Program, parts: int = 2) -> None:
    """Goes on until so many more files of each channel are finished."""
    before = len(program.rows("parts"))
    wait_for(lambda: len(program.rows("parts")) >= before + parts * len(CHANNELS), "further files")


def report(case: str, times: int, bad: int) -> None:
    note(case, times=times, worst=str(bad), limit="0", kept=bad == 0)
    assert bad == 0


def test_a_full_target_costs_no_frame_and_catches_up(tmp_path: Path, target: Volume) -> None:
    filler = target.fill(leave_bytes=66_000_000)
    with running(tmp_path, CHANNELS, more=settings(target.path)) as program:
        program.record(1.0)
        program.alarm_seconds("copy_failed")
        said = program.alarms()["copy_failed"]
        told = "is full" in said and "Not copied yet: " in said
        record_on(program)
        filler.unlink()
        finished(program)
        wait_for(lambda: "copy_failed" not in program.alarms(), "the end of the alarm")
        bad = losses(program) + faulty_copies(program, target.path) + (not told)
    report("a target of copies that is full: losses, or files that are not there once it has room", 1, bad)


def test_a_target_that_goes_in_mid_file_costs_no_frame_and_catches_up(tmp_path: Path, target: Volume) -> None:
    with running(tmp_path, CHANNELS, more=settings(target.path, "limit_mbits = 1")) as program:
        program.record(1.0)
        wait_for(lambda: status(program)["progress"], "a file to be on its way")
        target.unplug()
        program.alarm_seconds("copy_failed")
        record_on(program)
        target.plug_in()
        finished(program)
        bad = losses(program) + faulty_copies(program, target.path)
    report("a target of copies that is unplugged in mid-file: losses, or files that are not there later", 1, bad)


def test_a_target_that_is_not_mounted_gets_nothing(tmp_path: Path, target: Volume) -> None:
    with running(tmp_path, CHANNELS, more=settings(target.path)) as program:
        program.record(1.0)
        wait_for(lambda: status(program)["copied_files"], "a first file to be copied")
        target.take_away()
        program.alarm_seconds("copy_failed")
        left = len(list(target.path.iterdir()))
        target.bring_back()
        finished(program)
        bad = losses(program) + faulty_copies(program, target.path) + left
    report("a target of copies that is unmounted: files in the empty folder, losses, or files missing later", 1, bad)


def test_a_target_that_hangs_holds_nothing_and_catches_up(tmp_path: Path, target: Volume) -> None:
    with running(tmp_path, CHANNELS, more=settings(target.path)) as program:
        program.record(1.0)
        wait_for(lambda: status(program)["copied_files"], "a first file to be copied")
        with target.frozen():
            program.alarm_seconds("copy_failed")
            said = program.alarms()["copy_failed"]
            record_on(program)
        finished(program)
        bad = losses(program) + faulty_copies(program, target.path) + ("does not answer" not in said)
    report("a target of copies that hangs (in the kernel, where nobody can end it): losses, or files not there later",
           1, bad)  # fmt: skip


def test_the_end_of_the_program_does_not_wait_for_a_target_that_hangs(tmp_path: Path, target: Volume) -> None:
    with running(tmp_path, CHANNELS, more=settings(target.path)) as program, target.frozen():
        program.record(4.0)
        wait_for(lambda: copying(program), "a process that copies")
        bad = program.stop() + ("Every file is finished" not in program.log())
    report("the program ends while a target of copies hangs: not in order", 1, bad)


def test_a_kill_in_mid_copy_costs_nothing(tmp_path: Path) -> None:
    target = tmp_path / "nas"
    target.mkdir()
    rounds, bad = 12 if is_long() else 2, 0
    with running(tmp_path, CHANNELS, more=settings(target, "limit_mbits = 2")) as program:
        for number in range(rounds):
            program.record(1.0)
            wait_for(lambda: (status(program)["progress"] or {}).get("done_bytes"), "a file to be on its way")
            pid = wait_for(lambda: copying(program), "the process that copies")
            if number % 2:
                program.kill_all()
                program.start()
                program.wait_live()
            else:
                os.kill(pid, signal.SIGKILL)
            wait_for(lambda: status(program)["state"] == "copying", "it to go on")
            program.get("/api/inspector/stoprecording")
        wait_for(lambda: not list(target.rglob(".seacorder-copy-*")) and status(program)["state"] == "idle",
                 "everything to be copied", 120)  # fmt: skip
        bad += faulty_copies(program, target)
        ids = [row["id"] for row in program.rows("recordings")]
        bad += sum(not program.get(f"/api/v1/recordings/{one}/copies")["items"] for one in ids)
    report("kill -9 in mid-copy, of the process or of everything: files that are not there after it went on", rounds,
           bad)  # fmt: skip


def test_each_copy_has_its_signed_line(tmp_path: Path) -> None:
    targets = [tmp_path / "one", tmp_path / "two"]
    for one in targets:
        one.mkdir()
    more = settings(targets[0]) + settings(targets[1]).replace(SPLIT, "").replace('"NAS"', '"USB"')
    with running(tmp_path, CHANNELS, more=more) as program:
        program.record(2.0)
        program.get("/api/inspector/stoprecording")
        (row,) = program.rows("recordings")
        wait_for(lambda: len(program.get(f"/api/v1/recordings/{row['id']}/copies")["items"]) == 2, "two copies")
        (folder,) = {path.parent for path in program.files(MANIFEST)}
        said = [json.loads(line) for line in (folder / "custody.jsonl").read_text().splitlines()]
        bad = sorted(one.get("target", "") for one in said) != ["", "NAS", "USB"]
        for one in targets:
            (copy,) = {path.parent for path in one.rglob(MANIFEST)}
            command = ["minisign", "-Vm", MANIFEST, "-p", "recorder.pub"]
            bad += subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode != 0
    report("two targets of copies: a line of custody or a signature that is missing", 1, int(bad))
