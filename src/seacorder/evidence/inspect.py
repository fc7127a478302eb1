"""Examines a video file: whether it is whole, what its note says, how many frames are wholly there, up to when."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import StorageFailed
from seacorder.evidence.damage import DamageTracker
from seacorder.evidence.layout import Layout
from seacorder.evidence.note import note_in
from seacorder.evidence.opening import open_video, whole_packets
from seacorder.evidence.shape import Shape, length_bytes_of, shape_of
from seacorder.evidence.siblings import readable_layout
from seacorder.model.file_note import NOTE_KEY, FileNote
from seacorder.model.recording import FileState
from seacorder.model.report import FileExamined
from seacorder.mp4.start_time import START_TIME_WITHIN_BYTES, start_time_in

NOTHING_READABLE = (
    "it was cut off before its first picture, or its description is destroyed and no other file of the same camera is "
    "beside it from which it could be taken."
)


def inspect_file(
    path: Path, layout: Layout | None = None, *, siblings: Sequence[Path] = (), known: FileNote | None = None
) -> FileExamined:
    """Examines one file without changing it. Never raises for what is in it. Blocks.

    In a whole file the frames are counted by its index, so only its ends are read; of an interrupted one every packet
    is read. `known` is the note to use if the file has lost its own; for `siblings` see `evidence.siblings`.
    """
    try:
        layout = layout or readable_layout(path, siblings)
        size = path.stat().st_size
    except OSError as fault:
        return FileExamined(str(path), None, f"{path} cannot be read: {fault.strerror}.")
    if not layout.has_header:
        sentence = f"{path} cannot be read: {NOTHING_READABLE}"
        return FileExamined(str(path), None, sentence, bytes=size)
    try:
        with open_video(path, layout) as container:
            return _examined(container, path, layout, known)
    except (av.FFmpegError, ValueError, IndexError) as fault:
        return FileExamined(str(path), None, f"{path} cannot be read as video: {type(fault).__name__}.", bytes=size)
    except OSError as fault:
        return FileExamined(str(path), None, f"{path} cannot be read: {fault.strerror}.", bytes=size)


def note_of(container: Any, path: Path) -> FileNote | None:
    """The note in an open container's metadata, else the one in its first header; None when there is none of ours."""
    try:
        return FileNote.from_json(container.metadata.get(NOTE_KEY, ""))
    except ValueError:
        pass
    return note_in(path)


def shaped_packets(container: Any, layout: Layout, tracker: DamageTracker) -> Iterator[tuple[Any, Shape]]:
    """The packets that are wholly there, each with its shape; each is given to `tracker` first."""
    lengths = {stream.index: length_bytes_of(stream) for stream in container.streams}
    for packet in whole_packets(container, layout.pieces.size):
        shape = shape_of(packet, lengths[packet.stream.index])
        tracker.take(packet, shape)
        yield packet, shape


def main_stream(container: Any) -> Any:
    """The stream whose packets are the file's frames: pictures, or sound where there is nothing else. IndexError."""
    return container.streams.video[0] if container.streams.video else container.streams.audio[0]


def must_have_frames(container: Any, path: Path) -> None:
    """StorageFailed when there is neither picture nor sound."""
    if not container.streams.video and not container.streams.audio:
        raise StorageFailed(f"{path} has no pictures or sound in it.")


def _examined(container: Any, path: Path, layout: Layout, known: FileNote | None) -> FileExamined:
    stream, note, size = main_stream(container), note_of(container, path) or known, layout.size
    if layout.is_whole:
        first_pts, last_pts, frames = _whole_span(container, stream, layout.pieces.size)
        state = FileState.REPAIRED if note is not None and note.is_repaired else FileState.WHOLE
        newest = _newest(note, last_pts - first_pts, stream.time_base) if frames else None
        start = _start(path, first_pts, stream.time_base) if frames else None
        return FileExamined(str(path), state, "", note, frames, size, newest, start)
    tracker = DamageTracker(layout, stream)
    for _ in shaped_packets(container, layout, tracker):
        pass
    damage, sibling = tracker.places(note), str(layout.sibling or "")
    newest = _newest(note, tracker.last_pts - tracker.first_pts, stream.time_base) if tracker.frames else None
    start = _start(path, tracker.first_pts, stream.time_base) if tracker.frames else None
    state, frames = FileState.INTERRUPTED, tracker.frames
    return FileExamined(str(path), state, "", note, frames, size, newest, start, damage=damage, sibling=sibling)


def _newest(note: FileNote | None, ticks: int, time_base: Fraction) -> int | None:
    return None if note is None else note.first_frame_utc_ns + int(ticks * time_base * NS_PER_SECOND)


def _start(path: Path, ticks: int, time_base: Fraction) -> int | None:
    with path.open("rb") as file:
        begin_utc_ns = start_time_in(file.read(START_TIME_WITHIN_BYTES))
    return None if begin_utc_ns is None else begin_utc_ns + int(ticks * time_base * NS_PER_SECOND)


def _whole_span(container: Any, stream: Any, size: int) -> tuple[int, int, int]:
    """First and last presentation time from both ends of the file, the count from its index."""
    first_pts = next((packet.pts for packet in whole_packets(container, size) if packet.stream is stream), 0)
    if stream.duration:
        container.seek(stream.start_time + stream.duration, stream=stream, backward=True)
    tail = [packet.pts for packet in whole_packets(container, size) if packet.stream is stream]
    return first_pts, max(tail, default=first_pts), stream.frames
