"""Packets before the encode thread: where they pass through, and from when on they do not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest

from fakes.clock import FakeClock
from seacorder.base.message import Message
from seacorder.channel.encoding.channel_side import EncodingSide
from seacorder.channel.encoding.encode_step import EncodeStep
from seacorder.channel.encoding.encoder import Encoder
from seacorder.channel.encoding.stage import Stage
from seacorder.channel.overlay.texts import ShownTexts
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import ChangeEncoding
from seacorder.model.encoding import EncodingPlan, EncodingSettings, Machine
from seacorder.model.event import Severity
from seacorder.model.loss import WhyMissing
from seacorder.model.sample import Sample, SourceFormat, SourcePacket, Track, TrackFormat

VIDEO = TrackFormat(Track.VIDEO, "h264", Fraction(1, 1000), b"", 640, 360)
SOURCE = SourceFormat(VIDEO, None, Fraction(25), {})
MACHINE = Machine((), 1.0)
SECOND = 1_000_000_000


@dataclass
class FakeChannel:
    """Remembers the calls of the stage; its packets are captured when they arrive."""

    clock: FakeClock = field(default_factory=FakeClock)
    settings: ChannelSettings = field(default_factory=lambda: ChannelSettings(0, "Bow", "test:"))
    encoding: EncodingSide = field(default_factory=EncodingSide)
    texts: ShownTexts = field(default_factory=ShownTexts)
    frame_ns: int = 40_000_000
    calls: list[str] = field(default_factory=list)

    def note(self, kind: str, severity: Severity, fact: str, action: str = "") -> None:
        self.calls.append(kind)

    def stored_format(self, source: SourceFormat) -> SourceFormat:
        return source

    def connected(self, source: SourceFormat) -> None:
        self.calls.append("connected")

    def disconnected(self, reason: str) -> None:
        self.calls.append("disconnected")

    def take(self, packet: SourcePacket) -> None:
        self.calls.append("take")

    def receive(self, packet: SourcePacket) -> Sample | None:
        self.calls.append("receive")
        at = packet.arrived_ns
        return Sample(packet.track, None, 0, 0, 0, packet.is_keyframe, packet.size, at, at, 0)

    def deliver(self, sample: Sample, source: SourceFormat) -> None:
        self.calls.append("deliver")

    def primer(self) -> Sequence[Sample]:
        return []

    def number_from(self, number: int) -> None:
        self.calls.append("number")

    def takes_keyframe(self, instant_ns: int) -> bool:
        return False

    def outputs_begin_ns(self) -> int | None:
        return None

    def begin_late(self, samples: Sequence[Sample], source: SourceFormat) -> None:
        self.calls.append("begin late")

    def missed(self, instant_ns: int, why: WhyMissing) -> None:
        self.calls.append("missed")


def decided(_source: SourceFormat, asked: EncodingSettings, _machine: Machine) -> EncodingPlan:
    """Encodes where the overlay is to be burned in."""
    return EncodingPlan(is_pass_through=not asked.burn_in, sentence="As asked.", encoder="libx264")


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def stage(channel: FakeChannel) -> Stage:
    made = Stage(channel, decided, EncodeStep(channel, channel.clock, Encoder, None))
    made.connected(SOURCE)
    channel.calls.clear()
    return made


def packet(at_ns: int, **fields: Any) -> SourcePacket:
    return SourcePacket(Track.VIDEO, None, 0, 0, 0, fields.get("key", False), 1, at_ns)


def test_where_pictures_pass_through_a_packet_is_the_channel_s(stage: Stage, channel: FakeChannel) -> None:
    stage.take(packet(channel.clock.monotonic_ns()))
    assert channel.calls == ["take"]
    assert (stage.frames_to_encode(), stage.busy_seconds()) == (0, 0.0)


def test_a_change_that_waits_leaves_packets_before_its_instant_alone(stage: Stage, channel: FakeChannel) -> None:
    now_ns = channel.clock.monotonic_ns()
    stage.change(ChangeEncoding(now_ns + SECOND, EncodingSettings(burn_in=True), MACHINE))
    assert channel.encoding.on_from_ns == now_ns + SECOND
    stage.take(packet(now_ns))
    assert channel.calls == ["take"]


def test_encoding_begins_with_no_picture_that_cannot_be_decoded(stage: Stage, channel: FakeChannel) -> None:
    now_ns = channel.clock.monotonic_ns()
    stage.change(ChangeEncoding(now_ns, EncodingSettings(burn_in=True), MACHINE))
    stage.take(packet(now_ns))  # no keyframe, and the channel has none before it: it still passes through
    assert channel.calls == ["receive", "deliver"]
    assert not channel.encoding.is_on


def test_a_change_that_asks_for_what_is_done_changes_nothing(stage: Stage, channel: FakeChannel) -> None:
    stage.change(ChangeEncoding(channel.clock.monotonic_ns(), EncodingSettings(), MACHINE))
    stage.take(packet(channel.clock.monotonic_ns()))
    assert channel.calls == ["take"]


def test_while_no_encoder_works_the_status_says_why(channel: FakeChannel) -> None:
    plan = EncodingPlan(is_pass_through=False, sentence="As asked.", encoder="libx264")
    step = EncodeStep(channel, channel.clock, Encoder, None)
    stage = Stage(channel, lambda _source, _asked, _machine: plan, step)
    stage.connected(SOURCE)
    step.run.follow(plan)  # as the encode thread does with the first packet
    before = stage.status()
    assert before is not None
    assert before.fault is None
    step.run.failed(OSError("no device"))
    now = stage.status()
    assert now is not None
    assert now.fault == Message(
        "Its pictures cannot be encoded (last tried: libx264: no device).",
        "Seacorder tries all encoders again every 5 s. If it stays: turn off burn-in for Bow, or restart Seacorder "
        "between dives.",
    )
