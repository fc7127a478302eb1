"""What the services say of a command that failed on all channels, or on some; each channel's reason comes behind it."""

from seacorder.base.message import Message
from seacorder.model.outcome import CommandFailed, CommandOutcome

_CAMERA_FIRST = "Bring at least one camera back, then try again."
_LOOK_AT_DISK = "What was written can be played. Check the disk before the next dive."

NOTHING_RECORDED = Message(
    "Nothing is being recorded, though a recording has been started.",
    "Bring at least one camera back. It is then recorded by itself.",
)
NOT_FINISHED = Message("The recording has ended, but not every file could be finished properly.", _LOOK_AT_DISK)
NO_CLIP = Message("No clip is being recorded.", _CAMERA_FIRST)
CLIP_NOT_FINISHED = Message("The clip has ended, but not every file could be finished properly.", _LOOK_AT_DISK)
NO_ANOMALY = Message("No video of an anomaly is being recorded.", _CAMERA_FIRST)
ANOMALY_NOT_FINISHED = Message(
    "The video of the anomaly has ended, but not every file could be finished properly.", _LOOK_AT_DISK
)
NO_FRAMEGRAB = Message("No framegrab was taken.", _CAMERA_FIRST)
NOT_EVERY_FRAMEGRAB = Message(
    "Not every channel's framegrab could be taken.", "Those that were taken are stored. Try again for the others."
)


def failed(what: Message, outcome: CommandOutcome) -> CommandFailed:
    """The error that says `what`, and each channel's reason."""
    return CommandFailed(what.fact, outcome, what.action)
