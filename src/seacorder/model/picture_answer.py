"""What a group's picture process answers: `channel.pictures`."""

from dataclasses import dataclass

from seacorder.base.message import Message
from seacorder.model.channel import PictureFault
from seacorder.model.recording import Framegrab


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at a keyframe."""

    number: int
    """Of the job."""
    fault: PictureFault | None
    is_suspicious: bool
    """Looks should come often."""
    cost_ns: int
    """Processor time."""


@dataclass(frozen=True, slots=True)
class StillMade:
    """A framegrab, or a small picture."""

    number: int
    """Of the job."""
    jpeg: bytes = b""
    """Empty when there is none."""
    framegrab: Framegrab | None = None
    """What is in a framegrab; not for a small picture."""
    why: Message | None = None
    """Why there is none."""


PictureAnswer = Looked | StillMade
