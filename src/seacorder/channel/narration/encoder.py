"""Narration on the monotonic clock: takes a device's sound and gives AAC packets with capture instants.

A sound card counts samples by its own crystal, which drifts against our clock. The least delayed chunks tell when each
sample was captured (`timing.clock_offset`). A resampler stretches or squeezes the sound by two thousandths at most, so
that exactly SAMPLE_RATE samples come out for each second of the monotonic clock, and fills in silence where sound is
missing. So a packet's number alone tells its instant, however long this goes on. See docs/design/audio.md.
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
"""The values for a sound card in this machine: hardly any delay, but samples are lost when they are not read in
time."""
BENT_MS = 1
"""The resampler lets the two clocks differ by this much before it stretches or squeezes the sound."""
TORN_MS = 15
"""When they differ by more than this, samples were lost: silence is put in, or sound left out, at once."""
BENT_SHARE = 0.002
"""By this share of its speed the sound is stretched or squeezed at most; nobody hears that."""
SECONDS_TO_BEND = 2
SETTLED_SAMPLES = SAMPLE_RATE * 3 // 10
"""The first chunks of a device come late, while everything else is starting too. Among so many samples at least one
chunk has come in time."""
QUIETEST_DB = -120.0
_TICKS = Fraction(1, 1_000_000)
_LAYOUTS = {1: "mono", 2: "stereo"}


@dataclass(frozen=True, slots=True)
class NarrationPacket:
    """One packet of AAC."""

    packet: Any
    number: int
    """The number of its first sample, counted from the encoder's first."""
    instant_ns: int
    """Capture time of that sample, monotonic."""


class Level:
    """Measures how loud the sound is."""

    def __init__(self) -> None:
        self._squares = 0.0
        self._count = 0
        self._peak = 0.0

    def add(self, frame: Any) -> None:
        """Adds one frame of planar floats."""
        for plane in frame.planes:
            samples = memoryview(plane).cast("f")[: frame.samples].tolist()
            self._squares += sum(map(mul, samples, samples))
            self._count += len(samples)
            loudest, quietest = max(samples), min(samples)
            self._peak = max(self._peak, loudest, -quietest)

    @property
    def seconds_of_all_channels(self) -> float:
        """How much sound has been added since the last `take`; of two channels a second counts as two."""
        return self._count / SAMPLE_RATE

    def take(self) -> tuple[float, float]:
        """(root mean square, peak) of the sound since the last `take`, in dB of full scale."""
        level = decibels(math.sqrt(self._squares / self._count)) if self._count else QUIETEST_DB
        peak = decibels(self._peak)
        self._squares, self._count, self._peak = 0.0, 0, 0.0
        return level, peak


def decibels(share: float) -> float:
    """A share of full scale in dB of full scale."""
    return max(QUIETEST_DB, 20 * math.log10(share)) if share > 0 else QUIETEST_DB


class NarrationEncoder:
    """Begins with its first sound or silence. Used on one thread."""

    def __init__(self, *, channels: int, bits_per_second: int, gain_db: float = 0.0) -> None:
        self.level = Level()
        self._layout = _LAYOUTS[channels]
        self._to_ours: Any = None
        self._clock = ClockOffset(DEVICE)
        self._samples = 0
        """How many samples the present device has given, converted to SAMPLE_RATE."""
        self._held: list[Any] = []
        """The present device's first chunks, until it is known when they were captured."""
        self._epoch_ns: int | None = None
        self._source, self._sink = self._graph(gain_db)
        self._encoder: Any = av.CodecContext.create("aac", "w")
        self._encoder.sample_rate, self._encoder.layout, self._encoder.format = SAMPLE_RATE, self._layout, "fltp"
        self._encoder.time_base = Fraction(1, SAMPLE_RATE)
        self._encoder.bit_rate = bits_per_second
        self.end_ns: int | None = None
        """Capture time (monotonic) of the end of the sound so far; None before the first."""

    @property
    def epoch_ns(self) -> int:
        """Monotonic time of sample 0."""
        return self._epoch_ns or 0

    def new_device(self) -> None:
        """The sound that comes next is that of another device, or of the same one after it was gone."""
        self._to_ours = av.AudioResampler(format="fltp", layout=self._layout, rate=SAMPLE_RATE)
        self._clock = ClockOffset(DEVICE)
        self._samples, self._held = 0, []

    def take(self, frame: Any, arrived_ns: int) -> Iterator[NarrationPacket]:
        """One chunk of the present device, whose last sample arrived at `arrived_ns` (monotonic). Gives finished
        packets."""
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
        """Nothing came: adds silence from the end of the sound up to `until_ns` (monotonic); at the very beginning, the
        length of one packet. Gives finished packets."""
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
                # flags=res from the beginning: switching the resampler on later would cost samples.
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
