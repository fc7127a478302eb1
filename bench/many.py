"""Sixty-four small cameras on two cores: is anything lost, and what does it take?"""

import itertools
import os
import time
from pathlib import Path

import av

from bench.cameras import SMALL_CAMERA
from bench.figures import Figure
from bench.passthrough import cpu_over
from bench.plan import Plan
from bench.recorder import recorder

CORES = 2


def missing_frames(path: Path) -> tuple[int, int]:
    """Frames in a file, and frames that are missing in the holes between them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = sorted(packet.pts or 0 for packet in container.demux(stream) if packet.size)
        frames_per_tick = float(stream.time_base or 0) * SMALL_CAMERA.frames_per_second
    steps = [(later - earlier) * frames_per_tick for earlier, later in itertools.pairwise(times)]
    return len(times), sum(max(0, round(step) - 1) for step in steps)


def measure(addresses: list[str], folder: Path, plan: Plan) -> list[Figure]:
    """Records all of them for the length of a window and counts every file's frames."""
    cores = set(sorted(os.sched_getaffinity(0))[:CORES])
    with recorder(addresses, folder, cores) as running:
        running.start_recording()
        time.sleep(plan.settle_seconds)
        control, workers = running.pids()
        cpu = cpu_over(control + workers, plan.window_seconds)
        running.stop_recording()
        losses = running.losses()
    counts = [missing_frames(path) for path in sorted((folder / "files").rglob("*.mp4"))]
    frames, missing = sum(count for count, _ in counts), sum(holes for _, holes in counts)
    name = f"{len(addresses)} cameras 720p15 1 Mbit/s on {CORES} cores"
    return [
        Figure(f"{name}: CPU", f"{100 * cpu:.0f} % of a core", "one run"),
        Figure(
            f"{name}: lost",
            f"{missing} of {frames} frames, {len(losses)} losses reported",
            f"{len(counts)} files counted",
            "none",
            missing == 0 and not losses and len(counts) == len(addresses),
        ),
    ]
