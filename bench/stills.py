"""Framegrabs of all channels at once, each beside one ffmpeg that decodes the same groups of pictures.

Both in turn, while the same recorder records the same cameras. The frames' own numbers, which are drawn into the
pictures, say which frames a framegrab had to decode.
"""

import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av

from bench.cameras import CAMERA, Cameras
from bench.figures import Figure, at_most, stated
from bench.moments import number_in
from bench.plan import Plan
from bench.recorder import Recorder, recorder

RATIO_GOAL = 1.15


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """`takeframegrab` and ffmpeg in turn, at any place within a group of pictures."""
    source, addresses = cameras.source, cameras.addresses
    with recorder(addresses, folder) as running:
        running.start_recording()
        time.sleep(plan.settle_seconds)
        _pair(running, source.path, folder, len(addresses))  # the first one imports what later ones have
        pairs = [_pair(running, source.path, folder, len(addresses)) for _ in range(plan.framegrabs)]
        running.stop_recording()
    name = f"{len(addresses)} channels"
    return [
        at_most(f"`takeframegrab`, {name} / ffmpeg, the same groups", [one / other for one, other, _ in pairs],
                RATIO_GOAL, "{:.2f}"),
        stated(f"… `takeframegrab`, {name}", [1000 * one for one, _, _ in pairs], "{:.0f} ms"),
        stated("… ffmpeg, from its start to its end", [1000 * other for _, other, _ in pairs], "{:.0f} ms"),
        stated("… frames to decode, all channels", [float(frames) for *_, frames in pairs], "{:.0f}"),
    ]  # fmt: skip


def _pair(running: Recorder, source: Path, folder: Path, channels: int) -> tuple[float, float, int]:
    """Seconds of `takeframegrab`, seconds of ffmpeg, and how many frames were decoded."""
    time.sleep(random.uniform(0.5, 1.5))
    ours = running.timed("/api/inspector/takeframegrab")
    stored = running.get(f"/api/v1/framegrabs?newest_first=true&limit={channels}")["items"]
    groups = _groups(source, [number_in(Path(one["path"])) for one in stored])
    files = [_written(source, group, folder / f"group{place}.mp4") for place, group in enumerate(groups)]
    time.sleep(0.5)
    return ours, decoding_seconds(files), sum(len(group) for group in groups)


def decoding_seconds(files: Sequence[Path]) -> float:
    """How long one ffmpeg takes to decode all files at once, with its own choice of threads."""
    command = ["ffmpeg", "-nostdin", "-v", "error"]
    for path in files:
        command += ["-i", str(path)]
    for number in range(len(files)):
        command += ["-map", f"{number}:v", "-f", "null", "-"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _groups(source: Path, numbers: Sequence[int]) -> list[list[Any]]:
    """For each frame of the source, its packets from the keyframe to this frame."""
    with av.open(str(source)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    group = CAMERA.spec.gop
    return [packets[number // group * group : number + 1] for number in numbers]


def _written(source: Path, group: Sequence[Any], path: Path) -> Path:
    """A file of these packets, not encoded again."""
    with av.open(str(source)) as container, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        for packet in group:
            copy = av.Packet(bytes(packet))
            copy.pts, copy.dts = packet.pts - group[0].dts, packet.dts - group[0].dts
            copy.time_base, copy.is_keyframe, copy.stream = packet.time_base, packet.is_keyframe, stream
            out.mux(copy)
    return path
