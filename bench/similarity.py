"""How well a recorded file shows what its camera sent: SSIM, frame by frame, by the numbers in the pictures."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

from rig.recording import reading_in

FRAMES_MAX = 200


@dataclass(frozen=True, slots=True)
class Similarity:
    """Mean structural similarity of the compared frames, in decibels, and the file's mean bit rate."""

    ssim_db: float
    mbits: float


def of(file: Path, source: Path) -> Similarity:
    """Compares the last frames of `file` with those of the same numbers in `source`. Raises SystemExit for none."""
    originals = dict(_numbered(source))
    recorded = deque(_numbered(file), maxlen=FRAMES_MAX)
    pairs = [(frame, originals[number]) for number, frame in recorded if number in originals]
    if not pairs:
        raise SystemExit(f"{file.name} holds no frame that its camera sent.")
    mean = sum(_similarities(pairs)) / len(pairs)
    return Similarity(-10 * math.log10(max(1e-9, 1 - mean)), _mbits(file))


def _numbered(path: Path) -> Iterator[tuple[int, Any]]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            reading = reading_in(frame)
            if reading is not None:
                yield reading.number, frame


def _similarities(pairs: list[tuple[Any, Any]]) -> Iterator[float]:
    """Of each pair, from 0 to 1, over all planes, as FFmpeg's filter reckons it."""
    first = pairs[0][0]
    graph = Graph()
    sides = [
        graph.add_buffer(width=first.width, height=first.height, format=first.format.name, time_base=Fraction(1, 25))
        for _ in range(2)
    ]
    ssim, sink = graph.add("ssim"), graph.add("buffersink")
    for pad, side in enumerate(sides):
        side.link_to(ssim, 0, pad)
    ssim.link_to(sink)
    graph.configure()
    for count, pair in enumerate(pairs):
        for side, frame in zip(sides, pair, strict=True):
            frame.pts, frame.time_base = count, Fraction(1, 25)
            side.push(frame)
        yield from _pulled(sink)
    for side in sides:
        side.push(None)
    yield from _pulled(sink)


def _pulled(sink: Any) -> Iterator[float]:
    while True:
        try:
            yield float(sink.pull().metadata["lavfi.ssim.All"])
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def _mbits(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        seconds = float(len(packets) / stream.average_rate) if stream.average_rate else 0.0
    return sum(packet.size for packet in packets) * 8 / 1_000_000 / seconds if seconds else 0.0
