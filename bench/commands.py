"""How soon commands are answered while channels record: polling, start, framegrab."""

import random
import time
from pathlib import Path

from bench.cameras import Cameras
from bench.figures import Figure, latency
from bench.plan import Plan
from bench.polling import CLIENTS, RATE_HZ, poll
from bench.recorder import Recorder, recorder

POLLING_P99_MS = 10
START_P95_MS = 50
FRAMEGRAB_P95_MS = 150


def starts(running: Recorder, count: int) -> list[float]:
    """Answer times of `startrecording`, each from idle, at any place within a group of pictures."""
    times = []
    for _ in range(count):
        time.sleep(random.uniform(0.2, 1.2))
        times.append(running.timed("/api/inspector/startrecording"))
        time.sleep(0.5)
        running.stop_recording()
    return times


def framegrabs(running: Recorder, count: int) -> list[float]:
    """Answer times of `takeframegrab`, at any place within a group of pictures."""
    times = []
    for _ in range(count):
        time.sleep(random.uniform(0.2, 1.2))
        times.append(running.timed("/api/inspector/takeframegrab"))
    return times


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """All commands, over all cameras and then over the first alone. Deletes nothing."""
    addresses = cameras.addresses
    found = []
    with recorder(addresses, folder / "all") as running:
        name = f"{len(addresses)} channels"
        found.append(latency(f"`startrecording`, {name}", starts(running, plan.starts), 0.95, START_P95_MS))
        running.start_recording()
        asked = poll(running.port, plan.polling_seconds)
        found.append(latency(f"`isrecording`, {CLIENTS} clients at {RATE_HZ} Hz, {name}", asked, 0.99, POLLING_P99_MS))
        grabbed = framegrabs(running, plan.framegrabs)
        found.append(latency(f"`takeframegrab`, {name}", grabbed, 0.95, FRAMEGRAB_P95_MS))
        running.stop_recording()
    with recorder(addresses[:1], folder / "one") as running:
        running.start_recording()
        grabbed = framegrabs(running, plan.framegrabs)
        found.append(latency("`takeframegrab`, 1 channel", grabbed, 0.95, FRAMEGRAB_P95_MS))
        running.stop_recording()
    return found
