"""Eight cameras, 1080p30 H.264 8 Mbit/s: Seacorder and eight ffmpegs in turn; processor time and memory."""

import shutil
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.competitor import ffmpegs
from bench.figures import Figure, at_most, spread, stated
from bench.plan import Plan
from bench.recorder import Recorder, recorder

CPU_RATIO_GOAL = 0.9
CONTROL_MIB_GOAL = 120
CAMERA_MIB_GOAL = 20
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement. Processor time in seconds a second, memory in MiB."""

    cpu: float
    control_cpu: float
    control_mib: float
    camera_mib: list[float]
    """Each camera's; Seacorder's less its backlog and what waits for the disk."""


def cpu_over(pids: list[int], seconds: float) -> float:
    """Processor time a second of wall time. Raises SystemExit when one of the processes ends meanwhile."""
    try:
        before, begun = processes.cpu_seconds(pids), time.monotonic()
        time.sleep(seconds)
        return (processes.cpu_seconds(pids) - before) / (time.monotonic() - begun)
    except OSError as error:
        raise SystemExit("A process ended while it was measured.") from error


def camera_memory(running: Recorder, workers: list[int]) -> list[float]:
    """MiB a worker, less the mean of what the channels hold back."""
    channels = running.status()["channels"]
    held = statistics.mean(channel["backlog_bytes"] + channel["queued_bytes"] for channel in channels)
    return [(processes.pss_bytes(pid) - held) / _MIB for pid in workers]


def run_seacorder(addresses: list[str], folder: Path, plan: Plan) -> Run:
    with recorder(addresses, folder) as running:
        running.start_recording()
        time.sleep(plan.settle_seconds)
        control, workers = running.pids()
        before, begun = processes.cpu_seconds(control), time.monotonic()
        cpu = cpu_over(control + workers, plan.window_seconds)
        control_cpu = (processes.cpu_seconds(control) - before) / (time.monotonic() - begun)
        control_mib = sum(processes.pss_bytes(pid) for pid in control) / _MIB
        cameras = camera_memory(running, workers)
        running.stop_recording()
    return Run(cpu, control_cpu, control_mib, cameras)


def run_ffmpeg(addresses: list[str], folder: Path, plan: Plan) -> Run:
    folder.mkdir(parents=True)
    with ffmpegs(addresses, folder) as pids:
        time.sleep(plan.settle_seconds)
        cpu = cpu_over(pids, plan.window_seconds)
        return Run(cpu, 0, 0, [processes.pss_bytes(pid) / _MIB for pid in pids])


def measure(addresses: list[str], folder: Path, plan: Plan) -> list[Figure]:
    """Runs both in turn and compares each pair, so that a slow spell of the machine hits both."""
    ours: list[Run] = []
    theirs: list[Run] = []
    for number in range(plan.repeats):
        for runs, run, name in ((ours, run_seacorder, "seacorder"), (theirs, run_ffmpeg, "ffmpeg")):
            runs.append(run(addresses, folder / f"{name}{number}", plan))
            print(f"  {name}: {100 * runs[-1].cpu:.1f} % of a core", flush=True)
            shutil.rmtree(folder / f"{name}{number}")
    return figures(ours, theirs)


def figures(ours: list[Run], theirs: list[Run]) -> list[Figure]:
    ratios = [one.cpu / other.cpu for one, other in zip(ours, theirs, strict=True)]
    cameras = [mib for run in ours for mib in run.camera_mib]
    ffmpeg_cameras = [mib for run in theirs for mib in run.camera_mib]
    worst = max(cameras)
    return [
        at_most("CPU, Seacorder / 8 × ffmpeg", ratios, CPU_RATIO_GOAL, "{:.2f}"),
        stated("CPU, Seacorder, all processes", [100 * run.cpu for run in ours], "{:.1f} % of a core"),
        stated("… of it the main process", [100 * run.control_cpu for run in ours], "{:.1f} % of a core"),
        stated("CPU, 8 × ffmpeg", [100 * run.cpu for run in theirs], "{:.1f} % of a core"),
        at_most("Memory (PSS), not a channel", [run.control_mib for run in ours], CONTROL_MIB_GOAL, "{:.1f} MiB"),
        Figure(
            "Memory (PSS) a camera, less its backlog, largest",
            f"{worst:.1f} MiB",
            spread(cameras, "{:.1f} MiB"),
            f"at most {CAMERA_MIB_GOAL} MiB",
            worst <= CAMERA_MIB_GOAL,
        ),
        stated("Memory (PSS) of one ffmpeg", ffmpeg_cameras, "{:.1f} MiB"),
    ]
