"""Encoding 1080p25 with x264: Seacorder and ffmpeg in turn, with the same encoder, preset and bit rate.

Processor time, memory and delay; and, frame by frame, how well either file shows what its camera sent.
"""

import json
import os
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import processes, similarity
from bench.cameras import ENCODED_CAMERA, Cameras
from bench.competitor import encoding_ffmpeg
from bench.figures import Figure, at_most, stated
from bench.passthrough import cpu_over
from bench.plan import Plan
from bench.recorder import Recorder, recorder

BITRATE_MBITS = 6
CPU_RATIO_GOAL = 1.05
OVERLAY_RATIO_GOAL = 1.10
MEMORY_RATIO_GOAL = 1.1
DELAY_FRAMES_GOAL = 2
SIMILARITY_MARGIN_DB = 0.2
"""Repeated runs of the same command differ by less."""
TEXT_RATE_HZ = 10
_MIB = 1024 * 1024
_CHANNEL = f'smart_encoding = false\nencoder = "libx264"\nbitrate_mbits = {BITRATE_MBITS}\n'
_OVERLAY = """
[[overlay.layers]]
kind = "text"
anchor = "bottom_left"
size = 0.05
background = "#000000"
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement of one recorder. Seconds of processor time a second, MiB, milliseconds."""

    cpu: float
    memory_mib: float
    preset: str
    file: Path
    delay_ms: float = 0.0


def run_seacorder(address: str, folder: Path, plan: Plan, *, text: bool) -> Run:
    channel = _CHANNEL + ("burn_in = true\n" if text else "")
    with recorder([address], folder, channel=channel, tables=_OVERLAY if text else "") as running:
        running.start_recording()
        with _texts(running, wanted=text):
            time.sleep(plan.settle_seconds)
            control, workers = running.pids()
            before = _encoding(running)
            cpu = cpu_over(control + workers, plan.window_seconds)
            after = _encoding(running)
        if before["preset"] != after["preset"] or after["dropped_frames"]:
            said = f"preset {after['preset']} after {before['preset']}, {after['dropped_frames']} frames left out"
            raise SystemExit(f"The computer was too slow for a fair comparison: {said}.")
        status = running.status()["channels"][0]
        held = status["backlog_bytes"] + status["queued_bytes"]
        memory = (processes.pss_bytes(workers[0]) - held) / _MIB
        running.stop_recording()
    file = next((folder / "files").rglob("*.mp4"))
    return Run(cpu, memory, after["preset"], file, after["delay_ms"])


def run_ffmpeg(address: str, folder: Path, plan: Plan, preset: str, *, text: bool) -> Run:
    with encoding_ffmpeg(address, folder, _ffmpeg_options(preset, text=text)) as pids:
        time.sleep(plan.settle_seconds)
        cpu = cpu_over(pids, plan.window_seconds)
        memory = processes.pss_bytes(pids[0]) / _MIB
    return Run(cpu, memory, preset, next(folder.glob("*.mp4")))


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """Both in turn, pair by pair, so that a slow spell of the machine hits both."""
    plain = _pairs(cameras.addresses[0], folder / "plain", plan, text=False)
    burned = _pairs(cameras.addresses[0], folder / "text", plan, text=True)
    frame_ms = 1000 / cameras.camera.frames_per_second
    return [
        *_ratios("1080p25", plain, CPU_RATIO_GOAL),
        *_ratios(f"1080p25 with a text that changes {TEXT_RATE_HZ} times a second", burned, OVERLAY_RATIO_GOAL),
        at_most(
            "Memory (PSS) of the channel, less its backlog, Seacorder / ffmpeg",
            [one.memory_mib / other.memory_mib for one, other in plain],
            MEMORY_RATIO_GOAL,
            "{:.2f}",
        ),
        stated("… Seacorder", [one.memory_mib for one, _ in plain], "{:.1f} MiB"),
        stated("… ffmpeg", [other.memory_mib for _, other in plain], "{:.1f} MiB"),
        at_most(
            "Delay from frame in to packet out, besides the encoder's own",
            [one.delay_ms / frame_ms for one, _ in plain + burned],
            DELAY_FRAMES_GOAL,
            "{:.2f} frames",
        ),
        *_similarity(plain, cameras.source.path),
    ]


def _pairs(address: str, folder: Path, plan: Plan, *, text: bool) -> list[tuple[Run, Run]]:
    pairs = []
    for number in range(plan.repeats_of_less):
        ours = run_seacorder(address, folder / f"seacorder{number}", plan, text=text)
        theirs = run_ffmpeg(address, folder / f"ffmpeg{number}", plan, ours.preset, text=text)
        shares = f"seacorder {100 * ours.cpu:.1f}, ffmpeg {100 * theirs.cpu:.1f} % of a core"
        print(f"  {shares} ({ours.preset})", flush=True)
        pairs.append((ours, theirs))
    return pairs


def _ratios(name: str, pairs: list[tuple[Run, Run]], goal: float) -> list[Figure]:
    return [
        at_most(f"CPU, {name}, Seacorder / ffmpeg", [one.cpu / other.cpu for one, other in pairs], goal, "{:.2f}"),
        stated(f"… Seacorder, all processes ({pairs[0][0].preset})", [100 * one.cpu for one, _ in pairs],
               "{:.1f} % of a core"),
        stated("… ffmpeg", [100 * other.cpu for _, other in pairs], "{:.1f} % of a core"),
    ]  # fmt: skip


def _similarity(pairs: list[tuple[Run, Run]], source: Path) -> list[Figure]:
    """Each file against what the camera sent, frame by frame, by the numbers in the pictures."""
    ours = [similarity.of(one.file, source) for one, _ in pairs]
    theirs = [similarity.of(other.file, source) for _, other in pairs]
    worse = [other.ssim_db - one.ssim_db for one, other in zip(ours, theirs, strict=True)]
    return [
        at_most("SSIM, how far below ffmpeg's", worse, SIMILARITY_MARGIN_DB, "{:.2f} dB"),
        stated("… Seacorder", [one.ssim_db for one in ours], "{:.2f} dB"),
        stated("… ffmpeg", [other.ssim_db for other in theirs], "{:.2f} dB"),
        stated("… bit rate of Seacorder's file", [one.mbits for one in ours], "{:.2f} Mbit/s"),
        stated("… bit rate of ffmpeg's file", [other.mbits for other in theirs], "{:.2f} Mbit/s"),
    ]


def _encoding(running: Recorder) -> Any:
    return running.status()["channels"][0]["encoding"]


def _ffmpeg_options(preset: str, *, text: bool) -> list[str]:
    """The same encoder, preset, threads, bit rate, cap and keyframes; what Seacorder fixes in all presets alike."""
    cap = f"{1.5 * BITRATE_MBITS}M"
    options = ["-threads", str(os.cpu_count() or 1), "-c:v", "libx264", "-preset", preset, "-tune", "zerolatency"]
    options += ["-b:v", f"{BITRATE_MBITS}M", "-maxrate", cap, "-bufsize", cap]
    options += ["-g", str(ENCODED_CAMERA.frames_per_second), "-forced-idr", "1"]
    options += ["-x264-params", "ref=1:cabac=1:8x8dct=1:weightp=1:bframes=0:scenecut=0"]
    if text:
        drawn = f"drawtext=text='DEPTH %{{eif\\:t*{TEXT_RATE_HZ}\\:d}}':fontsize=h/20:fontcolor=white:box=1"
        options += ["-vf", f"{drawn}:boxcolor=black:x=20:y=h-th-20"]
    return options


@contextmanager
def _texts(running: Recorder, *, wanted: bool) -> Iterator[None]:
    """Sends a text that changes ten times a second, from a thread of its own."""
    over = threading.Event()

    def send() -> None:
        number = 0
        while not over.wait(1 / TEXT_RATE_HZ):
            number += 1
            body = json.dumps({"Text": f"DEPTH {number}"}).encode()
            url = f"http://127.0.0.1:{running.integration_port}/api/overlay/update"
            with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=10) as answer:
                answer.read()

    sender = threading.Thread(target=send, daemon=True)
    if wanted:
        sender.start()
    try:
        yield
    finally:
        over.set()
        if wanted:
            sender.join(15)
