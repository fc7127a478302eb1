"""What every sink of one worker is given, and how it says that something has come to its end."""

from collections.abc import Callable
from dataclasses import dataclass

from seacorder.base.clock import Clock
from seacorder.model.channel import ChannelSettings
from seacorder.model.event import Event, Severity
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.report import EventNoted, Report
from seacorder.storage.disk import Disk
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.volume_room import VolumeRooms


def no_text(_: int) -> str:
    """No text at any instant."""
    return ""


@dataclass(frozen=True)
class SinkContext:
    """Shared by all sinks of one worker."""

    channel: ChannelSettings
    clock: Clock
    budget: MemoryBudget
    """How much may wait for the disk, over all files of this worker."""
    report: Callable[[Report], None]
    """Safe from any thread."""
    places: VolumeRooms | None = None
    """Which volumes have room; None: files are written until nothing more fits."""
    text_at: Callable[[int], str] = no_text
    """The text that is valid at an instant (monotonic) and that the pictures do not carry themselves."""
    disk: Disk | None = None
    """What refuses new files where the volume is another one; None: this machine's, which takes all."""

    def note(self, kind: str, severity: Severity, sentence: str) -> None:
        """Reports an event of this channel."""
        self.report(EventNoted(Event(self.clock.utc_ns(), kind, severity, sentence, self.channel.name)))


OnOutcome = Callable[[ChannelOutcome], None]
