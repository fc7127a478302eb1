"""What the picture watch takes: the recorder with it and without it, and ffmpeg, in turn over the same cameras."""

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
    watch: float = 0.0


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    addresses = cameras.addresses
    rounds = []
    for number in range(plan.repeats_of_less):
        on = _run_seacorder(addresses, folder / f"on{number}", plan)
        off = _run_seacorder(addresses, folder / f"off{number}", plan, "picture_watch = false\n")
        ffmpeg = run_other(FFMPEG, addresses, folder / f"ffmpeg{number}", plan)
        shutil.rmtree(folder / f"ffmpeg{number}")
        shares = " ".join(f"{100 * value:.2f}" for value in (on.cpu, on.watch, off.cpu, ffmpeg.cpu))
        print(f"  on, of it the watch, off, ffmpeg: {shares} % of a core", flush=True)
        rounds.append((on, off, ffmpeg))
    return [
        at_most("CPU of the picture watch / 8 × ffmpeg", [on.watch / ffmpeg.cpu for on, _, ffmpeg in rounds],
                RATIO_GOAL, "{:.2f}"),
        stated("… of the watch's threads", [100 * on.watch for on, _, _ in rounds], "{:.2f} % of a core"),
        stated("… Seacorder with the watch less Seacorder without it",
               [100 * (on.cpu - off.cpu) for on, off, _ in rounds], "{:.2f} % of a core"),
        stated("… 8 × ffmpeg", [100 * ffmpeg.cpu for _, _, ffmpeg in rounds], "{:.2f} % of a core"),
    ]  # fmt: skip


def _run_seacorder(addresses: list[str], folder: Path, plan: Plan, channel: str = "") -> Run:
    with recorder(addresses, folder, channel=channel) as running:
        running.start_recording()
        time.sleep(plan.settle_seconds)
        control, workers = running.pids()
        tasks = [task for pid in workers for task in processes.tasks_of_niceness(pid, _NICENESS)]
        before, begun = processes.task_seconds(tasks), time.monotonic()
        cpu = cpu_over(control + workers, plan.window_seconds)
        watch = (processes.task_seconds(tasks) - before) / (time.monotonic() - begun)
        running.stop_recording()
    shutil.rmtree(folder)
    return Run(cpu, watch)

