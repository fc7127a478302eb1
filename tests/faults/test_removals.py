"""Removing recordings while everything is killed: each is wholly there or wholly gone, and the list says which."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest

from faults.results import is_long, note
from rig.program import Program, running, wait_for

pytestmark = pytest.mark.slow

CHANNELS = {"Bow": "test:?size=320x180&rate=25", "Stern": "test:?size=320x180&rate=25"}


def record(program: Program) -> str:
    """A recording of a second with a split; its id, once its folder is complete."""
    program.record(1.0)
    program.get("/api/inspector/stoprecording")
    found: str = program.rows("recordings")[-1]["id"]
    wait_for(lambda: plan(program, found)["hindrance"] is None, "nothing to be in the way")
    return found


def plan(program: Program, recording: str) -> Any:
    return program.get(f"/api/v1/recordings/{recording}/removal")


def state(program: Program, recording: str) -> str:
    found: str = plan(program, recording)["state"]
    return found


def is_in_order(program: Program) -> bool:
    """By `seacorder check`."""
    command = [sys.executable, "-m", "seacorder", "check", "--json", "--config", str(program.settings_path)]
    done = subprocess.run(command, capture_output=True, check=False)
    return not json.loads(done.stdout)["disagreements"]


def test_a_kill_while_recordings_are_removed_leaves_each_whole_or_gone(tmp_path: Path, chance: Random) -> None:
    rounds, half, wrong = 12 if is_long() else 2, 0, 0
    with running(tmp_path, CHANNELS) as program:
        for _ in range(rounds):
            one = record(program)
            (folder,) = plan(program, one)["folders"]
            before = sorted(path.name for path in Path(folder).iterdir())
            program.post(f"/api/v1/recordings/{one}/remove", {"phrase": "without a copy", "by": "Ines"})
            threading.Event().wait(chance.uniform(0.0, 0.6))
            program.kill_all()
            program.start()
            wait_for(lambda one=one: state(program, one) in {"waiting", "removed"}, "the removal to be finished")
            is_gone = state(program, one) == "removed"
            left = sorted(path.name for path in Path(folder).iterdir()) if Path(folder).exists() else []
            half += left != ([] if is_gone else before)
            wrong += not is_in_order(program)
    note("kill -9 of everything while a recording is removed: recordings half removed; disagreements of the list",
         times=rounds, worst=f"{half}; {wrong}", limit="0; 0", kept=half == wrong == 0)  # fmt: skip
    assert (half, wrong) == (0, 0)


def copied(program: Program, recording: str) -> bool:
    return bool(program.get(f"/api/v1/recordings/{recording}/copies")["items"])


def test_a_kill_while_a_rule_removes_leaves_each_whole_or_gone(tmp_path: Path, chance: Random) -> None:
    """The whole way too: recorded, copied, compared, removed by a rule; the list and the copies have it still."""
    nas, many, kills = tmp_path / "nas", 8 if is_long() else 2, 0
    nas.mkdir()
    target = f'[[copies]]\nname = "NAS"\nto = "{nas}"\nsame_disk = true\n'
    with running(tmp_path, CHANNELS, more=target) as program:
        ids = [record(program) for _ in range(many)]
        wait_for(lambda: all(copied(program, one) for one in ids), "the copies")
        folders = {one: Path(plan(program, one)["folders"][0]) for one in ids}
        program.stop()
        with program.settings_path.open("a") as settings:
            settings.write("[removal]\nkeep_at_most_bytes = 1\n")
        program.start()
        while left := [one for one in ids if state(program, one) != "removed"]:
            wait_for(lambda left=left: any(state(program, one) != "waiting" for one in left), "the rule to begin")
            threading.Event().wait(chance.uniform(0.0, 0.6 + 0.4 * kills))  # so that it comes to an end
            program.kill_all()
            kills += 1
            program.start()
            going = [one for one in left if state(program, one) in {"removing", "removed"}]
            wait_for(lambda going=going: all(state(program, one) == "removed" for one in going), "it to be finished")
        half = sum(folder.exists() for folder in folders.values())
        rows = {row["recording_id"]: row["by"] for row in program.rows("removals")}
        wrong = (rows != dict.fromkeys(ids, "[removal] keep_at_most_bytes")) + (not is_in_order(program))
        for folder in folders.values():
            sums = ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"]
            wrong += subprocess.run(sums, cwd=nas / folder.name, capture_output=True, check=False).returncode != 0
    note("kill -9 of everything while a rule removes: recordings half removed; lists and copies that are not in order",
         times=kills, worst=f"{half}; {wrong}", limit="0; 0", kept=half == wrong == 0)  # fmt: skip
    assert (half, wrong) == (0, 0)


def test_a_copy_that_lies_or_vanishes_keeps_the_recording(tmp_path: Path, chance: Random) -> None:
    rounds, removed = 20 if is_long() else 2, 0
    with running(tmp_path, CHANNELS) as program:
        one = record(program)
        (folder,) = map(Path, plan(program, one)["folders"])
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        listed = [line.split("  ", 1)[1] for line in (folder / "manifest-sha256.txt").read_text().splitlines()]
        for number in range(rounds):
            copy = Path(shutil.copytree(folder, tmp_path / "usb" / str(number) / folder.name))
            victim = copy / chance.choice(listed)
            if number % 2:
                victim.unlink()
            else:
                data = bytearray(victim.read_bytes())
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                victim.write_bytes(data)
            program.post(f"/api/v1/recordings/{one}/remove", {"verified_copy": str(copy.parent)})
            wait_for(lambda: plan(program, one)["state"] != "verifying", "the copy to be compared")
            why = plan(program, one)["hindrance"]
            removed += why is None or victim.name not in why["fact"]
        removed += {path.name: path.read_bytes() for path in folder.iterdir()} != before
        good = Path(shutil.copytree(folder, tmp_path / "usb" / "good" / folder.name))
        program.post(f"/api/v1/recordings/{one}/remove", {"verified_copy": str(good.parent)})
        wait_for(lambda: state(program, one) == "removed", "the removal")
        is_whole = {path.name: path.read_bytes() for path in good.iterdir()} == before and not folder.exists()
    note("a copy with one bit changed or a file missing: recordings removed all the same", times=rounds,
         worst=str(removed), limit="0", kept=removed == 0 and is_whole)  # fmt: skip
    assert (removed, is_whole) == (0, True)
