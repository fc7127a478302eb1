"""What keeping and proving cost: a blackbox, copies and hashes beside a recording; and `verify` against `sha256sum`."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.cameras import Cameras
from bench.figures import Figure, at_most, spread, stated
from bench.plan import Plan
from bench.recorder import Recorder, recorder

CPU_RATIO_GOAL = 1.35
VERIFY_SHARE_GOAL = 0.8
SPLITS = "\n[recording]\nsplit_time_minutes = 0.25\n"
"""Files end and are copied all along; the runs without copies are split as well."""
MANIFEST = "manifest-sha256.txt"
_COMPLETE_WITHIN_SECONDS = 300.0
_CORE = "{:.1f} % of a core"


@dataclass(frozen=True, slots=True)
class Run:
    """One recording. Processor time in seconds a second."""

    cpu: float
    lost: int
    """Frames."""


def keeping(folder: Path) -> str:
    """Tables of the settings file: a blackbox of all channels, and a target for copies."""
    copy = f'\n[[copies]]\nname = "Second"\nto = "{folder / "copies"}"\nlimit_mbits = 0\nsame_disk = true\n'
    return f'\n[blackbox]\nroot = "{folder / "blackbox"}"\nsplit_time_minutes = 0.25\n{copy}'


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """Recordings with and without, in turn; the last one with is what is verified."""
    with_all: list[Run] = []
    without: list[Run] = []
    for number in range(plan.repeats):
        without.append(_run(cameras.addresses, folder / f"without{number}", plan, SPLITS))
        shutil.rmtree(folder / f"without{number}")
        here = folder / f"with{number}"
        with_all.append(_run(cameras.addresses, here, plan, SPLITS + keeping(here)))
        if number < plan.repeats - 1:
            shutil.rmtree(here)
    ratios = [one.cpu / other.cpu for one, other in zip(with_all, without, strict=True)]
    lost = sum(run.lost for run in with_all)
    return [
        at_most("CPU, with a blackbox, a copy and hashes / without", ratios, CPU_RATIO_GOAL, "{:.2f}"),
        stated("… with", [100 * run.cpu for run in with_all], _CORE),
        stated("… without", [100 * run.cpu for run in without], _CORE),
        Figure("… frames lost with them", str(lost), f"{len(with_all)} recordings", "none", not lost),
        *_verifying(_complete(folder / f"with{plan.repeats - 1}" / "files"), plan.verifies),
    ]


def _run(addresses: list[str], folder: Path, plan: Plan, tables: str) -> Run:
    with recorder(addresses, folder, tables=tables) as running:
        running.start_recording()
        time.sleep(plan.settle_seconds)
        control, _ = running.pids()
        before, begun = processes.tree_seconds(control[0]), time.monotonic()
        time.sleep(plan.keeping_seconds)
        cpu = (processes.tree_seconds(control[0]) - before) / (time.monotonic() - begun)
        running.stop_recording()
        _wait_until_complete(running)
        lost = sum(loss["frames"] or 1 for loss in running.losses())
    print(f"  {folder.name}: {100 * cpu:.1f} % of a core, {lost} frames lost", flush=True)
    return Run(cpu, lost)


def _wait_until_complete(running: Recorder) -> None:
    files = running.root / "files"
    running.wait_for(
        "the folder of the recording is complete", lambda: any(files.glob(f"*/{MANIFEST}")), _COMPLETE_WITHIN_SECONDS
    )


def _complete(files: Path) -> Path:
    """The recording's folder."""
    (manifest,) = files.glob(f"*/{MANIFEST}")
    return manifest.parent


def _verifying(folder: Path, repeats: int) -> list[Figure]:
    """Both read the same files from the disk, in turn; the program's start is in both times."""
    ours, theirs = list[float](), list[float]()
    for _ in range(repeats):
        theirs.append(_seconds(folder, ["sha256sum", "--quiet", "-c", MANIFEST]))
        ours.append(_seconds(folder, [sys.executable, "-m", "seacorder", "verify", str(folder)]))
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6
    shares = [other / one for one, other in zip(ours, theirs, strict=True)]
    middle = statistics.median(shares)
    goal, is_met = f"at least {VERIFY_SHARE_GOAL:.2f}", middle >= VERIFY_SHARE_GOAL
    return [
        Figure("`seacorder verify` / sha256sum, bytes a second", f"{middle:.2f}", spread(shares), goal, is_met),
        stated(f"… verify, {size:.0f} MB that are not in memory", [size / one for one in ours], "{:.0f} MB/s"),
        stated("… sha256sum", [size / one for one in theirs], "{:.0f} MB/s"),
    ]


def _seconds(folder: Path, command: Sequence[str]) -> float:
    _forget(folder)
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _forget(folder: Path) -> None:
    """So that the files are read from the disk again."""
    os.sync()
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
