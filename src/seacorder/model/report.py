"""What a channel's worker says to the control process."""

from dataclasses import dataclass

from seacorder.model.channel import ChannelStatus
from seacorder.model.event import Event
from seacorder.model.recording import Clip, Framegrab, Loss, Part


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one command: done, or one sentence on why not."""

    request: int
    ok: bool
    sentence: str = ""
    """Why not; empty when done."""
    achieved_utc_ns: int | None = None
    """Capture time of the first frame of a start, the last of a stop, the frame of a framegrab."""
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Answer to `TakePicture`; `jpeg` is empty when there is no picture."""

    request: int
    jpeg: bytes
    frame_utc_ns: int = 0


@dataclass(frozen=True, slots=True)
class PartOpened:
    part: Part


@dataclass(frozen=True, slots=True)
class PartClosed:
    """The file is whole and on disk, or has been given up (state INTERRUPTED)."""

    part: Part


@dataclass(frozen=True, slots=True)
class ClipOpened:
    clip: Clip


@dataclass(frozen=True, slots=True)
class ClipClosed:
    clip: Clip


@dataclass(frozen=True, slots=True)
class FramegrabStored:
    framegrab: Framegrab


@dataclass(frozen=True, slots=True)
class LossNoted:
    loss: Loss


@dataclass(frozen=True, slots=True)
class EventNoted:
    event: Event


Report = (
    ChannelStatus
    | Answer
    | Picture
    | PartOpened
    | PartClosed
    | ClipOpened
    | ClipClosed
    | FramegrabStored
    | LossNoted
    | EventNoted
)
