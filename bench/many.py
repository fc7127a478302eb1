"""Very many small cameras on two cores: is anything lost, and what do they take?"""

import itertools
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av

from bench import processes
from bench.cameras import Camera, Cameras
from bench.competitor import FFMPEG
from bench.figures import Figure, at_most, stated
from bench.passthrough import Run, cpu_over, held_bytes, measured, run_other
from bench.plan import Plan
from bench.recorder import Recorder, recorder
from seacorder.evidence.opening import note_in

CORES = 2
CPU_RATIO_GOAL = 1.0
MEMORY_MIB_GOAL = 400
_MIB = 1024 * 1024
_NS_PER_SECOND = 1_000_000_000
_FEWER_SECONDS = 3.0
"""What is recorded may be so much shorter than the time between start and stop; a keyframe comes each second."""


@dataclass(frozen=True, slots=True)
class Count:
    """What files and the recorder's own list say of one recording."""

    frames: int
    missing: int
    """In the holes between frames, and at the end of what is shorter than the recording."""
    cameras: int
    """Of which there are files."""
    losses: int

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.frames + other.frames, self.missing + other.missing, self.cameras + other.cameras,
            self.losses + other.losses,
        )  # fmt: skip


@contextmanager
def two_cores() -> Iterator[None]:
    """Holds whatever is started meanwhile to two cores, this process with it."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(before)[:CORES]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def capture_times(path: Path, first_utc_ns: int) -> list[float]:
    """Of a file's pictures, in seconds, in order; `first_utc_ns` is that of its first one."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        ticks = sorted(packet.pts or 0 for packet in container.demux(stream) if packet.size)
        return [first_utc_ns / _NS_PER_SECOND + float((tick - ticks[0]) * (stream.time_base or 0)) for tick in ticks]


def holes(times: list[float], rate: int) -> int:
    """Frames that are missing between those at `times`, which are in order and in seconds."""
    return sum(max(0, round((later - earlier) * rate) - 1) for earlier, later in itertools.pairwise(times))


def counted(folder: Path, camera: Camera, seconds: float, losses: int) -> Count:
    """Reads every file; `seconds` is how long was recorded. The parts of one camera's recording are taken together."""
    expected = round((seconds - _FEWER_SECONDS) * camera.frames_per_second)
    cameras: dict[str, list[float]] = {}
    for path in (folder / "files").rglob("*.mp4"):
        note = note_in(path)
        if note is None:
            raise SystemExit(f"{path.name} does not say what it is.")
        cameras.setdefault(note.channel, []).extend(capture_times(path, note.first_frame_utc_ns))
    missing = frames = 0
    for times in cameras.values():
        times.sort()
        missing += max(holes(times, camera.frames_per_second), expected - len(times))
        frames += len(times)
    return Count(frames, missing, len(cameras), losses)


def lost(name: str, count: Count, cameras: int) -> Figure:
    is_met = count.missing == 0 and not count.losses and count.cameras == cameras
    value = f"{count.missing} of {count.frames} frames, {count.losses} losses reported"
    return Figure(f"{name}: lost", value, f"{count.cameras} of {cameras} recordings counted", "none", is_met)


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """All of them with Seacorder and with ffmpeg, in turn."""
    ours: list[Run] = []
    theirs: list[Run] = []
    count = Count(0, 0, 0, 0)
    with two_cores():
        for _ in range(plan.repeats_of_less):
            run, found = _run(cameras, folder, plan)
            ours.append(run)
            count += found
            theirs.append(run_other(FFMPEG, cameras.addresses, folder / "ffmpeg", plan))
            shutil.rmtree(folder)
            shares = f"seacorder {100 * ours[-1].cpu:.1f}, ffmpeg {100 * theirs[-1].cpu:.1f} % of a core"
            print(f"  {shares}; {ours[-1].total_mib:.0f} and {theirs[-1].total_mib:.0f} MiB", flush=True)
    name = _name(cameras)
    ratios = [one.cpu / other.cpu for one, other in zip(ours, theirs, strict=True)]
    memory = [run.total_mib for run in ours]
    return [
        at_most(f"{name}: CPU, Seacorder / ffmpeg", ratios, CPU_RATIO_GOAL, "{:.2f}"),
        stated(f"{name}: CPU", [100 * run.cpu for run in ours], "{:.1f} % of a core"),
        stated(f"{name}: CPU, ffmpeg", [100 * run.cpu for run in theirs], "{:.1f} % of a core"),
        at_most(f"{name}: memory (PSS), all processes, with backlogs", memory, MEMORY_MIB_GOAL, "{:.0f} MiB"),
        stated("… of it backlogs and what waits for the disk", [run.held_mib for run in ours], "{:.0f} MiB"),
        stated(f"{name}: memory (PSS), ffmpeg", [run.total_mib for run in theirs], "{:.0f} MiB"),
        lost(name, count, plan.repeats_of_less * len(cameras.addresses)),
    ]


def measure_crowd(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """Is anything lost over minutes? What the cameras' own process takes is told, since it runs on the same cores."""
    with two_cores():
        os.sched_setaffinity(cameras.pid, os.sched_getaffinity(0))
        with recorder(cameras.addresses, folder) as running:
            running.start_recording()
            begun = time.monotonic()
            time.sleep(plan.settle_seconds)
            shares, sizes = _over_minutes(running, cameras, plan)
            seconds = time.monotonic() - begun
            running.stop_recording()
            losses = len(running.losses())
        print("  reads the files back …", flush=True)
        count = counted(folder, cameras.camera, seconds, losses)
        shutil.rmtree(folder)
    name = _name(cameras)
    run = f"over {plan.crowd_seconds:.0f} s"
    return [
        lost(name, count, len(cameras.addresses)),
        Figure(f"{name}: CPU", f"{100 * shares[0]:.0f} % of a core", run),
        Figure("… the cameras' own process, on the same cores", f"{100 * shares[1]:.0f} % of a core", run),
        Figure(f"{name}: memory (PSS), all processes, with backlogs", f"{sizes[0] / _MIB:.0f} MiB", "at the end"),
        Figure("… of it backlogs and what waits for the disk", f"{sizes[1] / _MIB:.0f} MiB", "at the end"),
    ]


def _run(cameras: Cameras, folder: Path, plan: Plan) -> tuple[Run, Count]:
    with recorder(cameras.addresses, folder) as running:
        running.start_recording()
        begun = time.monotonic()
        run = measured(running, plan)
        seconds = time.monotonic() - begun
        running.stop_recording()
        losses = len(running.losses())
    return run, counted(folder, cameras.camera, seconds, losses)


def _over_minutes(
    running: Recorder, cameras: Cameras, plan: Plan
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Processor time a second of the recorder and of the cameras; memory of the recorder, and of it what is held."""
    control, workers = running.pids()
    before, begun = processes.cpu_seconds([cameras.pid]), time.monotonic()
    cpu = cpu_over(control + workers, plan.crowd_seconds)
    theirs = (processes.cpu_seconds([cameras.pid]) - before) / (time.monotonic() - begun)
    memory = sum(processes.pss_bytes(pid) for pid in control + workers)
    return (cpu, theirs), (memory, sum(held_bytes(running)))


def _name(cameras: Cameras) -> str:
    return f"{len(cameras.addresses)} cameras {cameras.camera} on {CORES} cores"
