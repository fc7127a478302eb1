"""What one camera's connections have taught, for the next connection to it.

Belongs to one channel; used on its ingest thread only. It lives as long as the channel's worker and is not stored.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from seacorder.base.message import Message
from seacorder.inputs.picture_timeout import PictureTimeout


@dataclass(slots=True)
class KeepAliveHabits:
    """What a camera's sessions have taught about keep-alive requests. `keep_alive` has the theory."""

    refused: set[str] = field(default_factory=set)
    """Methods that the camera refuses."""
    unanswered: set[str] = field(default_factory=set)
    hung_up: set[str] = field(default_factory=set)
    """Methods after which the camera ended the connection."""
    insists: bool = False
    """A session ended at its timeout while some methods were left out: from now on they are sent, too."""
    seconds: float | None = None
    """Between two requests, where the length of earlier sessions has shown how often they are needed."""
    ended_after: float | None = None
    """Seconds that the last session lived, where it did not outlive its timeout."""


@dataclass(slots=True)
class CameraMemory:
    """Empty when the worker begins."""

    tell: Callable[[Message], None] = lambda _: None
    """Called with what the operator should read."""
    habits: KeepAliveHabits = field(default_factory=KeepAliveHabits)
    picture_timeout: PictureTimeout = field(default_factory=PictureTimeout)
    counts_wrongly: bool = False
    """Its answers do not bear the CSeq of their requests."""
    dislikes_range: bool = False
    """It did not answer a PLAY request with a Range header, or hung up."""
    dislikes_sound: bool = False
    """It did not answer the SETUP request of its sound, or hung up."""
    prefers_ffmpeg: bool = False
    """FFmpeg's client reads it, and ours does not."""
    failures: int = 0
    """How often in a row our client has failed although the camera had described its picture."""
