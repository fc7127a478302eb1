"""Eight cameras that are stored unchanged: Seacorder and other recorders in turn; processor time and memory."""

import shutil
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.cameras import Cameras
from bench.competitor import FFMPEG, GSTREAMER, MEDIAMTX, Competitor, recording
from bench.figures import Figure, at_most, spread, stated
from bench.plan import Plan
from bench.recorder import Recorder, recorder

CPU_RATIO_GOAL = 1.0
GROUP_CPU_RATIO_GOAL = 0.65
CONTROL_MIB_GOAL = 120
CAMERA_MIB_GOAL = 20
_MIB = 1024 * 1024
GROUP = "\n[workers]\nchannels_per_process = 8\n"
_CORE = "{:.1f} % of a core"
_SIZE = "{:.1f} MiB"


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement. Processor time in seconds a second, memory in MiB."""

    cpu: float
    total_mib: float
    control_cpu: float = 0.0
    control_mib: float = 0.0
    held_mib: float = 0.0
    """Of the total: what all channels hold back on purpose, the backlog and what waits for the disk."""
    camera_mib: tuple[float, ...] = ()
    """Of each camera's process; Seacorder's less what its channel holds back."""


def cpu_over(pids: list[int], seconds: float) -> float:
    """Processor time a second of wall time. Raises SystemExit when one of the processes ends meanwhile."""
    try:
        before, begun = processes.cpu_seconds(pids), time.monotonic()
        time.sleep(seconds)
        return (processes.cpu_seconds(pids) - before) / (time.monotonic() - begun)
    except OSError as error:
        raise SystemExit("A process ended while it was measured.") from error


def held_bytes(running: Recorder) -> list[int]:
    """What each channel holds back on purpose."""
    return [channel["backlog_bytes"] + channel["queued_bytes"] for channel in running.status()["channels"]]


def measured(running: Recorder, plan: Plan) -> Run:
    """A recorder that records, over one window."""
    time.sleep(plan.settle_seconds)
    control, workers = running.pids()
    before, begun = processes.cpu_seconds(control), time.monotonic()
    cpu = cpu_over(control + workers, plan.window_seconds)
    control_cpu = (processes.cpu_seconds(control) - before) / (time.monotonic() - begun)
    control_mib = sum(processes.pss_bytes(pid) for pid in control) / _MIB
    held = held_bytes(running)
    cameras = [processes.pss_bytes(pid) for pid in workers]
    each = tuple((size - statistics.mean(held)) / _MIB for size in cameras)
    return Run(cpu, control_mib + sum(cameras) / _MIB, control_cpu, control_mib, sum(held) / _MIB, each)


def run_seacorder(addresses: list[str], folder: Path, plan: Plan, tables: str = "") -> Run:
    with recorder(addresses, folder, tables=tables) as running:
        running.start_recording()
        run = measured(running, plan)
        running.stop_recording()
    return run


def run_other(competitor: Competitor, addresses: list[str], folder: Path, plan: Plan) -> Run:
    with recording(competitor, addresses, folder) as pids:
        time.sleep(plan.settle_seconds)
        cpu = cpu_over(pids, plan.window_seconds)
        sizes = tuple(processes.pss_bytes(pid) / _MIB for pid in pids)
    return Run(cpu, sum(sizes), camera_mib=sizes)


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """Runs all in turn and compares each pair, so that a slow spell of the machine hits both."""
    ours: list[Run] = []
    runs: dict[Competitor, list[Run]] = {FFMPEG: [], GSTREAMER: [], MEDIAMTX: []}
    for number in range(plan.repeats):
        ours.append(run_seacorder(cameras.addresses, folder, plan))
        told("Seacorder", ours[-1], folder)
        for other, found in runs.items():
            if other is FFMPEG or (other.is_here and number < plan.repeats_of_others):
                found.append(run_other(other, cameras.addresses, folder, plan))
                told(other.name, found[-1], folder)
    worst = max(mib for run in ours for mib in run.camera_mib)
    return [
        *_ratio("8 × ffmpeg", ours, runs[FFMPEG], CPU_RATIO_GOAL),
        stated("… of it the main process", [100 * run.control_cpu for run in ours], _CORE),
        *(figure for other, found in runs.items() for figure in _of_other(other, found)),
        at_most("Memory (PSS), not a channel", [run.control_mib for run in ours], CONTROL_MIB_GOAL, _SIZE),
        Figure(
            "Memory (PSS) a camera, less its backlog, largest",
            _SIZE.format(worst),
            spread([mib for run in ours for mib in run.camera_mib], _SIZE),
            f"at most {CAMERA_MIB_GOAL} MiB",
            worst <= CAMERA_MIB_GOAL,
        ),
        stated("Memory (PSS), Seacorder, all processes", [run.total_mib for run in ours], "{:.0f} MiB"),
        stated("… of it backlogs and what waits for the disk", [run.held_mib for run in ours], "{:.0f} MiB"),
    ]


def measure_group(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """All channels in one process, and ffmpeg, in turn."""
    ours: list[Run] = []
    theirs: list[Run] = []
    for _ in range(plan.repeats):
        ours.append(run_seacorder(cameras.addresses, folder, plan, GROUP))
        told("Seacorder", ours[-1], folder)
        theirs.append(run_other(FFMPEG, cameras.addresses, folder, plan))
        told("ffmpeg", theirs[-1], folder)
    return [
        *_ratio("8 × ffmpeg, in one group", ours, theirs, GROUP_CPU_RATIO_GOAL),
        stated("… ffmpeg beside it", [100 * run.cpu for run in theirs], _CORE),
        stated("Memory (PSS), in one group, all processes", [run.total_mib for run in ours], "{:.0f} MiB"),
        stated("… of it backlogs and what waits", [run.held_mib for run in ours], "{:.0f} MiB"),
    ]


def told(name: str, run: Run, folder: Path) -> None:
    """Progress; the files are deleted."""
    print(f"  {name}: {100 * run.cpu:.1f} % of a core, {run.total_mib:.0f} MiB", flush=True)
    shutil.rmtree(folder)


def _ratio(name: str, ours: list[Run], theirs: list[Run], goal: float) -> list[Figure]:
    ratios = [one.cpu / other.cpu for one, other in zip(ours, theirs, strict=True)]
    how = name.partition(", ")[2] or "all processes"
    return [
        at_most(f"CPU, Seacorder / {name}", ratios, goal, "{:.2f}"),
        stated(f"CPU, Seacorder, {how}", [100 * run.cpu for run in ours], _CORE),
    ]


def _of_other(other: Competitor, runs: list[Run]) -> list[Figure]:
    if not runs:
        return [Figure(f"CPU and memory of {other.name}", "not on this computer", "")]
    return [
        stated(f"CPU, {other.name}, all processes", [100 * run.cpu for run in runs], _CORE),
        stated(f"Memory (PSS), {other.name}, all processes", [run.total_mib for run in runs], "{:.0f} MiB"),
    ]
