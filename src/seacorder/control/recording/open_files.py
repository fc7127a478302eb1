"""Parts and clips that are being written: their figures from heartbeats, and events when one is not closed in order.

Values and sentences; `recordings` and `clips` keep the files, the catalogue and the examination.
"""

from dataclasses import replace
from typing import TypeVar

from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.model.recording import Clip, FileStatus, Part

FileT = TypeVar("FileT", Part, Clip)


def is_of(reported: FileStatus, file: Part | Clip) -> bool:
    """True when the heartbeat speaks of this file. A clip has an id of its own; parts share one and have numbers."""
    if isinstance(file, Part):
        return (reported.id, reported.number) == (file.recording_id, file.number)
    return reported.id == file.id


def with_figures(file: FileT, reported: FileStatus | None) -> FileT:
    """An open file with what its worker's last heartbeat says of it; unchanged when it speaks of another file."""
    if reported is None or not is_of(reported, file):
        return file
    # Until something of a new part is stored, the newest stored frame is of the part before it.
    is_of_file = reported.newest_stored_utc_ns >= file.start_utc_ns
    return replace(
        file,
        path=reported.path,  # somebody may have moved the file while it was written
        frames=reported.frames,
        bytes=reported.bytes_stored,
        end_utc_ns=reported.newest_stored_utc_ns if is_of_file else file.end_utc_ns,
    )


def note_left_open(journal: Journal, file: Part | Clip) -> None:
    """Says that the worker has ended while it wrote the file, which is therefore examined."""
    fact = f"{file.path} was cut off: its recording process stopped. It can be played as it is."
    journal.warn(_interrupted(file), fact, "Seacorder examines and repairs it by itself.", channel=file.channel)


def note_not_closed(journal: Journal, file: Part | Clip) -> None:
    """Says that the worker could not close the file, mostly because of its disk, and has given it up."""
    fact = f"{file.path} could not be finished, mostly because of its disk."
    action = "Check the disk before the next dive."
    if file.frames:
        fact += " It can be played as it is; the last seconds may be missing."
        action += " `seacorder repair` makes an ordinary file of it."
    else:
        fact += " Nothing of it was stored."
    journal.alarm(_interrupted(file), fact, action, channel=file.channel)


def _interrupted(file: Part | Clip) -> EventKind:
    return EventKind.PART_INTERRUPTED if isinstance(file, Part) else EventKind.CLIP_INTERRUPTED
