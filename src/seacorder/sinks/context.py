"""What every sink of a worker is given, and how it says what a start, a stop or a still came to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from seacorder.base.clock import Clock
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import TakeFramegrab
from seacorder.model.dive_context import DiveContext
from seacorder.model.event import Event, Severity
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.reading import Value
from seacorder.model.recording import Framegrab
from seacorder.model.report import EventNoted, Report
from seacorder.model.sample import Sample, SourceFormat
from seacorder.storage.disk import Disk
from seacorder.storage.disk_waits import DiskWaits, as_long_as_wanted
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.volume_room import VolumeRooms


def no_text(_: int) -> str:
    """No text at any instant."""
    return ""


def no_lines() -> bool:
    """No text is ever shown."""
    return False


def no_readings(_: int) -> Mapping[str, tuple[Value, str]]:
    """No reading at any instant."""
    return {}


class Stills(Protocol):
    """Makes JPEGs of groups of pictures. Both block while they decode, and raise InputFailed when that is not possible.

    `samples` are the video packets from a keyframe to the wanted frame, in decoding order.
    """

    def framegrab(
        self, command: TakeFramegrab, samples: Sequence[Sample], source: SourceFormat, channel: str
    ) -> tuple[Framegrab, bytes]:
        """What a framegrab shows, and its JPEG, full size. It has no path yet, and its file no metadata."""
        ...

    def thumbnail(self, samples: Sequence[Sample], source: SourceFormat, width: int) -> bytes:
        """A small picture's JPEG, `width` square pixels wide."""
        ...


@dataclass(frozen=True)
class SinkContext:
    """Shared by all sinks of one worker."""

    channel: ChannelSettings
    clock: Clock
    budget: MemoryBudget
    """How many bytes may wait in memory for the disk, over all files of this worker."""
    report: Callable[[Report], None]
    """Sends a report to the control process. Any thread may call it."""
    rooms: VolumeRooms | None = None
    """Which volumes have room. None: nobody looks, and files are written until the disk refuses."""
    text_at: Callable[[int], str] = no_text
    """The text shown at an instant (monotonic, ns) that is not burned into the pictures; it becomes subtitles."""
    has_lines: Callable[[], bool] = no_lines
    """True while a text may be shown beside the pictures at any time, so that each file is ready for it."""
    disk: Disk | None = None
    """The disk calls, which refuse new files on an exchanged volume. None: the plain calls of this machine."""
    stills: Stills | None = None
    """Who decodes stills. None: they are decoded in this process."""

    disk_waits: DiskWaits = as_long_as_wanted
    """How long a file that begins may wait for its disk."""
    readings_at: Callable[[int], Mapping[str, tuple[Value, str]]] = no_readings
    """By field: its value and unit, valid at an instant (monotonic, ns)."""
    dive: Callable[[], DiveContext] = DiveContext
    """Project, dive, task, component and operator, for the metadata of files that begin now."""

    def note(self, kind: str, severity: Severity, fact: str, action: str = "") -> None:
        """Reports an event of this channel."""
        self.report(EventNoted(Event(self.clock.utc_ns(), kind, severity, fact, self.channel.name, action=action)))


OnOutcome = Callable[[ChannelOutcome], None]
