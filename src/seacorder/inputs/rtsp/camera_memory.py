"""What one camera's connections have taught, for the next connection to it. One channel's, one thread."""

from collections.abc import Callable
from dataclasses import dataclass, field

from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.inputs.rtsp.keep_alive import Habits


@dataclass(slots=True)
class CameraMemory:
    """Begins empty with each worker."""

    tell: Callable[[str], None] = lambda _: None
    """Hears in one sentence of what the operator should know."""
    habits: Habits = field(default_factory=Habits)
    picture_timeout: PictureTimeout = field(default_factory=PictureTimeout)
    counts_wrongly: bool = False
    """Its answers do not bear the CSeq of their requests."""
    dislikes_range: bool = False
    """It did not answer PLAY with Range, or hung up."""
    dislikes_sound: bool = False
    """It did not answer SETUP of its sound, or hung up."""
    prefers_ffmpeg: bool = False
    """FFmpeg's client reads it, and ours does not."""
    failures: int = 0
    """How often in a row ours has failed since, though the camera had described its picture."""
