"""What an unexpected end of the whole program left behind, and what follows from it. Functions of values."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from seacorder.control.gaps import Gap
from seacorder.model.captured import PartAnchor
from seacorder.model.recording import Clip, FileState, LossCause, Part, Recording, RecordingState


@dataclass(frozen=True, slots=True)
class Remains:
    """Rows as they are to be put into the catalogue."""

    recordings: tuple[Recording, ...]
    parts: tuple[Part, ...]
    clips: tuple[Clip, ...]

    @property
    def newest(self) -> Recording | None:
        """The recording that was running when the program ended."""
        return max(self.recordings, key=lambda recording: recording.start_utc_ns, default=None)

    def gaps(self, parts: Iterable[Part], anchors: Iterable[PartAnchor] = ()) -> list[Gap]:
        """The hole that begins on each channel of the newest recording; `parts` are all that it has."""
        known = {(one.recording_id, one.channel, one.number): one.anchor for one in anchors}
        newest: dict[str, Part] = {}
        for part in parts:
            if part.channel not in newest or part.number > newest[part.channel].number:
                newest[part.channel] = part
        examined = {part.path for part in self.parts}
        return [
            Gap(
                channel=channel,
                recording_id=part.recording_id,
                cause=LossCause.PROGRAM_ENDED,
                from_utc_ns=part.end_utc_ns or part.start_utc_ns,
                frame_rate=mean_rate(part),
                path=part.path if part.path in examined else None,
                detail="The program ended unexpectedly.",
                anchor=known.get((part.recording_id, channel, part.number)),
                anchor_before=known.get((part.recording_id, channel, part.number - 1)),
            )
            for channel, part in newest.items()
        ]


def remains(recordings: Iterable[Recording], parts: Iterable[Part], clips: Iterable[Clip]) -> Remains:
    """What was running or open, now interrupted."""
    parts = tuple(replace(part, state=FileState.INTERRUPTED) for part in parts)
    return Remains(
        tuple(
            replace(recording, state=RecordingState.INTERRUPTED, end_utc_ns=_end(recording, parts))
            for recording in recordings
        ),
        parts,
        tuple(replace(clip, state=FileState.INTERRUPTED) for clip in clips),
    )


def mean_rate(part: Part) -> float:
    """Frames a second of a part, from its own figures; 0 when they do not tell."""
    if part.end_utc_ns is None or part.frames < 2 or part.end_utc_ns <= part.start_utc_ns:
        return 0.0
    return (part.frames - 1) * 1e9 / (part.end_utc_ns - part.start_utc_ns)


def _end(recording: Recording, parts: Iterable[Part]) -> int:
    ends = [part.end_utc_ns or part.start_utc_ns for part in parts if part.recording_id == recording.id]
    return max(ends, default=recording.start_utc_ns)
