"""An encoded channel without threads: pictures of the test pattern, a clock that the encoder's work moves."""

import threading
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import av

from fakes.clock import FakeClock
from fakes.sink import FakeSink
from seacorder.channel.channel import Channel
from seacorder.channel.encoding.encode_step import EncodeStep
from seacorder.channel.encoding.encoder import AnyEncoder, Encoder, EncoderOrder
from seacorder.channel.encoding.frame_queue import Arrival
from seacorder.channel.encoding.pipeline import Pipeline
from seacorder.channel.outputs import Output, Sink, Slot
from seacorder.inputs.contract import Input
from seacorder.inputs.ffmpeg.file import FileInput
from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.input import PatternInput
from seacorder.inputs.pattern.strip import StripReading
from seacorder.media.still_decoder import decoder_for
from seacorder.model.address.address import FileAddress, PatternAddress, parse_address
from seacorder.model.channel import ChannelSettings
from seacorder.model.encoding import EncodingPlan, Machine
from seacorder.model.event import Event
from seacorder.model.instant import Instant
from seacorder.model.loss import Loss
from seacorder.model.report import EventNoted, Report
from seacorder.model.sample import Sample, SourceFormat, SourcePacket, Track


def plan(encoder: str = "libx264", **fields: Any) -> EncodingPlan:
    """Encoding with 1 Mbit/s and x264's `veryfast`, unless told otherwise."""
    preset = {"libx264": "veryfast", "libx265": "ultrafast", "libsvtav1": "12"}[encoder]
    return EncodingPlan(False, "Encoded.", **{"encoder": encoder, "bit_rate": 1_000_000, "preset": preset, **fields})


class SlowEncoder:
    """A real encoder, on a clock that each picture moves by what its preset is said to cost. May fail when told to."""

    def __init__(self, order: EncoderOrder, clock: FakeClock, cost_ms: dict[str, float]) -> None:
        self._real = Encoder(order)
        self._clock = clock
        self._cost_ms = cost_ms.get(order.preset, 0.0)
        self.fails = False

    @property
    def format(self) -> SourceFormat:
        return self._real.format

    def encode(self, frame: Any, pts: int, *, as_keyframe: bool) -> list[Any]:
        self._clock.advance(self._cost_ms / 1000)
        if self.fails:
            raise av.error.ExternalError(-1, "the device is gone")
        return self._real.encode(frame, pts, as_keyframe=as_keyframe)

    def flush(self) -> list[Any]:
        return self._real.flush()


class EncodingBench:
    """`feed` gives the channel so many pictures of its source, each when it has come and the last one is done with."""

    def __init__(
        self,
        address: str,
        decided: EncodingPlan,
        *,
        cost_ms: dict[str, float] | None = None,
        open_encoder: Callable[[EncoderOrder], AnyEncoder] | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.reports: list[Report] = []
        self.opened: list[EncoderOrder] = []
        self.encoders: list[Any] = []
        self._cost_ms = cost_ms or {}
        self._real_open = open_encoder
        settings = ChannelSettings(0, "Bow", address, machine=Machine(("libx264",), 1.0))
        self.channel = Channel(settings, self.clock, self.reports.append)
        self.channel.encoding.is_on = True
        self.encoding = EncodeStep(self.channel, self.clock, self._open, None)
        self.pipeline = Pipeline(self.channel, self.clock, self.encoding)
        self.source: SourceFormat | None = None
        self._packets = self.packets_of(address)
        self.begin(next(self._packets), decided)

    def _open(self, order: EncoderOrder) -> AnyEncoder:
        self.opened.append(order)
        made = self._real_open(order) if self._real_open else SlowEncoder(order, self.clock, self._cost_ms)
        self.encoders.append(made)
        return made

    def packets_of(self, address: str) -> Iterator[Any]:
        """The format and packets of a test pattern or file, whose own clock begins where this one is."""
        parsed = parse_address(address)
        own = FakeClock(self.clock.monotonic_ns(), self.clock.utc_ns())

        def wait_until(instant_ns: int) -> None:
            own.advance(max(0, instant_ns - own.monotonic_ns()) / 1e9)

        source: Input
        if isinstance(parsed, FileAddress):
            source = FileInput(parsed, own, wait_until=wait_until)
        else:
            assert isinstance(parsed, PatternAddress)
            source = PatternInput(parsed, channel_name="Bow", channel_index=0, clock=own, wait_until=wait_until)
        yield source.open()
        yield from source.packets()

    def begin(self, source: SourceFormat, decided: EncodingPlan) -> None:
        self.source = source
        self.channel.connected(source)
        self.pipeline.begin(source, decided)

    def give(self, packet: SourcePacket) -> None:
        late_ns = packet.arrived_ns - self.clock.monotonic_ns()
        if late_ns > 0:
            self.clock.advance(late_ns / 1e9)
        sample = self.channel.receive(packet)
        if sample is not None:
            self.pipeline.push(Arrival(sample, packet.arrived_ns))

    def feed(self, count: int) -> None:
        for _ in range(count):
            self.give(next(self._packets))

    def record(self, *, ago_seconds: float = 0.0) -> "EncodedSink":
        """Opens a recording as a start does whose command has been on its way for so long."""
        sink = EncodedSink()
        self.record_to(sink, ago_seconds=ago_seconds)
        return sink

    def record_to(self, sink: Sink, *, ago_seconds: float = 0.0) -> None:
        """The same with a sink of the caller's."""
        now_ns = self.clock.monotonic_ns() - round(ago_seconds * 1e9)
        self.channel.outputs.open(Slot.RECORDING, Output("R", sink, now_ns, begin_ns=now_ns))

    def stop(self) -> None:
        """Ends every file and waits until its writer has finished it."""
        done = threading.Semaphore(0)
        for _ in range(self.channel.outputs.finish_all(Instant.now(self.clock), lambda _: done.release())):
            assert done.acquire(timeout=60)

    @property
    def losses(self) -> list[Loss]:
        return [report for report in self.reports if isinstance(report, Loss)]

    @property
    def events(self) -> list[Event]:
        return [report.event for report in self.reports if isinstance(report, EventNoted)]


class EncodedSink(FakeSink):
    """Remembers the formats too, and reads what was encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.formats: list[SourceFormat] = []

    def write(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False) -> None:
        super().write(samples, source, more_follow=more_follow)
        self.formats += [source] * len(samples)

    @property
    def distinct_formats(self) -> list[SourceFormat]:
        """One for each part that a recording would have."""
        found: list[SourceFormat] = []
        for one in self.formats:
            if not found or not found[-1].fits(one):
                found.append(one)
        return found

    def frames(self) -> list[tuple[Any, Sample]]:
        """Every picture, decoded, with its sample."""
        shown: list[tuple[Any, Sample]] = []
        decoder, of = None, None
        for sample, source in zip(self.samples, self.formats, strict=True):
            if sample.track is not Track.VIDEO:
                continue
            if of is None or not of.fits(source):
                decoder, of = decoder_for(source.video.codec), source
                decoder.extradata = source.video.extradata
                decoder.thread_count = 1
            copy = av.Packet(bytes(sample.packet))
            copy.pts = sample.pts
            shown += [(frame, sample) for frame in decoder.decode(copy)]
        return shown

    def readings(self) -> list[StripReading]:
        found = []
        for frame, _ in self.frames():
            luma = frame.planes[0]
            reading = strip.read(memoryview(luma), luma.line_size, frame.width, frame.height)
            assert reading is not None, "a strip cannot be read"
            found.append(reading)
        return found

    def times(self) -> list[Fraction]:
        """Media times, in seconds."""
        return [
            sample.pts * source.video.time_base for sample, source in zip(self.samples, self.formats, strict=True)
        ]
