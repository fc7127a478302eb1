"""What an idle recorder costs: eight cameras that send and are not recorded, and eight that cannot be reached.

A wake-up is one time that a thread is given a processor. Each takes the processor out of its sleep, and a program whose
threads wake without a reason takes battery and heat for nothing. With cameras that send, most of them read pictures.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.cameras import Cameras
from bench.figures import Figure, stated
from bench.plan import Plan
from bench.recorder import recorder
from rig.ports import free_port


@dataclass(frozen=True, slots=True)
class Run:
    """One window. Everything a second of wall time."""

    control: float
    """Wake-ups of all processes that are not a channel's."""
    channels: float
    """Wake-ups of all channels' processes together."""
    cpu: float
    """Processor time in seconds, of all processes."""


def run(addresses: list[str], folder: Path, plan: Plan, state: str) -> Run:
    """Counts over one window of a recorder whose channels are all in this state."""
    with recorder(addresses, folder, state=state) as running:
        control, workers = running.pids()
        running.close()  # an open connection would have a time limit of its own
        time.sleep(plan.settle_seconds)
        before = _counts(control, workers)
        time.sleep(plan.window_seconds)
        after = _counts(control, workers)
    seconds = after[0] - before[0]
    return Run(*((late - early) / seconds for early, late in zip(before[1:], after[1:], strict=True)))


def _counts(control: list[int], workers: list[int]) -> tuple[float, float, float, float]:
    """Now, the wake-ups of both kinds of processes, and their processor time."""
    now = time.monotonic()
    return (
        now,
        processes.wake_ups(control),
        processes.wake_ups(workers),
        processes.cpu_seconds(control + workers),
    )


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """Cameras that send, and as many addresses of this computer at which nothing listens."""
    addresses = cameras.addresses
    absent = [f"rtsp://127.0.0.1:{free_port()}/" for _ in addresses]
    found = []
    for name, asked, state in (("cameras send", addresses, "live"), ("no camera answers", absent, "failed")):
        runs = [run(asked, folder / f"{state}{number}", plan, state) for number in range(plan.repeats_of_less)]
        count = len(addresses)
        found += [
            stated(f"Wake-ups a second, {name}", [one.control + one.channels for one in runs], "{:.0f}"),
            stated("… of them the main process and what watches it", [one.control for one in runs], "{:.1f}"),
            stated("… of them each camera's process", [one.channels / count for one in runs], "{:.1f}"),
            stated(f"CPU, {name}", [100 * one.cpu for one in runs], "{:.1f} % of a core"),
        ]
    return found
