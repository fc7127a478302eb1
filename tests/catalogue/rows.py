"""Values to put into a catalogue."""

from seacorder.model.event import Event, Severity
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part, Recording, RecordingState

RECORDING = Recording("20260101T000000.000Z", 100, None, RecordingState.RUNNING)
CLIP = Clip("c", "Bow", FileKind.CLIP, "/a/clip.mp4", 50, None, 7, 0, 0, FileState.OPEN, RECORDING.id)
FRAMEGRAB = Framegrab("f", "Bow", "/a/still.jpg", 60, 59, 8, 1920, 1080, 9, None)
LOSS = Loss("Bow", 10, 20, None, LossCause.RECONNECT, None, "The camera was away.")


def part(
    number: int = 1, channel: str = "Bow", state: FileState = FileState.OPEN, recording: str = RECORDING.id
) -> Part:
    """Part n lasts from n * 100 to n * 100 + 99."""
    start = number * 100
    end = None if state is FileState.OPEN else start + 99
    return Part(recording, channel, number, f"/a/{channel}_{number}.mp4", start, end, number * 10, 10, 1000, state)


def event(cursor: int) -> Event:
    return Event(cursor * 10, "tested", Severity.INFO, f"Event {cursor}.", None, cursor)
