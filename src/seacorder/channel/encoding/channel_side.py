"""What the encoding and its channel know of each other.

The encoding is built below the channel and never imports it: what it needs of its channel are the protocols here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from seacorder.base.clock import Clock
from seacorder.base.message import Message
from seacorder.channel.overlay.texts import ShownTexts
from seacorder.model.channel import ChannelSettings
from seacorder.model.event import Severity
from seacorder.model.loss import WhyMissing
from seacorder.model.sample import Sample, SourceFormat, SourcePacket


@dataclass(slots=True)
class EncodingSide:
    """What the stage tells the channel. Written on the ingest thread or under the stage's lock, read by any thread."""

    is_on: bool = False
    """What is stored comes from an encoder, which makes a keyframe wherever it is asked for one."""
    on_from_ns: int | None = None
    """The instant (monotonic) from which it will be on; None when it is on already, or when that is not planned."""


class EncodedChannel(Protocol):
    """What the encode thread needs of its channel. Every method takes the channel's lock for a moment."""

    @property
    def settings(self) -> ChannelSettings: ...

    @property
    def frame_ns(self) -> int:
        """The usual distance of two frames; 0 when it is not known."""
        ...

    def note(self, kind: str, severity: Severity, fact: str, action: str = "") -> None:
        """Reports an event."""
        ...

    def takes_keyframe(self, instant_ns: int) -> bool:
        """True when the picture captured at an instant (monotonic) must be a keyframe, since a file begins with it."""
        ...

    def outputs_begin_ns(self) -> int | None:
        """The earliest instant (monotonic) at which an output waits to begin; None when none waits."""
        ...

    def begin_late(self, samples: Sequence[Sample], source: SourceFormat) -> None:
        """Pictures that were delivered before the command came to begin an output with them, encoded again for it."""
        ...

    def deliver(self, sample: Sample, source: SourceFormat) -> None:
        """A packet that is to be stored, in the format that is stored."""
        ...

    def missed(self, instant_ns: int, why: WhyMissing) -> None:
        """A received picture is not encoded; by its capture instant (monotonic)."""
        ...


class StagedChannel(EncodedChannel, Protocol):
    """What the stage needs of its channel, on the ingest thread."""

    @property
    def clock(self) -> Clock: ...

    @property
    def encoding(self) -> EncodingSide: ...

    @property
    def texts(self) -> ShownTexts: ...

    def stored_format(self, source: SourceFormat) -> SourceFormat:
        """The source's format as files get it: with narration in the place of the source's own sound."""
        ...

    def connected(self, source: SourceFormat) -> None: ...

    def disconnected(self, why: Message) -> None: ...

    def take(self, packet: SourcePacket) -> None:
        """Receives and delivers one packet that passes through."""
        ...

    def take_all(self, packets: Sequence[SourcePacket]) -> None:
        """As `take`, of packets that have come together."""
        ...

    def receive(self, packet: SourcePacket) -> Sample | None:
        """The packet with its place on the clocks; None when nothing can be done with it."""
        ...

    def primer(self) -> Sequence[Sample]:
        """The pictures that a decoder must have seen before the next one; none when they are too many."""
        ...

    def number_from(self, number: int) -> None:
        """The next frame that is received gets this number."""
        ...
