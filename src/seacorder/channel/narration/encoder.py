"""Narration on the monotonic clock: sound in as a device gives it, AAC out with capture instants.

Theory (docs/design/audio.md). A sound card counts samples by its own crystal, which drifts against ours. The line of
the least delayed chunks (`clock_offset`) says when each sample was captured; a resampler that stretches or squeezes
by at most a thousandth keeps what comes out at exactly SAMPLE_RATE samples a second of the monotonic clock, and puts
silence where sound is missing. So a packet's number alone tells its instant, however long it goes on.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any

import av
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NoMore

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.timing.clock_offset import ClockOffset, Reach
from seacorder.model.narration import FRAME_SAMPLES, SAMPLE_RATE

DEVICE = Reach(
    bucket_ns=NS_PER_SECOND,
    window_ns=300 * NS_PER_SECOND,
    short_ns=10 * NS_PER_SECOND,
    line_ns=30 * NS_PER_SECOND,
    early_ns=200 * NS_PER_MS,
    late_ns=25 * NS_PER_MS,
    very_late_ns=200 * NS_PER_MS,
    very_late_for_ns=3 * NS_PER_SECOND,
)
"""A sound card in this machine: hardly any delay, and samples that are lost when nobody read them in time."""
BENT_MS = 1
"""The resampler lets the two clocks be so far apart before it bends the sound."""
TORN_MS = 15
"""Further apart than this, silence is put in or sound left out at once: samples were lost."""
BENT_SHARE = 0.002
"""Of its speed: nobody hears that."""
SECONDS_TO_BEND = 2
SETTLED_SAMPLES = SAMPLE_RATE * 3 // 10
"""A device's first chunks come late while all else is starting as well; of so many one has come in time."""
QUIETEST_DB = -120.0
_TICKS = Fraction(1, 1_000_000)
_LAYOUTS = {1: "mono", 2: "stereo"}


@dataclass(frozen=True, slots=True)
class NarrationPacket:
    """One packet of AAC."""

    packet: Any
    number: int
    """Its first sample, counted from the encoder's first."""
    instant_ns: int
    """Capture time of that sample, monotonic."""


class Level:
    """How loud it is."""

    def __init__(self) -> None:
        self._squares = 0.0
        self._count = 0
        self._peak = 0.0

    def add(self, frame: Any) -> None:
        """Takes in one frame of planar floats."""
        for plane in frame.planes:
            samples = memoryview(plane).cast("f")[: frame.samples].tolist()
            self._squares += sum(map(mul, samples, samples))
            self._count += len(samples)
            loudest, quietest = max(samples), min(samples)
            self._peak = max(self._peak, loudest, -quietest)

    @property
    def seconds_of_all_channels(self) -> float:
        """How much has been taken in since the last `take`."""
        return self._count / SAMPLE_RATE

    def take(self) -> tuple[float, float]:
        """(root of the mean square, peak) since it was last asked, dB of full scale."""
        level = decibels(math.sqrt(self._squares / self._count)) if self._count else QUIETEST_DB
        peak = decibels(self._peak)
        self._squares, self._count, self._peak = 0.0, 0, 0.0
        return level, peak


def decibels(share: float) -> float:
    """dB of full scale of a share of it."""
    return max(QUIETEST_DB, 20 * math.log10(share)) if share > 0 else QUIETEST_DB


class NarrationEncoder:
    """Begins with its first sound or silence. One thread."""

    def __init__(self, *, channels: int, bits_per_second: int, gain_db: float = 0.0) -> None:
        self.level = Level()
        self._layout = _LAYOUTS[channels]
        self._to_ours: Any = None
        self._clock = ClockOffset(DEVICE)
        self._samples = 0
        """That have been taken from the present device, at SAMPLE_RATE."""
        self._held: list[Any] = []
        """Its first ones, until it is known when they were captured."""
        self._epoch_ns: int | None = None
        self._source, self._sink = self._graph(gain_db)
        self._encoder: Any = av.CodecContext.create("aac", "w")
        self._encoder.sample_rate, self._encoder.layout, self._encoder.format = SAMPLE_RATE, self._layout, "fltp"
        self._encoder.time_base = Fraction(1, SAMPLE_RATE)
        self._encoder.bit_rate = bits_per_second
        self.end_ns: int | None = None
        """Capture time of the end of what was taken in, monotonic; None before the first."""

    @property
    def epoch_ns(self) -> int:
        """Monotonic time of sample 0."""
        return self._epoch_ns or 0

    def new_device(self) -> None:
        """What comes next is another device's, or the same one's after it was gone."""
        self._to_ours = av.AudioResampler(format="fltp", layout=self._layout, rate=SAMPLE_RATE)
        self._clock = ClockOffset(DEVICE)
        self._samples, self._held = 0, []

    def take(self, frame: Any, arrived_ns: int) -> Iterator[NarrationPacket]:
        """One chunk of the present device, whose last sample came at `arrived_ns`."""
        frame.pts = None
        self._held += self._to_ours.resample(frame)
        waiting = sum(piece.samples for piece in self._held)
        offset_ns = self._clock.learn((self._samples + waiting) * NS_PER_SECOND // SAMPLE_RATE, arrived_ns)
        if self._samples == 0 and waiting < SETTLED_SAMPLES:
            return
        pieces, self._held = self._held, []
        for piece in pieces:
            begin_ns = self._samples * NS_PER_SECOND // SAMPLE_RATE + offset_ns
            self._samples += piece.samples
            yield from self._push(piece, begin_ns)

    def silence(self, until_ns: int) -> Iterator[NarrationPacket]:
        """Nothing came: silence up to a moment, from where sound ended (or, at first, one packet's length)."""
        length_ns = FRAME_SAMPLES * NS_PER_SECOND // SAMPLE_RATE
        at_ns = until_ns - length_ns if self.end_ns is None else self.end_ns
        while at_ns + length_ns <= until_ns:
            frame = av.AudioFrame(format="fltp", layout=self._layout, samples=FRAME_SAMPLES)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            yield from self._push(frame, at_ns)
            at_ns += length_ns

    def _push(self, frame: Any, begin_ns: int) -> Iterator[NarrationPacket]:
        if self._epoch_ns is None:
            self._epoch_ns = begin_ns
        frame.sample_rate, frame.time_base = SAMPLE_RATE, _TICKS
        frame.pts = (begin_ns - self._epoch_ns) // 1000
        self.end_ns = begin_ns + frame.samples * NS_PER_SECOND // SAMPLE_RATE
        self._source.push(frame)
        while (ready := self._pull()) is not None:
            self.level.add(ready)
            ready.time_base = Fraction(1, SAMPLE_RATE)
            for packet in self._encoder.encode(ready):
                instant_ns = self._epoch_ns + packet.pts * NS_PER_SECOND // SAMPLE_RATE
                yield NarrationPacket(packet, packet.pts, instant_ns)

    def _pull(self) -> Any:
        try:
            return self._sink.pull()
        except (NothingYet, NoMore):
            return None

    def _graph(self, gain_db: float) -> tuple[Any, Any]:
        graph = av.filter.Graph()
        inlet = f"time_base={_TICKS}:sample_rate={SAMPLE_RATE}:sample_fmt=fltp:channel_layout={self._layout}"
        steps = [
            graph.add("abuffer", inlet),
            graph.add(
                "aresample",
                # flags=res from the beginning: the step to bending would otherwise cost samples.
                f"{SAMPLE_RATE}:flags=res:min_comp={BENT_MS / 1000}:min_hard_comp={TORN_MS / 1000}:"
                f"comp_duration={SECONDS_TO_BEND}:max_soft_comp={BENT_SHARE}:first_pts=0",
            ),
            graph.add("volume", f"{gain_db}dB"),
            graph.add("asetnsamples", f"n={FRAME_SAMPLES}:p=0"),
            graph.add("abuffersink"),
        ]
        for first, second in itertools.pairwise(steps):
            first.link_to(second)
        graph.configure()
        self._graph_kept = graph
        return steps[0], steps[-1]
