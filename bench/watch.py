"""What the picture watch takes: the recorder and ffmpeg, in turn over the same cameras."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.cameras import Cameras
from bench.competitor import FFMPEG
from bench.figures import Figure, at_most, stated
from bench.passthrough import cpu_over, run_other
from bench.plan import Plan
from bench.recorder import recorder

RATIO_GOAL = 0.15
_NICENESS = 10
"""As the watch's thread sets it: by this it is found among its process's threads."""


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of processor time a second: of everything, and of the watch's threads alone."""

    cpu: float
    watch: float


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    rounds = []
    for number in range(plan.repeats_of_less):
        ours = _run_seacorder(cameras.addresses, folder / f"seacorder{number}", plan)
        ffmpeg = run_other(FFMPEG, cameras.addresses, folder / f"ffmpeg{number}", plan)
        shutil.rmtree(folder)
        shares = " ".join(f"{100 * value:.2f}" for value in (ours.cpu, ours.watch, ffmpeg.cpu))
        print(f"  Seacorder, of it the watch, ffmpeg: {shares} % of a core", flush=True)
        rounds.append((ours, ffmpeg))
    return [
        at_most("CPU of the picture watch / 8 × ffmpeg", [ours.watch / ffmpeg.cpu for ours, ffmpeg in rounds],
                RATIO_GOAL, "{:.2f}"),
        stated("… of the watch's threads", [100 * ours.watch for ours, _ in rounds], "{:.2f} % of a core"),
        stated("… 8 × ffmpeg", [100 * ffmpeg.cpu for _, ffmpeg in rounds], "{:.2f} % of a core"),
    ]  # fmt: skip


def _run_seacorder(addresses: list[str], folder: Path, plan: Plan) -> Run:
    """Raises SystemExit where a camera's process has no thread of the watch."""
    with recorder(addresses, folder) as running:
        running.start_recording()
        time.sleep(plan.settle_seconds)
        control, workers = running.pids()
        tasks = [task for pid in workers for task in processes.tasks_of_niceness(pid, _NICENESS)]
        if len(tasks) < len(addresses):
            raise SystemExit(f"Only {len(tasks)} threads of the picture watch were found.")
        before, begun = processes.task_seconds(tasks), time.monotonic()
        cpu = cpu_over(control + workers, plan.window_seconds)
        watch = (processes.task_seconds(tasks) - before) / (time.monotonic() - begun)
        running.stop_recording()
    return Run(cpu, watch)
