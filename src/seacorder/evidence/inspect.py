"""How a video file stands: what it is, how many frames are wholly there, up to when."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import StorageFailed
from seacorder.evidence.boxes import Layout, layout_of
from seacorder.model.note import NOTE_KEY, FileNote
from seacorder.model.recording import FileState
from seacorder.model.report import FileExamined

_BUFFER_BYTES = 1024 * 1024


def inspect_file(path: Path) -> FileExamined:
    """Examines one file without changing it. Never raises for what is in it; blocks.

    An indexed file is counted by its index, an interrupted one by its packets.
    """
    try:
        layout = layout_of(path)
        size = path.stat().st_size
    except OSError as fault:
        return FileExamined(str(path), None, f"{path} cannot be read: {fault.strerror}.")
    if not layout.has_header:
        sentence = f"{path} cannot be read: it was cut off before its first picture, or its index is gone."
        return FileExamined(str(path), None, sentence, bytes=size)
    try:
        with open_video(path, layout) as container:
            return _examined(container, path, size, layout)
    except (av.FFmpegError, ValueError, IndexError) as fault:
        return FileExamined(str(path), None, f"{path} cannot be read as video: {type(fault).__name__}.", bytes=size)
    except OSError as fault:
        return FileExamined(str(path), None, f"{path} cannot be read: {fault.strerror}.", bytes=size)


@contextmanager
def open_video(path: Path, layout: Layout) -> Iterator[Any]:
    """An input container that ends where the file makes sense. av.FFmpegError when it is no video.

    FFmpeg refuses a whole file for one box that a cut has left half.
    """
    with path.open("rb") as file:
        beginning = _Beginning(file, layout.readable_bytes)
        with av.open(beginning, format="mp4", buffer_size=_BUFFER_BYTES) as container:
            yield container


class _Beginning:
    """The first bytes of a file, as a file of its own."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size

    def read(self, count: int) -> bytes:
        """At most `count` bytes; none at the end."""
        return self._file.read(max(0, min(count, self._size - self._file.tell())))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As a file's, with the end where the beginning ends."""
        if whence == os.SEEK_END:
            return self._file.seek(self._size + offset)
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position, in bytes."""
        return self._file.tell()


def note_of(container: Any) -> FileNote | None:
    """The note in an open container's metadata; None when there is none of ours."""
    try:
        return FileNote.from_json(container.metadata.get(NOTE_KEY, ""))
    except ValueError:
        return None


def whole_packets(container: Any, size: int) -> Iterator[Any]:
    """The packets that are wholly there, in the file's order; ends quietly where the file was cut."""
    try:
        for packet in container.demux():
            if packet.dts is None or packet.pts is None or packet.size == 0:
                continue
            if not packet.is_corrupt and (packet.pos is None or packet.pos + packet.size <= size):
                yield packet
    except (av.FFmpegError, EOFError):
        return


def main_stream(container: Any) -> Any:
    """The stream whose packets are the file's frames: the pictures, or sound where there is nothing else. IndexError.
    """
    return container.streams.video[0] if container.streams.video else container.streams.audio[0]


def must_have_frames(container: Any, path: Path) -> None:
    """StorageFailed when there is neither picture nor sound."""
    if not container.streams.video and not container.streams.audio:
        raise StorageFailed(f"{path} has no pictures or sound in it.")


def _examined(container: Any, path: Path, size: int, layout: Layout) -> FileExamined:
    stream = main_stream(container)
    note = note_of(container)
    is_whole = layout.is_whole
    span = _whole_span if is_whole else _cut_span
    first_pts, last_pts, frames = span(container, stream, layout.readable_bytes)
    state = FileState.INTERRUPTED
    if is_whole:
        state = FileState.REPAIRED if note is not None and note.is_repaired else FileState.WHOLE
    newest = None
    if note is not None and frames:
        newest = note.first_frame_utc_ns + _ns(last_pts - first_pts, stream.time_base)
    return FileExamined(str(path), state, "", note, frames, size, newest)


def _cut_span(container: Any, stream: Any, size: int) -> tuple[int, int, int]:
    first_pts = last_pts = frames = 0
    for packet in whole_packets(container, size):
        if packet.stream is stream:
            first_pts = packet.pts if frames == 0 else first_pts
            last_pts = max(last_pts, packet.pts)
            frames += 1
    return first_pts, last_pts, frames


def _whole_span(container: Any, stream: Any, size: int) -> tuple[int, int, int]:
    """First and last presentation time from both ends of the file, the count from its index."""
    first_pts = next((packet.pts for packet in whole_packets(container, size) if packet.stream is stream), 0)
    if stream.duration:
        container.seek(stream.start_time + stream.duration, stream=stream, backward=True)
    tail = [packet.pts for packet in whole_packets(container, size) if packet.stream is stream]
    return first_pts, max(tail, default=first_pts), stream.frames


def _ns(ticks: int, time_base: Fraction) -> int:
    return int(ticks * time_base * NS_PER_SECOND)
