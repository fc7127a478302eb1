"""How exact the capture times of all pictures are, of cameras that are read in bursts and as their bytes come.

Each camera has two readers at the same time, one for each way, so that a slow spell of the computer or of the camera
affects both. A reader is a process of its own (`python -m bench.capture WAY ADDRESS SECONDS`) with the recorder's own
input, loop and timeline.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from bench.cameras import Cameras
from bench.figures import Figure, quantile
from bench.plan import Plan
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.channel.burst_loop import BEAT_NS, BurstLoop, LoopEntry
from seacorder.channel.pace import Pace
from seacorder.channel.timing.timeline import Timeline
from seacorder.inputs.contract import Item
from seacorder.inputs.rtsp.camera import RtspInput
from seacorder.model.address.address import RtspAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track

BURSTS, AS_IT_COMES = "bursts", "as-it-comes"
FROM_SECONDS = 5
"""Pictures before that are not counted: a camera that begins sends what it has kept."""


def measure(cameras: Cameras, _folder: Path, plan: Plan) -> list[Figure]:
    """Of all cameras, both ways at once."""
    readers = {
        way: [_reader(way, address, plan.capture_seconds) for address in cameras.addresses]
        for way in (AS_IT_COMES, BURSTS)
    }
    errors: dict[str, list[float]] = {}
    for way, processes in readers.items():
        told = [json.loads(one.communicate(timeout=plan.capture_seconds + 60)[0]) for one in processes]
        rate = cameras.camera.frames_per_second
        errors[way] = [e for place, one in enumerate(told) for e in errors_ms(one, cameras.begins[place], rate)]
    return figures(errors[BURSTS], errors[AS_IT_COMES])


def _reader(way: str, address: str, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.capture", way, address, str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def errors_ms(told_ns: Sequence[int], begin: float, rate: int) -> list[float]:
    """How far capture times are from the nearest true ones: frame n was captured at `begin + n / rate`."""
    distances = [(told / NS_PER_SECOND - begin) * rate for told in told_ns]
    return [abs(one - round(one)) * 1000 / rate for one in distances]


def figures(bursts: list[float], as_it_comes: list[float]) -> list[Figure]:
    found = []
    for name, share in (("median", 0.5), ("p99", 0.99), ("largest", 1.0)):
        ours, before = quantile(bursts, share), quantile(as_it_comes, share)
        goal = f"at most {before:.2f} ms" if share < 1 else ""
        found.append(
            Figure(f"Capture times, error, {name}: read in bursts", f"{ours:.2f} ms",
                   f"read as it comes {before:.2f} ms, n={len(bursts)}", goal, ours <= before if goal else None)
        )  # fmt: skip
    return found


class Reader:
    """Capture times of one camera's pictures."""

    def __init__(self, seconds: float) -> None:
        self._clock = SystemClock()
        begin_ns = self._clock.monotonic_ns()
        self._from_ns = begin_ns + FROM_SECONDS * NS_PER_SECOND
        self._end_ns = begin_ns + int(seconds * NS_PER_SECOND)
        self._timeline = Timeline(0)
        self.told_ns: list[int] = []
        self.is_over = threading.Event()

    def read(self, way: str, address: str) -> None:
        """Until the time is over. Blocks."""
        source = RtspInput(RtspAddress(address), self._clock)
        self.take([source.open()])
        if way == AS_IT_COMES:
            packets = source.packets()
            while not self.is_over.is_set():
                self.take([next(packets)])
        elif (connection := source.connection()) is not None:
            pace = Pace(self._clock, lambda _now_ns: BEAT_NS)
            BurstLoop(self._clock).read(LoopEntry(connection, self.take, pace, self.is_over))
        source.close()

    def take(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, SourceFormat):
                self._timeline.connect(item.video, item.audio, item.frame_rate)
            elif isinstance(item, SourcePacket) and item.track is Track.VIDEO:
                sample = self._timeline.stamp(item)
                if sample.instant_ns >= self._from_ns:
                    self.told_ns.append(sample.instant_ns)
        if self._clock.monotonic_ns() >= self._end_ns:
            self.is_over.set()


if __name__ == "__main__":
    reader = Reader(float(sys.argv[3]))
    reader.read(sys.argv[1], sys.argv[2])
    print(json.dumps(reader.told_ns))
